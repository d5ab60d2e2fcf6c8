"""The nightly copy that we ship, under a real systemd: by its timer, and when it fails."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from tests.real.installed import CONFIG, SETTINGS, UNITS, in_time, namesake, shown_of
from tests.real.systemd_machine import Machine

pytestmark = pytest.mark.real

SERVICE, TIMER = "namesake-backup.service", "namesake-backup.timer"
PLACE = "/etc/systemd/system"
DRILL = "/etc/namesake/drill.toml"
COPIES, KEYS = "/var/lib/namesake-copies", "/var/lib/namesake-keys"
WITHOUT_PUPILS = SETTINGS.partition("[students]")[0]
BACKUP = f'[backup]\nfolder = "{COPIES}"\nkeys = "{KEYS}"\n'
# The timer waits for the night, and then for up to half an hour.
IMPATIENT = """\
[Timer]
OnCalendar=
OnCalendar=*-*-* *:*:*
RandomizedDelaySec=0
AccuracySec=100ms
"""


@pytest.fixture(scope="module")
def installed(machine: Machine) -> Iterator[Machine]:
    """Install as docs/backup.md says."""
    machine.put(CONFIG, WITHOUT_PUPILS + BACKUP)
    namesake(machine, "init")
    for name in (SERVICE, TIMER):
        machine.put(f"{PLACE}/{name}", (UNITS / name).read_text("utf-8"))
    machine.run("systemctl", "daemon-reload")
    yield machine
    machine.run("systemctl", "disable", "--now", TIMER)


def copies(machine: Machine) -> list[str]:
    listed = machine.run("ls", "-1A", f"/var/lib/private/{COPIES.rpartition('/')[2]}/").split()
    return sorted(part for part in listed if part.startswith("namesake-"))


def journal(machine: Machine) -> str:
    return machine.run("journalctl", "-u", SERVICE, "--no-pager", "-o", "cat")


def test_the_timer_is_set_for_the_small_hours(installed: Machine):
    installed.run("systemctl", "enable", "--now", TIMER)

    at = shown_of(installed, TIMER, "NextElapseUSecRealtime")
    due = datetime.strptime(at.rpartition(" ")[0], "%a %Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - local
    assert (3, 15) <= (due.hour, due.minute) <= (3, 45)


def test_its_timer_makes_a_copy_that_can_be_restored(installed: Machine):
    installed.put(f"{PLACE}/{TIMER}.d/impatient.conf", IMPATIENT)
    installed.run("systemctl", "daemon-reload")
    installed.run("systemctl", "restart", TIMER)
    try:
        assert in_time(lambda: "test-restored" in journal(installed))
    finally:
        installed.run("systemctl", "stop", TIMER)
        installed.run("rm", "-r", f"{PLACE}/{TIMER}.d")
        installed.run("systemctl", "daemon-reload")
    assert in_time(lambda: shown_of(installed, SERVICE, "ActiveState") == "inactive")
    assert shown_of(installed, SERVICE, "Result") == "success"
    assert copies(installed)
    owners = installed.run("stat", "-L", "-c", "%U %a", COPIES, KEYS).splitlines()
    assert len(set(owners)) == 1
    assert owners[0].endswith(" 700")

    installed.put(DRILL, WITHOUT_PUPILS.replace("/var/lib/namesake", "/var/lib/drill"))
    said = namesake(installed, "restore", COPIES, "--keys", KEYS, config=DRILL)
    assert "the database passed its checks" in said
    assert "is intact" in namesake(installed, "audit", config=DRILL)
    installed.run("rm", "-r", "/var/lib/drill")


def test_a_folder_that_was_in_use_is_restored_in_place_and_the_service_starts(installed: Machine):
    installed.put(f"{PLACE}/namesake.service", (UNITS / "namesake.service").read_text("utf-8"))
    installed.run("systemctl", "daemon-reload")
    assert installed.run("systemctl", "start", SERVICE) == "", journal(installed)
    assert installed.run("systemctl", "start", "namesake") == ""
    assert in_time(lambda: shown_of(installed, "namesake", "ActiveState") == "active")
    installed.run("systemctl", "stop", "namesake")
    installed.run("find", "/var/lib/private/namesake", "-mindepth", "1", "-delete")

    said = namesake(installed, "restore", COPIES, "--keys", KEYS)
    assert "the database passed its checks" in said
    namesake(installed, "audit")
    started = installed.run("systemctl", "start", "namesake")
    try:
        assert started == "", installed.run("journalctl", "-u", "namesake", "--no-pager", "-n", "9")
        assert in_time(lambda: shown_of(installed, "namesake", "ActiveState") == "active")
        assert "have a different owner" not in namesake(installed, "doctor")
    finally:
        installed.run("systemctl", "stop", "namesake")


def test_a_copy_that_finds_no_room_fails_the_unit_and_tells_the_operator(installed: Machine):
    assert installed.run("systemctl", "start", SERVICE) == "", journal(installed)
    before = copies(installed)
    private = f"/var/lib/private{COPIES.removeprefix('/var/lib')}"
    installed.run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", private)
    try:
        assert "failed" in installed.run("systemctl", "start", SERVICE)
        assert copies(installed) == [], "no half of a copy is left"
    finally:
        installed.run("umount", private)

    assert shown_of(installed, SERVICE, "Result") == "exit-code"
    assert shown_of(installed, SERVICE, "ExecMainStatus") == "73"
    assert SERVICE in installed.run("systemctl", "--failed", "--no-legend")
    assert "free up space on its disk" in journal(installed).rpartition("namesake: ")[2]
    assert copies(installed) == before
    assert "failed (73)" in namesake(installed, "doctor")
    assert "namesake_backup_failed_timestamp_seconds" in namesake(installed, "metrics")

    assert installed.run("systemctl", "start", SERVICE) == ""
    assert "failed (73)" not in namesake(installed, "doctor")
