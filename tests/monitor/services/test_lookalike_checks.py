"""The district looks for what looks like it: without a person, and without one being asked for."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest

from monitor.db.jobs import build_request
from monitor.demo.district import HIGH_SCHOOL, MARIA, STAFF
from monitor.demo.internet import HostMood
from monitor.domain.district.inventory import DISTRICT_SUBJECT
from monitor.domain.person import Reviewer
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import DistrictFindingState
from monitor.services.due_jobs import run_due_sweeps, run_requested_checks, schedule_jobs
from monitor.services.lookalike_checks import (
    CERTIFICATE_LOG,
    DISTRICT_CHECK,
    NAME_SERVICE,
    group_names,
    load_inventory,
    plan_district_queries,
    run_district_check,
    summarize_district,
)
from monitor.services.lookalikes import build_lookalikes_view
from monitor.services.purge import purge_expired_data
from reports.reason_rendering import render_reason
from scrapers.models import DomainRecords, LoggedNames, Outcome, Query, QueryKind, Request
from scrapers.source import COMMON_NAME
from tests.monitor.services.watched import (
    ABSENT,
    FAILED,
    MAILING,
    PARKED,
    FakeRecords,
    impostor,
    keys,
    page,
    stored,
    watches,
)
from tests.monitor.services.world import REVIEWERS, World

LOOKALIKE = "cedarvalley-payroll.com"


@pytest.fixture
def records(world: World) -> FakeRecords:
    return watches(world)


def checks(world: World) -> dict[str, tuple[str, str]]:
    listed = world.state.district_checks.list_district_checks()
    return {check.source: (check.outcome, check.note) for check in listed}


def rules(world: World, state: DistrictFindingState) -> None:
    for entry in stored(world):
        world.state.district_findings.save_district_finding(replace(entry, state=state))


def test_a_district_that_lists_nothing_of_its_own_asks_nothing(world):
    assert run_district_check(world.app)
    schedule_jobs(world.app)

    assert world.asked == []
    assert DISTRICT_CHECK not in {job.name for job in world.state.jobs.list_jobs()}


def test_a_command_has_the_service_check_everything_now(world, records):
    wanted = build_request("district-check", "all", world.clock.at)
    world.state.jobs.insert_request(wanted)
    run_requested_checks(world.app)
    assert world.asked == []

    run_due_sweeps(world.app)

    assert checks(world)["dns"]
    assert world.state.jobs.load_progress("all")["dns"] == "done"
    assert world.state.jobs.list_open_requests() == ()


def test_an_account_in_the_name_of_a_school_is_found_without_anyone_enrolled(world, records):
    world.internet = world.internet.add_entry(impostor())

    run_district_check(world.app)

    (found,) = stored(world)
    assert found.state is DistrictFindingState.OPEN
    assert found.trace.shown_name == HIGH_SCHOOL
    assert tuple(map(render_reason, found.trace.reasons)) == (
        f"Its name is that of {HIGH_SCHOOL}.",
        "Its username is cedarvalleyhs, but the l is replaced by the digit 1.",
        "Its page names Cedar Valley.",
    )


def test_a_handle_of_an_official_account_on_another_site_is_found(world, records):
    world.internet = world.internet.add_entry(page("cedarvalleypanthers", ""))

    run_district_check(world.app)

    assert "chalkboard:@cedarvalleypanthers" in keys(world)


def test_an_official_account_is_no_look_alike(world, records):
    world.internet = world.internet.add_entry(page("cvhighschool", HIGH_SCHOOL, "Cedar Valley"))

    run_district_check(world.app)

    assert stored(world) == ()


@pytest.mark.parametrize(
    ("handle", "name"),
    [
        ("cedarvalleyhs", "Maria Delgado"),
        ("mariadelgado", "Maria Delgado, Cedar Valley High School"),
        ("cedarvalleyhs_official", "Ms. Delgado's class"),
        ("cedarvalleyhs2027", "Cedar Valley High School Class of 2027"),
    ],
)
def test_an_account_that_names_a_person_or_a_class_is_not_stored(world, records, handle, name):
    bio = "Cedar Valley"
    world.internet = world.internet.add_entry(page(handle, name, bio)).add_entry(
        impostor(handle=f"{handle}.skies.example", name=name, bio=bio)
    )

    run_district_check(world.app)

    assert stored(world) == ()


def test_no_name_or_handle_of_a_person_is_asked_or_stored(world, records):
    maria = world.joins(MARIA)
    for member in STAFF:
        name = f"{member.person.name.given} {member.person.name.family}"
        told = {"id": f"x-{member.person.id}", "name": f"{name}, {HIGH_SCHOOL}"}
        world.internet = world.internet.add_entry(impostor(**told))
    world.forgets_visits()

    run_district_check(world.app)

    # A search is tested with the most frequent name of all, and one of the staff bears it.
    requests = [query for query in world.asked if f"q={COMMON_NAME}&" not in f"{query.query}&"]
    asked = " ".join(f"{query.path}?{query.query}" for query in requests).casefold()
    kept = msgspec.json.encode(stored(world)).decode().casefold()
    assert "cedarvalley" in asked
    for member in STAFF:
        for word in (member.person.name.family, *member.person.handles):
            assert word.casefold() not in asked
            assert word.casefold() not in kept
    assert maria.id not in kept


def test_an_account_that_someone_declared_is_told_as_if_nobody_had(world, records):
    world.internet = world.internet.add_entry(page("cedarvalleypanthers", "", "Cedar Valley"))
    run_district_check(world.app)
    (before,) = stored(world)

    world.joins(MARIA, accounts=("chalkboard:@cedarvalleypanthers",))
    run_district_check(world.app)

    (after,) = stored(world)
    assert after.trace == before.trace
    assert MARIA.person.name.family not in repr(after)


class Closed:
    """A table that no one may look into."""

    def __getattr__(self, name: str) -> object:
        pytest.fail(f"a table about people was asked for {name}")


def test_no_table_about_people_is_read(world, records, monkeypatch):
    world.joins(MARIA)
    world.internet = world.internet.add_entry(impostor())
    for table in ("people", "consents", "findings", "cases", "sightings", "queries", "feedback"):
        monkeypatch.setattr(world.state, table, Closed())

    run_district_check(world.app)

    assert len(stored(world)) == 1
    assert build_lookalikes_view(world.app, Reviewer(address=REVIEWERS[0])).open
    assert summarize_district(world.app).open == 1


def test_a_query_in_the_districts_name_may_hold_no_other_word(world, records):
    query = next(
        district_query
        for district_query in plan_district_queries(world.app, load_inventory(world.app))
        if district_query.source == "chalkboard"
    )
    may_ask = world.app.crawler.may_ask

    assert may_ask(query)
    for terms in (("mariadelgado",), ("Maria Delgado",), ("cedarvalleyhs", "mariadelgado"), ()):
        assert not may_ask(replace(query, terms=terms))
    for kind in set(QueryKind) - {QueryKind.SEARCH, QueryKind.PRESENCE, QueryKind.PROFILE}:
        assert not may_ask(replace(query, kind=kind))


def test_a_district_without_an_inventory_may_ask_nothing_in_its_own_name(world):
    query = Query(
        source="chalkboard",
        kind=QueryKind.PRESENCE,
        terms=("cedarvalleyhs",),
        request=Request(url="http://chalkboard.example/t/cedarvalleyhs"),
        subject=DISTRICT_SUBJECT,
    )

    assert not world.app.crawler.may_ask(query)


def test_each_source_has_its_turn_once_a_week(world, records):
    inventory = load_inventory(world.app)
    by_day = [
        {query.source for query in plan_district_queries(world.app, inventory, day)}
        for day in range(7)
    ]

    assert sorted(name for day in by_day for name in day) == sorted(world.app.sources)


def test_all_names_of_a_district_with_seven_schools_are_searched_for_each_week(world):
    schools = tuple(f"Cedar Valley School {number}" for number in range(7))
    watches(world, schools=schools)

    asked = [
        query.terms
        for query in plan_district_queries(world.app, load_inventory(world.app))
        if query.source == "searxng"
    ]

    assert len(asked) == 8
    for name in (world.config.district.name, *schools):
        # On both groups of networks, and openly.
        assert sum(name in terms for terms in asked) == 3


@pytest.mark.parametrize(
    ("letters", "groups"), [(10, [4, 4]), (50, [4, 4]), (90, [2, 2, 2, 2]), (300, [1] * 8)]
)
def test_only_so_many_names_share_a_query_as_fit_into_it(letters, groups):
    names = [f"{number}".ljust(letters, "x") for number in range(8)]

    grouped = list(group_names(names))

    assert [len(group) for group in grouped] == groups
    assert [name for group in grouped for name in group] == names


def test_all_look_alikes_of_handles_are_asked_in_turn(world, records):
    inventory, asked = load_inventory(world.app), set()
    for _ in range(60):
        plan = plan_district_queries(world.app, inventory)
        asked |= {query.terms[0] for query in plan if query.source == "chalkboard"}
        world.a_week_later()

    assert {"cedarvalleypanthersofficial", "cedarva1leypanthers", "cedarvalleyhighschool"} <= asked


def test_a_source_that_fails_its_self_test_finds_nothing_and_says_so(world, records):
    world.internet = world.internet.add_entry(page("cedarvalleypanthers", ""))
    world.internet = world.internet.trouble_host("chalkboard.example", HostMood.VAGUE)

    run_district_check(world.app)

    assert stored(world) == ()
    assert checks(world)["chalkboard"][0] == Outcome.UNREADABLE


def test_an_account_is_gone_once_its_own_address_has_denied_it_twice(world, records):
    fake = page("cedarvalleypanthers", "")
    world.internet = world.internet.add_entry(fake)
    run_district_check(world.app)
    world.internet = world.internet.remove_entry(fake)

    run_district_check(world.app)
    assert stored(world)[0].gone_at is None
    world.a_week_later()
    run_district_check(world.app)

    assert stored(world)[0].gone_at == world.clock.at
    assert summarize_district(world.app).gone == 1


def test_a_harmless_account_that_changes_is_open_again(world, records):
    world.internet = world.internet.add_entry(impostor())
    run_district_check(world.app)
    rules(world, DistrictFindingState.HARMLESS)
    run_district_check(world.app)
    assert stored(world)[0].state is DistrictFindingState.HARMLESS

    changed = impostor(bio="Pay your fees here. Cedar Valley.")
    world.internet = world.internet.remove_entry(impostor()).add_entry(changed)
    world.a_week_later()
    run_district_check(world.app)

    (found,) = stored(world)
    assert (found.state, found.changed_at) == (DistrictFindingState.OPEN, world.clock.at)


def test_what_it_calls_ours_joins_the_inventory(world, records):
    world.internet = world.internet.add_entry(page("cedarvalleypanthers", ""))
    run_district_check(world.app)
    rules(world, DistrictFindingState.OURS)

    addresses = {account.address for account in load_inventory(world.app).accounts}

    assert "http://chalkboard.example/t/cedarvalleypanthers" in addresses


def test_a_registered_domain_is_told_with_its_records(world, records):
    records.domains["cedarvalley.org"] = MAILING

    run_district_check(world.app)

    (found,) = stored(world)
    assert found.trace.key == "cedarvalley.org"
    assert found.trace.web_addresses == PARKED.addresses
    assert found.trace.mail_servers == ("mail.parking.test",)
    assert found.trace.reasons[-1] == Reason("district-domain.mail")
    assert checks(world)[NAME_SERVICE] == (Outcome.FOUND, "")


def test_a_domain_that_could_not_be_looked_up_is_not_called_free(world, records):
    records.domains["cedarvalley.org"] = PARKED
    run_district_check(world.app)
    records.domains["cedarvalley.org"] = FAILED

    world.a_week_later()
    run_district_check(world.app)

    (found,) = stored(world)
    assert found.missing_since is None
    outcome, note = checks(world)[NAME_SERVICE]
    assert (outcome, note[:17]) == (Outcome.PARTIAL, "lookups-failed:1/")


def test_a_name_service_that_is_down_is_asked_once(world, records):
    records.otherwise = FAILED

    run_district_check(world.app)

    assert len(records.asked) == 1
    assert checks(world)[NAME_SERVICE] == (Outcome.FAILED, FAILED.note)


def test_a_name_service_that_fails_on_the_way_is_left_alone_soon(world, records):
    nobody = records.look_up_domain

    def fail_for_com_and_org(domain: str) -> DomainRecords:
        known = nobody(domain)
        made_up = len(domain) > 30
        return known if made_up or known.outcome is Outcome.FOUND else FAILED

    records.look_up_domain = fail_for_com_and_org

    run_district_check(world.app)

    assert len(records.asked) == 7
    assert checks(world)[NAME_SERVICE][0] == Outcome.FAILED


@pytest.mark.parametrize(
    ("otherwise", "own", "word"),
    [(PARKED, PARKED, "names-invented"), (ABSENT, ABSENT, "own-name-unknown")],
)
def test_a_name_service_that_is_wrong_about_names_proves_nothing(
    world, records, otherwise, own, word
):
    records.otherwise, records.domains = otherwise, {"cedarvalley.example": own}

    run_district_check(world.app)

    assert stored(world) == ()
    outcome, note = checks(world)[NAME_SERVICE]
    assert outcome == Outcome.FAILED
    assert word in note


def test_a_domain_that_starts_to_take_email_is_open_again(world, records):
    records.domains["cedarvalley.org"] = PARKED
    run_district_check(world.app)
    rules(world, DistrictFindingState.HARMLESS)

    records.domains["cedarvalley.org"] = MAILING
    world.a_week_later()
    run_district_check(world.app)

    assert stored(world)[0].state is DistrictFindingState.OPEN


def test_the_log_of_certificates_is_not_asked_unless_it_is_named(world, records):
    run_district_check(world.app)

    assert records.searched == []


def test_a_name_from_the_log_is_looked_up_and_told_without_what_stands_before_it(world):
    records = watches(world, certificate_log="https://log.example")
    records.domains[LOOKALIKE] = PARKED
    names = (f"maria.delgado.{LOOKALIKE}", "cedarvalleygolf.com", "www.cedarvalley.example")
    records.log = LoggedNames(outcome=Outcome.FOUND, names=names)

    run_district_check(world.app)

    assert records.searched == ["cedarvalley"]
    assert list(keys(world)) == [LOOKALIKE]
    assert checks(world)[CERTIFICATE_LOG] == (Outcome.FOUND, "")


def test_a_log_that_is_down_is_told_as_such(world):
    records = watches(world, certificate_log="https://log.example")
    records.log = LoggedNames(outcome=Outcome.LIMITED, note="asked-too-often")

    run_district_check(world.app)

    assert checks(world)[CERTIFICATE_LOG] == (Outcome.LIMITED, "asked-too-often")


@pytest.mark.parametrize(
    ("own", "told"),
    [
        (LoggedNames(outcome=Outcome.FOUND, names=("cedarvalley.example",)), (Outcome.FOUND, "")),
        (
            LoggedNames(outcome=Outcome.ABSENT),
            (Outcome.UNREADABLE, "own-certificate-unknown"),
        ),
        (LoggedNames(outcome=Outcome.FAILED, note="slow"), (Outcome.FAILED, "slow")),
    ],
)
def test_an_empty_log_is_believed_only_if_it_knows_the_districts_own_names(world, own, told):
    records = watches(world, certificate_log="https://log.example")
    records.logs["cedarvalley.example"] = own

    run_district_check(world.app)

    assert records.searched == ["cedarvalley", "cedarvalley.example"]
    assert checks(world)[CERTIFICATE_LOG] == told


def test_the_service_checks_a_part_each_day(world, records):
    schedule_jobs(world.app)
    world.later(days=1)
    run_due_sweeps(world.app)

    (job,) = (one_job for one_job in world.state.jobs.list_jobs() if one_job.name == DISTRICT_CHECK)
    assert job.due_at.astimezone(ZoneInfo(world.app.config.district.zone)).hour == 4
    assert job.due_at - world.clock.at <= timedelta(days=1)
    seen = len(records.asked)
    assert seen
    for _ in range(6):
        world.later(days=1)
        run_due_sweeps(world.app)
    assert len(records.asked) > 3 * seen
    assert len(set(checks(world)) & set(world.app.sources)) == len(world.app.sources)


def test_paid_queries_stop_at_the_weeks_budget(world, records):
    world.prices = {"searxng": Decimal(1_000_000)}

    run_district_check(world.app)

    assert checks(world)["searxng"][0] in {Outcome.SKIPPED, Outcome.PARTIAL}


def test_look_alikes_are_forgotten_a_year_after_they_were_seen(world, records):
    records.domains["cedarvalley.org"] = PARKED
    run_district_check(world.app)

    world.later(days=364)
    purge_expired_data(world.app)
    assert len(stored(world)) == 1
    world.later(days=2)
    purge_expired_data(world.app)

    assert stored(world) == ()
    assert checks(world) == {}
