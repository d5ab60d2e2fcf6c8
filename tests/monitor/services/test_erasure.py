"""Once somebody is erased, no word of theirs stands in any file, and none opens in a backup."""

import logging
import shutil
from dataclasses import replace

import pytest

from monitor.app import OUTBOX
from monitor.db.database import Database
from monitor.db.review_notes import ReviewNote, ReviewNoteKind
from monitor.demo.district import JOHN, MARIA, StaffMember
from monitor.domain.case import Case
from monitor.domain.errors import DatabaseError
from monitor.domain.person import PersonName, Reviewer
from monitor.domain.reason import Name, Reason
from monitor.domain.vocabulary import CaseKind, HoldAction, Severity
from monitor.mail.smtp import FolderTransport, name_by_message_id
from monitor.services.break_glass import record_break_glass
from monitor.services.consent_end import ERASURE, withdraw_consent
from monitor.services.due_jobs import run_mail_and_cleanup
from monitor.services.erasure import ERASURE_RETRY
from monitor.services.legal_holds import propose_legal_hold
from monitor.services.outbox import send_due
from scrapers.crawl.throttle import HostState
from tests.monitor.services.held import lifts_hold, places_hold
from tests.monitor.services.world import World, due_time

PLANTED = {
    word: f"planted{word}zq"
    for word in (
        *("given", "family", "middle", "nickname", "former", "mail", "school", "role", "place"),
        *("handle", "account", "page", "title", "snippet", "name", "bio", "url", "link"),
        *("reason", "note", "hold", "glass", "error"),
    )
}
WHO = StaffMember(
    person=replace(
        MARIA.person,
        name=PersonName(
            given=PLANTED["given"],
            family=PLANTED["family"],
            middle=PLANTED["middle"],
            nicknames=(PLANTED["nickname"],),
            former_families=(PLANTED["former"],),
        ),
        mail=f"{PLANTED['mail']}@cedarvalley.example",
        school=PLANTED["school"],
        role=PLANTED["role"],
        places=(PLANTED["place"],),
        handles=("mariadelgado", PLANTED["handle"]),
        accounts=(f"chalkboard:@{PLANTED['account']}",),
        pages=(f"https://{PLANTED['page']}.example/",),
    ),
    scopes=MARIA.scopes,
)


def joined_with_words_everywhere(world: World) -> str:
    """Let somebody join, be swept, flagged, ruled on, written to and held; return their ref."""
    joined = world.joins(WHO, pages=WHO.person.pages)
    world.sweep()
    state, now = world.state, world.clock.at
    for finding in state.findings.list_findings_of_person(joined.id):
        words = {one_word: PLANTED[one_word] for one_word in ("title", "snippet", "name", "bio")}
        url, link = f"https://{PLANTED['url']}.example", f"https://{PLANTED['link']}.example"
        shown = replace(finding.portrait, **words, url=url, links=(link,))
        state.findings.update_finding(replace(finding, portrait=shown))
        state.versions.rewrite_versions(finding.id, lambda _, shown=shown: shown)
        case = Case(
            id=f"case-{finding.id}",
            person_id=joined.id,
            finding_id=finding.id,
            kind=CaseKind.IMPERSONATION,
            severity=Severity.HIGH,
            opened_at=now,
            reasons=(Reason("district-place", {"place": Name(PLANTED["reason"])}),),
        )
        state.cases.insert_case(case)
        note = {"kind": ReviewNoteKind.NOTE, "text": PLANTED["note"]}
        state.review_notes.insert_review_note(ReviewNote(case_id=case.id, by="ana", at=now, **note))
    places_hold(world.app, joined.id, PLANTED["hold"])
    lifts_hold(world.app, joined.id, PLANTED["hold"])
    reviewer = Reviewer(address=world.config.district.reviewers[0])
    propose_legal_hold(world.app, reviewer, joined.id, HoldAction.PLACE, PLANTED["hold"])
    record_break_glass(world.app, joined.id, Reason("seen.copy"), PLANTED["glass"])
    host = HostState(host=f"{PLANTED['handle']}.posts.example", parked_until=now)
    state.hosts.save_host_state(host)
    for email in state.outbox.list_due_emails(now)[:1]:
        state.outbox.schedule_retry(email.id, now, PLANTED["error"])
    return joined.id


def words_in(world: World) -> dict[str, list[str]]:
    """Name the planted words that stand in each file below the state folder."""
    found = {}
    for path in world.config.state.rglob("*"):
        if path.is_file():
            body = path.read_bytes().lower()
            words = [word for word, text in PLANTED.items() if text.encode() in body]
            if words:
                found[path.name] = words
    return found


@pytest.fixture
def world(world_of) -> World:
    """Keep emails in the folder, as a district without a mail server does."""
    world = world_of("chalkboard")
    post = FolderTransport(world.config.mail, world.config.state / OUTBOX, name_by_message_id)
    world.joins(JOHN)
    world.folder_post = post
    return world


def test_of_twenty_planted_words_none_stands_in_any_file_or_log(world: World, caplog, tmp_path):
    assert len(PLANTED) >= 20
    caplog.set_level(logging.DEBUG)
    ref = joined_with_words_everywhere(world)
    world.app = world.app.copy_with(mailer=replace(world.app.mailer, transport=world.folder_post))
    send_due(world.app)
    assert words_in(world), "letters in the folder are plain"
    world.state.truncate_logs()
    shutil.copy(world.config.state / "namesake.db", tmp_path / "last-month.db")

    withdraw_consent(world.app, ref)
    send_due(world.app)
    world.later(minutes=1)
    world.writes()

    assert ref not in world.state.people.list_person_ids()
    assert words_in(world) == {}
    assert [word for word in PLANTED.values() if word in caplog.text.lower()] == []
    old = (tmp_path / "last-month.db").read_bytes().lower()
    assert [word for word in PLANTED.values() if word.encode() in old] == []


def test_last_months_backup_opens_nothing_of_whoever_was_erased(world: World, tmp_path):
    ref = joined_with_words_everywhere(world)
    findings = [finding.id for finding in world.state.findings.list_findings_of_person(ref)]
    assert findings
    world.state.truncate_logs()
    old = tmp_path / "restored"
    old.mkdir()
    shutil.copy(world.config.state / "namesake.db", old / "namesake.db")

    withdraw_consent(world.app, ref)
    world.writes()
    world.state.truncate_logs()
    shutil.copy(world.config.state / "keys.db", old / "keys.db")

    sealing = world.state.people.encryption
    with pytest.raises(DatabaseError, match="was deleted"):
        sealing.keys.load_key(ref)
    with Database.open_folder(old) as restored:
        assert ref not in restored.people.list_person_ids()
        assert restored.findings.list_findings_of_person(ref) == ()


def test_an_erasure_comes_back_until_nothing_of_it_stands_in_the_log(world: World, monkeypatch):
    ref = joined_with_words_everywhere(world)
    withdraw_consent(world.app, ref)
    send_due(world.app)
    with monkeypatch.context() as somebody_reads:
        somebody_reads.setattr(Database, "truncate_logs", lambda _: False)
        run_mail_and_cleanup(world.app)
    assert ref not in world.state.people.list_person_ids()
    assert due_time(world.state, ERASURE, ref) == world.clock.at + ERASURE_RETRY.first

    world.later(minutes=10)
    run_mail_and_cleanup(world.app)

    assert due_time(world.state, ERASURE, ref) is None
