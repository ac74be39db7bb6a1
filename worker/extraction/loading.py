"""What does the extractor need in memory? Domain pack, gazetteer and trained heads, loaded once."""

from worker.extraction.domain import load_domain
from worker.extraction.encoder import SHIPPED_HEADS, Heads
from worker.extraction.extractor import Extractor
from worker.extraction.gazetteer import build_gazetteer, load_gazetteer


def load_extractor(domain: str = "negotiations", *, threshold: float | None = None) -> Extractor:
    """Load the extractor for a domain pack; `threshold` None takes the one that comes with the heads."""
    pack = load_domain(domain)
    gazetteer = build_gazetteer(pack.parties) if pack.parties else load_gazetteer()
    return Extractor(pack, gazetteer, Heads.load(SHIPPED_HEADS), threshold=threshold)
