"""How fast is cleaning? Articles a second on one core, for text and for HTML, beside trafilatura in the same run.

    python bench/cleaning.py ARTICLES.jsonl [--limit N] [--rounds N]

The file holds one article message a line, plain or gzipped. Each round cleans every article once; for HTML articles
trafilatura extracts the same body right after, so that both see the same machine. Times are processor times.
"""

import argparse
import gzip
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import trafilatura

from schemas.messages import ArticleMessage
from worker.cleaning import clean


def read_messages(path: Path) -> Iterator[ArticleMessage]:
    """Yield the article messages of a JSONL file; fields that hold nothing are left out."""
    data = path.read_bytes()
    for line in (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines():
        if line.strip():
            yield ArticleMessage(**{name: value for name, value in json.loads(line).items() if value is not None})


def seconds(work: Callable[[], object]) -> float:
    """Return the processor time that `work` takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path, help="JSONL file of article messages, perhaps gzipped")
    parser.add_argument("--limit", type=int, default=400, help="read at most so many articles (default 400)")
    parser.add_argument("--rounds", type=int, default=3, help="clean everything so many times; the best round counts")
    options = parser.parse_args()
    messages = [message for message, _ in zip(read_messages(options.articles), range(options.limit), strict=False)]
    text = [m for m in messages if m.content_type == "text/plain"]
    pages = [m for m in messages if m.content_type == "text/html"]
    for message in messages[:5]:
        clean(message)
        trafilatura.extract(message.body)
    text_times, page_times, other_times = [], [], []
    for _ in range(options.rounds):
        text_times.append(sum(seconds(lambda m=m: clean(m)) for m in text))
        both = [(seconds(lambda m=m: clean(m)), seconds(lambda m=m: trafilatura.extract(m.body))) for m in pages]
        page_times.append(sum(ours for ours, _ in both))
        other_times.append(sum(theirs for _, theirs in both))
    print(f"{len(text)} text articles, {len(pages)} HTML articles, best of {options.rounds} rounds, one core")
    if text:
        print(f"text        {len(text) / min(text_times):8.0f} articles/s")
    if pages:
        print(f"HTML        {len(pages) / min(page_times):8.0f} articles/s")
        print(f"trafilatura {len(pages) / min(other_times):8.0f} articles/s  (main text only, default settings)")
        print(f"ratio       {min(other_times) / min(page_times):8.2f}  (above 1: cleaning is faster)")


if __name__ == "__main__":
    main()
