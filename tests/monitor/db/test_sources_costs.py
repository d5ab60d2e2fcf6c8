"""What was paid for, by week, person and source."""

from datetime import UTC, datetime, timedelta

from monitor.db.sources import WeeklyApiCost


def paid(person, week="2026-W37", requests=1):
    return WeeklyApiCost(week=week, person_id=person, source="engine", requests=requests)


def test_what_was_paid_for_is_summed(world):
    rosa = world.enrolled()
    for entry in (paid(rosa), paid(rosa, requests=2), paid(""), paid(rosa, "2026-W38")):
        world.state.api_costs.insert_api_cost(entry)

    assert world.state.api_costs.list_api_costs_of_week("2026-W37") == (
        paid(""),
        paid(rosa, requests=3),
    )


def test_what_was_paid_about_somebody_unknown_is_nobodys(world):
    world.state.api_costs.insert_api_cost(paid("gone"))

    assert world.state.api_costs.list_api_costs_of_week("2026-W37") == (paid(""),)


def test_earlier_weeks_are_forgotten(world):
    for week in ("2026-W36", "2026-W37"):
        world.state.api_costs.insert_api_cost(paid("", week))

    world.state.api_costs.delete_api_costs_before("2026-W37")

    assert world.state.api_costs.list_api_costs_of_week("2026-W36") == ()
    assert world.state.api_costs.list_api_costs_of_week("2026-W37") == (paid(""),)


def test_a_week_without_a_later_sweep_is_forgotten_two_weeks_after_its_monday(world):
    world.state.api_costs.insert_api_cost(paid("", "2026-W01"))
    monday = datetime(2025, 12, 29, tzinfo=UTC)

    world.state.delete_expired_rows(monday + timedelta(days=14, seconds=-1))
    assert world.state.api_costs.list_api_costs_of_week("2026-W01") == (paid("", "2026-W01"),)

    world.state.delete_expired_rows(monday + timedelta(days=14))
    assert world.state.api_costs.list_api_costs_of_week("2026-W01") == ()
