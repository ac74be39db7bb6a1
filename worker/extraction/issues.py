"""What is a stretch of text about? Weighs the terms of each issue in it, backing off to the text around."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from schemas.codes import Issue
from worker.extraction.domain import Domain, IssueTerm
from worker.extraction.lexicon import Hit
from worker.extraction.position import CharSpan

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
    parts = (
        (focus, _FOCUS_SHARE),
        (sentence, _SENTENCE_SHARE),
        (previous, _PREVIOUS_SHARE),
        (headline, _HEADLINE_SHARE),
    )
    return _summed([(find_issue_terms(text, domain=domain), share) for text, share in parts if text], article or {})


def _summed(
    parts: Sequence[tuple[Sequence[IssueEvidence], float]], article: Mapping[Issue, float]
) -> dict[Issue, float]:
    scores = {issue: _ARTICLE_SHARE * part for issue, part in article.items()}
    for terms, share in parts:
        for evidence in terms:
            scores[evidence.issue] = scores.get(evidence.issue, 0.0) + share * evidence.weight
    return dict(sorted(scores.items(), key=lambda item: (-item[1], list(Issue).index(item[0]))))


def issue_profile(text: str, *, domain: Domain) -> dict[Issue, float]:
    """Return which part of a whole article's evidence speaks for each issue; the parts add up to 1."""
    totals: dict[Issue, float] = {}
    for evidence in find_issue_terms(text, domain=domain):
        totals[evidence.issue] = totals.get(evidence.issue, 0.0) + evidence.weight
    whole = sum(totals.values())
    return {issue: weight / whole for issue, weight in totals.items()}


class ArticleIssues:
    """The issues of an article's sentences, as `score_issues` tells them; the terms of each are looked for once."""

    def __init__(self, text: str, sentences: Sequence[CharSpan], *, domain: Domain) -> None:
        self._text = text
        self._sentences = sentences
        self._domain = domain
        self._terms: dict[int, Sequence[IssueEvidence]] = {}

    def of(self, sentence: int) -> dict[Issue, float]:
        """Return how much speaks for each issue of sentence number `sentence`, the first being the headline."""
        parts = [(self.terms(sentence), _SENTENCE_SHARE)]
        if sentence:
            parts.append((self.terms(sentence - 1), _PREVIOUS_SHARE))
        parts.append((self.terms(0), _HEADLINE_SHARE))
        return _summed(parts, self._profile)

    def terms(self, sentence: int) -> Sequence[IssueEvidence]:
        """Return the terms of a sentence, in characters of that sentence."""
        found = self._terms.get(sentence)
        if found is None:
            found = self._terms[sentence] = find_issue_terms(
                self._text[slice(*self._sentences[sentence])], domain=self._domain
            )
        return found

    @cached_property
    def _profile(self) -> Mapping[Issue, float]:
        return issue_profile(self._text, domain=self._domain)


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
