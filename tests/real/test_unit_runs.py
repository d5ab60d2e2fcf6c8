"""The unit that we ship, under a real systemd: started, watched, restarted and stopped by it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.installed import CONFIG, SETTINGS, UNITS, in_time, namesake, shown_of
from tests.real.systemd_machine import Machine
from tests.scrapers.sandbox import hostile
from tests.scrapers.sandbox.hostile import ACTS, DONE, REFUSED, REFUSED_BY_LANDLOCK

pytestmark = pytest.mark.real

UNIT = (UNITS / "namesake.service").read_text("utf-8")
PLACE = "/etc/systemd/system/namesake.service"
# The unit waits a minute for a sign of life, and five seconds before it starts anew.
IMPATIENT = "[Service]\nWatchdogSec=15\nRestartSec=1\n"
PUPILS = "given,family\n" + "".join(f"Given{n},Family{n}\n" for n in range(30))
MADE_UP = range(61184, 65520)  # users that exist while a service runs (systemd.exec(5))


@pytest.fixture(scope="module")
def installed(machine: Machine) -> Iterator[Machine]:
    """Install as docs/install.md says, with a roster key that only systemd hands over."""
    machine.put(CONFIG, SETTINGS)
    machine.put("/tmp/students.csv", PUPILS)  # noqa: S108 - of a machine of its own
    namesake(machine, "init")
    where = ("--key-file", "/etc/credstore/roster-key", "--tokens", "/etc/namesake/roster.tokens")
    namesake(machine, "roster", "import", "/tmp/students.csv", *where)  # noqa: S108 - likewise
    machine.run("chmod", "700", "/etc/credstore")
    machine.run("chmod", "644", "/etc/namesake/roster.tokens")
    machine.put(PLACE, UNIT)
    machine.put(f"{PLACE}.d/impatient.conf", IMPATIENT)
    machine.run("systemctl", "daemon-reload")
    yield machine
    machine.run("systemctl", "stop", "namesake")


@pytest.fixture
def started(installed: Machine) -> Machine:
    installed.run("systemctl", "reset-failed", "namesake")
    said = installed.run("systemctl", "restart", "namesake")
    assert said == "", installed.run("journalctl", "-u", "namesake", "--no-pager")
    return installed


def shown(machine: Machine, name: str) -> str:
    return shown_of(machine, "namesake", name)


def test_it_starts_says_what_it_does_and_is_nobody_on_the_machine(started: Machine) -> None:
    assert shown(started, "ActiveState") == "active"
    assert in_time(lambda: shown(started, "StatusText") == "Ready.")
    process = shown(started, "MainPID")
    (owner,) = started.run("stat", "-c", "%u", f"/proc/{process}").split()
    assert int(owner) in MADE_UP
    folder = started.run("stat", "-c", "%u %a", "/var/lib/private/namesake/").split()
    assert folder == [owner, "700"]


def test_the_matcher_gets_its_key_from_systemd_and_no_file_is_named(started: Machine) -> None:
    assert "key_file" not in SETTINGS
    assert started.run("stat", "-c", "%a", "/etc/credstore/roster-key").strip() == "400"
    children = started.run("systemctl", "status", "namesake", "--no-pager")
    assert "-m monitor.student_matcher" in children
    log = started.run("journalctl", "-u", "namesake", "--no-pager", "-I", "-p", "warning")
    # A district that was just set up has no backup yet, and no source.
    assert set(re.findall(r"event=(\w+)", log)) <= {"warning_raised"}


def test_what_is_due_can_be_looked_at_while_it_runs(started: Machine) -> None:
    assert "weekly sweep" in namesake(started, "status", "--jobs")
    assert namesake(started, "sources", "list").startswith("No source")
    assert shown(started, "ActiveState") == "active"


def test_it_ends_cleanly_and_soon_when_it_is_stopped(started: Machine) -> None:
    started.run("systemctl", "stop", "namesake")

    # After its TimeoutStopSec, systemd kills what has not ended, and the result is "timeout".
    assert shown(started, "ActiveState") == "inactive"
    assert shown(started, "Result") == "success"
    assert shown(started, "ExecMainStatus") == "0"


def test_it_is_started_anew_when_it_was_killed(started: Machine) -> None:
    before = shown(started, "MainPID")
    started.run("systemctl", "kill", "--signal=KILL", "--kill-whom=main", "namesake")

    assert in_time(lambda: shown(started, "NRestarts") == "1")
    assert in_time(lambda: shown(started, "ActiveState") == "active")
    assert shown(started, "MainPID") not in {"0", before}


def test_it_is_started_anew_when_it_shows_no_sign_of_life(started: Machine) -> None:
    started.run("systemctl", "kill", "--signal=STOP", "--kill-whom=main", "namesake")

    assert in_time(lambda: shown(started, "NRestarts") == "1")
    assert in_time(lambda: shown(started, "ActiveState") == "active")
    assert "Watchdog timeout" in started.run("journalctl", "-u", "namesake", "--no-pager")


def act_in_unit(machine: Machine, unit: str, *layers: str) -> dict[str, str]:
    """Have a program in place of the parser try each act, under all that the unit says."""
    text = (UNITS / f"{unit}.service").read_text("utf-8")
    program = "/opt/namesake/bin/python /opt/hostile.py self"
    machine.put("/opt/hostile.py", Path(hostile.__file__).read_text("utf-8"))
    machine.put("/etc/systemd/system/hostile.service", text)
    machine.put(
        "/etc/systemd/system/hostile.service.d/acts.conf",
        f"[Service]\nType=oneshot\nRestart=no\nWatchdogSec=0\nExecStart=\n"
        f"ExecStart={program} {' '.join(layers)}\n",
    )
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "reset-failed", "hostile")
    said = machine.run("systemctl", "start", "hostile")
    told = machine.run(
        *("journalctl", "-u", "hostile", "-o", "cat", "-t", "python", "-n", "1", "--no-pager")
    )
    assert said == "", told
    acts: dict[str, str] = json.loads(told)
    return acts


@pytest.mark.parametrize(
    "unit",
    [
        "namesake",
        "namesake-portal",
        "namesake-fleet",
        "namesake-fleet-portal",
        "namesake-worker",
    ],
)
def test_a_program_in_place_of_the_parser_is_refused_all_in_each_unit(
    unit: str, installed: Machine
) -> None:
    assert act_in_unit(installed, unit, "all") == dict.fromkeys(ACTS, REFUSED)
    by_landlock = act_in_unit(installed, unit, "no_new_privs", "landlock")
    assert by_landlock["read the keys"] == REFUSED
    # The unit hides from a child with fewer rights that its parent is there at all.
    assert {name for name in REFUSED_BY_LANDLOCK if by_landlock[name] == DONE} == set()
    # Without either, the unit itself protects no file of the service from its own child.
    assert act_in_unit(installed, unit)["read the keys"] == DONE


def test_the_doctor_hears_from_the_running_service_what_its_parser_has(started: Machine) -> None:
    said = json.loads(namesake(started, "doctor", "--json"))
    (told,) = [entry for entry in said if entry["what"] == "parser"]

    assert told["level"] == "ok"
    assert "Landlock" in told["message"]
    assert "seccomp" in told["message"]


def test_what_trying_again_does_not_mend_is_not_tried_again(installed: Machine) -> None:
    installed.put(CONFIG, "state = 7\n")
    try:
        installed.run("systemctl", "restart", "namesake")
        assert in_time(lambda: shown(installed, "ActiveState") == "failed")
        assert shown(installed, "ExecMainStatus") == "64"
        assert shown(installed, "NRestarts") == "0"
    finally:
        installed.put(CONFIG, SETTINGS)
