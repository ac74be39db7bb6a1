"""Articles and residue of our own writing, for the tests of cleaning."""

from schemas.messages import ArticleMessage
from worker.cleaning import CleanedArticle, clean

HEADLINE = "Ferry owners and crews return to the table over night pay"

PARAGRAPHS = (
    "Ferry owners said on Tuesday they would return to talks if the crews' union dropped its call for a strike.",
    "The union, which speaks for 1,400 sailors in the north, has asked for a fifth more pay on night sailings.",
    '"We will not sign anything that leaves the night crews behind," union leader Marit Solberg said in Bergen.',
    "The owners have offered four per cent over two years and a review of rest times after the summer season.",
    "Mediator Jon Aas said both sides had narrowed their differences but that a deal was not yet in sight.",
    "“It is late, but it is not too late,” he said.",
    "A strike would halt 38 crossings a day and cut off a dozen islands from their only supply of fuel.",
    "Talks are to resume on Thursday morning, with the transport ministry sending an observer for the first time.",
)
"""Paragraphs of one article, each to be kept whatever stands between them."""

RESIDUE = (
    "Advertisement",
    "ADVERTISEMENT - SCROLL TO CONTINUE",
    "Share on Facebook",
    "Facebook Twitter WhatsApp Email",
    "Sign up for our daily newsletter",
    "Subscribe now to read the full paper",
    "Read more: What the night crews earn on the fjord routes",
    "READ ALSO: Islands brace for a week without ferries",
    "We use cookies to make this site work.",
    "This site uses cookies. You can change your settings at any time.",
    "Photo: Kari Nordmann/NTB",
    "A ferry leaves the quay at Halhjem. (AP Photo/Per Hansen)",
    "Marit Solberg (left) and Jon Aas after the talks in Bergen.",
    "FILE PHOTO: Passengers board a night ferry in Bodo",
    "By Kari Nordmann",
    "Published 12 March 2025, 10:41 GMT",
    "Updated: March 12, 2025 11:02 a.m.",
    "#ferries #strike",
    "https://example.org/ferries/night-pay",
    "[Ferry talks resume](https://example.org/talks)",
    "[](https://example.org/share?u=1)",
    "img_2041.jpg",
    "* * *",
    "Click here to read the full document",
    "Your email address will not be published. Required fields are marked *",
    "Skip to main content",
    "Your browser does not support the video tag.",
    "3 min read",
    "null",
)
"""Lines that are no part of any article, wherever they stand."""

CLOSING = (
    "Most read",
    "Related articles",
    "Tags: ferries, pay, Bergen",
    "© 2025 Fjord Media. All rights reserved.",
    "Leave a comment",
    "[ad_2]",
)
"""Lines that stand behind an article."""


def plain(body: str, **fields: object) -> CleanedArticle:
    """Clean a plain text body."""
    return clean(ArticleMessage.model_validate({"body": body, **fields}))


def page(body: str, **fields: object) -> CleanedArticle:
    """Clean an HTML body."""
    return clean(ArticleMessage.model_validate({"body": body, "content_type": "text/html", **fields}))


def kept(article: CleanedArticle) -> list[str]:
    """Return the lines of the cleaned text."""
    return [article.text[line.start : line.end] for line in article.lines]


def around(line: str, *, body: tuple[str, ...] = PARAGRAPHS) -> str:
    """Put a line between the paragraphs of an article."""
    return "\n\n".join([*body[:4], line, *body[4:]])
