"""Emails that did not arrive are the operator's to mend; what they say is not theirs to read."""

import pytest

from monitor.demo.district import MARIA
from monitor.domain.email import Bounce
from monitor.services.bounces import process_bounce


@pytest.fixture
def maria(after_demo):
    with after_demo.app() as app:
        return app.db.people.find_person_id_by_mail(MARIA.person.mail)


@pytest.fixture
def dead(after_demo, maria):
    """Maria's answer to a broken glass was given up."""
    after_demo.run("digest", "preview", maria, "--break-glass", "a call from her")
    with after_demo.app() as app, app.db.begin_transaction():
        (email,) = app.db.outbox.list_queued_emails(maria, "break-glass")
        app.db.outbox.mark_email_dead(email.id, "the mail server answered 554 to the letter")
    return email.id


def test_what_arrived_is_not_listed(after_demo):
    assert after_demo.run("mail", "list", "--json").json == []
    assert "No queued or failed emails" in after_demo.run("mail", "list").out


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
    assert after_demo.run("digest", "send", "--json").json["accepted"] == 1
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

    (row,) = after_demo.run("mail", "paused", "--json").json
    assert (row["person_id"], row["status"]) == (maria, "5.1.1")
    assert maria in after_demo.run("mail", "paused").out

    assert after_demo.run("mail", "resume", maria).code == 0
    assert "No paused addresses" in after_demo.run("mail", "paused").out
    assert after_demo.run("mail", "resume", maria).code == 65
