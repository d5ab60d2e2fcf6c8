"""A rehearsal counts, and asks nobody."""

from collections import Counter

from monitor.demo.district import MARIA
from monitor.services.job_kinds import preview_sweep
from tests.monitor.services.world import World


def test_a_dry_run_asks_nothing_and_counts_what_it_would(world: World):
    world.joins(MARIA)
    planned = Counter(query.source for query in preview_sweep(world.app))

    # Six of the search engine's are about the district, and name no one.
    assert planned == {"bluesky": 2, "chalkboard": 3, "searxng": 13}
    assert world.asked == []
