"""What was paid for, by week, person and source."""

from monitor.db.sources import Paid


def paid(person, week="2026-W37", requests=1):
    return Paid(week=week, person=person, source="engine", requests=requests)


def test_what_was_paid_for_is_summed(world):
    rosa = world.enrolled()
    for each in (paid(rosa), paid(rosa, requests=2), paid(""), paid(rosa, "2026-W38")):
        world.state.outlays.add(each)

    assert world.state.outlays.of_week("2026-W37") == (paid(""), paid(rosa, requests=3))


def test_what_was_paid_about_somebody_unknown_is_nobodys(world):
    world.state.outlays.add(paid("gone"))

    assert world.state.outlays.of_week("2026-W37") == (paid(""),)


def test_earlier_weeks_are_forgotten(world):
    for week in ("2026-W36", "2026-W37"):
        world.state.outlays.add(paid("", week))

    world.state.outlays.forget_before("2026-W37")

    assert world.state.outlays.of_week("2026-W36") == ()
    assert world.state.outlays.of_week("2026-W37") == (paid(""),)
