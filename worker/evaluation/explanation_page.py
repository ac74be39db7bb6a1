"""How does a person read an explanation in a browser? One page that needs nothing else and runs nothing.

Every text of the article is escaped; the policy in the page's head lets the browser load nothing and run no script, and
allows this one style sheet by its digest.
"""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from html import escape

from schemas.messages import Party
from worker.evaluation.explanation import ExplainedArticle, ExplainedEvent, MarkKind, Segment, segments

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.6 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.1rem; }
.facts { color: GrayText; font-size: .85rem; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; max-width: 46rem; }
.evidence { background: color-mix(in srgb, gold 30%, transparent); }
.party { font-weight: 700; color: color-mix(in srgb, green 70%, CanvasText); }
.speaker { text-decoration: underline; text-decoration-color: royalblue; text-decoration-thickness: 2px; }
.cue { border-bottom: 2px dotted crimson; }
.condition { outline: 1px dashed darkviolet; }
.proposition { font-style: italic; }
sup a { text-decoration: none; font-size: .7rem; margin-left: .2em; }
table { border-collapse: collapse; margin: .4rem 0 1.2rem; font-size: .9rem; }
th { text-align: left; font-weight: 400; color: GrayText; padding-right: 1.5rem; vertical-align: top; }
.labels { font-weight: 700; }
article { border-top: 1px solid GrayText; margin-top: 2rem; padding-top: 1rem; }
"""
DIGEST = b64encode(sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{DIGEST}'; base-uri 'none'; form-action 'none'"
HEAD = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Positions explained</title>
<style>{STYLE}</style>
</head>
"""


def page(articles: Iterable[ExplainedArticle]) -> str:
    """Return the page as HTML."""
    legend = " ".join(f'<span class="{kind}">{kind}</span>' for kind in MarkKind)
    body = "\n".join(_article(article, number) for number, article in enumerate(articles, start=1))
    return (
        f"{HEAD}<body>\n<h1>Positions explained</h1>\n<p>Marked in the text: {legend}</p>\n{body}\n</body>\n</html>\n"
    )


def _article(article: ExplainedArticle, number: int) -> str:
    message, cleaned = article.message, article.cleaned
    facts = {
        "id": message.article_id,
        "source": cleaned.source,
        "published": cleaned.published_at,
        "language": cleaned.language,
        "positions": len(article.events),
    }
    shown = " · ".join(f"{name} {escape(str(value))}" for name, value in facts.items() if value is not None)
    outcome = f"<p>{escape(article.outcome)}</p>\n" if article.outcome else ""
    events = "\n".join(_event(event, number) for event in article.events)
    return (
        f'<article id="article-{number}">\n<h2>{escape(cleaned.title or message.article_id)}</h2>\n'
        f'<p class="facts">{shown}</p>\n{outcome}<div class="text">{_text(article, number)}</div>\n{events}\n</article>'
    )


def _text(article: ExplainedArticle, number: int) -> str:
    text = article.cleaned.text
    return "".join(
        _segment(text[segment.start : segment.end], segment, number) for segment in segments(len(text), article.marks)
    )


def _segment(words: str, segment: Segment, number: int) -> str:
    if not segment.marks:
        return escape(words)
    kinds = " ".join(kind for kind in MarkKind if any(mark.kind is kind for mark in segment.marks))
    ending = [mark.event for mark in segment.marks if mark.kind is MarkKind.EVIDENCE and mark.end == segment.end]
    links = "".join(f'<sup><a href="#event-{number}-{event}">{event}</a></sup>' for event in ending)
    return f'<span class="{kinds}">{escape(words)}</span>{links}'


def _event(explained: ExplainedEvent, number: int) -> str:
    event = explained.event
    rows: list[tuple[str, str | None]] = [
        ("evidence", event.evidence.text),
        ("speaker", ", ".join(filter(None, (event.speaker.name, event.speaker.role))) if event.speaker else None),
        ("condition", event.condition.text if event.condition else None),
        ("proposition", event.proposition.text if event.proposition else None),
        ("reported by", event.reported_by),
        ("said on", event.stated_on.isoformat() if event.stated_on else None),
        ("speech, time", f"{event.attribution}, {event.time}"),
        ("confidence", f"{event.confidence:.2f}"),
        ("PLOVER", " ".join(filter(None, (event.plover.event, event.plover.mode)))),
        *((why.question, why.answer) for why in explained.why),
    ]
    labels = f"{_parties(event.party, event.addressee)} {escape(event.stance)} {escape(event.issue)}"
    anchor = f"event-{number}-{explained.number}"
    return f'<h3 id="{anchor}">{explained.number}. <span class="labels">{labels}</span></h3>\n{_table(rows)}'


def _parties(party: Party, addressee: Party | None) -> str:
    return escape(party.name) + (f" → {escape(addressee.name)}" if addressee else "") + ":"


def _table(rows: Sequence[tuple[str, str | None]]) -> str:
    lines = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>\n" for name, value in rows if value)
    return f"<table>\n{lines}</table>"
