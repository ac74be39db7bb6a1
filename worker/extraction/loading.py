"""What does the extractor need in memory? Domain pack, gazetteer and a labeller, loaded once."""

from concurrent.futures import ThreadPoolExecutor

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
        labeller, nlp = WordLabeller.load(SHIPPED_WORDS, pack), load_parser(model)
    else:
        heads = Heads.load(SHIPPED_HEADS)
        with ThreadPoolExecutor(1) as beside:  # on a second processor; the thread is gone before anybody forks
            opened = beside.submit(heads.open)
            labeller, nlp = EncoderLabeller(heads), load_parser(model)
        opened.result()
    return Extractor(pack, gazetteer=gazetteer, labeller=labeller, nlp=nlp, threshold=threshold)
