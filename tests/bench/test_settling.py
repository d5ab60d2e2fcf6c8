"""What a query costs in statements, and in values opened, grows with nothing else."""

import pytest

from monitor.db import encryption
from monitor.db.connection import DatabaseConnection
from tests.bench.settling import CURVES, SITES, Load, main, measure

A_TENTH_MORE = 1.1
EVERYTHING = 600


@pytest.fixture
def steps(monkeypatch):
    """Return a function that counts, for each query of a load, statements and values opened."""
    counted = []

    def count(load: Load) -> float:
        counted.clear()
        measure(load)
        return len(counted) / (load.people * load.handles * SITES * load.weeks)

    for place, name in (
        *((DatabaseConnection, name) for name in ("fetch_row", "fetch_rows", "execute")),
        (encryption, "_decrypt_value"),
    ):
        original = getattr(place, name)

        def noted(*given, original=original):
            counted.append(original)
            return original(*given)

        monkeypatch.setattr(place, name, noted)
    return count


@pytest.mark.parametrize(
    "more",
    [
        Load(people=4, share=EVERYTHING),
        Load(people=2, share=EVERYTHING, handles=2),
        Load(people=2, share=EVERYTHING, weeks=3),
    ],
    ids=["people", "findings", "weeks"],
)
def test_a_query_takes_as_many_steps_with_more_of_everything(steps, more):
    assert steps(more) <= A_TENTH_MORE * steps(Load(people=2, share=EVERYTHING))


def test_each_curve_is_printed_point_by_point(capsys, monkeypatch):
    monkeypatch.setitem(CURVES, "people", [Load(people=1), Load(people=2)])

    main(["--curve", "people"])

    title, *points = capsys.readouterr().out.splitlines()
    assert title == "people:"
    assert [point.split(":")[0] for point in points] == [
        "  1 people, 3 findings each, week 1",
        "  2 people, 3 findings each, week 1",
    ]
