"""What is a stretch of text about? Weighs the terms of each issue in it, backing off to the text around."""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.codes import Issue
from worker.extraction.domain import Domain, IssueTerm
from worker.extraction.lexicon import Hit

# How much a term counts by where it stands. The focus (the clause or proposition) lies inside the sentence, so its
# terms count more than once.
_FOCUS_SHARE = 0.5
_SENTENCE_SHARE = 1.0
_PREVIOUS_SHARE = 0.3
_HEADLINE_SHARE = 0.25
_ARTICLE_SHARE = 2.0


@dataclass(frozen=True, slots=True)
class IssueEvidence:
    """A term that spoke for an issue: characters [start, end) of the text it was found in."""

    start: int
    end: int
    issue: Issue
    weight: float


def score_issues(
    sentence: str,
    *,
    domain: Domain,
    focus: str | None = None,
    previous: str | None = None,
    headline: str | None = None,
    article: Mapping[Issue, float] | None = None,
) -> dict[Issue, float]:
    """Return how much speaks for each issue that anything speaks for, the most likely first.

    `focus` is the part of the sentence in question (a clause, a proposition), `previous` the sentence before,
    `headline` the article's and `article` its `issue_profile`; each weighs less the further it lies from the words.
    """
    scores = {issue: _ARTICLE_SHARE * part for issue, part in (article or {}).items()}
    parts = (
        (focus, _FOCUS_SHARE),
        (sentence, _SENTENCE_SHARE),
        (previous, _PREVIOUS_SHARE),
        (headline, _HEADLINE_SHARE),
    )
    for text, share in parts:
        if text:
            for evidence in find_issue_terms(text, domain=domain):
                scores[evidence.issue] = scores.get(evidence.issue, 0.0) + share * evidence.weight
    return dict(sorted(scores.items(), key=lambda item: (-item[1], list(Issue).index(item[0]))))


def issue_profile(text: str, *, domain: Domain) -> dict[Issue, float]:
    """Return which part of a whole article's evidence speaks for each issue; the parts add up to 1."""
    totals: dict[Issue, float] = {}
    for evidence in find_issue_terms(text, domain=domain):
        totals[evidence.issue] = totals.get(evidence.issue, 0.0) + evidence.weight
    whole = sum(totals.values())
    return {issue: weight / whole for issue, weight in totals.items()}


def find_issue_terms(text: str, *, domain: Domain) -> list[IssueEvidence]:
    """Return the terms in `text`, in order. Of terms that overlap the longest counts: "trade deal" is not "trade"."""
    chosen: list[Hit[IssueTerm]] = []
    hits = sorted(domain.issue_lexicon.hits(text), key=lambda hit: (hit.start - hit.end, hit.start))
    for hit in hits:
        if all(hit.end <= other.start or hit.start >= other.end for other in chosen):
            chosen.append(hit)
    chosen.sort(key=lambda hit: hit.start)
    return [
        IssueEvidence(hit.start, hit.end, term.issue, term.weight)
        for hit in chosen
        for term in hit.payloads
        if term.issue is not None
    ]
