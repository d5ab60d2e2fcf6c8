"""One file invites a whole staff; it enrolls no one, and tells no one who joined."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.demo.district import JOHN, MARIA
from monitor.domain.errors import InputError
from monitor.domain.staff_file import StaffFileLine
from monitor.domain.vocabulary import InviteSkipReason
from monitor.services import staff_invitations
from monitor.services.enrollment import (
    INVITATION_INTERVAL,
    INVITATION_LASTS,
    enroll_with_code,
    invite_person,
)
from monitor.services.erasure import record_departure, withdraw_consent
from monitor.services.jobs import run_mail_and_cleanup
from monitor.services.outbox import MAX_INVITATIONS_PER_RUN, send_due
from monitor.services.staff_invitations import (
    invite_staff,
    preview_staff_invitations,
    read_staff_file,
)
from tests.monitor.services.fakes import DEFERRED
from tests.monitor.services.world import World, answers_of

DOMAINS = ("cedarvalley.example",)
NAMES = ("Ann", "Bea", "Cal", "Dee", "Eve")
LINES = tuple(
    StaffFileLine(
        number=number, mail=f"{name.lower()}@cedarvalley.example", given=name, family="Field"
    )
    for number, name in enumerate(NAMES, 2)
)


def written(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "staff.csv"
    path.write_text("\n".join(("email,first name,last name", *lines)), encoding)
    return path


def line_of(member, number: int = 9) -> StaffFileLine:
    person = member.person
    return StaffFileLine(
        number=number, mail=person.mail, given=person.name.given, family=person.name.family
    )


def test_everyone_in_a_file_is_invited_and_no_one_is_enrolled(world: World):
    report = invite_staff(world.app, LINES)

    assert (report.lines, report.invited) == (5, 5)
    invited = world.state.invitations.list_invitations()
    assert {(each.mail, each.given, each.family) for each in invited} == {
        (line.mail, line.given, line.family) for line in LINES
    }
    assert world.state.people.list_person_ids() == ()


def test_each_person_of_a_file_is_in_the_audit_log_as_if_invited_alone(world: World):
    invite_staff(world.app, LINES[:2])
    invite_person(world.app, LINES[2].mail, "Cal", "Field")

    entries = [each for each in world.state.audit.list_entries() if each.action == "invited"]
    assert [each.actor for each in entries] == ["operator"] * 3
    assert [each.subject for each in entries] == [
        each.id for each in world.state.invitations.list_invitations()
    ]


def test_emails_to_a_whole_staff_are_due_one_after_another(world: World):
    report = invite_staff(world.app, LINES)

    send_due(world.app)
    assert len(world.post.of_kind("invitation")) == 1
    world.clock.at += INVITATION_INTERVAL
    send_due(world.app)
    assert len(world.post.of_kind("invitation")) == 2
    world.clock.at = report.last_email_at
    send_due(world.app)
    assert len(world.post.of_kind("invitation")) == 5


def test_a_second_file_waits_for_the_emails_of_the_first(world: World):
    first = invite_staff(world.app, LINES[:3])
    second = invite_staff(world.app, LINES[3:])

    assert first.last_email_at
    assert second.last_email_at == first.last_email_at + 2 * INVITATION_INTERVAL


def test_a_single_invitation_does_not_wait_for_those_of_a_file(world: World):
    invite_staff(world.app, LINES)
    send_due(world.app)

    invite_person(world.app, MARIA.person.mail, "Maria", "Delgado")
    send_due(world.app)

    assert len(world.post.of_kind("invitation")) == 2


def test_reminders_to_a_whole_staff_are_due_one_after_another_too(world: World):
    report = invite_staff(world.app, LINES[:3])
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
    invite_staff(world.app, LINES[:1])
    send_due(world.app)

    assert invite_staff(world.app, LINES[1:2]).last_email_at == world.clock.now()


def test_after_an_outage_invitations_go_in_small_groups_and_other_emails_do_not_wait(world: World):
    many = tuple(
        replace(LINES[0], number=number, mail=f"ann{number}@cedarvalley.example")
        for number in range(2, 2 + 2 * MAX_INVITATIONS_PER_RUN)
    )
    maria = world.joins(MARIA)
    world.post.accepted.clear()
    report = invite_staff(world.app, many)
    world.clock.at = report.last_email_at + timedelta(hours=1)
    withdraw_consent(world.app, maria.id)

    send_due(world.app)

    assert len(world.post.of_kind("invitation")) == MAX_INVITATIONS_PER_RUN
    assert len(world.post.of_kind("withdrawn")) == 1
    send_due(world.app)
    assert len(world.post.of_kind("invitation")) == 2 * MAX_INVITATIONS_PER_RUN


def test_who_is_invited_enrolled_or_gone_already_is_skipped_and_counted(world: World):
    world.joins(MARIA)
    left = world.joins(JOHN)
    record_departure(world.app, left.id)
    invite_person(world.app, LINES[0].mail, "Ann", "Field")
    before = world.state.invitations.list_invitations()

    report = invite_staff(world.app, (*LINES[:2], line_of(MARIA), line_of(JOHN, 10)))

    assert report.invited == 1
    assert {reason: count for reason, count in report.skipped.items() if count} == {
        InviteSkipReason.INVITED: 1,
        InviteSkipReason.ENROLLED: 1,
        InviteSkipReason.LEFT: 1,
    }
    assert world.state.invitations.list_invitations()[:-1] == before
    assert len(world.state.people.list_person_ids()) == 2


def test_the_report_names_no_line_of_a_person_known_already(world: World):
    world.joins(MARIA)
    suspended = StaffFileLine(number=3, skip=InviteSkipReason.INACTIVE)

    report = invite_staff(world.app, (line_of(MARIA), suspended))

    assert [(each.line, each.reason) for each in report.skipped_lines] == [
        (3, InviteSkipReason.INACTIVE)
    ]


def test_who_let_an_invitation_expire_is_not_invited_by_a_file_while_we_know(world: World):
    invite_person(world.app, LINES[0].mail, "Ann", "Field")
    world.clock.at += INVITATION_LASTS + timedelta(hours=1)

    assert invite_staff(world.app, LINES[:1]).skipped[InviteSkipReason.INVITED] == 1


def test_a_dry_run_tells_the_same_and_does_nothing(world: World):
    world.joins(MARIA)
    lines = (*LINES, line_of(MARIA))
    audit = world.state.audit.list_entries()
    emails = world.state.outbox.list_emails()
    invitations = world.state.invitations.list_invitations()

    preview = preview_staff_invitations(world.app, lines)

    assert world.state.audit.list_entries() == audit
    assert world.state.outbox.list_emails() == emails
    assert world.state.invitations.list_invitations() == invitations
    assert invite_staff(world.app, lines) == preview


def test_after_a_stop_in_the_middle_the_same_file_invites_the_rest(world: World, monkeypatch):
    monkeypatch.setattr(staff_invitations, "BATCH_SIZE", 2)
    broken = (*LINES[:3], replace(LINES[3], mail="dee@elsewhere.example"), LINES[4])
    with pytest.raises(InputError):
        invite_staff(world.app, broken)
    assert len(world.state.invitations.list_invitations()) == 2

    report = invite_staff(world.app, LINES)

    assert (report.invited, report.skipped[InviteSkipReason.INVITED]) == (3, 2)


def test_a_person_invited_by_a_file_joins_with_the_code_of_the_email(world: World):
    invite_staff(world.app, (line_of(MARIA),))
    send_due(world.app)

    person = enroll_with_code(world.app, world.code(MARIA.person.mail), answers_of(MARIA))

    assert person.mail == MARIA.person.mail


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_read_in_the_encodings_that_spreadsheets_write(tmp_path: Path, encoding):
    path = written(tmp_path, "jose@cedarvalley.example,José,Núñez", encoding=encoding)

    (line,) = read_staff_file(path, DOMAINS)

    assert (line.number, line.given, line.family) == (2, "José", "Núñez")


def test_one_address_twice_names_both_lines(tmp_path: Path):
    path = written(
        tmp_path,
        "ann@cedarvalley.example,Ann,Field",
        "",
        "ANN@cedarvalley.example,Anna,Field",
    )

    with pytest.raises(InputError, match=r"staff\.csv, line 4: .* in line 2, too\. No one was"):
        read_staff_file(path, DOMAINS)


def test_a_header_that_cannot_be_used_is_named_with_its_line(tmp_path: Path):
    path = tmp_path / "staff.csv"
    path.write_text("name,phone\nAnn,1\n", "utf-8")

    with pytest.raises(InputError, match=r"staff\.csv, line 1: .*'Email'"):
        read_staff_file(path, DOMAINS)


@pytest.mark.parametrize("text", ["", "\n\n", "email,first name,last name\n"])
def test_a_file_without_people_is_refused(tmp_path: Path, text):
    path = tmp_path / "staff.csv"
    path.write_text(text, "utf-8")

    with pytest.raises(InputError, match="No one was invited"):
        read_staff_file(path, DOMAINS)


def test_bytes_that_are_no_text_are_named_with_their_line(tmp_path: Path):
    path = written(tmp_path, "ann@cedarvalley.example,Ann,Field")
    path.write_bytes(path.read_bytes() + b"\nbea@cedarvalley.example,B\x81a,Field\n")

    with pytest.raises(InputError, match=r"line 3"):
        read_staff_file(path, DOMAINS)
