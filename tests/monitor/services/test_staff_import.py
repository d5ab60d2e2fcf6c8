"""One file invites a whole staff; it enrolls no one, ends nothing, and tells no one who joined."""

import os
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from monitor.app import App
from monitor.config.sections import StaffConfig
from monitor.demo.district import JOHN, MARIA
from monitor.domain.enrollment_draft import Invitee
from monitor.domain.errors import InputError
from monitor.domain.vocabulary import StaffLineState
from monitor.people_csv import SizeCheck
from monitor.services import staff_import
from monitor.services.consent_end import record_departure, withdraw_consent
from monitor.services.due_jobs import run_mail_and_cleanup
from monitor.services.enrollment import (
    INVITATION_INTERVAL,
    INVITATION_LASTS,
    enroll_with_code,
    invite_person,
    load_enrollment_draft,
    queue_invitation_reminder,
)
from monitor.services.leavers import record_left_address
from monitor.services.outbox import MAX_INVITATIONS_PER_RUN, send_due
from monitor.services.staff_import import (
    SETTLED_AFTER,
    STAFF_FOLDER,
    StaffFile,
    StaffImport,
    find_line_state,
    import_from_folder,
    import_staff,
    preview_invitation,
    preview_staff_import,
    read_staff_file,
)
from reports.emails.registry import EmailRecipient, list_email_kinds
from tests.monitor.services.fakes import DEFERRED
from tests.monitor.services.world import World, answers_of

NAMES = ("Ann", "Bea", "Cal", "Dee", "Eve")
STAFF = tuple(
    Invitee(mail=f"{name.lower()}@cedarvalley.example", given=name, family="Field")
    for name in NAMES
)
DECLINED = StaffLineState.DECLINED
OPERATOR = "ops@cedarvalley.example"


def file_of(*invitees: Invitee, mark: str = "") -> StaffFile:
    return StaffFile(
        path=Path("staff.csv"),
        mark=mark,
        invitees=invitees,
        skipped={},
        unusable=(),
        unusable_mails=frozenset(),
        groups={},
    )


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import did, which it does not report: that would tell who joined."""

    report: StaffImport
    states: Counter[StaffLineState]
    last_email_at: datetime | None

    @property
    def lines(self) -> int:
        return self.report.lines

    @property
    def missing(self) -> int:
        return self.report.missing


def imports(world: World, *invitees: Invitee, size: SizeCheck = SizeCheck.ANY) -> Imported:
    staff = file_of(*invitees)
    active = staff_import.apply_directory(world.app, staff)
    states = Counter(find_line_state(world.app, invitee) for invitee in active.invitees)
    states.update(active.skipped)
    report = import_staff(world.app, staff, size)
    kinds = list_email_kinds(EmailRecipient.INVITED)
    last = world.state.outbox.find_last_untried_due_time(kinds)
    return Imported(report=report, states=states, last_email_at=last)


def counts(done: Imported) -> dict[StaffLineState, int]:
    return {state: count for state, count in done.states.items() if count}


def written(folder: Path, *lines: str, encoding: str = "utf-8", name: str = "staff.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(("email,first name,last name", *lines)), encoding)
    return path


def invitee_of(member) -> Invitee:
    name = member.person.name
    return Invitee(mail=member.person.mail, given=name.given, family=name.family)


def read(world: World, path: Path) -> StaffFile:
    config = world.app.config
    return read_staff_file(path, config.district.domains, config.staff.student_unit)


def test_everyone_in_a_file_is_invited_and_no_one_is_enrolled(world: World):
    report = imports(world, *STAFF)

    assert (report.lines, counts(report)) == (5, {StaffLineState.NEW: 5})
    invited = world.state.invitations.list_invitations()
    assert tuple(invitation.invitee for invitation in invited) == STAFF
    assert world.state.people.list_person_ids() == ()


def test_an_import_asks_nothing_of_the_web(world: World):
    world.forgets_visits()

    imports(world, *STAFF)
    world.writes()

    assert world.asked == []


def test_each_person_of_a_file_is_in_the_audit_log_as_if_invited_alone(world: World):
    imports(world, *STAFF[:2])
    invite_person(world.app, STAFF[2].mail, "Cal", "Field")

    entries = [entry for entry in world.state.audit.list_entries() if entry.action == "invited"]
    assert [entry.actor for entry in entries] == ["operator"] * 3
    assert [entry.subject for entry in entries] == [
        invitation.id for invitation in world.state.invitations.list_invitations()
    ]


def test_emails_to_a_whole_staff_are_due_one_after_another(world: World):
    report = imports(world, *STAFF)

    send_due(world.app)
    assert len(world.post.of_kind("invitation")) == 1
    world.clock.at += INVITATION_INTERVAL
    send_due(world.app)
    assert len(world.post.of_kind("invitation")) == 2
    assert report.last_email_at
    world.clock.at = report.last_email_at
    send_due(world.app)
    assert len(world.post.of_kind("invitation")) == 5


def test_a_second_file_waits_for_the_emails_of_the_first(world: World):
    first = imports(world, *STAFF[:3])
    second = imports(world, *STAFF)

    assert first.last_email_at
    assert second.last_email_at == first.last_email_at + 2 * INVITATION_INTERVAL


def test_a_single_invitation_does_not_wait_for_those_of_a_file(world: World):
    imports(world, *STAFF)
    send_due(world.app)

    invite_person(world.app, MARIA.person.mail, "Maria", "Delgado")
    send_due(world.app)

    assert len(world.post.of_kind("invitation")) == 2


def test_reminders_to_a_whole_staff_are_due_one_after_another_too(world: World):
    report = imports(world, *STAFF[:3])
    assert report.last_email_at
    world.clock.at = report.last_email_at
    send_due(world.app)

    world.clock.at += INVITATION_LASTS
    run_mail_and_cleanup(world.app)

    assert len(world.post.of_kind("reminder")) == 1
    world.clock.at += 2 * INVITATION_INTERVAL
    send_due(world.app)
    assert len(world.post.of_kind("reminder")) == 3


def test_an_email_to_retry_does_not_hold_up_the_next_file(world: World):
    world.post.answer = DEFERRED
    imports(world, *STAFF[:1])
    send_due(world.app)

    assert imports(world, *STAFF[:2]).last_email_at == world.clock.now()


def test_after_an_outage_invitations_go_in_small_groups_and_other_emails_do_not_wait(world: World):
    many = tuple(
        replace(STAFF[0], mail=f"ann{number}@cedarvalley.example")
        for number in range(2 * MAX_INVITATIONS_PER_RUN)
    )
    maria = world.joins(MARIA)
    world.post.accepted.clear()
    report = imports(world, *many)
    assert report.last_email_at
    world.clock.at = report.last_email_at + timedelta(hours=1)
    withdraw_consent(world.app, maria.id)

    send_due(world.app)

    assert len(world.post.of_kind("invitation")) == MAX_INVITATIONS_PER_RUN
    assert len(world.post.of_kind("withdrawn")) == 1
    send_due(world.app)
    assert len(world.post.of_kind("invitation")) == 2 * MAX_INVITATIONS_PER_RUN


def test_who_is_invited_enrolled_or_gone_already_is_counted_and_left_alone(world: World):
    world.joins(MARIA)
    left = world.joins(JOHN)
    record_departure(world.app, left.id)
    invite_person(world.app, STAFF[0].mail, "Ann", "Field")
    before = world.state.invitations.list_invitations()

    report = imports(world, *STAFF[:2], invitee_of(MARIA), invitee_of(JOHN))

    assert counts(report) == {
        StaffLineState.NEW: 1,
        StaffLineState.INVITED: 1,
        StaffLineState.ENROLLED: 1,
        StaffLineState.LEFT: 1,
    }
    assert world.state.invitations.list_invitations()[:-1] == before
    assert len(world.state.people.list_person_ids()) == 2


def test_a_change_in_the_file_changes_an_open_invitation_and_sends_nothing(world: World):
    imports(world, *STAFF[:2])
    send_due(world.app)
    sent = len(world.state.outbox.list_emails())

    report = imports(world, replace(STAFF[0], school="Oak Hill High", title="Aide"), STAFF[1])

    assert counts(report) == {StaffLineState.CHANGED: 1, StaffLineState.INVITED: 1}
    ann = world.state.invitations.list_invitations()[0]
    assert (ann.school, ann.title) == ("Oak Hill High", "Aide")
    assert len(world.state.outbox.list_emails()) == sent


def test_a_change_in_the_file_changes_no_answer_of_who_joined(world: World):
    maria = world.joins(MARIA)
    before = world.state.people.load_person(maria.id)

    imports(world, replace(invitee_of(MARIA), given="Mary", school="Elsewhere", title="Cook"))

    assert world.state.people.load_person(maria.id) == before


def test_school_and_title_are_answers_that_the_person_can_change_before_they_count(world: World):
    imports(world, replace(STAFF[0], school="Oak Hill High", title="Math teacher"))
    (ann,) = world.state.invitations.list_invitations()

    draft = load_enrollment_draft(world.app, ann.id)

    assert (draft.school, draft.role) == ("Oak Hill High", "Math teacher")
    assert draft.done == frozenset()
    assert b"Oak Hill" not in world.config.state.joinpath("namesake.db").read_bytes()


def test_who_did_not_answer_is_never_invited_again_by_a_file(world: World):
    imports(world, *STAFF[:2])
    (ann, _) = world.state.invitations.list_invitations()
    send_due(world.app)
    world.clock.at += INVITATION_LASTS
    queue_invitation_reminder(world.app, ann.id)
    world.clock.at += INVITATION_LASTS + timedelta(days=1)
    world.writes()
    assert world.state.invitations.list_invitations() == ()

    assert counts(imports(world, *STAFF[:2])) == {DECLINED: 2}
    assert world.state.invitations.list_invitations() == ()


def test_who_withdrew_and_was_erased_is_never_invited_again_by_a_file(world: World):
    maria = world.joins(MARIA)
    imports(world, invitee_of(MARIA))
    withdraw_consent(world.app, maria.id)
    world.writes()
    assert world.state.people.list_person_ids() == ()

    assert counts(imports(world, invitee_of(MARIA))) == {DECLINED: 1}


def test_a_new_owner_of_an_address_is_invited_once_a_file_did_not_list_it(world: World):
    maria = world.joins(MARIA)
    imports(world, invitee_of(MARIA), *STAFF)
    record_left_address(world.app, maria.mail)
    world.later(days=14)
    world.writes()
    imports(world, *STAFF)

    assert counts(imports(world, *STAFF, invitee_of(MARIA)))[StaffLineState.NEW] == 1


def test_a_dry_run_tells_the_same_and_writes_nothing(world: World):
    world.joins(MARIA)
    imports(world, invitee_of(MARIA), STAFF[0])
    world.writes()
    staff = file_of(*STAFF)
    rows, audit = world.state.count_rows(), world.state.audit.list_entries()

    preview = preview_staff_import(world.app, staff, SizeCheck.ANY)

    assert world.state.count_rows() == rows
    assert world.state.audit.list_entries() == audit
    assert preview.missing == 1
    assert import_staff(world.app, staff, SizeCheck.ANY) == preview


def test_after_a_stop_in_the_middle_the_same_file_invites_the_rest(world: World, monkeypatch):
    monkeypatch.setattr(staff_import, "BATCH_SIZE", 2)
    broken = (*STAFF[:3], replace(STAFF[3], mail="dee@elsewhere.example"), STAFF[4])
    with pytest.raises(InputError):
        imports(world, *broken)
    assert len(world.state.invitations.list_invitations()) == 2

    report = imports(world, *STAFF, size=SizeCheck.LIKE_THE_LAST)

    assert counts(report) == {StaffLineState.NEW: 3, StaffLineState.INVITED: 2}


def test_a_person_invited_by_a_file_joins_with_the_code_of_the_email(world: World):
    imports(world, invitee_of(MARIA))
    send_due(world.app)

    person = enroll_with_code(world.app, world.code(MARIA.person.mail), answers_of(MARIA))

    assert person.mail == MARIA.person.mail


def test_a_file_of_quite_another_size_is_refused_until_it_is_said_to_be_right(world: World):
    many = tuple(replace(STAFF[0], mail=f"a{n}@cedarvalley.example") for n in range(30))
    imports(world, *many)
    before = world.state.count_rows()

    with pytest.raises(InputError, match="lists 5 staff, and the last file listed 30") as refused:
        imports(world, *many[:5], size=SizeCheck.LIKE_THE_LAST)

    assert "--size-is-right" in str(refused.value)
    assert world.state.count_rows() == before
    assert imports(world, *many[:5]).missing == 25


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_read_in_the_encodings_that_spreadsheets_write(world, tmp_path: Path, encoding):
    path = written(tmp_path, "jose@cedarvalley.example,José,Núñez", encoding=encoding)

    (jose,) = read(world, path).invitees

    assert (jose.given, jose.family) == ("José", "Núñez")


def test_a_line_that_cannot_be_used_is_named_and_holds_up_no_other(world, tmp_path: Path):
    path = written(
        tmp_path,
        "ann@cedarvalley.example,Ann,Field",
        "",
        "ANN@cedarvalley.example,Anna,Field",
        "bea@cedarvalley.example,,Field",
        ",Cal,Field",
        "ANN@cedarvalley.example,ANN,FIELD",
    )

    staff = read(world, path)

    assert [invitee.mail for invitee in staff.invitees] == ["ann@cedarvalley.example"]
    assert [(entry.line, entry.reason) for entry in staff.unusable] == [
        (4, "the email address is in line 2, too, with another name"),
        (5, "the first name is missing"),
        (6, "the email address is missing"),
    ]
    assert staff.unusable_mails == {"ann@cedarvalley.example", "bea@cedarvalley.example"}


def test_a_shared_mailbox_in_the_file_is_nothing_to_mend(world: World, tmp_path: Path):
    path = tmp_path / "staff.csv"
    path.write_text(
        "first name,last name,email\nAnn,Field,ann@cedarvalley.example\n"
        "Front,Office,office@cedarvalley.example\n"
    )
    staff = read_staff_file(path, ("cedarvalley.example",))

    report = import_staff(world.app, staff, SizeCheck.ANY)

    assert [line.line for line in report.unusable] == [3]
    assert world.state.staff_listings.find_last_import().unusable == 0


def test_who_is_in_a_line_that_cannot_be_used_has_not_left(world: World):
    imports(world, *STAFF)
    staff = replace(file_of(*STAFF[1:]), unusable_mails=frozenset({STAFF[0].mail}))

    assert import_staff(world.app, staff, SizeCheck.ANY).missing == 0
    assert counts(imports(world, *STAFF)) == {StaffLineState.INVITED: 5}


ONEROSTER = """\
sourcedId,status,enabledUser,orgSourcedIds,role,givenName,familyName,email,grades
t1,active,true,"d,org1",teacher,Rosa,Marchetti,rosa@cedarvalley.example,"10,11"
s1,active,true,org1,student,Mason,Whitlock,mason@cedarvalley.example,11
p1,active,true,org1,parent,Wendel,Whitlock,wendel@elsewhere.example,
t2,tobedeleted,true,org1,teacher,Gone,Already,gone@cedarvalley.example,
"""


def test_a_student_in_a_staff_file_is_counted_and_not_kept(world, tmp_path: Path):
    path = tmp_path / "users.csv"
    path.write_text(ONEROSTER, "utf-8")
    (tmp_path / "orgs.csv").write_text("sourcedId,name,type\norg1,Oak Hill High,school\n", "utf-8")

    staff = read(world, path)

    (rosa,) = staff.invitees
    assert (rosa.school, rosa.title) == ("Oak Hill High", "teacher")
    assert "Mason" not in repr(staff)
    assert "Whitlock" not in repr(staff)
    assert staff.skipped == {
        StaffLineState.STUDENT: 1,
        StaffLineState.FAMILY: 1,
        StaffLineState.INACTIVE: 1,
    }


def test_oneroster_1_2_says_in_its_file_of_roles_who_is_staff(world, tmp_path: Path):
    path = tmp_path / "users.csv"
    lines = [line.split(",", 1) for line in ("t1,Rosa,Marchetti,rosa", "s1,Mason,Whitlock,mason")]
    rows = (f"{number},{rest}@cedarvalley.example" for number, rest in lines)
    path.write_text("\n".join(("sourcedId,givenName,familyName,email", *rows)), "utf-8")
    with pytest.raises(InputError, match=r"Put its roles\.csv next to it\. Nothing was imported\."):
        read(world, path)
    roles = "userSourcedId,role,orgSourcedId\ns1,proctor,\nt1,aide,org1\ns1,student,org1\n"
    (tmp_path / "roles.csv").write_text(roles, "utf-8")

    staff = read(world, path)

    assert [(invitee.mail, invitee.title) for invitee in staff.invitees] == [
        ("rosa@cedarvalley.example", "aide")
    ]
    assert staff.skipped == {StaffLineState.NO_STAFF_ROLE: 1}


def test_a_header_that_cannot_be_used_is_named_with_its_line(world, tmp_path: Path):
    path = tmp_path / "staff.csv"
    path.write_text("name,phone\nAnn,1\n", "utf-8")

    with pytest.raises(InputError, match=r"staff\.csv, line 1: .*'Email'.*Nothing was imported\."):
        read(world, path)


@pytest.mark.parametrize("text", ["", "\n\n", "email,first name,last name\n"])
def test_a_file_without_people_is_refused(world, tmp_path: Path, text):
    path = tmp_path / "staff.csv"
    path.write_text(text, "utf-8")

    with pytest.raises(InputError, match="Nothing was imported"):
        read(world, path)


def test_a_file_of_students_alone_is_refused_without_a_name(world, tmp_path: Path):
    path = tmp_path / "users.csv"
    header, _, student, *_ = ONEROSTER.splitlines()
    path.write_text(f"{header}\n{student}\n", "utf-8")

    with pytest.raises(InputError, match=r"skipped as inactive, a student or a parent: 1") as said:
        read(world, path)

    assert "Mason" not in str(said.value)


def test_bytes_that_are_no_text_are_named_with_their_line(world, tmp_path: Path):
    path = written(tmp_path, "ann@cedarvalley.example,Ann,Field")
    path.write_bytes(path.read_bytes() + b"\nbea@cedarvalley.example,B\x81a,Field\n")

    with pytest.raises(InputError, match=r"line 3"):
        read(world, path)


@pytest.fixture
def watching(world: World, tmp_path: Path) -> World:
    """A district that watches a folder with a staff file."""
    folder = tmp_path / "staff"
    folder.mkdir()
    config = world.config
    mail = structs.replace(config.mail, host="127.0.0.1")
    district = structs.replace(config.district, operators=(OPERATOR,))
    staff = StaffConfig(folder=folder)
    world.restarts(structs.replace(config, mail=mail, district=district, staff=staff))
    put(world, *STAFF)
    return world


def put(world: World, *invitees: Invitee, name: str = "staff.csv", age: timedelta = SETTLED_AFTER):
    rows = (f"{invitee.mail},{invitee.given},{invitee.family}" for invitee in invitees)
    path = written(folder_of(world.app), *rows, name=name)
    changed_at = (world.clock.at - age).timestamp()
    os.utime(path, (changed_at, changed_at))


def folder_of(app: App) -> Path:
    assert app.config.staff.folder
    return app.config.staff.folder


def look(world: World) -> str:
    """Look into the folder, and return what was wrong."""
    import_from_folder(world.app, folder_of(world.app))
    last = world.state.staff_listings.find_last_import()
    assert last
    return last.problem


def told(world: World) -> list[str]:
    """Return what operators were told by email, line by line in one."""
    send_due(world.app)
    emails = (
        email for email in world.post.of_kind("staff-file") if email in world.post.to(OPERATOR)
    )
    return [" ".join(email.email.text.split()) for email in emails]


def test_the_service_imports_the_file_of_the_watched_folder_at_night(watching: World):
    run_mail_and_cleanup(watching.app)
    assert watching.state.invitations.list_invitations() == ()

    watching.later(hours=24)
    run_mail_and_cleanup(watching.app)

    assert len(watching.state.invitations.list_invitations()) == 5
    (due,) = [job for job in watching.state.jobs.list_jobs() if job.name == STAFF_FOLDER]
    assert watching.clock.at < due.due_at <= watching.clock.at + timedelta(hours=25)


def test_what_the_night_imports_is_audited_as_done_by_the_service(watching: World):
    assert look(watching) == ""

    entries = watching.state.audit.list_entries()
    done = {entry.action: entry.actor for entry in entries if entry.action != "enrolled"}
    assert (done["staff-imported"], done["invited"]) == ("namesake", "namesake")


def test_a_file_that_was_imported_is_not_imported_again(watching: World):
    assert look(watching) == ""
    imported = watching.state.staff_listings.find_last_import()
    watching.later(days=1)

    assert look(watching) == ""
    assert watching.state.staff_listings.find_last_import() == imported


def test_the_newest_file_of_the_folder_counts(watching: World):
    put(watching, STAFF[0], name="old.csv", age=timedelta(days=9))
    (folder_of(watching.app) / "notes.txt").write_text("no staff", "utf-8")

    look(watching)

    assert len(watching.state.invitations.list_invitations()) == 5


def test_a_file_that_is_still_being_written_waits(watching: World):
    put(watching, *STAFF[:2], age=timedelta(minutes=1))

    again_at = import_from_folder(watching.app, folder_of(watching.app))

    assert again_at - watching.clock.at < timedelta(hours=1)
    assert watching.state.staff_listings.find_last_import() is None


def test_half_a_file_changes_nothing_and_is_told(watching: World):
    many = tuple(replace(STAFF[0], mail=f"a{n}@cedarvalley.example") for n in range(30))
    put(watching, *many)
    look(watching)
    before = watching.state.count_rows()
    put(watching, *many[:14])

    assert "lists 14 staff, and the last file listed 30" in look(watching)
    assert {**watching.state.count_rows(), "outbox": 0} == {**before, "outbox": 0}
    assert len(told(watching)) == 1


def test_a_broken_file_is_told_once_and_the_next_whole_one_clears_it(watching: World):
    path = folder_of(watching.app) / "staff.csv"
    path.write_bytes(b'email,first name,last name\n"ann@cedarvalley.example,Ann')
    os.utime(path, (0, 0))
    assert "a quote is not closed" in look(watching)
    seen = watching.state.staff_listings.find_last_import()
    watching.later(days=1)
    look(watching)
    assert watching.state.staff_listings.find_last_import() == seen
    (email,) = told(watching)
    assert "imported nothing" in email
    assert "a quote is not closed" in email

    put(watching, *STAFF)

    assert look(watching) == ""
    assert len(told(watching)) == 1


@pytest.mark.parametrize("gone", ["file", "folder"])
def test_a_folder_that_cannot_be_read_is_no_empty_staff(watching: World, gone):
    look(watching)
    folder = folder_of(watching.app)
    (folder / "staff.csv").unlink()
    if gone == "folder":
        folder.rmdir()

    assert str(folder) in look(watching)
    watching.later(days=1)
    look(watching)
    assert len(told(watching)) == 1
    assert watching.state.staff_listings.count_listed() == 5


def test_operators_are_told_of_lines_and_leavers_by_numbers_alone(watching: World):
    look(watching)
    assert told(watching) == []
    put(watching, *STAFF[2:], replace(STAFF[0], given=""))

    look(watching)

    (email,) = told(watching)
    assert "One line could not be used." in email
    assert "One person may have left" in email
    assert not {"ann", "bea", STAFF[1].mail} & set(email.casefold().split())


def test_the_preview_is_the_email_with_the_words_of_the_district(world: World):
    own = structs.replace(
        world.config.invitations,
        subject="Your name on the web",
        first_lines="We pay for this.\n\nAsk me: <b>Dana</b>",
        from_name="Dana Ortiz",
    )
    world.restarts(structs.replace(world.config, invitations=own))

    shown = preview_invitation(world.app)
    imports(world, *STAFF[:1])
    send_due(world.app)

    (sent,) = world.post.of_kind("invitation")
    assert shown["subject"] == sent.email.subject == "Your name on the web"
    for text in (shown["text"], sent.email.text):
        assert "We pay for this." in text
        assert "Dana Ortiz" in text
        assert "<b>" not in text
    assert "<b>Dana" not in sent.email.html
    assert sent.envelope.from_name == "Dana Ortiz"
    assert "CODE" in shown["text"]
