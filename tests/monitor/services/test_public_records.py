"""What leaves by a request for public records names nobody, takes two, and is told and logged."""

import csv
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest

from monitor.db.database import list_declarations
from monitor.db.tables import Owner
from monitor.demo.district import MARIA
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.person import CURRENT_MEANS, Reviewer
from monitor.domain.public_records import RecordsRequest
from monitor.domain.small_counts import MIN_PEOPLE_TOLD
from monitor.domain.two_reviewers import CONFIRM_WITHIN
from monitor.domain.vocabulary import RecordAccess, RecordKind, Redaction
from monitor.services.data_export import list_access_log
from monitor.services.public_records import (
    COLUMNS,
    RecordsExport,
    confirm_records_export,
    find_record_access,
    list_records_proposals,
    list_stored_kinds,
    propose_records_export,
)
from reports.labels.office import AUDIT_ACTIONS, DISTRICT_ACTIONS
from tests.monitor.services.held import places_hold
from tests.monitor.services.world import REVIEWERS, Staff, World
from tests.rows import over_rows

ANA, BO = (Reviewer(address=reviewer) for reviewer in REVIEWERS)
MALLORY = Reviewer(address="mallory@cedarvalley.example")
SAID = "gave out records of what IT did about you, without your name"

NAMES = {declared.holds: declared.name for declared in list_declarations()}


@pytest.fixture
def maria(world_of) -> Staff:
    return world_of("chalkboard").joins(MARIA)


@pytest.fixture
def world(maria: Staff) -> World:
    return maria.world


def crowd(maria: Staff) -> None:
    """Have so many further people join that a row points to none of them."""
    people = maria.world.state.people
    known = people.load_person(maria.id)
    for number in range(MIN_PEOPLE_TOLD):
        people.insert_person(replace(known, id=f"p{number:031}", mail=f"{number}@x.example"))


def proposes(world: World, kinds: tuple[RecordKind, ...] = tuple(RecordKind)) -> str:
    """Propose what was done today, and return the proposal's ID."""
    today = world.clock.at.date()
    request = RecordsRequest(
        reference="PR-2026-014",
        kinds=kinds,
        first_day=today - timedelta(days=1),
        last_day=today + timedelta(days=1),
    )
    propose_records_export(world.app, ANA, request)
    return next(list_records_proposals(world.app, ANA)).id


def exports(world: World, kinds: tuple[RecordKind, ...] = tuple(RecordKind)) -> RecordsExport:
    return confirm_records_export(world.app, BO, proposes(world, kinds))


def rows_of(export: RecordsExport) -> list[dict[str, str]]:
    rows = list(csv.DictReader(StringIO(export.body.decode())))
    assert all(tuple(row) == COLUMNS for row in rows)
    return rows


def told(maria: Staff) -> list[str]:
    return [line.what for line in list_access_log(maria.world.app, maria.id)]


def test_an_export_names_no_one_and_counts_what_it_left_out(world: World, maria: Staff):
    crowd(maria)
    before = CURRENT_MEANS.set("shell:ana")
    places_hold(world.app, maria.id, "Counsel expects a lawsuit.")
    CURRENT_MEANS.reset(before)
    export = exports(world, (RecordKind.REVIEWER,))

    about_maria = [row for row in rows_of(export) if row["action"].startswith("hold-")]
    assert {row["action"] for row in about_maria} == {"hold-proposed", "hold-placed"}
    for row in about_maria:
        assert (row["time"], row["about"], row["by means of"]) == ("", "[withheld]", "shell")
        assert row["redacted"] == "name, reference, time, details"
    assert {row["who"] for row in about_maria} == {"reviewer 1", "reviewer 2"}
    hashes = [
        value
        for entry in world.state.audit.list_entries_of_subjects((maria.id,))
        for value in entry.details.values()
    ]
    for secret in (maria.id, maria.mail, "shell:ana", ANA.id, BO.id, *REVIEWERS, *hashes):
        assert secret not in export.body.decode()
    rows = rows_of(export)
    assert export.row_count == len(rows)
    for kind, count in export.redactions.items():
        assert count == sum(kind in row["redacted"].split(", ") for row in rows)


def test_a_person_reads_that_what_was_done_about_them_was_given_out(world: World, maria: Staff):
    crowd(maria)
    places_hold(world.app, maria.id, "Counsel expects a lawsuit.")
    exports(world, (RecordKind.OPERATOR,))
    assert SAID not in told(maria)
    exports(world)
    exports(world)

    assert told(maria).count(SAID) == 2
    others = world.state.audit.list_entries_of_subjects(("p" + "0" * 31,))
    assert [entry.action for entry in others] == []
    again = rows_of(exports(world))
    assert not any(row["action"] == "records-disclosed" for row in again), "it would count people"


def test_below_twenty_people_no_row_about_anyone_leaves(world: World, maria: Staff):
    places_hold(world.app, maria.id, "Counsel expects a lawsuit.")

    rows = rows_of(exports(world))

    assert {row["action"] for row in rows} >= {"records-proposed"}
    assert not any(row["action"].startswith("hold-") for row in rows)
    assert SAID not in told(maria)
    counted = {NAMES[line.holds]: line.is_counted for line in list_stored_kinds(world.app)}
    assert (counted["people"], counted["cases"], counted["audit"]) == (False, False, True)


@pytest.mark.parametrize("joined", [1, MIN_PEOPLE_TOLD])
def test_a_row_about_nobody_known_here_is_not_the_districts(
    world: World, maria: Staff, joined: int
):
    """A name of nobody for a hold, or the leaving of who never joined, tells of a person."""
    if joined > 1:
        crowd(maria)
    audit, now = world.state.audit, world.clock.at
    for action in ("staff-imported", "look-alike-added", *AUDIT_ACTIONS.keys() - DISTRICT_ACTIONS):
        audit.append_entry(now, ANA.id, action, "", {})

    rows = rows_of(exports(world))

    assert {row["action"] for row in rows} <= DISTRICT_ACTIONS.keys()
    assert {row["action"] for row in rows} >= {"staff-imported", "look-alike-added"}


def test_what_was_done_about_who_left_or_is_only_invited_stays(world: World, maria: Staff):
    crowd(maria)
    audit = world.state.audit
    assert any(entry.action == "invited" for entry in audit.list_entries())
    audit.append_entry(world.clock.at, ANA.id, "viewed", "0" * 32, {})

    actions = {row["action"] for row in rows_of(exports(world))}

    assert not actions & {"invited", "viewed"}


def test_what_people_did_about_themselves_stays(world: World, maria: Staff):
    crowd(maria)

    rows = rows_of(exports(world))

    assert "enrolled" not in {row["action"] for row in rows}
    assert {row["who"].split()[0] for row in rows} <= {"reviewer", "operator"}


@pytest.mark.parametrize("second", [ANA, Reviewer(address=ANA.address.upper()), MALLORY])
def test_an_export_takes_two_reviewers(world: World, second: Reviewer):
    proposal = proposes(world)

    with pytest.raises(NotPermittedError, match=r"two people|Only reviewers"):
        confirm_records_export(world.app, second, proposal)
    assert world.state.audit.find_last_entry_of_action("records-exported") is None


def test_only_reviewers_propose_an_export(world: World):
    today = world.clock.at.date()
    request = RecordsRequest(
        reference="1", kinds=(RecordKind.REVIEWER,), first_day=today, last_day=today
    )
    with pytest.raises(NotPermittedError, match="Only reviewers"):
        propose_records_export(world.app, MALLORY, request)


def test_a_proposal_is_for_one_day_and_one_file(world: World):
    first = proposes(world)
    confirm_records_export(world.app, BO, first)
    second = proposes(world)
    world.clock.at += CONFIRM_WITHIN

    assert list(list_records_proposals(world.app, ANA)) == []
    for proposal in (first, second, "none"):
        with pytest.raises(InputError, match="no such proposal"):
            confirm_records_export(world.app, BO, proposal)


def test_the_log_has_each_export_and_what_it_left_out(world: World, maria: Staff):
    export = exports(world)

    entry = world.state.audit.find_last_entry_of_action("records-exported")
    assert (entry.actor, entry.details["first"]) == (BO.id, ANA.id)
    assert entry.details["request"] == "PR-2026-014"
    assert entry.details["rows"] == str(export.row_count) != "0"
    assert {kind: entry.details[kind] for kind in Redaction} == {
        kind: str(export.redactions.get(kind, 0)) for kind in Redaction
    }
    assert world.state.audit.verify_chain() is None


def test_a_kind_that_is_chosen_twice_is_given_once(world: World):
    export = exports(world, (RecordKind.REVIEWER, RecordKind.REVIEWER))

    assert [row["action"] for row in rows_of(export)] == ["records-proposed"]


def test_days_are_those_of_the_district(world: World):
    """Late in the evening, the day is over in UTC and not here."""
    audit, there = world.state.audit, world.clock.at.replace(hour=3, minute=30)
    world.clock.at = there + timedelta(days=2)
    audit.append_entry(world.clock.at, "operator", "backed-up", "", {})

    (row,) = [row for row in rows_of(exports(world)) if row["action"] == "backed-up"]

    assert row["date"] == (world.clock.at.date() - timedelta(days=1)).isoformat()
    assert row["time"] == "22:30"


@over_rows("table", tuple(list_declarations()), ids=lambda table: table.name)
def test_what_is_about_people_never_leaves_by_the_page(table):
    access = find_record_access(table)

    assert (access is RecordAccess.PERSON) is (table.owner not in {Owner.DISTRICT, Owner.NOBODY})
    assert (access is RecordAccess.EXPORTED) is (table.name == "audit")


def test_what_exists_is_counted_in_bands(world: World, maria: Staff):
    crowd(maria)

    lines = {NAMES[line.holds]: line for line in list_stored_kinds(world.app)}

    assert lines.keys() == {table.name for table in list_declarations()}
    assert (lines["people"].is_counted, lines["people"].band) == (True, MIN_PEOPLE_TOLD)
    assert lines["cases"].band is None
    assert (lines["pages"].in_use, lines["pages"].afterwards) == ("30 days", "deleted at once")
