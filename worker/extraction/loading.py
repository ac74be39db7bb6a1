"""What does the extractor need in memory? Domain pack, gazetteer and a labeller, loaded once."""

from worker.extraction.domain import load_domain
from worker.extraction.encoder import SHIPPED_HEADS, Heads
from worker.extraction.extractor import Extractor
from worker.extraction.gazetteer import build_gazetteer, load_gazetteer
from worker.extraction.labelling import EncoderLabeller, Labeller
from worker.extraction.paragraphs import DEFAULT_MODEL, load_parser
from worker.extraction.profile import Profile
from worker.extraction.word_labels import SHIPPED_WORDS, WordLabeller


def load_extractor(
    domain: str = "negotiations",
    *,
    model: str = DEFAULT_MODEL,
    threshold: float | None = None,
    profile: str = Profile.DEFAULT,
) -> Extractor:
    """Load the extractor.

    Args:
        domain: name of a shipped domain pack, or the path of one.
        model: name of the spaCy model that parses the sentences with positions.
        threshold: confidence below which no position is given; None takes the one that comes with the labeller.
        profile: a `Profile`, by name.
    """
    pack = load_domain(domain)
    gazetteer = build_gazetteer(pack.parties) if pack.parties else load_gazetteer()
    labeller: Labeller
    if Profile(profile) is Profile.FAST:
        labeller = WordLabeller.load(SHIPPED_WORDS, pack)
    else:
        labeller = EncoderLabeller(Heads.load(SHIPPED_HEADS))
    return Extractor(pack, gazetteer=gazetteer, labeller=labeller, nlp=load_parser(model), threshold=threshold)
