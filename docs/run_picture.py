#!/usr/bin/env python3
"""What does a run look like? Draws docs/run.svg from a real run over the sample articles.

    python docs/run_picture.py [ARTICLES]

Run it again after a change to the view or to extraction.
"""

import re
import sys
from io import StringIO
from pathlib import Path
from time import monotonic

from rich.console import Console
from rich.text import Text

from worker.commands.articles import find_files, read_articles
from worker.commands.live import SilentView, print_summary
from worker.commands.run import running_session, server_for
from worker.settings import load_settings

HERE = Path(__file__).parent
ROWS = 22


def main() -> None:
    """Run, and draw what a person would see in the end."""
    articles = sys.argv[1] if len(sys.argv) > 1 else "examples/articles"
    screen = Console(
        record=True, width=116, file=StringIO(), force_terminal=True, color_system="truecolor", highlight=False
    )
    screen.print(Text.assemble(("$ ", "dim"), ("make run", "bold")))
    started = monotonic()
    with (
        server_for(load_settings(worker_metrics_port=0, intake_metrics_port=0, server_port=0), keep=False) as (
            settings,
            address,
        ),
        running_session(settings, address) as session,
    ):
        session.feed(read_articles(find_files([articles])))
        session.follow(SilentView(), stay=False, started=started)
    print_summary(session.tally, monotonic() - started, screen=screen, rows=ROWS)
    picture = screen.export_svg(title="stancewire", unique_id="run", font_aspect_ratio=0.6)
    (HERE / "run.svg").write_text(without_fetched_fonts(picture), encoding="utf-8")


def without_fetched_fonts(picture: str) -> str:
    """Leave out the fonts that the picture would have a browser fetch: any fixed-width font will do."""
    alone = re.sub(r"\s*@font-face \{\{?.*?\}\}?", "", picture, flags=re.DOTALL)
    return re.sub(r"<!-- Generated .*?-->\s*", "", alone).replace("Fira Code, monospace", "monospace")


if __name__ == "__main__":
    main()
