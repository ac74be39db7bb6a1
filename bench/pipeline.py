#!/usr/bin/env python3
"""How fast is the pipeline on one core, beside `nlp.pipe` of the model's parts that it uses, on the cleaned texts?

    python -m bench.pipeline ARTICLES ... [--name feed] [--bar 5] [--profile fast] [--count 200] [--rounds 5]

Both run in this process and thread, over the same articles in batches of 25; processor time counts. A message that is
refused is left out. The result also tells how many articles the gate let pass.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # before numpy is there
    os.environ.setdefault(variable, "1")

from collections.abc import Sequence  # noqa: E402
from time import process_time  # noqa: E402

import spacy  # noqa: E402

from bench.articles import arguments, chosen, in_batches  # noqa: E402
from bench.measuring import compare, write_result  # noqa: E402
from worker.outcome import Processed  # noqa: E402
from worker.pipeline import Pipeline, load_pipeline  # noqa: E402
from worker.settings import load_settings  # noqa: E402

UNUSED = ("ner", "senter")
"""Parts of the model that nothing of ours needs: the rival goes without them too."""


def pipeline_speed(pipeline: Pipeline, payloads: Sequence[bytes]) -> float:
    """Return articles a second of processor time."""
    started = process_time()
    for batch in in_batches(payloads):
        pipeline.run(batch)
    return len(payloads) / (process_time() - started)


def spacy_speed(nlp: spacy.language.Language, texts: Sequence[str]) -> float:
    """Return texts a second of processor time."""
    started = process_time()
    for _ in nlp.pipe(texts):
        pass
    return len(texts) / (process_time() - started)


def main() -> None:
    """Measure, print, write."""
    parser = arguments(__doc__)
    parser.add_argument("--name", default="samples", help="what to call the articles in the result (%(default)s)")
    parser.add_argument("--profile", help="default or fast (%(default)s)", default=load_settings().profile)
    parser.add_argument("--bar", type=float, help="the ratio to be reached")
    options = parser.parse_args()
    pipeline = load_pipeline(profile=options.profile)
    nlp = spacy.load(load_settings().model, exclude=UNUSED)
    outcomes = {payload: pipeline.run([payload])[0] for payload in chosen(options)}
    done = {payload: outcome for payload, outcome in outcomes.items() if isinstance(outcome, Processed)}
    payloads, texts = list(done), [outcome.cleaned_text for outcome in done.values()]
    spacy_speed(nlp, texts[:10])
    comparison = compare(
        f"pipeline, {options.name}",
        lambda: pipeline_speed(pipeline, payloads),
        lambda: spacy_speed(nlp, texts),
        against="nlp.pipe",
        unit="articles/s",
        rounds=options.rounds,
        bar=options.bar,
    )
    passed = sum(outcome.summary.skipped is None for outcome in done.values())
    result = {
        "comparisons": [comparison.row()],
        "profile": options.profile,
        "articles": len(payloads),
        "characters": sum(map(len, texts)) / max(1, len(texts)),
        "passed": passed,
        "sentences": sum(outcome.summary.sentences for outcome in done.values()),
        "parsed_sentences": sum(outcome.summary.parsed_sentences for outcome in done.values()),
    }
    print(f"{len(payloads)} articles, {passed} pass the gate; {write_result(options.output, options.name, result)}")


if __name__ == "__main__":
    main()
