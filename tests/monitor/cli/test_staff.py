from datetime import timedelta
from threading import Event

import pytest

from monitor.demo import data as days
from monitor.domain.person import CURRENT_MEANS
from monitor.domain.vocabulary import EmailState, Scope
from monitor.scheduler.daemon import WakeSocket
from tests.monitor.supervised import PATIENCE

MAIL = "rosa.marchetti@cedarvalley.example"
WITH_SERVER = (
    '@cedarvalley.example>"\n',
    '@cedarvalley.example>"\nhost = "127.0.0.1"\nport = 1\n',
)


def list_invited(terminal) -> list[str]:
    """Return the addresses of open invitations, which no command lists."""
    with terminal.app() as app:
        found = app.db.invitations.list_invitations()
        return [invitation.mail for invitation in found if invitation.is_open(app.clock.now())]


def test_an_invitation_is_queued_and_listed_nowhere(terminal):
    terminal.configured(WITH_SERVER)

    said = terminal.run("staff", "invite", MAIL, "Rosa", "Marchetti")

    assert said.code == 0
    assert "This address gets an invitation" in said.out
    assert list_invited(terminal) == [MAIL]
    for words in (("staff", "list"), ("mail", "list")):
        assert terminal.run(*words, "--json").json == []


def test_the_log_says_which_user_of_the_shell_it_was(terminal):
    terminal.configured(WITH_SERVER).run("staff", "invite", MAIL, "Rosa", "Marchetti")

    with terminal.app() as app:
        (means,) = {entry.means for entry in app.db.audit.list_entries()}
    assert means.startswith("shell:")
    assert CURRENT_MEANS.get() == "service"


def test_no_invitation_is_queued_without_a_mail_server(terminal):
    said = terminal.run("staff", "invite", MAIL, "Rosa", "Marchetti")

    assert said.code == 69
    assert "mail server" in said.sentence
    assert terminal.run("staff", "list", "--json").json == []


@pytest.mark.parametrize(
    "mail",
    [
        "rosa@elsewhere.example",
        "mallory@elsewhere.example, rosa@cedarvalley.example",
        "mallory@elsewhere.example\nrosa@cedarvalley.example",
        "rosa",
        "@cedarvalley.example",
    ],
)
def test_only_one_address_of_the_district_is_invited(terminal, mail):
    said = terminal.configured(WITH_SERVER).run("staff", "invite", mail, "Rosa", "Marchetti")

    assert said.code == 65
    assert said.sentence
    assert terminal.run("staff", "list", "--json").json == []


def test_whoever_joined_is_not_invited_again(terminal):
    terminal.enrols()

    terminal.configured(WITH_SERVER)
    said = terminal.run("staff", "invite", MAIL, "Rosa", "Marchetti")
    other = terminal.run("staff", "invite", "bea.field@cedarvalley.example")

    assert said == other, "an operator cannot try out who has joined"
    assert said.code == 0
    assert [row["state"] for row in terminal.run("staff", "list", "--json").json] == ["enrolled"]
    assert list_invited(terminal) == ["bea.field@cedarvalley.example"]


def test_an_invitation_of_who_left_is_taken_back_and_nothing_tells_who_had_joined(terminal):
    terminal.enrols()
    terminal.configured(WITH_SERVER)
    terminal.run("staff", "invite", "ana.bell@cedarvalley.example")

    invited = terminal.run("staff", "left", "ana.bell@cedarvalley.example", "--yes")
    joined = terminal.run("staff", "left", MAIL, "--yes")
    again = terminal.run("staff", "left", MAIL, "--yes")

    assert (invited.code, invited.out) == (joined.code, joined.out) == (again.code, again.out)
    assert [row["state"] for row in terminal.run("staff", "list", "--json").json] == ["withdrawn"]


@pytest.mark.parametrize(("typed", "code"), [("", 2), ("n\n", 0), ("y\n", 65)])
def test_who_leaves_is_asked_about_and_a_script_is_told_how_to_answer(terminal, typed, code):
    said = terminal.run("staff", "left", "ana.bell@cedarvalley.example", typed=typed)

    assert said.code == code  # nobody was invited there
    assert ("No one is there to answer. Nothing was done: add `--yes`." in said.err) is (code == 2)
    assert ("Nothing was changed." in said.out) is (code == 0)


def test_the_list_tells_states_and_scopes_and_no_name(terminal):
    ref = terminal.enrols()

    listed, table = terminal.run("staff", "list", "--json"), terminal.run("staff", "list")

    (row,) = listed.json
    assert row["id"] == ref
    assert row["state"] == "enrolled"
    assert row["scopes"] == [Scope.PROFILES, Scope.SEARCH]
    assert ref in table.out
    for said in (listed, table):
        assert "osa" not in said.out + said.err


def test_a_consent_that_ran_out_is_told_from_one_that_stands(terminal):
    terminal.enrols()
    terminal.clock.at = days.compute_sweep_time(1) + timedelta(days=366)

    assert [row["state"] for row in terminal.run("staff", "list", "--json").json] == ["expired"]


def test_an_invitation_that_nobody_answered_leaves_the_list(terminal):
    terminal.invites()
    terminal.clock.at += timedelta(days=15)

    assert terminal.run("staff", "list", "--json").json == []


def test_whoever_withdraws_is_asked_about_no_more_and_is_written_to(terminal):
    ref = terminal.enrols()

    said = terminal.run("staff", "withdraw", ref, typed="y\n")

    assert said.code == 0
    assert "data is deleted within 24 hours" in said.out
    assert [row["state"] for row in terminal.run("staff", "list", "--json").json] == ["withdrawn"]
    assert terminal.run("check", "--all", "--dry-run", "--json").json["people"] == 0
    with terminal.app() as app:
        waiting = [email.kind for email in app.db.outbox.list_emails() if email.state == "queued"]
    assert "withdrawn" in waiting
    assert terminal.run("check", ref).code == 77
    assert terminal.run("staff", "withdraw", ref, "--yes").code == 65


def test_emails_that_wait_are_counted_with_the_reason_and_without_the_address(terminal):
    terminal.configured(WITH_SERVER).run("staff", "invite", MAIL, "Rosa", "Marchetti")

    said = terminal.run("mail", "send", "--json")

    assert said.code == 69
    assert said.json["deferred"] == 1
    assert list(said.json["waiting"].values()) == [1]
    terminal.clock.at += timedelta(hours=1)
    table = terminal.run("mail", "send").out
    assert "1 to retry" in table
    assert "cannot be reached" in table
    assert "rosa" not in (said.out + table).lower()
    with terminal.app() as app:
        assert [email.state for email in app.db.outbox.list_emails()] == [EmailState.QUEUED]


def test_an_invitation_wakes_the_service_that_is_to_send_it(terminal):
    woken = Event()
    terminal.configured(WITH_SERVER)

    with WakeSocket(terminal.config.state).listen_for_wakeups(on_wake=woken.set):
        assert terminal.run("staff", "list").code == 0
        assert not woken.is_set()
        assert terminal.run("staff", "invite", MAIL, "Rosa", "Marchetti").code == 0
        assert woken.wait(PATIENCE)
