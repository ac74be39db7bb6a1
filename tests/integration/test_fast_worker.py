"""A real worker with the profile `fast`: what it publishes says so."""

from collections.abc import Callable

from system import System

ARTICLE = """Norway rejects Iceland's mackerel offer
Norway will not accept Iceland's proposal to split the mackerel quota, its fisheries minister said on Tuesday.
Iceland called on Norway to return to the talks and demanded a larger share of the quota.
The European Union threatened both sides with sanctions unless they reach a deal by June."""


def test_a_fast_worker_publishes_positions_that_name_its_labeller(make_system: Callable[..., System]) -> None:
    system = make_system(pipeline="worker.pipeline:load_pipeline", profile="fast", concurrency=1)
    try:
        system.start()
        system.feed(ARTICLE, id="quotas")
        system.settled(fed=1)
        assert {position.extractor.model.partition("-")[0] for position in system.positions} == {"words"}
        [summary] = system.processed
        assert summary.positions == len(system.positions)
        assert summary.extractor.model == system.positions[0].extractor.model
    finally:
        system.close()
