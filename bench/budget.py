#!/usr/bin/env python3
"""Where does each millisecond of an article go? The time of every stage of the pipeline without that of its parts.

python -m bench.budget ARTICLES ... [--name feed] [--profile fast] [--count 200] [--rounds 5]
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # before numpy is there
    os.environ.setdefault(variable, "1")

from collections import Counter, defaultdict  # noqa: E402
from collections.abc import Callable, Sequence  # noqa: E402
from functools import wraps  # noqa: E402
from importlib import import_module  # noqa: E402
from statistics import median  # noqa: E402
from time import process_time  # noqa: E402
from typing import Any  # noqa: E402

from bench.articles import arguments, chosen, in_batches  # noqa: E402
from bench.measuring import write_result  # noqa: E402
from worker.pipeline import Pipeline, load_pipeline  # noqa: E402
from worker.settings import load_settings  # noqa: E402

STAGES = {
    "decode the message": [("worker.pipeline", "decode_article")],
    "clean": [("worker.pipeline", "clean")],
    "split into sentences": [("worker.extraction.extractor", "read_sentences")],
    "gate": [("worker.extraction.extractor", "gate_article")],
    "mentions, parties, speakers": [("worker.extraction.reading", "read_voices")],
    "tokens and chunks": [("worker.extraction.labelling", "tokenize"), ("worker.extraction.labelling", "pack")],
    "words around parties": [("worker.extraction.word_labels", "WordLabeller.label")],
    "heads (ONNX)": [("onnxruntime", "InferenceSession.run")],
    "labels from the heads": [("worker.extraction.encoder", "Heads.label")],
    "parse": [("spacy.language", "Language.pipe"), ("worker.extraction.paragraphs", "Paragraphs.__init__")],
    "stance cues": [("worker.extraction.reading", "read_stances")],
    "issue terms": [("worker.extraction.issues", "ArticleIssues.of")],
    "fusion and confidence": [("worker.extraction.extractor", "labelled_events")],
    "attributions": [("worker.extraction.paragraphs", "find_attributions")],
    "details of events": [("worker.extraction.extractor", "read_details")],
    "events as messages": [("worker.pipeline", "position_events"), ("worker.pipeline", "Pipeline._summary")],
    "everything else": [("worker.pipeline", "Pipeline.run")],
}
"""Which functions, under the names by which they are called, make up a stage."""


class Stopwatch:
    """Adds up the time of each stage, without that of the stages inside it."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._inner: list[float] = []

    def time(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, timed; what a generator does counts as it is used up, at once."""

        @wraps(function)
        def timed(*arguments: Any, **options: Any) -> Any:
            self._inner.append(0.0)
            started = process_time()
            try:
                result = function(*arguments, **options)
                return list(result) if hasattr(result, "__next__") else result
            finally:
                taken = process_time() - started
                self.seconds[stage] += taken - self._inner.pop()
                if self._inner:
                    self._inner[-1] += taken

        return timed

    def install(self) -> None:
        """Time every stage from now on."""
        for stage, places in STAGES.items():
            for module, name in places:
                holder: Any = import_module(module)
                *owners, last = name.split(".")
                for owner in owners:
                    holder = getattr(holder, owner)
                setattr(holder, last, self.time(stage, getattr(holder, last)))


def budget(pipeline: Pipeline, payloads: Sequence[bytes], rounds: int) -> dict[str, float]:
    """Return the milliseconds an article that each stage takes, medians of the rounds."""
    watch = Stopwatch()
    watch.install()
    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        watch.seconds.clear()
        for batch in in_batches(payloads):
            pipeline.run(batch)
        for stage in STAGES:
            found[stage].append(1000 * watch.seconds[stage] / len(payloads))
    return {stage: median(times) for stage, times in found.items()}


def main() -> None:
    """Measure, print, write."""
    parser = arguments(__doc__)
    parser.add_argument("--name", default="samples", help="what to call the articles in the result (%(default)s)")
    parser.add_argument("--profile", help="default or fast (%(default)s)", default=load_settings().profile)
    options = parser.parse_args()
    payloads = chosen(options)
    pipeline = load_pipeline(profile=options.profile)
    pipeline.run(payloads[:25])
    stages = budget(pipeline, payloads, options.rounds)
    whole = sum(stages.values())
    for stage, milliseconds in stages.items():
        print(f"{stage:<28} {milliseconds:8.2f} ms  {milliseconds / whole:6.1%}")
    print(f"{'an article':<28} {whole:8.2f} ms")
    print(write_result(options.output, f"budget_{options.name}", {"milliseconds": stages, "articles": len(payloads)}))


if __name__ == "__main__":
    main()
