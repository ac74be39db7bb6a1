"""Which events do the labels of an article come down to? Those that are likely enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.codes import Attribution, Issue, Stance, TimeFrame
from worker.extraction.addressees import Addressees
from worker.extraction.confidence import FEATURES, Trees, label_features
from worker.extraction.encoder import CandidateLabels
from worker.extraction.reading import ArticleReading, Evidence

_ISSUES = tuple(Issue)
_STANCES = tuple(Stance)
_ATTRIBUTIONS = tuple(Attribution)
_TIMES = tuple(TimeFrame)
_LIKELIEST = FEATURES.index("likeliest")


@dataclass(frozen=True, slots=True)
class LabelledEvent:
    """A position of party number `party` in sentence number `sentence`, and what was said of its candidate."""

    sentence: int
    party: int
    issue: Issue
    stance: Stance
    attribution: Attribution
    time: TimeFrame
    addressee: int | None
    has_condition: float
    confidence: float
    labels: CandidateLabels
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a label becomes an event: at the confidence `event`, or as the likeliest label of its candidate already at
    `likeliest`, if the candidate holds a position at all with the probability `present`.
    """

    event: float
    likeliest: float
    present: float

    @classmethod
    def choose(cls, card: Mapping[str, float], wanted: float | None) -> "Thresholds":
        """Take the thresholds of a card, or a single confidence that the user wants."""
        if wanted is not None:
            return cls(event=wanted, likeliest=wanted, present=0.0)
        return cls(event=card["event"], likeliest=card["likeliest"], present=card["present"])

    def admit(self, *, confidence: float, likeliest: bool, present: float) -> bool:
        """Tell whether a label is an event."""
        return confidence >= self.event or (likeliest and confidence >= self.likeliest and present >= self.present)


def labelled_events(
    reading: ArticleReading,
    fused: Sequence[CandidateLabels],
    *,
    trees: Trees,
    thresholds: Thresholds,
    likelihood: float = 1.0,
) -> list[LabelledEvent]:
    """Return the events of an article in the order of the text; `fused` are its candidates' labels after fusion.

    `likelihood` is how likely the article concerns a negotiation at all: the trees know only articles that do.
    """
    found, lines = label_features(reading, fused)
    addressees = Addressees(fused)
    events = []
    for label, line, confidence in zip(found, lines, (trees.probabilities(lines) * likelihood).tolist(), strict=True):
        labels = fused[label.candidate]
        likeliest = bool(line[_LIKELIEST])
        if thresholds.admit(confidence=confidence, likeliest=likeliest, present=labels.present * likelihood):
            events.append(
                LabelledEvent(
                    sentence=labels.sentence,
                    party=labels.party,
                    issue=_ISSUES[label.issue],
                    stance=_STANCES[label.stance],
                    attribution=_ATTRIBUTIONS[int(labels.attribution.argmax())],
                    time=_TIMES[int(labels.time.argmax())],
                    addressee=addressees.of(labels),
                    has_condition=labels.has_condition,
                    confidence=confidence,
                    labels=labels,
                    evidence=reading.candidates[label.candidate].evidence,
                )
            )
    return sorted(events, key=lambda e: (e.sentence, -e.confidence, e.party, e.issue, e.stance))
