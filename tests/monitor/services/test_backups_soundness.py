"""What the nightly copy is proved by: every value that is sealed is opened once."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.db.access_tokens import AccessToken
from monitor.db.account_proofs import AccountProof, ProofState
from monitor.db.database import list_declarations
from monitor.db.pictures import Screenshot, Thumbnail
from monitor.db.schema_versions import DISTRICT_SCHEMA
from monitor.db.staged_answers import StagedAnswer
from monitor.demo.district import MARIA, ROSA
from monitor.domain.breach import BreachRecord
from monitor.domain.case import Case
from monitor.domain.district.findings import DistrictFinding, DistrictTrace
from monitor.domain.enrollment_draft import EnrollmentDraft
from monitor.domain.errors import DatabaseError
from monitor.domain.finding_events import Event
from monitor.domain.person import PersonName
from monitor.domain.reason import Reason
from monitor.domain.two_reviewers import EarlyAccessProposal
from monitor.domain.vocabulary import (
    Decision,
    DistrictFindingKind,
    EventKind,
    SweepKind,
    TokenScope,
)
from monitor.services.backup_checks import check_stored_values
from monitor.services.enrollment import invite_person
from monitor.services.own_details import edit_profile
from monitor.services.preferences import stop_digest
from scrapers.models import (
    Breach,
    CrawlResult,
    Outcome,
    Page,
    ParsedPage,
    ParseResult,
    Query,
    QueryKind,
    Request,
)
from tests.monitor.decisions import decide_case
from tests.monitor.services.mover import Mover
from tests.monitor.services.test_erasure import joined_with_words_everywhere
from tests.monitor.services.world import World

# Columns of bytes that are no words of anybody: keyed hashes, and what the audit log ends with.
# Why an email was refused is said to be unreadable, so that no email is held up for it.
SAID = [("outbox", "error")]


class Undone(Exception):  # noqa: N818 - nothing went wrong
    """Takes back the damage that was done."""


@pytest.fixture
def filled(world_of) -> World:
    """Have something in every column that is sealed, a sweep under way among it."""
    world = world_of("chalkboard")
    ref = joined_with_words_everywhere(world)
    state, now = world.state, world.clock.at
    case, *_ = state.cases.list_cases_of_person(ref)
    proposal = EarlyAccessProposal(
        id="p", case_id=case.id, person_id=ref, first="ana", reason="urgent", at=now
    )
    state.early_access.save_early_access_proposal(proposal)
    decide_case(world.app, case.id, Decision.IMPERSONATION, ref)
    vanished = Event(person_id=ref, finding_id=case.finding_id, kind=EventKind.VANISHED, at=now)
    state.events.insert_event("", vanished, "https://chalkboard.example/t/mariadelgado")
    invited = invite_person(world.app, ROSA.person.mail, "Rosa", "Marchetti")
    state.enrollment_drafts.save_draft(invited.id, EnrollmentDraft(name=ROSA.person.name), now)
    maria = world.joins(MARIA)
    Mover(maria).asks()
    victoria = PersonName(given="Victoria", family="Victim")
    edit_profile(world.app, replace(state.people.load_person(maria.id), name=victoria))
    stop_digest(world.app, maria.id)
    state.account_proofs.save_account_proof(
        AccountProof(person_id=maria.id, account="x:@v", state=ProofState.WAITING, at=now)
    )
    breach = Breach(name="X", title="X", happened_on=now.date(), data=("Passwords",))
    state.breaches.save_breach(maria.id, BreachRecord(breach=breach, first_seen=now, last_seen=now))
    store_pictures_and_lookalike(world, case)
    store_token(world, maria.id)
    waiting, *_ = state.outbox.list_due_emails(now)
    state.outbox.schedule_retry(waiting.id, now, "refused")
    under_way = replace(
        state.sweeps.find_latest_sweep(SweepKind.SWEEP), id="under way", closed_at=None
    )
    visit = answered(ref, now)
    state.staged_answers.stage_answers(
        state.sweeps.open_or_resume(under_way).id, (StagedAnswer(visit=visit),)
    )
    page = Page(url=visit.query.request.url, status=200, body=b"A page.", fetched_at=now)
    read = ParsedPage(query=visit.query, page=page, result=visit.result)
    state.pages.insert_pages("under way", 1, [read])
    return world


def store_pictures_and_lookalike(world: World, case: Case) -> None:
    state, now = world.state, world.clock.at
    shot = Screenshot(id="s", case_id=case.id, at=now, picture=b"a picture")
    state.screenshots.insert_screenshot(shot)
    thumbnail = Thumbnail(finding_id=case.finding_id, at=now, picture=b"a picture")
    state.thumbnails.save_thumbnail(case.person_id, "under way", thumbnail)
    trace = DistrictTrace(
        kind=DistrictFindingKind.DOMAIN,
        key="cedarval1ey.example",
        source="dns",
        address="cedarval1ey.example",
        reasons=(Reason("district-domain.other-sign"),),
    )
    state.district_findings.save_district_finding(
        DistrictFinding(id="d", trace=trace, first_seen=now, last_seen=now)
    )


def store_token(world: World, person: str) -> None:
    state, now = world.state, world.clock.at
    token = AccessToken(
        id="t",
        account_id=person,
        name="My calendar",
        scopes=frozenset({TokenScope.OWN_CALENDAR}),
        created_at=now,
        expires_at=now + timedelta(days=30),
        person_id=person,
    )
    state.access_tokens.insert_token(token, "secret")


def answered(person: str, at: datetime) -> CrawlResult:
    asked = Request(url="https://chalkboard.example/t/mariadelgado")
    query = Query(
        source="chalkboard", kind=QueryKind.PRESENCE, terms=("x",), request=asked, subject=person
    )
    return CrawlResult(query=query, result=ParseResult(outcome=Outcome.ABSENT), at=at)


def sealed() -> list[tuple[str, str]]:
    core = (t for t in list_declarations() if f"CREATE TABLE {t.name} " in DISTRICT_SCHEMA.text)
    declared = [(table.name, column) for table in core for column in table.sealed]
    return [*declared, ("audit_end", "seal")]


def test_a_damaged_value_is_noticed_in_whatever_column_it_stands(filled: World):
    database, unnoticed = filled.state.findings.connection, []
    assert check_stored_values(filled.state)
    for table, column in sealed():
        with suppress(Undone), database.begin_transaction():
            damage = f"UPDATE {table} SET {column} = zeroblob(40) WHERE {column} IS NOT NULL"  # noqa: S608 - our own tables
            assert database.execute(damage), f"nothing stands in {table}.{column}"
            try:
                check_stored_values(filled.state)
            except DatabaseError:
                raise Undone from None
            unnoticed.append((table, column))
            raise Undone

    assert unnoticed == SAID
