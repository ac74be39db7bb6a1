"""What does the page say about itself? Date, title, site, language, author: JSON-LD, meta tags, time elements."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import unescape

import orjson

from worker.cleaning.dates import find_day
from worker.cleaning.limits import CleaningLimits
from worker.cleaning.markup import parse_attributes
from worker.cleaning.page import Page
from worker.cleaning.titles import strip_site

_DATES = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "parsely-pub-date",
    "sailthru.date", "article.published", "pubdate", "publish-date", "publishdate", "publish_date", "dc.date.issued",
    "dcterms.created", "dcterms.date", "dc.date", "date", "citation_publication_date", "cxenseparse:recs:publishtime",
    "article_date_original", "originalpublicationdate", "timestamp", "dc.date.created", "created",
    "rnews:datepublished",
)  # fmt: skip
_TITLES = ("og:title", "twitter:title", "headline", "dc.title", "dcterms.title", "parsely-title", "title")
_SITES = ("og:site_name", "application-name", "twitter:site", "dc.publisher", "publisher", "cre")
_AUTHORS = ("author", "article:author", "parsely-author", "dc.creator", "byl", "sailthru.author", "twitter:creator")
_LANGUAGES = ("og:locale", "content-language", "language", "dc.language")
_ARTICLES = frozenset(
    {"NewsArticle", "Article", "ReportageNewsArticle", "BlogPosting", "LiveBlogPosting", "AnalysisNewsArticle",
     "OpinionNewsArticle", "BackgroundNewsArticle", "WebPage", "Report"}
)  # fmt: skip
_MOST_NODES = 2_000


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """What the page says about itself; None where it says nothing."""

    published_at: date | None = None
    title: str | None = None
    source: str | None = None
    language: str | None = None
    author: str | None = None


def read_metadata(raw: str, page: Page, *, limits: CleaningLimits) -> PageMetadata:
    """Return the metadata of a page."""
    named = _meta_tags(page)
    linked: dict[str, str] = {}
    for node in _linked_data(raw, page, limits):
        for field, value in _article_fields(node):
            linked.setdefault(field, value)
    title = linked.get("headline") or _first(named, _TITLES) or _title_element(raw, page)
    return PageMetadata(
        published_at=find_day(linked.get("datePublished", "")) or _first_day(named) or _time_element(page),
        title=strip_site(title) if title else None,
        source=_first(named, _SITES) or linked.get("publisher"),
        language=_language(page, named) or linked.get("inLanguage"),
        author=linked.get("author") or _first(named, _AUTHORS),
    )


def _meta_tags(page: Page) -> dict[str, str]:
    named: dict[str, str] = {}
    for token in page.metadata:
        if token.name == "meta":
            attributes = parse_attributes(token.attributes)
            name = (
                attributes.get("property")
                or attributes.get("name")
                or attributes.get("itemprop")
                or attributes.get("http-equiv")
            )
            content = attributes.get("content", "").strip()
            if name and content:
                named.setdefault(name.lower(), content)
    return named


def _first(named: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next(
        (" ".join(named[name].split()) for name in names if name in named and not named[name].startswith("http")), None
    )


def _first_day(named: dict[str, str]) -> date | None:
    days = (find_day(named[name]) for name in _DATES if name in named)
    return next((day for day in days if day is not None), None)


def _time_element(page: Page) -> date | None:
    """Return the day of the first time element, one that calls itself the publication's before any other."""
    times = [parse_attributes(token.attributes) for token in page.metadata if token.name == "time"]
    times.sort(key=lambda a: not ("pubdate" in a or "publish" in str(a).lower()))
    days = (find_day(attributes.get("datetime", "")) for attributes in times)
    return next((day for day in days if day is not None), None)


def _title_element(raw: str, page: Page) -> str | None:
    token = next((t for t in page.metadata if t.name == "title" and t.inner is not None), None)
    if token is None:
        return None
    title = raw[token.inner : token.end].rpartition("<")[0]
    return " ".join(unescape(title[:1000]).split()) or None


def _language(page: Page, named: dict[str, str]) -> str | None:
    html = next((parse_attributes(t.attributes) for t in page.metadata if t.name == "html"), {})
    language = html.get("lang") or html.get("xml:lang") or _first(named, _LANGUAGES)
    return language.replace("_", "-").split(",")[0].strip() if language else None


def _linked_data(raw: str, page: Page, limits: CleaningLimits) -> Iterator[dict[str, object]]:
    """Yield the objects of the page's JSON-LD blocks that describe an article, those of a graph too."""
    for token in page.metadata:
        if token.name != "script" or token.inner is None or token.end - token.inner > limits.max_metadata_characters:
            continue
        try:
            data = orjson.loads(raw[token.inner : token.end].rpartition("<")[0].strip().strip(";"))
        except orjson.JSONDecodeError:
            continue
        yield from _nodes(data)


def _nodes(data: object) -> Iterator[dict[str, object]]:
    waiting, seen = [data], 0
    while waiting and seen < _MOST_NODES:
        seen += 1
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(reversed(node))
        elif isinstance(node, dict):
            kinds = node.get("@type")
            kinds = kinds if isinstance(kinds, list) else [kinds]
            if any(kind in _ARTICLES for kind in kinds if isinstance(kind, str)):
                yield node
            waiting.extend(
                v
                for k, v in node.items()
                if k in {"@graph", "mainEntity", "mainEntityOfPage"} and not isinstance(v, str)
            )


def _article_fields(node: dict[str, object]) -> Iterator[tuple[str, str]]:
    for field in ("datePublished", "headline", "inLanguage"):
        value = node.get(field)
        if isinstance(value, str) and value.strip():
            yield field, " ".join(unescape(value).split())
    for field in ("publisher", "author"):
        names = list(_names(node.get(field)))
        if names:
            yield field, ", ".join(names)


def _names(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        name = item.get("name") if isinstance(item, dict) else item
        if isinstance(name, str) and name.strip() and not name.startswith("http"):
            yield " ".join(unescape(name).split())
