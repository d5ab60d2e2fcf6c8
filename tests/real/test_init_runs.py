"""One file of answers, on a machine with systemd: a district that runs, and secrets that fit it."""

import re
from collections.abc import Iterator

import pytest

from tests.real.installed import CONFIG, in_time, namesake, shown_of
from tests.real.systemd_machine import Machine

pytestmark = pytest.mark.real

ANSWERS = """\
name = "Oak Hill Unified"
domains = ["oakhill.test"]
contact = "it@oakhill.test"
reviewers = ["a.lee@oakhill.test", "r.ortiz@oakhill.test"]
search = "brave"
start = true

[secrets]
brave-key = "brave-key.txt"
"""
PLACE = "/etc/answers.toml"
KEY = "BSA-trombone-7"
UNITS = ("namesake", "namesake-portal", "namesake-backup.timer")
# As a browser would ask through a proxy that passes the name on.
ASK = """\
import http.client
asked = http.client.HTTPConnection("127.0.0.1", 8080)
asked.request("GET", "/sign-in", headers={"Host": "namesake.oakhill.test"})
print(asked.getresponse().status)
"""


@pytest.fixture(scope="module")
def said(machine: Machine) -> Iterator[str]:
    machine.run("sh", "-c", "rm -rf /etc/namesake /etc/systemd/system/namesake*")
    machine.put(PLACE, ANSWERS)
    machine.put("/etc/brave-key.txt", KEY, mode="600")
    yield namesake(machine, "init", "--answers", PLACE)
    machine.run("systemctl", "disable", "--now", *UNITS)
    machine.run("sh", "-c", "rm -rf /etc/namesake /etc/systemd/system/namesake*")
    machine.run("systemctl", "daemon-reload")


def test_service_portal_and_backups_run_after_one_command(machine: Machine, said: str) -> None:
    assert f"Ready: configuration {CONFIG}, state /var/lib/namesake." in said
    assert "Traceback" not in said
    for unit in UNITS:
        assert in_time(lambda unit=unit: shown_of(machine, unit, "ActiveState") == "active"), said
        assert shown_of(machine, unit, "UnitFileState") == "enabled"
    python = "/opt/namesake/bin/python"
    assert in_time(lambda: machine.run(python, "-c", ASK).strip() == "200")


def test_a_secret_is_stored_encrypted_and_reaches_the_service(machine: Machine, said: str) -> None:
    stored = "/etc/credstore.encrypted/brave-key"
    assert f"Stored the secret brave-key in {stored}." in said
    assert KEY not in machine.run("cat", stored) + machine.run("cat", CONFIG)
    assert machine.run("stat", "-c", "%a %U", stored).strip() == "600 root"
    assert machine.run("cat", "/run/credentials/namesake.service/brave-key").strip() == KEY


def test_what_the_doctor_finds_bad_after_it_is_nothing(machine: Machine, said: str) -> None:
    told = namesake(machine, "doctor")

    # The locks of a file that was laid over another are listed under another device.
    assert {*re.findall(r"^(\S+) +bad ", told, re.MULTILINE)} <= {"processes"}, told


def test_the_same_command_again_changes_nothing(machine: Machine, said: str) -> None:
    listed = ("find", "/etc/namesake", "/etc/systemd/system", "/etc/credstore.encrypted")
    before = machine.run(*listed, "-type", "f", "-exec", "cksum", "{}", "+")

    again = namesake(machine, "init", "--answers", PLACE)

    assert f"{CONFIG} already exists. It was not changed." in again
    assert "Wrote" not in again
    assert machine.run(*listed, "-type", "f", "-exec", "cksum", "{}", "+") == before


def test_a_plain_secret_comes_before_a_sealed_one_of_its_name(machine: Machine, said: str) -> None:
    machine.put("/etc/credstore/brave-key", "newer", mode="600")
    read = ("cat", "/run/credentials/namesake.service/brave-key")
    try:
        machine.run("systemctl", "restart", "namesake")
        assert in_time(lambda: machine.run(*read).strip() == "newer")
    finally:
        machine.run("rm", "/etc/credstore/brave-key")
        machine.run("systemctl", "restart", "namesake")
    assert in_time(lambda: machine.run(*read).strip() == KEY)
