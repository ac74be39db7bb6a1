"""A histogram that takes a batch at once holds what one by one would have given."""

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram

from worker.observability.metrics import BatchHistogram

BUCKETS = (0.1, 0.25, 1.0, 10.0)
VALUES = st.lists(st.sampled_from([0.0, 0.1, 0.11, 0.25, 0.5, 1.0, 9.0, 10.0, 11.0]))


def samples(histogram: Histogram) -> list[tuple[str, object, float]]:
    [family] = histogram.collect()
    return [
        (sample.name, sample.labels, round(sample.value, 6))
        for sample in family.samples
        if "created" not in sample.name
    ]


@given(VALUES)
def test_a_batch_counts_as_its_values_one_by_one(values: list[float]) -> None:
    at_once = BatchHistogram("a", "a", buckets=BUCKETS, registry=CollectorRegistry())
    one_by_one = Histogram("a", "a", buckets=BUCKETS, registry=CollectorRegistry())
    at_once.observe_all(values)
    for value in values:
        one_by_one.observe(value)
    assert samples(at_once) == samples(one_by_one)
