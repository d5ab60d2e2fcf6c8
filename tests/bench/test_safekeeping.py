"""A copy of a large district is quick, and its small form is measured in every run."""

from pathlib import Path

import pytest

from tests.bench.safekeeping import PEOPLE, measured


def test_a_district_is_copied_while_somebody_writes_and_is_restored_without_the_erased(tmp_path):
    figures = measured(8, tmp_path)

    assert figures.writes > 0
    assert figures.people == PEOPLE - 1
    assert figures.erased_absent


@pytest.mark.soak
def test_two_hundred_megabytes_take_seconds(tmp_path: Path):
    figures = measured(200, tmp_path)

    assert figures.megabytes >= 200
    assert figures.copied <= 2
    assert figures.restored <= 60
