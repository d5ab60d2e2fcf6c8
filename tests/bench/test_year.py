"""A season in small: nothing false, nothing missed, nobody written to twice, and no leak."""

from pathlib import Path

from tests.bench.year import Size, lived

SEASON = Size(people=6, sites=10, weeks=13)
# The week in which nobody joined before the digest, and one that was slept through.
WITHOUT_DIGEST = 2


def test_a_season_of_faults_tells_only_what_is_true(tmp_path: Path):
    figures = lived(SEASON, tmp_path)

    assert (figures.false, figures.missed) == (0, 0)
    assert figures.told == 2
    assert figures.repeated == 0
    assert figures.digests == SEASON.people * (SEASON.weeks - WITHOUT_DIGEST)
    assert figures.grown(SEASON) < 1_000_000
    assert figures.mebibytes_late < 1.1 * figures.mebibytes_early
