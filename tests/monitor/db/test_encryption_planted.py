"""What is personal stands nowhere to be read, and once erased it stands nowhere at all."""

import sqlite3
from contextlib import closing

import pytest

from monitor.db.encryption import Encryption, KeyStore
from monitor.db.invitations import Invitation
from monitor.db.jobs import build_request
from monitor.db.queries import QueryRecord
from monitor.db.review_notes import ReviewAssignment, ReviewNote, ReviewNoteKind
from monitor.db.staged_answers import StagedAnswer
from monitor.domain.detection.assessment import Assessment
from monitor.domain.detection.evidence import Evidence, EvidenceAxis
from monitor.domain.errors import ErasedError
from monitor.domain.finding import LastReadPage
from monitor.domain.finding_events import Event
from monitor.domain.person import PersonName
from monitor.domain.reason import Quoted, Reason
from monitor.domain.students.matching import ContactMatchResult
from monitor.domain.two_reviewers import EarlyAccessProposal
from monitor.domain.vocabulary import Decision, EventKind, OwnershipLabel
from scrapers.crawl.robots import RobotsRecord
from scrapers.crawl.throttle import HostState
from scrapers.models import (
    Outcome,
    Page,
    PageFingerprint,
    ParsedPage,
    ParseResult,
    Query,
    QueryKind,
    Request,
)
from tests.cases import say

PLANTED = {
    word: f"planted{word}zq"
    for word in (
        *("given", "family", "nickname", "mail", "school", "role", "place", "handle"),
        *("title", "snippet", "bio", "link", "url", "account", "term", "parameter"),
        *("reason", "decision", "email", "error", "cue", "host", "invited", "former"),
        *("etag", "file", "body", "note", "question", "reviewer"),
    )
}
WHY = Reason("like-me.quoted", {"traits": Quoted(PLANTED["reason"])})
# What may outlive an erasure: opaque refs, so that an old backup brings nobody back.
SURVIVORS = ("audit", "erased_people")


@pytest.fixture
def rosa(world):
    """Enrol somebody and plant a word of hers in everything that is kept."""
    rosa = person(world)
    world.state.people.insert_person(rosa)
    world.state.consents.insert_consent(world.consent(rosa.id))
    invite(world, rosa.mail)
    query = planted_query(rosa.id)
    world.state.staged_answers.stage_answers(world.sweep(), (staged(world, query),))
    world.state.queries.save_query(query_record(world, query))
    world.state.pages.insert_pages(world.sweep(), 1, [seen(world, query)])
    finding = planted_finding(world, rosa.id, query)
    world.state.events.insert_event(
        world.sweep(), event(finding), f"https://{PLANTED['url']}.example"
    )
    rule(world, finding)
    email = world.email(rosa.id)
    world.state.outbox.insert_email(email, {"text": PLANTED["email"]})
    world.state.outbox.schedule_retry(email.id, world.now, f"no such user {PLANTED['error']}")
    for subject in (rosa.id, finding.id):
        world.state.jobs.ensure_job("second-proof", subject, world.now)
    world.state.hosts.save_host_state(HostState(host=f"{PLANTED['host']}.example"))
    world.state.robots_files.save_robots_file(
        RobotsRecord(
            origin=f"https://{PLANTED['host']}.example", until=world.now, file=PLANTED["file"]
        )
    )
    ask(world, rosa.id)
    world.state.audit.append_entry(world.now, rosa.id, "enrolled", rosa.id, {"finding": finding.id})
    return rosa


def person(world):
    name = PersonName(
        given=PLANTED["given"],
        family=PLANTED["family"],
        nicknames=(PLANTED["nickname"],),
        former_families=(PLANTED["former"],),
    )
    return world.person(
        name=name,
        mail=f"{PLANTED['mail']}@cedar.example",
        school=PLANTED["school"],
        role=PLANTED["role"],
        places=(PLANTED["place"],),
        handles=(PLANTED["handle"],),
    )


def invite(world, mail):
    invitation = Invitation(
        id=world.ref(),
        mail=mail,
        given=PLANTED["invited"],
        family=PLANTED["family"],
        invited_at=world.now,
        expires_at=world.now,
    )
    world.state.invitations.insert_invitation(invitation)
    world.state.outbox.insert_email(world.email(invitation.id), {"name": PLANTED["invited"]})


def planted_query(subject):
    request = Request(url="https://alpha.example", params=(("q", PLANTED["parameter"]),))
    return Query(
        source="alpha",
        kind=QueryKind.SEARCH,
        terms=(PLANTED["term"],),
        request=request,
        subject=subject,
    )


def planted_trace(world):
    return world.trace(
        PLANTED["url"],
        account=f"alpha:@{PLANTED['account']}",
        title=PLANTED["title"],
        snippet=PLANTED["snippet"],
        name=PLANTED["given"],
        handle=PLANTED["handle"],
        bio=PLANTED["bio"],
        links=(f"https://{PLANTED['link']}.example",),
    )


def staged(world, query):
    reading = ParseResult(outcome=Outcome.FOUND, traces=(planted_trace(world),), follow=(query,))
    verdict = ContactMatchResult(flagged=True, count=1, cues=(PLANTED["cue"],))
    return StagedAnswer(visit=world.visit(query, reading), verdict=verdict)


def seen(world, query):
    body = PLANTED["body"].encode()
    page = Page(url=PLANTED["url"], status=200, body=body, fetched_at=world.now)
    return ParsedPage(query=query, page=page, result=ParseResult(outcome=Outcome.FOUND))


def query_record(world, query):
    return QueryRecord(
        person_id=query.subject,
        key=query.key,
        source="alpha",
        kind=query.kind,
        version=1,
        settled_at=world.now,
        remembered=LastReadPage(
            kept=PageFingerprint(asked=b"a", digest=b"d", version=1, etag=PLANTED["etag"]),
            shown=1,
            read_at=world.now,
        ),
    )


def planted_finding(world, rosa, query):
    trace = planted_trace(world)
    finding = world.finding(rosa, trace.key, trace.account, portrait=trace)
    world.state.sightings.save_sighting(world.sighting(finding, query.key))
    world.state.versions.insert_version(world.version(finding))
    reason = Evidence(rule="name", axis=EvidenceAxis.CLAIM, bits=1.0, reason=WHY)
    assessment = Assessment(label=OwnershipLabel.UNKNOWN, bits=1.0, evidence=(reason,))
    world.state.findings.set_assessment(finding.id, assessment)
    return finding


def event(finding):
    return Event(
        person_id=finding.person_id,
        finding_id=finding.id,
        kind=EventKind.APPEARED,
        at=finding.first_seen,
    )


def rule(world, finding):
    raised = world.case(finding, reasons=(WHY,))
    case = say(raised, Decision.HARMLESS, at=world.now, note=PLANTED["decision"])
    world.state.cases.insert_case(case)
    review(world, case)


def review(world, case):
    """Have it taken, opened, noted on, asked about, and opened early."""
    world.state.assignments.save_assignment(
        ReviewAssignment(case_id=case.id, reviewer_id="reviewer-1", at=world.now)
    )
    world.state.access_log.record_access("reviewer-1", case.id, world.now)
    by = f"{PLANTED['reviewer']}@cedar.example"
    for kind in ReviewNoteKind:
        remark = ReviewNote(
            case_id=case.id, kind=kind, by=by, at=world.now, text=PLANTED.get(kind, "")
        )
        world.state.review_notes.insert_review_note(remark)
    world.state.early_access.save_early_access_proposal(
        EarlyAccessProposal(
            id=world.ref(),
            case_id=case.id,
            person_id=case.person_id,
            first=by,
            reason=PLANTED["reason"],
            at=world.now,
        )
    )


def ask(world, rosa):
    ref = world.ref()
    world.state.jobs.insert_request(build_request("check", ref, world.now, rosa))
    world.state.jobs.save_progress(ref, "alpha", "asking")


def plain_values(world):
    """Every value of every row, by table."""
    with closing(sqlite3.connect(world.folder / "namesake.db")) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            for row in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608 - our own tables
                for value in row:
                    yield table, value


@pytest.mark.usefixtures("rosa")
def test_every_table_of_the_planted_world_holds_something(world):
    filled = {table for table, _ in plain_values(world)}

    assert filled >= {
        *("people", "consents", "invitations", "sweeps", "staged_answers", "queries", "findings"),
        *("aliases", "sightings", "versions", "events", "cases", "decisions", "outbox"),
        *("jobs", "audit", "hosts", "robots_files", "job_progress", "pages"),
        *("review_index", "assignments", "access_log", "review_notes", "early_access"),
    }


@pytest.mark.usefixtures("rosa")
def test_no_planted_word_stands_in_any_file(world):
    kept = world.bytes_on_disk().lower()

    assert [word for word in PLANTED.values() if word.encode() in kept] == []


def test_no_query_key_stands_in_any_file(world, rosa):
    # A key is a plain hash of names, so whoever knows a name could look for it.
    key = planted_query(rosa.id).key
    kept = world.bytes_on_disk()

    assert key.encode() not in kept
    assert bytes.fromhex(key) not in kept


def test_an_erasure_leaves_neither_rows_nor_marks(world, rosa):
    query = planted_query(rosa.id)
    with KeyStore.open_store(world.folder) as keys:
        sealing = Encryption(keys)
        marks = [
            sealing.keyed_hash("", rosa.mail.casefold()),
            sealing.keyed_hash(rosa.id, query.key),
            sealing.keyed_hash(rosa.id, PLANTED["url"]),
        ]
    assert all(mark in world.bytes_on_disk() for mark in marks)

    world.state.people.erase_person(rosa.id)

    assert not any(mark in world.bytes_on_disk() for mark in marks)
    assert {table for table, value in plain_values(world) if value == rosa.id} == set(SURVIVORS)
    emptied = {table for table, _ in plain_values(world)}
    nobodys = {"audit_end", "district", "sweeps", "hosts", "robots_files"}
    assert emptied == {*SURVIVORS, *nobodys}


def test_a_copy_made_before_the_erasure_cannot_be_read_after_it(world, rosa):
    with closing(sqlite3.connect(world.folder / "namesake.db")) as connection:
        ((sealed,),) = connection.execute("SELECT encrypted FROM people").fetchall()

    world.state.people.erase_person(rosa.id)

    with (
        KeyStore.open_store(world.folder) as keys,
        pytest.raises(ErasedError, match="was deleted"),
    ):
        Encryption(keys).decrypt(rosa.id, f"people/{rosa.id}/encrypted", sealed, type(rosa))


def test_an_erasure_touches_nobody_else(world, rosa):
    theo = world.enrolled("Theo")
    finding = world.finding(theo, "alpha:@theo")
    world.state.people.erase_person(rosa.id)

    assert world.state.people.list_person_ids() == (theo,)
    assert world.state.findings.find_findings_by_aliases(theo, ["alpha:@theo"]) == (finding,)
    assert world.state.consents.list_consenting_person_ids(world.now) == (theo,)
