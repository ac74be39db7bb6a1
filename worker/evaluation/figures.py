"""What comes out of an evaluation? Precision, recall, F1, accuracies, shares; counted up over articles."""

from collections import Counter
from dataclasses import dataclass, field

F1_FIGURES = ("positions", "party_issue", "mentions", "detection", "condition")
ACCURACIES = ("issue", "stance", "speaker", "attribution", "addressee", "time")


@dataclass(slots=True)
class Retrieval:
    """How much was found, how much of what was said is right."""

    right: int = 0
    superfluous: int = 0
    missed: int = 0

    def add(self, right: int, superfluous: int, missed: int) -> None:
        """Count one article."""
        self.right += right
        self.superfluous += superfluous
        self.missed += missed

    @property
    def precision(self) -> float:
        """Share of what was said that is right."""
        return share(self.right, self.right + self.superfluous) or 0.0

    @property
    def recall(self) -> float:
        """Share of what there is that was found."""
        return share(self.right, self.right + self.missed) or 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        return share(2 * self.precision * self.recall, self.precision + self.recall) or 0.0


@dataclass(slots=True)
class Accuracy:
    """How many labels of matched pairs are the same."""

    same: int = 0
    of: int = 0


@dataclass(slots=True)
class Cleaning:
    """Characters of boilerplate and of body, and how many were rightly removed and kept."""

    boilerplate: int = 0
    removed: int = 0
    body: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """A gold event that was missed, or an extracted one that is superfluous."""

    article_id: str
    party: str
    issue: str
    stance: str
    text: str


@dataclass(slots=True)
class Figures:
    """All figures of an evaluation."""

    retrieval: dict[str, Retrieval] = field(default_factory=lambda: {name: Retrieval() for name in F1_FIGURES})
    accuracy: dict[str, Accuracy] = field(default_factory=lambda: {name: Accuracy() for name in ACCURACIES})
    cleaning: Cleaning = field(default_factory=Cleaning)
    found_by_stance: Counter[tuple[str, bool]] = field(default_factory=Counter)
    found_by_issue: Counter[tuple[str, bool]] = field(default_factory=Counter)
    confusions: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    missed: list[Difference] = field(default_factory=list)
    superfluous: list[Difference] = field(default_factory=list)
    articles_missing: list[str] = field(default_factory=list)

    def as_document(self) -> dict[str, object]:
        """Return the figures as JSON shows them."""
        document: dict[str, object] = {
            name: {
                "p": counts.precision,
                "r": counts.recall,
                "f1": counts.f1,
                "tp": counts.right,
                "fp": counts.superfluous,
                "fn": counts.missed,
            }
            for name, counts in self.retrieval.items()
        }
        document["accuracy"] = {
            name: share(count.same, count.of) or 0.0 for name, count in self.accuracy.items() if count.of
        }
        document["cleaning"] = {
            "boilerplate_removed": share(self.cleaning.removed, self.cleaning.boilerplate),
            "body_kept": share(self.cleaning.kept, self.cleaning.body),
        }
        document["articles_missing"] = self.articles_missing
        document["recall_by_stance"] = hits(self.found_by_stance)
        document["recall_by_issue"] = hits(self.found_by_issue)
        return document


def share(part: float, whole: float) -> float | None:
    """Return part of whole, None where there is no whole."""
    return part / whole if whole else None


def hits(found: Counter[tuple[str, bool]]) -> dict[str, str]:
    """Return for each label how many of its events were found, of how many."""
    labels = sorted({label for label, _ in found})
    return {label: f"{found[label, True]}/{found[label, True] + found[label, False]}" for label in labels}
