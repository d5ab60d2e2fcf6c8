"""Whatever a table declares is deleted when its period is over, and not a second before."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from monitor.db.database import list_declarations
from monitor.db.invitations import Invitation
from monitor.db.jobs import Job
from monitor.db.pictures import Screenshot, Thumbnail
from monitor.db.schema_versions import DISTRICT_SCHEMA
from monitor.db.staff_imports import StaffImportRecord
from monitor.db.sweeps import Sweep
from monitor.db.tables import CLOSED, OPEN, Expiry, Owner, TableDeclaration
from monitor.demo.district import MARIA
from monitor.domain.district.findings import DistrictFinding, DistrictFindingKind, DistrictTrace
from monitor.domain.finding import Presence
from monitor.domain.reason import Reason
from monitor.domain.retention import RETENTION_PERIODS, RetainedKind, RetentionStage
from monitor.domain.vocabulary import CaseKind, Decision, DistrictFindingState, SweepKind
from monitor.services.consent_renewal import compute_lapse_erasure
from monitor.services.job_kinds import JOB_FUNCTIONS
from monitor.services.purge import purge_expired_data
from scrapers.crawl.robots import RobotsRecord
from scrapers.crawl.throttle import HostState
from tests.cases import forget, say
from tests.monitor.services.world import IMPOSTOR, Staff, World

DECLARED = [
    (table, expiry)
    for table in list_declarations()
    if f"CREATE TABLE {table.name} " in DISTRICT_SCHEMA.text
    for expiry in table.expiries
]
STATEMENTS = [(table, expiry) for table, expiry in DECLARED if expiry.is_statement]
HELD = [
    (table, expiry)
    for table, expiry in STATEMENTS
    if table.owner is Owner.PERSON and not table.even_held
]
SECOND = timedelta(seconds=1)
# Stands in every column of text, so that whatever names another row finds it.
OLD = "2020-01-06T00:00:00.000000+00:00"
LATER = "2020-01-07T00:00:00.000000+00:00"


def name_of(value: object) -> str:
    if isinstance(value, TableDeclaration):
        return value.name
    return "-".join(value.stages) if isinstance(value, Expiry) else ""


class MadeUpRows:
    """A database of rows that are of no use but to be deleted."""

    def __init__(self, database: sqlite3.Connection) -> None:
        database.row_factory = sqlite3.Row
        database.execute("PRAGMA foreign_keys = ON")
        database.executescript(DISTRICT_SCHEMA.text)
        self.database = database

    def add(self, table: str, fills: object, **given: object) -> int:
        """Add a row and all that it hangs on; `fills` is for columns that may be null."""
        keys = self.database.execute(f"PRAGMA foreign_key_list({table})").fetchall()
        for key in keys:
            if given.get(key["from"], "") is not None:
                self.add(key["table"], fills)
        values = {}
        for column in self.database.execute(f"PRAGMA table_info({table})").fetchall():
            name, kind = column["name"], column["type"]
            may_be_null = not column["notnull"] and not column["pk"]
            filling = {"TEXT": OLD, "BLOB": b"blob", "INTEGER": 1}[kind]
            if kind == "INTEGER" and column["pk"]:
                continue
            values[name] = given.get(name, fills and filling if may_be_null else filling)
        marks = ", ".join("?" * len(values))
        self.database.execute(
            f"INSERT OR IGNORE INTO {table} ({', '.join(values)}) VALUES ({marks})",  # noqa: S608 - as declared
            tuple(values.values()),
        )
        (number,) = self.database.execute(
            f"SELECT max(rowid) FROM {table}"  # noqa: S608 - as declared
        ).fetchone()
        if number is None:
            reason = f"{table} takes no such row"
            raise sqlite3.IntegrityError(reason)
        return int(number)

    def find_row(self, table: TableDeclaration, expiry: Expiry) -> tuple[int, datetime]:
        """Add a row that the expiry is about; return its number and the time that counts."""
        words = f"{expiry.at} {expiry.where}"
        columns = self.database.execute(f"PRAGMA table_info({table.name})").fetchall()
        named = [column["name"] for column in columns if re.search(rf"\b{column['name']}\b", words)]
        literals = re.findall(r"'([a-z-]+)'", expiry.where)
        others = {"TEXT": [OLD, *literals, None], "INTEGER": [0, 1], "BLOB": [b"blob"]}
        kinds = {column["name"]: column["type"] for column in columns}
        for fills, *chosen in product((OLD, None), *(others[kinds[name]] for name in named)):
            self.database.execute("SAVEPOINT trial")
            try:
                given = dict(zip(named, chosen, strict=True))
                if expiry.clears:
                    given[expiry.clears] = b"blob"
                for other in set(re.findall(r"FROM (\w+)", expiry.where)) - {table.name}:
                    self.add(other, fills)
                number = self.add(table.name, fills, **given)
                if f"FROM {table.name}" in expiry.where:
                    self.add_later(table.name, fills, given)
            except sqlite3.IntegrityError:
                self.database.execute("ROLLBACK TO trial")
                continue
            row = self.database.execute(
                f"""SELECT {expiry.at or f"'{OLD}'"} FROM {table.name}
                WHERE rowid = ? AND ({expiry.where or "true"})""",  # noqa: S608 - as declared
                (number,),
            ).fetchone()
            if row is not None and row[0] is not None:
                return number, datetime.fromisoformat(row[0]).replace(tzinfo=UTC)
            self.database.execute("ROLLBACK TO trial")
        pytest.fail(f"no row of {table.name} is one of {expiry}")

    def add_later(self, table: str, fills: object, given: Mapping[str, object]) -> None:
        """Add another row beside one, for what is kept while it is the last."""
        times = {name: LATER for name, value in given.items() if value == OLD and name != "id"}
        own = {"id": LATER} if table == "sweeps" else {}
        links = ("finding_id", "person_id", "kind")
        self.add(table, fills, **{n: v for n, v in times.items() if n not in links}, **own)

    def has(self, table: TableDeclaration, expiry: Expiry, number: int) -> bool:
        row = self.database.execute(
            f"SELECT {expiry.clears or 1} FROM {table.name} WHERE rowid = ?",  # noqa: S608 - as declared
            (number,),
        ).fetchone()
        return row is not None and row[0] is not None

    def purge(self, table: TableDeclaration, expiry: Expiry, now: datetime) -> None:
        cutoff = table.find_cutoff(expiry, now)
        assert cutoff is not None
        text = cutoff.isoformat(timespec="microseconds")
        self.database.execute(table.build_purge_statement(expiry), (text,))


@pytest.fixture
def rows() -> Iterator[MadeUpRows]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        yield MadeUpRows(database)


def find_span(table: TableDeclaration, expiry: Expiry) -> timedelta:
    spans = [
        RETENTION_PERIODS[table.get_kind(expiry)].get_span(retention_stage)
        for retention_stage in expiry.stages
    ]
    return max(span for span in spans if span is not None)


@pytest.mark.parametrize(("table", "expiry"), STATEMENTS, ids=name_of)
def test_a_row_goes_when_its_period_is_over_and_not_before(rows: MadeUpRows, table, expiry):
    number, at = rows.find_row(table, expiry)
    end = at + find_span(table, expiry)

    if expiry.at:
        rows.purge(table, expiry, end - SECOND)
        assert rows.has(table, expiry, number)

    rows.purge(table, expiry, end)
    assert not rows.has(table, expiry, number)


@pytest.mark.parametrize(("table", "expiry"), HELD, ids=name_of)
def test_a_row_of_someone_under_a_legal_hold_stays(rows: MadeUpRows, table, expiry):
    number, at = rows.find_row(table, expiry)
    rows.database.execute(
        f"UPDATE {table.name} SET person_id = ?",  # noqa: S608 - as declared
        (OLD,),
    )
    rows.add("legal_holds", None)

    rows.purge(table, expiry, at + 10 * find_span(table, expiry))
    assert rows.has(table, expiry, number)

    rows.database.execute("UPDATE legal_holds SET lifted_at = ?", (OLD,))
    rows.purge(table, expiry, at + 10 * find_span(table, expiry))
    assert not rows.has(table, expiry, number)


# What a statement cannot find is made by hand, by kind and stage; each returns a look at whether it
# is still there.
StillThere = Callable[[], object]


def invitation(world: World, *, spent: bool) -> StillThere:
    now, state = world.clock.at, world.state
    made = Invitation(
        id="i" * 32,
        mail="ann@cedarvalley.example",
        given="Ann",
        family="Abel",
        invited_at=now,
        expires_at=now + timedelta(days=14),
    )
    state.invitations.insert_invitation(made)
    if spent:
        state.invitations.mark_invitation_answered(made.id, now)
    return state.invitations.list_invitations


def listing(world: World, *, missing: bool) -> StillThere:
    now, listings = world.clock.at, world.state.staff_listings
    listings.save_listings(["ann@cedarvalley.example"])
    if missing:
        for listed in world.state.people.connection.fetch_rows(
            "SELECT keyed_hash FROM staff_listings"
        ):
            listings.mark_missing(listed["keyed_hash"], now)
    else:
        listings.save_import(
            StaffImportRecord(at=now, imported_at=now, file_mark=b"mark", unusable=0, problem="")
        )
    return lambda: world.state.count_rows()["staff_listings"]


def lookalike(world: World, state: DistrictFindingState) -> StillThere:
    now, findings = world.clock.at, world.state.district_findings
    trace = DistrictTrace(
        kind=DistrictFindingKind.DOMAIN,
        key="cedarval1ey.example",
        source="dns",
        address="cedarval1ey.example",
        reasons=(Reason("district-domain.other-sign"),),
    )
    findings.save_district_finding(
        DistrictFinding(id="d", trace=trace, first_seen=now, last_seen=now, state=state)
    )
    return findings.list_district_findings


def abandoned_sweep(world: World) -> StillThere:
    world.state.sweeps.open_or_resume(
        Sweep(id="s", week="2026-W30", kind=SweepKind.SWEEP, nonce="n", started_at=world.clock.at)
    )
    return world.state.sweeps.list_open_sweeps


def robots_file(world: World) -> StillThere:
    """A clock that was a year ahead has fetched it."""
    until = world.clock.at + timedelta(days=366)
    world.state.robots_files.save_robots_file(
        RobotsRecord(origin="https://a.example", until=until, file="")
    )
    return world.state.robots_files.list_robots_files


def host(world: World, field: str) -> StillThere:
    world.state.hosts.save_host_state(HostState(host="a.example", **{field: world.clock.at}))
    return world.state.hosts.list_host_states


def impersonated(world: World) -> Staff:
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    return maria


def page(world: World, *, ruled: bool) -> StillThere:
    maria = impersonated(world)
    if ruled:
        case = maria.case(CaseKind.IMPERSONATION)
        world.state.cases.update_case(say(case, Decision.NAMESAKE))
    return lambda: world.state.pages.list_records_of_person(maria.id)


def evidence(world: World) -> StillThere:
    page(world, ruled=True)
    return lambda: world.state.count_rows()["evidence"]


def gone_finding(world: World) -> StillThere:
    maria = impersonated(world)
    finding, *_ = world.state.findings.list_findings_of_person(maria.id)
    world.state.findings.update_finding(replace(finding, presence=Presence.GONE))
    return lambda: finding.id in world.state.findings.list_finding_ids_of_person(maria.id)


def missed_sighting(world: World) -> StillThere:
    """Another query still shows what this one does not."""
    maria = impersonated(world)
    sightings = world.state.sightings
    shown, *_ = sightings.list_sightings_of_person(maria.id)
    sightings.save_sighting(replace(shown, query="another", misses=1))
    return lambda: any(
        sighting.query == "another"
        for sighting in sightings.list_sightings_of_finding(shown.finding_id)
    )


def student_link(world: World, *said: Decision) -> StillThere:
    maria, now = impersonated(world), world.clock.at
    case = maria.case(CaseKind.IMPERSONATION)
    raised = replace(forget(case), id="f" * 32, kind=CaseKind.STUDENT_LINK, opened_at=now)
    seen = say(raised, *said)
    world.state.cases.insert_case(seen)
    return lambda: any(
        one_case.id == seen.id and one_case.reasons == seen.reasons
        for one_case in world.state.cases.list_cases_of_person(maria.id)
    )


def screenshot(world: World) -> StillThere:
    maria, state = impersonated(world), world.state
    case = maria.case(CaseKind.IMPERSONATION)
    state.screenshots.insert_screenshot(
        Screenshot(id="s", case_id=case.id, at=world.clock.at, picture=b"a picture")
    )
    maria.rules(case, Decision.MINE)
    return lambda: state.screenshots.count_screenshots_of_person(maria.id)


def thumbnail(world: World, *, running: bool) -> StillThere:
    maria = impersonated(world)
    if running:
        abandoned_sweep(world)
    finding_id = maria.case(CaseKind.IMPERSONATION).finding_id
    small = Thumbnail(finding_id=finding_id, at=world.clock.at, picture=b"a picture")
    world.state.thumbnails.save_thumbnail(maria.id, "s" if running else "closed", small)
    return lambda: world.state.thumbnails.count_thumbnails(maria.id)


MAKERS: Mapping[tuple[RetainedKind, RetentionStage], Callable[[World], StillThere]] = {
    (RetainedKind.INVITATION, OPEN): lambda world: invitation(world, spent=False),
    (RetainedKind.INVITATION, CLOSED): lambda world: invitation(world, spent=True),
    (RetainedKind.STAFF_LISTING, OPEN): lambda world: listing(world, missing=False),
    (RetainedKind.STAFF_LISTING, CLOSED): lambda world: listing(world, missing=True),
    (RetainedKind.LOOKALIKE, OPEN): lambda world: lookalike(world, DistrictFindingState.OPEN),
    (RetainedKind.LOOKALIKE, CLOSED): lambda world: lookalike(world, DistrictFindingState.HARMLESS),
    (RetainedKind.STAGED_ANSWERS, OPEN): abandoned_sweep,
    (RetainedKind.ROBOTS_FILE, OPEN): robots_file,
    (RetainedKind.HOST, OPEN): lambda world: host(world, "parked_until"),
    (RetainedKind.HOST, CLOSED): lambda world: host(world, "next_at"),
    (RetainedKind.PAGE_BODY, OPEN): lambda world: page(world, ruled=False),
    (RetainedKind.PAGE_BODY, CLOSED): lambda world: page(world, ruled=True),
    (RetainedKind.EVIDENCE, CLOSED): evidence,
    (RetainedKind.FINDING, CLOSED): gone_finding,
    (RetainedKind.SIGHTING, CLOSED): missed_sighting,
    (RetainedKind.STUDENT_EVIDENCE, OPEN): student_link,
    (RetainedKind.STUDENT_EVIDENCE, CLOSED): lambda world: student_link(world, Decision.FAMILY),
    (RetainedKind.SCREENSHOT, CLOSED): screenshot,
    (RetainedKind.THUMBNAIL, OPEN): lambda world: thumbnail(world, running=True),
    (RetainedKind.THUMBNAIL, CLOSED): lambda world: thumbnail(world, running=False),
}
STEPS = sorted(
    {
        (table.get_kind(expiry), stage)
        for table, expiry in DECLARED
        if not expiry.is_statement and not expiry.job
        for stage in expiry.stages
    }
)


@pytest.mark.parametrize(("kind", "stage"), STEPS)
def test_what_no_statement_finds_goes_when_its_period_is_over(world: World, kind, stage):
    is_there = MAKERS[kind, stage](world)
    assert is_there()

    world.clock.at += RETENTION_PERIODS[kind].get_span(stage)
    purge_expired_data(world.app)

    assert not is_there()


JOBS = sorted(
    {
        (table.get_kind(expiry), stage, expiry.job)
        for table, expiry in DECLARED
        if expiry.job
        for stage in expiry.stages
    }
)


@pytest.mark.parametrize(("kind", "stage", "job"), JOBS)
def test_who_left_or_never_came_back_is_erased_by_a_job(world: World, kind, stage, job):
    maria = world.joins(MARIA)
    consent = world.state.consents.find_latest_consent(maria.id)
    assert consent
    if stage is CLOSED:
        maria.withdraws()
        world.later(days=1)
    else:
        world.clock.at = consent.expires_at - timedelta(days=20)
        JOB_FUNCTIONS[job](world.app, Job(name=job, subject="", due_at=world.clock.at))
        world.clock.at = compute_lapse_erasure(consent)

    JOB_FUNCTIONS[job](world.app, Job(name=job, subject=maria.id, due_at=world.clock.at))

    latest = world.state.consents.find_latest_consent(maria.id)
    assert latest is None or latest.withdrawn_at == world.clock.at
