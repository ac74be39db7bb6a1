"""Pages: what is the article in a page or fragment, and what does the page say about itself?"""

from datetime import date

import pytest

from tests.unit.cleaning.articles import HEADLINE, PARAGRAPHS, kept, page, plain
from worker.cleaning import LineKind, RemovalReason

BODY = "".join(f"<p>{p}</p>\n" for p in PARAGRAPHS)
PAGE = f"""<!DOCTYPE html>
<html lang="en-GB"><head><title>{HEADLINE} | Fjord Daily</title>
<meta property="og:site_name" content="Fjord Daily"><meta name="author" content="Kari Nordmann">
<meta property="article:published_time" content="2025-03-11T09:00:00Z">
<script>var x = "<p>Not text.</p>";</script><style>p {{ color: red }}</style></head>
<body class="has-comments with-sidebar">
<header><a href="/">Fjord Daily</a><nav><ul><li><a href="/n">News</a><li><a href="/s">Shipping</a></ul></nav></header>
<div class="cookie-banner"><p>We use cookies to make this site work and to show you offers.</p></div>
<main><article>
<h1>{HEADLINE}</h1>
<div class="byline">By <a href="/kn">Kari Nordmann</a></div><time datetime="2025-03-12T10:41:00Z">Wednesday</time>
<div class="share-tools"><a href="#">Share</a> <a href="#">Tweet</a></div>
<figure><img src="a.jpg"><figcaption>A ferry leaves the quay at Halhjem early on Monday morning.</figcaption></figure>
<div class="article-body">
{BODY}
<aside class="related"><h3>Related</h3><ul><li><a href="/1">Islands brace for a week without ferries</a></ul></aside>
<h2>What comes next</h2>
<p>The mediator will see both sides <em>separately</em> on Thursday&nbsp;morning, his office&#8217;s note said.<br>
<p>A vote of the crews would take two weeks.
</div>
<div class="newsletter-signup"><p>The Fjord Briefing comes every morning, with all that matters on the coast.</p></div>
</article></main>
<section class="comments"><p>I have sailed for thirty years, and nobody ever asked me, says a reader.</p></section>
<footer><p>© 2025 Fjord Media. Registered in Bergen, Norway. All rights reserved.</p></footer>
</body></html>"""
NEXT = (
    "What comes next",
    "The mediator will see both sides separately on Thursday morning, his office’s note said.",
    "A vote of the crews would take two weeks.",
)


def test_a_page_gives_headline_and_body_and_nothing_else() -> None:
    assert kept(page(PAGE)) == [HEADLINE, *PARAGRAPHS, *NEXT]


def test_headings_are_told_from_paragraphs() -> None:
    article = page(PAGE)
    assert article.lines[0].kind is LineKind.HEADLINE
    assert article.lines[-3].kind is LineKind.SUBHEADING
    assert article.lines[-1].kind is LineKind.BODY


def test_parts_of_the_page_that_go_have_their_reasons() -> None:
    reasons = {removed.text: removed.reason for removed in page(PAGE).removed}
    assert reasons["A ferry leaves the quay at Halhjem early on Monday morning."] is RemovalReason.CAPTION
    assert reasons["By Kari Nordmann"] is RemovalReason.BYLINE
    assert reasons["News"] is RemovalReason.MENU
    assert RemovalReason.COOKIE_NOTICE in reasons.values()
    assert RemovalReason.RELATED in reasons.values()


def test_the_page_tells_title_source_author_and_day() -> None:
    article = page(PAGE)
    assert (article.title, article.source, article.byline) == (HEADLINE, "Fjord Daily", "Kari Nordmann")
    assert article.published_at == date(2025, 3, 11)


def test_json_ld_is_believed_first() -> None:
    data = '{"@graph": [{"@type": "WebSite", "name": "x"}, {"@type": ["NewsArticle"], "datePublished": "2025-03-10", \
"headline": "Ferry talks &amp; night pay", "author": [{"name": "Per Hansen"}], "publisher": {"name": "Fjord"}}]}'
    article = page(PAGE.replace("</head>", f'<script type="application/ld+json">{data}</script></head>'))
    assert article.published_at == date(2025, 3, 10)
    assert (article.title, article.byline) == ("Ferry talks & night pay", "Per Hansen")


@pytest.mark.parametrize(
    "data", ["{", "[1, 2", "null", '{"@graph": 5}', '{"@type": "NewsArticle", "datePublished": 7}', "[" * 5000]
)
def test_broken_json_ld_is_passed_over(data: str) -> None:
    article = page(PAGE.replace("</head>", f'<script type="application/ld+json">{data}</script></head>'))
    assert article.published_at == date(2025, 3, 11)


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ('<meta name="pubdate" content="2025-03-02">', date(2025, 3, 2)),
        ("<meta itemprop=datePublished content='March 3, 2025'>", date(2025, 3, 3)),
        ("", date(2025, 3, 12)),
    ],
)
def test_else_meta_tags_then_time_elements_tell_the_day(head: str, day: date) -> None:
    without = PAGE.replace('<meta property="article:published_time" content="2025-03-11T09:00:00Z">', head)
    assert page(without).published_at == day


def test_the_message_is_believed_before_the_page() -> None:
    article = page(PAGE, title="Another title", source="Wire", published_at="2025-03-01")
    assert (article.title, article.source, article.published_at) == ("Another title", "Wire", date(2025, 3, 1))


@pytest.mark.parametrize(
    "fragment",
    [
        BODY,
        f"<div id='articleText'><span id='midArticle_start'/>{BODY}</div>",
        " [ad_1]\n<br><div>" + BODY + "</div>\n<br>[ad_2]\n<br><a href='https://example.org/x'>Source </a>",
        "<div class='sidebar'>" + BODY + "</div>",
        "<div class='listing'>"
        + "".join(f"<div class='widget item-{i % 2}'><p>{p}</p></div>" for i, p in enumerate(PARAGRAPHS))
        + "</div>",
        "<table><tr><td>" + BODY + "</td><td><a href='/'>Home</a></td></tr></table>",
        "<pre>" + "\n\n".join(PARAGRAPHS) + "</pre>",
        "<br><br>".join(PARAGRAPHS),
        "<P>" + "<P>".join(PARAGRAPHS),
        "<form action='/'>" + BODY + "<input type=submit></form>",
        "<!-- <p>" + "-->" + BODY + "<!-- never closed " + BODY,
        BODY + "<script>document.write('<p>more</p>')",
        "<p title='a > b'></p><img alt=\"it's\">" + BODY,
        BODY.replace("<p>", '<p class="articleLocatio&lt;/span&gt;n">'),
    ],
    ids=range(14),
)
def test_fragments_of_every_make_give_the_paragraphs(fragment: str) -> None:
    assert kept(page(fragment)) == list(PARAGRAPHS)


def test_plain_text_that_calls_itself_a_page_keeps_its_lines() -> None:
    assert kept(page("\n".join(PARAGRAPHS))) == list(PARAGRAPHS)


def test_a_page_that_calls_itself_text_is_read_as_a_page() -> None:
    assert kept(plain(PAGE)) == [HEADLINE, *PARAGRAPHS, *NEXT]


def test_a_line_break_within_a_sentence_is_a_space() -> None:
    lead = "Ferry owners said on Tuesday<br>they would return to talks<br/>with the crews."
    assert (
        kept(page(f"<p>{lead}</p>{BODY}"))[0]
        == "Ferry owners said on Tuesday they would return to talks with the crews."
    )


def test_a_page_too_short_to_tell_takes_the_language_it_states() -> None:
    assert page("<html lang=fr-CA><p>Non.</p></html>").language == "fr"


def test_hidden_text_is_not_read() -> None:
    hidden = "<p hidden>Not to be seen by readers.</p><div style='display:none'><p>Nor is this to be seen.</p></div>"
    assert kept(page(hidden + BODY)) == list(PARAGRAPHS)


def test_comments_stay_out_however_long_they_are() -> None:
    comment = (
        "<div class='comment-body'><p>I have sailed for thirty years and never saw the like, a reader says.</p></div>"
    )
    assert kept(page(f"<div>{BODY}</div>" + comment * 60)) == list(PARAGRAPHS)


def test_paragraphs_that_are_one_link_are_related_stories() -> None:
    link = "<p><a href='/x'>Islands brace for a week without any ferries at all</a></p>"
    article = page(BODY.replace("</p>\n", "</p>\n" + link, 3))
    assert kept(article) == list(PARAGRAPHS)
    assert {removed.reason for removed in article.removed} == {RemovalReason.RELATED}
