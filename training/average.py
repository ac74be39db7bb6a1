"""Average the weights of two fitted models: `python -m training.average ONE OTHER --share S --out FILE`.

A model that was fitted further on a teacher's opinions and the one it started from are right about different things;
their mean keeps most of both (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
"""

import argparse
from pathlib import Path

import torch


def main() -> None:
    """Write `share` of the other model's weights and the rest of the first one's."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("one", type=Path)
    ap.add_argument("other", type=Path)
    ap.add_argument("--share", type=float, default=0.6, help="of the other's weights")
    ap.add_argument("--out", type=Path, required=True)
    a = ap.parse_args()
    one, other = (torch.load(path, weights_only=True) for path in (a.one, a.other))
    mean = {k: torch.lerp(one[k], v, a.share) if v.dtype.is_floating_point else v for k, v in other.items()}
    a.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(mean, a.out)


if __name__ == "__main__":
    main()
