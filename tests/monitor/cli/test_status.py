"""What is due can be read at a glance, and by a program."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from monitor.db.cases import CasesTable
from monitor.db.database import Database
from monitor.domain.person import PersonName
from monitor.domain.small_counts import MIN_PEOPLE_TOLD
from monitor.services.consent_end import ERASURE
from monitor.services.enrollment import REMINDER
from tests.monitor.cli.conftest import Terminal


def test_the_screen_tells_what_is_down_first_and_ends_with_its_code(terminal):
    terminal.enrols()

    said = terminal.run("status")

    assert said.code == 69
    assert said.out.startswith("Cedar Valley Public Schools, ")
    assert "not running" in said.out
    warnings = said.out[said.out.index("what to do") :].splitlines()[1:]
    levels = [line.split()[0] for line in warnings]
    assert levels == sorted(levels, key=["bad", "warn"].index)
    assert any("systemctl start namesake-portal" in line for line in warnings)


def test_a_mail_server_that_is_away_and_a_full_disk_are_told_at_once(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
):
    """No email waits yet, and no copy was missed: the screen looks by itself."""
    terminal.mails_by(9)

    away = terminal.run("status", "--json")

    (mail,) = [warning for warning in away.json["warnings"] if warning["what"] == "mail"]
    assert (away.code, mail["level"], mail["exit_code"]) == (69, "bad", 69)
    assert "nothing listens on that port" in mail["message"]
    assert "password" not in mail["remedy"], "a relay without a user has none"

    full = shutil.disk_usage(terminal.config.state)._replace(free=0)
    monkeypatch.setattr("monitor.services.health.shutil.disk_usage", lambda _: full)
    said = terminal.run("status")

    assert said.code == 73
    assert "Free up space on the disk" in said.out
    (terminal.config.state / "keys.db").unlink()
    without = terminal.run("status").out
    assert "Free up space on the disk" in without, "also where nothing can be opened"
    assert "nothing listens on that port" in without


def test_without_its_keys_the_screen_still_tells_what_runs(terminal: Terminal):
    (terminal.config.state / "keys.db").unlink()

    said = terminal.run("status")

    assert said.code == 78
    _, database, service, portal, *_ = said.out.splitlines()
    assert "keys.db is missing. Restore the copy of its keys with a backup" in database
    assert "The service is not running." in service
    assert "portal" in portal
    assert "systemctl start" not in said.out
    assert "keys" in said.err


def test_a_program_reads_the_screen_and_no_count_of_cases_in_a_small_district(after_demo):
    told = after_demo.run("status", "--json").json

    assert told["is_running"] is False
    assert told["last_sweep"]
    assert told["next_sweep"] > told["last_sweep"]
    assert told["cases"] == ""
    assert {warning["what"] for warning in told["warnings"]} >= {"service", "portal"}


@pytest.mark.parametrize(("cases", "band"), [(9, ""), (10, "10 or more"), (49, "20 or more")])
def test_cases_of_a_larger_district_are_told_in_bands(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, cases: int, band: str
):
    monkeypatch.setattr(CasesTable, "list_undecided_cases", lambda _: (None,) * cases)
    before = terminal.run("status", "--json").json["cases"]
    for number in range(MIN_PEOPLE_TOLD):
        terminal.enrols(PersonName(given="Rosa", family=f"Marchetti{number}"))

    assert [before, terminal.run("status", "--json").json["cases"]] == ["", band]


def test_what_is_due_is_told_in_words_at_local_time_and_what_is_late_is_marked(terminal):
    terminal.run("status", "--jobs")
    with Database.open_folder(terminal.config.state) as state:
        (sweep,) = (job for job in state.jobs.list_jobs() if job.name == "sweep")
        state.jobs.reschedule_job(sweep, terminal.clock.now() - timedelta(hours=3))
        (review,) = (job for job in state.jobs.list_jobs() if job.name == "review")
        state.jobs.postpone_failed_job(
            review, terminal.clock.now() + timedelta(minutes=20), "ValueError"
        )

    said = terminal.run("status", "--jobs")

    rows = said.out.splitlines()
    (late,) = (row for row in rows if "weekly sweep" in row)
    assert "overdue by 3 hours" in late
    assert " CST " in late or " CDT " in late
    (failed,) = (row for row in rows if "email to reviewers" in row)
    assert "failed once (ValueError), retry in 20 min" in failed


def test_a_program_reads_what_is_due_in_utc_and_at_local_time(terminal):
    terminal.enrols()

    rows = json.loads(terminal.run("status", "--jobs", "--json").out)

    (email,) = (row for row in rows if row["name"] == "digest")
    assert email["due_at"].endswith("Z")
    assert email["local"].startswith("Mon, ")
    assert email["state"].startswith("in ")
    assert email["attempts"] == 0


def test_what_is_due_does_not_change_with_who_joined_was_invited_or_left(terminal):
    """Who invites one address, or says that its owner left, would see that a line came or not."""
    terminal.enrols()
    terminal.enrols(PersonName(given="Ana", family="Silva"))
    before = terminal.run("status", "--jobs", "--json").json

    with Database.open_folder(terminal.config.state) as state:
        state.jobs.ensure_job(REMINDER, "sent-invitation", terminal.clock.now())
    invited = terminal.run("status", "--jobs", "--json").json
    terminal.run("staff", "left", "ana.silva@cedarvalley.example", "--yes")
    with Database.open_folder(terminal.config.state) as state:
        assert ERASURE in {job.name for job in state.jobs.list_jobs()}
    left = terminal.run("status", "--jobs", "--json").json

    names = [row["name"] for row in before]
    assert len(set(names)) == len(names)
    assert [row["name"] for row in invited] == [row["name"] for row in left] == names


def test_an_erasure_that_fails_is_listed(terminal):
    ana = terminal.enrols()
    terminal.run("staff", "withdraw", ana, "--yes")
    with Database.open_folder(terminal.config.state) as state:
        (erasure,) = (job for job in state.jobs.list_jobs() if job.name == ERASURE)
        state.jobs.postpone_failed_job(
            erasure, terminal.clock.now() + timedelta(minutes=20), "OSError"
        )

    assert "failed once (OSError)" in terminal.run("status", "--jobs").out


def test_a_clock_that_cannot_be_right_is_told_with_the_way_out(terminal):
    terminal.run("status", "--jobs")
    terminal.clock.at += timedelta(days=800)

    assert "All jobs are paused until the clock is right" in terminal.run("status", "--jobs").out
    assert "jobs are paused" not in terminal.run("status", "--jobs", "--clock-is-right").out
    assert "jobs are paused" not in terminal.run("status", "--jobs").out


def test_a_sweep_on_a_forgotten_clock_exits_with_69(terminal):
    terminal.run("status", "--jobs")
    terminal.clock.at = datetime(1990, 1, 1, tzinfo=UTC)

    said = terminal.run_served("check", "--all")

    assert said.code == 69
    assert "The clock says Mon, Jan 1, 1990" in said.sentence
