"""What do the learned heads say? Chunks go through an ONNX session; label distributions come back.

Every chunk is run by itself: int8 activations are scaled by the largest value in a tensor, so that an article
labelled within a batch would otherwise differ from the same article alone.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from tokenizers import Tokenizer

from schemas.codes import Attribution, Issue, Stance, TimeFrame
from worker.extraction.encoding import Chunk, FloatArray, load_tokenizer
from worker.extraction.position import CharSpan
from worker.extraction.runtime import onnxruntime

FORMAT: Final = 3
"""The version of the card, the inputs and the outputs that this module reads."""

SHIPPED_HEADS: Final = Path(__file__).parent.parent / "domains" / "negotiations_heads"
"""The folder of the heads that come with the program."""

_INSIDE = 0.35
_MODEL, _TOKENIZER, _CARD = "heads.onnx", "tokenizer.json", "card.json"


class HeadsMismatchError(ValueError):
    """The trained heads in a folder do not fit this version of the program."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns logits into honest probabilities; fitted on held-out articles."""

    present_scale: float = 1.0
    present_shift: float = 0.0
    issue_temperature: float = 1.0
    stance_temperature: float = 1.0


@dataclass(frozen=True, slots=True)
class CandidateLabels:
    """What the heads say of one party in one sentence.

    `present` is the probability that the party has a position there at all; `issues` is the distribution over
    issues given that, `stances` has one distribution a line, given the issue of that line. `addressees` pairs party
    indices (None: nobody) with probabilities.
    """

    sentence: int
    party: int
    present: float
    issues: FloatArray
    stances: FloatArray
    attribution: FloatArray
    time: FloatArray
    has_condition: float
    addressees: tuple[tuple[int | None, float], ...]


@dataclass(frozen=True, slots=True)
class ConditionSpan:
    """Characters that may be the condition of a position, and how likely its likeliest token is."""

    span: CharSpan
    probability: float


@dataclass(frozen=True, slots=True)
class ChunkLabels:
    """What the heads say of one chunk; `sentences` and `conditions` go by sentence index."""

    candidates: tuple[CandidateLabels, ...]
    sentences: dict[int, float]
    conditions: dict[int, ConditionSpan]


class Heads:
    """The trained encoder with its heads.

    The session works in the thread that asks and has none of its own, so that processes that are forked later share it.
    """

    def __init__(self, folder: Path, tokenizer: Tokenizer, card: dict[str, Any]) -> None:
        self.tokenizer = tokenizer
        self.card = card
        self.thresholds: dict[str, float] = dict(card["thresholds"])
        self.version: str = card["version"]
        self.calibration = Calibration(**card["calibration"])
        self.folder = folder

    @classmethod
    def load(cls, folder: Path) -> "Heads":
        """Read card and tokenizer of a folder of trained heads."""
        card = json.loads((folder / _CARD).read_text(encoding="utf8"))
        expected = {
            "issues": [i.value for i in Issue],
            "stances": [s.value for s in Stance],
            "attributions": [a.value for a in Attribution],
            "times": [t.value for t in TimeFrame],
        }
        if card.get("format") != FORMAT or card.get("labels") != expected:
            raise HeadsMismatchError(f"{folder}: heads of format {card.get('format')} with other labels than ours")
        return cls(folder, load_tokenizer(folder / _TOKENIZER), card)

    def open(self) -> None:
        """Make the session, which else the first chunk waits for. Python's lock is free meanwhile."""
        _ = self._session

    def label(self, chunks: Iterable[Chunk]) -> list[ChunkLabels]:
        """Label chunks, each by itself."""
        return [self._label(chunk) for chunk in chunks]

    def _label(self, chunk: Chunk) -> ChunkLabels:
        session = self._session
        names = [output.name for output in session.get_outputs()]
        out = dict(zip(names, session.run(names, _inputs(chunk)), strict=True))
        scale = self.calibration
        present = _sigmoid(out["present"] * scale.present_scale + scale.present_shift)
        issues = _softmax(out["issue"] / scale.issue_temperature)
        stances = _softmax(out["stance"] / scale.stance_temperature)
        attribution, time, addressee = (_softmax(out[k]) for k in ("attribution", "time", "addressee"))
        has_condition, sentence = _sigmoid(out["has_condition"]), _sigmoid(out["sentence"])
        candidates = []
        for line, row in enumerate(chunk.candidates):
            where, party = chunk.rows[int(row)]
            others: list[int | None] = [None, *(chunk.rows[int(r)][1] for r in chunk.pairs[line])]
            candidates.append(
                CandidateLabels(
                    sentence=where,
                    party=party,
                    present=float(present[line]),
                    issues=issues[line],
                    stances=stances[line],
                    attribution=attribution[line],
                    time=time[line],
                    has_condition=float(has_condition[line]),
                    addressees=tuple(
                        (other, float(p)) for other, p in zip(others, addressee[line], strict=True) if other != party
                    ),
                )
            )
        return ChunkLabels(
            candidates=tuple(candidates),
            sentences={s: float(p) for s, p in zip(chunk.sentences, sentence, strict=True)},
            conditions=_conditions(chunk, _softmax(out["tags"])),
        )

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(
            str(self.folder / _MODEL),
            sess_options=options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=["SkipLayerNormFusion"],  # the fused kernel is slower than its parts on CPUs
        )


def _inputs(chunk: Chunk) -> dict[str, Any]:
    return {
        "ids": chunk.ids[None],
        "sentence_weights": chunk.sentence_weights,
        "sentence_marks": chunk.sentence_marks,
        "row_weights": chunk.row_weights,
        "party_weights": chunk.party_weights,
        "row_sentence": chunk.row_sentence,
        "candidates": chunk.candidates,
        "pairs": chunk.pairs,
        "pair_kinds": chunk.pair_kinds,
    }


def _conditions(chunk: Chunk, tags: FloatArray) -> dict[int, ConditionSpan]:
    """Find, for each target sentence, the likeliest run of tokens to be a condition."""
    found = {}
    for line, sentence in enumerate(chunk.sentences):
        tokens = np.flatnonzero(chunk.sentence_weights[line])
        begin = tags[tokens, 1]
        inside = begin + tags[tokens, 2]
        peak = float(inside.max())
        if peak <= _INSIDE:
            continue
        first = int((begin + 0.5 * inside).argmax())
        last = first
        while last + 1 < len(tokens) and inside[last + 1] > _INSIDE:
            last += 1
        while first > 0 and inside[first - 1] > 0.5:
            first -= 1
        span = int(chunk.starts[tokens[first]]), int(chunk.ends[tokens[last]])
        if span[0] < span[1]:
            found[sentence] = ConditionSpan(span, peak)
    return found


def _softmax(logits: FloatArray) -> FloatArray:
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(powers / powers.sum(-1, keepdims=True), np.float32)


def _sigmoid(logits: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-np.clip(logits, -60, 60)))
