"""What an operator types when somebody says "I got no mail"."""

from datetime import timedelta

import pytest

from monitor.services.due_jobs import run_mail_and_cleanup

MAIL = "rosa.marchetti@cedarvalley.example"
OTHER = "bea.field@cedarvalley.example"
NOBODY = "nobody.here@cedarvalley.example"
WITH_SERVER = (
    '@cedarvalley.example>"\n',
    '@cedarvalley.example>"\nhost = "127.0.0.1"\nport = 1\n',
)


@pytest.fixture
def joined(terminal):
    """Rosa has joined; then both were invited, and no mail server answered."""
    terminal.enrols()
    terminal.clock.at = terminal.clock.at.replace(year=terminal.clock.at.year + 1)
    terminal.configured(WITH_SERVER)
    for mail in (MAIL, OTHER):
        assert terminal.run("staff", "invite", mail).code == 0
    terminal.run("mail", "send")
    return terminal


def test_what_became_of_an_invitation_is_told_and_nothing_about_its_answer(joined):
    said = {mail: joined.run("why", mail) for mail in (MAIL, OTHER)}

    assert said[MAIL] == said[OTHER]
    assert said[MAIL].code == 0
    shown = " ".join(said[MAIL].out.split())
    assert "not accepted" in shown
    assert "127.0.0.1:1" in shown
    assert "cannot be reached" in shown
    assert "/sign-in/emails" in shown


def test_a_program_reads_the_same_without_an_id(joined):
    (row,) = joined.run("why", MAIL, "--json").json["invitations"]

    assert row["server"] == "127.0.0.1:1"
    assert set(row) == {
        *("queued_at", "tried_at", "server", "answer", "taken_at", "bounced_at", "bounce"),
        "taken_back_at",
    }


def test_no_address_that_was_never_invited_is_told_apart(joined):
    said = joined.run("why", NOBODY)

    assert said.code == 0
    assert "No invitation went to this address" in said.out


def test_it_is_sent_again_but_once_a_day_whoever_it_is(joined):
    early = {mail: joined.run("why", mail, "--resend") for mail in (MAIL, OTHER)}
    assert early[MAIL] == early[OTHER]
    assert (early[MAIL].code, "tomorrow" in early[MAIL].sentence) == (77, True)

    joined.clock.at = joined.clock.at.replace(year=joined.clock.at.year + 1)
    later = {mail: joined.run("why", mail, "--resend") for mail in (MAIL, OTHER)}
    assert later[MAIL] == later[OTHER]
    assert later[MAIL].code == 0


def test_the_list_of_emails_does_not_tell_who_has_joined(joined):
    rows = joined.run("mail", "list", "--json").json

    # The one that Rosa answered a year ago could not be sent at all.
    told = [{**row, "id": ""} for row in rows if row["kind"] == "invitation" and row["next_try"]]
    assert len(told) == len((MAIL, OTHER))
    assert told[0] == told[1]
    assert told[0]["recipient_id"] == ""


def test_nothing_is_sent_again_without_a_mail_server(terminal):
    assert terminal.run("why", MAIL, "--resend").code == 69


def test_an_address_of_somebody_else_is_refused(joined):
    said = joined.run("why", "rosa@elsewhere.example")

    assert (said.code, "this district" in said.sentence) == (65, True)


def test_what_was_taken_back_is_told_alike_and_not_offered_to_be_sent_again(joined):
    for mail in (MAIL, OTHER):
        assert joined.run("staff", "left", mail, "--yes").code == 0
    said = {joined.run("why", mail) for mail in (MAIL, OTHER)}
    again = {joined.run("why", mail, "--resend") for mail in (MAIL, OTHER, NOBODY)}

    (shown,) = said
    assert "canceled" in shown.out
    assert "--resend" not in shown.out
    (refused,) = again
    assert (refused.code, "namesake staff invite" in refused.sentence) == (77, True)


def test_an_invitation_is_sent_again_under_the_name_that_is_typed(joined):
    joined.clock.at += timedelta(days=15)
    with joined.app() as app:
        run_mail_and_cleanup(app)
        assert app.db.invitations.find_open_invitation_by_mail(OTHER, app.clock.now()) is None

    for mail in (MAIL, OTHER):
        assert joined.run("why", mail, "--resend", "--name", "Bea", "Field").code == 0

    with joined.app() as app:
        invited = app.db.invitations.find_open_invitation_by_mail(OTHER, app.clock.now())
    assert (invited.given, invited.family) == ("Bea", "Field")
