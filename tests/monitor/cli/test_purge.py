"""What is kept for how long is there to be read, and forgetting can be tried without doing it."""

from datetime import timedelta


def test_a_dry_run_lists_every_table_and_forgets_nothing(terminal):
    terminal.enrols()
    terminal.clock.at += timedelta(days=2)

    rows = terminal.run("purge", "--dry-run", "--json").json
    said = terminal.run("purge", "--dry-run")

    told = {row["table"]: row for row in rows}
    assert told["invitations"]["goes"] == 1
    assert told["audit"]["closed"] == "always"
    assert told["hosts"]["closed"] == "1 day"
    assert "Nothing was deleted" in said.out
    assert terminal.run("purge", "--dry-run", "--json").json == rows


def test_forgetting_by_hand_does_what_the_service_does_once_a_day(terminal):
    terminal.enrols()
    terminal.clock.at += timedelta(days=2)

    assert terminal.run("purge").code == 0

    rows = terminal.run("purge", "--dry-run", "--json").json
    assert sum(row["goes"] for row in rows) == 0
