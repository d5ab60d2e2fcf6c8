"""Emails that did not arrive are the operator's to mend; what they say is not theirs to read."""

import re
from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from monitor.demo.district import MARIA
from monitor.domain.email_delivery import Bounce
from monitor.services.bounces import process_bounce
from monitor.services.due_jobs import delete_expired_data, run_mail_and_cleanup
from monitor.services.outbox import send_due
from monitor.services.sign_in import request_email_history

JOINED, DECLINED, NEVER_LISTED = (
    f"{name}@cedarvalley.example" for name in ("rosa.marchetti", "dora.field", "nina.field")
)
EVERYBODY = (JOINED, DECLINED, NEVER_LISTED)


@pytest.fixture
def maria(after_demo):
    with after_demo.app() as app:
        return app.db.people.find_person_id_by_mail(MARIA.person.mail)


@pytest.fixture
def dead(after_demo, maria):
    """Maria's answer to a broken glass was given up."""
    after_demo.run("mail", "preview", maria, "--break-glass", "a call from her")
    with after_demo.app() as app, app.db.begin_transaction():
        (email,) = app.db.outbox.list_queued_emails(maria, "break-glass")
        app.db.outbox.mark_email_dead(email.id, "the mail server answered 554 to the letter")
    return email.id


def test_what_arrived_is_not_listed(after_demo):
    assert after_demo.run("mail", "list", "--json").json == []
    said = after_demo.run("mail", "list").out
    assert "No queued or failed emails" in said
    assert "Invitations that wait for their first try are not listed" in " ".join(said.split())


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_where_the_mail_server_takes_nothing_sending_fails_and_every_screen_says_why(
    after_demo, maria, options
):
    after_demo.run("mail", "preview", maria, "--break-glass", "a call from her")
    after_demo.mails_by(9)

    assert after_demo.run("mail", "send", *options).code == 69
    again = after_demo.run("mail", "send", *options)
    assert again.code == 69
    assert ("next_try" if options else "They wait for the next try, the first") in again.out

    status = after_demo.run("status", "--json").json
    assert status["emails_waiting"] == 1
    assert "the mail server" in status["email_trouble"]
    assert "1 waiting, 0 failed; the last try: the mail" in after_demo.run("status").out
    (warning,) = [one for one in status["warnings"] if one["what"] == "outbox"]
    assert status["email_trouble"] in warning["message"]


def test_an_email_that_was_given_up_is_listed_with_its_reason_and_no_name(after_demo, dead):
    (row,) = after_demo.run("mail", "list", "--json").json
    said = after_demo.run("mail", "list").out

    assert (row["id"], row["state"]) == (dead, "dead")
    assert "554" in row["reason"]
    assert "554" in said
    assert "maria" not in said.lower()


@pytest.mark.parametrize("everything", [True, False])
def test_it_may_be_tried_again(after_demo, dead, everything):
    said = after_demo.run("mail", "retry", "--all" if everything else dead)

    assert (said.code, "1" in said.out) == (0, True)
    assert after_demo.run("mail", "send", "--json").json["accepted"] == 1
    assert after_demo.run("mail", "list", "--json").json == []


@pytest.mark.parametrize("refs", [["nothing"], ["--all", "x"], []])
def test_what_cannot_be_tried_again_is_said(after_demo, refs):
    assert after_demo.run("mail", "retry", *refs).code == (65 if refs == ["nothing"] else 2)


def test_all_of_nothing_is_nothing(after_demo):
    assert after_demo.run("mail", "retry", "--all").code == 0


def test_an_address_that_rests_is_listed_and_resumed(after_demo, maria):
    with after_demo.app() as app:
        emails = app.db.outbox.list_emails()
        sent = next(email for email in emails if (email.person_id, email.kind) == (maria, "digest"))
        process_bounce(app, Bounce(local_id=sent.message_key, status="5.1.1"))

    (row,) = after_demo.run("mail", "list", "--paused", "--json").json
    assert (row["person_id"], row["status"]) == (maria, "5.1.1")
    assert maria in after_demo.run("mail", "list", "--paused").out

    assert after_demo.run("mail", "resume", maria).code == 0
    assert "No paused addresses" in after_demo.run("mail", "list", "--paused").out
    assert after_demo.run("mail", "resume", maria).code == 65


@pytest.fixture
def invited(terminal):
    """One joined, one did nothing until the invitation was over; from now on no server answers."""
    terminal.enrols()
    terminal.invites(DECLINED)
    for _ in range(7):
        with terminal.app() as app:
            run_mail_and_cleanup(app)
        terminal.clock.at += timedelta(days=15)  # until `why` has forgotten all
    assert [row["state"] for row in terminal.run("staff", "list", "--json").json] == ["enrolled"]
    server = '@cedarvalley.example>"\nhost = "127.0.0.1"\nport = 1\n'
    return terminal.configured(('@cedarvalley.example>"\n', server))


def list_invitation_rows(terminal):
    """Return what tells one from another: all but the ID, of the program's rows and the table's."""
    rows, table = (terminal.run("mail", "list", *form) for form in (("--json",), ()))
    told = [{**row, "id": ""} for row in rows.json if row["kind"] == "invitation"]
    lines = [line for line in table.out.splitlines() if "invitation" in line]
    return (
        Counter(map(str, told)),
        Counter(re.sub(r"^\W*\w+", "", line) for line in lines),
        {row["kind"] for row in rows.json},
    )


@pytest.mark.parametrize("seed", range(2))
def test_no_row_tells_who_joined_who_declined_and_who_was_never_listed(invited, seed):
    random = Random(seed)  # noqa: S311 - a walk, no secret
    seen = 0
    tried = (("staff", "invite"), ("why", "--resend"), ())
    for deeds in (tried[0], *random.choices(tried, k=4)):
        said = {invited.run(*deeds, mail) for mail in EVERYBODY if deeds}
        assert len(said) <= 1, deeds
        with invited.app() as app:
            while send_due(app):  # it rests after three in vain
                pass
            delete_expired_data(app)
        for days in (0, random.choice((1, 6, 13))):
            invited.clock.at += timedelta(days=days)
            rows, lines, kinds = list_invitation_rows(invited)
            seen += len(rows)
            assert not kinds & {"invited-again", "reminder"}
            for told in (rows, lines):
                assert [told for number in told.values() if number % len(EVERYBODY)] == [], deeds
    assert seen


def test_a_list_of_emails_that_somebody_asked_for_is_not_told_as_an_invitation(after_demo, maria):
    with after_demo.app() as app:
        request_email_history(app, MARIA.person.mail, "a browser")

    (row,) = after_demo.run("mail", "list", "--json").json
    assert (row["kind"], row["recipient_id"]) == ("email-history", maria)


def test_an_invitation_that_came_back_is_listed(terminal):
    terminal.invites(DECLINED)
    with terminal.app() as app:
        run_mail_and_cleanup(app)
        (email,) = app.db.outbox.list_emails()
        process_bounce(app, Bounce(local_id=email.message_key, status="5.1.1"))
        run_mail_and_cleanup(app)

    (row,) = terminal.run("mail", "list", "--json").json
    assert (row["kind"], row["state"]) == ("invitation", "dead")
    assert "5.1.1" in row["reason"]
