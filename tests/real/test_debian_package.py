"""Our Debian package on systems that have nothing of ours: installed, upgraded, removed, purged.

Also from there to a first digest: one command with one file of answers, for 400 invented staff.
"""

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.services.setup_files import CURRENT_SYSTEMD
from tests.real import systemd_machine
from tests.real.debian_package import NEW, OLD
from tests.real.first_digest import (
    ANSWERS,
    MAKE_DIGESTS_DUE,
    STAFF,
    MailFolder,
    count_checked_sources,
    mail_of,
    write_staff_lines,
)
from tests.real.installed import CONFIG, SETTINGS, in_time, shown_of
from tests.real.machine import HERE, LOCALHOST
from tests.real.systemd_machine import BARE_SYSTEMS, BareSystem, Machine

pytestmark = pytest.mark.real

WITHOUT_PUPILS = SETTINGS.partition("[students]")[0]
UNITS = ("namesake.service", "namesake-portal.service", "namesake-backup.timer")
DATA = "/var/lib/private/namesake/namesake.db"
PLAIN, SEALED = "of the mail server", "of the search engine"


@contextmanager
def booted(system: BareSystem, package: Path) -> Iterator[Machine]:
    """Boot the system and give it the package, a district, secrets, and all units enabled."""
    with bare(system) as machine:
        assert "nothing runs yet" in install(machine, package)
        set_up(machine)
        yield machine


@contextmanager
def bare(system: BareSystem) -> Iterator[Machine]:
    if reason := system.lacking():
        pytest.skip(f"{system.name}: {reason}")
    with tempfile.TemporaryDirectory(prefix="namesake-") as folder:
        Path(folder).chmod(0o755)
        with systemd_machine.running(Path(folder), system.home) as machine:
            yield machine


def install(machine: Machine, package: Path) -> str:
    machine.put_file(f"/{package.name}", package)
    said = machine.run("apt-get", "install", "--yes", "--no-install-recommends", f"/{package.name}")
    machine.run("rm", f"/{package.name}")
    return said


def set_up(machine: Machine) -> None:
    machine.put(CONFIG, WITHOUT_PUPILS)
    keep_secrets(machine)
    machine.run("namesake", "init")
    machine.run("systemctl", "enable", "--now", *UNITS)


def keep_secrets(machine: Machine) -> None:
    """Put secrets where units find them at their next start."""
    machine.run("install", "-d", "-m", "700", "/etc/credstore", "/etc/credstore.encrypted")
    machine.put("/etc/credstore/smtp-password", PLAIN, mode="600")
    if read_release(machine) >= CURRENT_SYSTEMD:
        sealed = ("--with-key=host", "--name=brave-key", "-", "/etc/credstore.encrypted/brave-key")
        machine.run("systemd-creds", "encrypt", *sealed, given=SEALED)


def read_release(machine: Machine) -> int:
    return int(machine.run("systemctl", "--version").split()[1])


def is_active(machine: Machine, *units: str) -> bool:
    return in_time(lambda: {shown_of(machine, unit, "ActiveState") for unit in units} == {"active"})


def read_version(machine: Machine) -> str:
    return machine.run("namesake", "--version").strip().rpartition(" ")[2]


COUNT_WAITING = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
query = "SELECT count(*) FROM outbox WHERE kind = 'invitation' AND state = 'queued'"
print(database.execute(query).fetchone()[0])
"""


def identify_data(machine: Machine) -> str:
    assert "is intact" in machine.run("namesake", "audit")
    return machine.run("stat", "-c", "%i", DATA)


def journal(machine: Machine) -> str:
    return machine.run("journalctl", "-u", "namesake*", "--no-pager", "-n", "20")


def test_it_is_upgraded_removed_and_installed_again_with_its_data_until_it_is_purged(
    packages: dict[str, Path],
) -> None:
    system = BARE_SYSTEMS[-1]
    with booted(system, packages[OLD]) as machine:
        check_libraries(machine, system)
        check_units(machine)
        check_secrets(machine)
        check_completion(machine)
        check_another_python(machine)
        check_failed_upgrade(machine, packages[NEW])
        check_upgrade(machine, packages[NEW])
        check_removal(machine, packages[NEW])
        check_purge(machine)


def check_libraries(machine: Machine, system: BareSystem) -> None:
    """It runs with the system's Python, and its libraries are those for this Python."""
    assert read_version(machine) == OLD
    assert machine.run("dpkg", "--verify", "namesake") == ""
    assert "COMMANDS" in machine.run("zcat", "/usr/share/man/man1/namesake.1.gz")
    place = f"/usr/lib/namesake/{OLD}/lib/python{system.python}/site-packages/"
    imports = "import lxml.etree, PIL.Image, authlib, gevent; print(lxml.etree.__file__)"
    said = machine.run(f"/usr/lib/namesake/{OLD}/bin/python", "-I", "-c", imports)
    assert said.startswith(place)


def check_units(machine: Machine) -> None:
    """Each unit runs, and this systemd understands all but what we know to be newer."""
    assert is_active(machine, *UNITS), journal(machine)
    said = machine.run("systemd-analyze", "verify", *UNITS[:2], "namesake-backup.service")
    unknown = re.findall(r"/namesake.*'(\w+)' in section", said)
    newer = {"ImportCredential", "RestartSteps", "RestartMaxDelaySec"}
    assert set(unknown) == (set() if read_release(machine) >= CURRENT_SYSTEMD else newer)
    doctor = machine.run("namesake", "doctor")
    assert "The service is not running" not in doctor
    assert "The database is intact" in doctor


def check_secrets(machine: Machine) -> None:
    process = shown_of(machine, "namesake.service", "MainPID")
    place = Path("/proc", process, "root", "run/credentials/namesake.service")
    assert machine.run("cat", f"{place}/smtp-password") == PLAIN
    if read_release(machine) >= CURRENT_SYSTEMD:
        assert machine.run("cat", f"{place}/brave-key") == SEALED


def check_completion(machine: Machine) -> None:
    typed = ("COMP_WORDS=namesake doc", "COMP_CWORD=1", "_NAMESAKE_COMPLETE=bash_complete")
    assert machine.run("env", *typed, "namesake") == "plain,doctor\n"
    known = "source /usr/share/bash-completion/completions/namesake && complete -p namesake"
    assert "_namesake_completion" in machine.run("bash", "-c", known)


def check_another_python(machine: Machine) -> None:
    """When the system's Python changes, everything is compiled for it, and what runs restarts."""
    before = shown_of(machine, "namesake.service", "MainPID")
    compiled = f"/usr/lib/namesake/{OLD}/lib/shared/monitor/__pycache__"
    machine.run("rm", "-r", compiled)

    change(machine, "python3-minimal", "/usr/bin/python3")
    assert "__main__.cpython" in machine.run("ls", compiled)
    assert is_active(machine, *UNITS), journal(machine)
    after = shown_of(machine, "namesake.service", "MainPID")
    assert after != before

    change(machine, "systemd", "/usr/lib/systemd/systemd")
    assert shown_of(machine, "namesake.service", "MainPID") == after


def change(machine: Machine, package: str, file: str) -> None:
    """Do what dpkg does when it unpacks another version of this file."""
    assert machine.run("dpkg-trigger", f"--by-package={package}", file) == ""
    said = machine.run("dpkg", "--triggers-only", "--pending")
    assert "Processing triggers for namesake" in said


def check_failed_upgrade(machine: Machine, package: Path) -> None:
    """An upgrade that finds no room leaves the old version, and it runs again."""
    there = f"/usr/lib/namesake/{NEW}"
    machine.run("mkdir", there)
    machine.run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", there)
    try:
        assert "No space left on device" in install(machine, package)
    finally:
        machine.run("umount", there)
    assert read_version(machine) == OLD
    assert is_active(machine, *UNITS), journal(machine)


def check_upgrade(machine: Machine, package: Path) -> None:
    """It keeps the data, and starts what ran before and nothing else."""
    machine.run("systemctl", "stop", "namesake-portal")
    before = identify_data(machine)
    install(machine, package)

    assert read_version(machine) == NEW
    assert machine.run("ls", "/usr/lib/namesake") == f"{NEW}\n"
    assert is_active(machine, "namesake.service", "namesake-backup.timer"), journal(machine)
    assert shown_of(machine, "namesake-portal.service", "ActiveState") == "inactive"
    assert identify_data(machine) == before


def check_removal(machine: Machine, package: Path) -> None:
    """Removing it keeps the data; installing it again starts what is enabled."""
    before = identify_data(machine)
    assert "Its data is still in" in machine.run("apt-get", "remove", "--yes", "namesake")
    assert machine.run("find", "/usr", "-name", "*namesake*") == ""
    assert shown_of(machine, "namesake.service", "LoadState") == "not-found"
    machine.run("rm", "/run/namesake-was-running")  # as a restart of the machine does

    install(machine, package)

    assert is_active(machine, *UNITS), journal(machine)
    assert identify_data(machine) == before


def check_purge(machine: Machine) -> None:
    """Only backups and secrets are left, as it says."""
    machine.run("mkdir", "-p", "/var/lib/namesake-copies")
    said = machine.run("apt-get", "purge", "--yes", "namesake")

    assert "Deleting Namesake's data in /var/lib/namesake" in said
    left = machine.run("find", "/etc", "/usr", "/run", "/var/lib", "-name", "*namesake*").split()
    backups = ("/var/lib/namesake-copies", "/var/lib/namesake-keys", "/var/lib/private/namesake-")
    assert [part for part in left if not part.startswith(backups)] == []
    assert "/var/lib/namesake-copies" in left
    assert machine.run("ls", "/etc/credstore") == "smtp-password\n"


FLEET_UNITS = (
    "namesake-fleet.service",
    "namesake-fleet-portal.service",
    "namesake-fleet-backup.timer",
)
DISTRICTS = "/var/lib/namesake/districts"
DISTRICT_NAMES = ("cedar", "oak")
DISTRICT_ANSWERS = """\
name = "District of {name}"
zone = "America/Denver"
domains = ["{name}.test"]
contact = "it@{name}.test"
reviewers = ["a.lee@{name}.test", "r.ortiz@{name}.test"]
portal_address = "https://namesake.{name}.test"
search = "none"
"""


def test_a_region_serves_many_districts_by_the_commands_of_the_guide(
    packages: dict[str, Path],
) -> None:
    with bare(BARE_SYSTEMS[-1]) as machine:
        install(machine, packages[OLD])
        set_up_districts(machine)
        check_districts(machine)
        check_backups_of_districts(machine)


def in_fleet(machine: Machine, *words: str) -> str:
    return machine.run("namesake", "--config", "/etc/namesake/fleet.toml", *words)


def set_up_districts(machine: Machine) -> None:
    """Do what docs/fleet.md says."""
    machine.run("mkdir", "-p", "/etc/namesake")
    machine.run("cp", "/usr/share/doc/namesake/examples/fleet.toml", "/etc/namesake/")
    machine.run("mkdir", "-p", "-m", "700", DISTRICTS)
    for name in DISTRICT_NAMES:
        machine.put(f"/srv/{name}.toml", DISTRICT_ANSWERS.format(name=name))
        said = in_fleet(machine, "fleet", "add", name, "--answers", f"/srv/{name}.toml")
        assert f"Ready: configuration {DISTRICTS}/{name}/namesake.toml" in said, said
    machine.run("systemctl", "enable", "--now", *FLEET_UNITS)
    assert is_active(machine, *FLEET_UNITS), journal(machine)


def check_districts(machine: Machine) -> None:
    """The service works on each, and the portal shows each at its address."""

    def list_running() -> list[str]:
        told = json.loads(in_fleet(machine, "status", "--json"))
        return [entry["name"] for entry in told if entry["state"] == "at work"]

    assert in_time(lambda: list_running() == [*DISTRICT_NAMES]), journal(machine)
    told = json.loads(in_fleet(machine, "doctor", "--json"))
    said = {(entry["district"], entry["message"]) for entry in told}
    assert ("", "The service is running.") in said
    for name in DISTRICT_NAMES:
        assert (name, "The portal answers at 127.0.0.1:8080.") in said
    assert ("", "The units match this version, and systemd has loaded them.") in said


def check_backups_of_districts(machine: Machine) -> None:
    """What changed is backed up; a broken one is told by the unit that failed."""
    unit = "namesake-fleet-backup.service"
    machine.run("systemctl", "start", unit)
    assert shown_of(machine, unit, "ExecMainStatus") == "0", journal(machine)
    machine.put(f"{DISTRICTS}/cedar/namesake.toml", "state = 7")
    machine.run("systemctl", "start", unit)
    assert shown_of(machine, unit, "ExecMainStatus") == "71", journal(machine)

    for name in DISTRICT_NAMES:
        listed = machine.run("ls", f"/var/lib/namesake-copies/{name}").split()
        assert {"last-backup.json", "namesake.toml"} <= {*listed}, journal(machine)
        assert [part for part in listed if part.startswith("namesake-2")], journal(machine)
    assert machine.run("ls", "/var/lib/namesake-keys").split() == [*DISTRICT_NAMES]


MAIL_PORT, SEARCH_PORT, PORTAL_PORT = 2525, 8888, 8080
MAIL_FOLDER = "/srv/mail"
# The first to be invited: one invitation goes out every three seconds, and so all in 20 minutes.
# A check of each more takes half a minute, for a search engine is not asked faster.
JOINING = (0,)


@pytest.mark.parametrize("system", BARE_SYSTEMS, ids=lambda system: system.suite)
def test_one_command_leads_to_a_first_digest_and_an_upgrade_keeps_it(
    system: BareSystem, packages: dict[str, Path]
) -> None:
    with bare(system) as machine:
        install(machine, packages[OLD])
        check_libraries(machine, system)
        start_servers(machine)
        set_up_by_answers(machine)
        check_units(machine)
        mail = MailFolder(machine.find_path(MAIL_FOLDER))
        join_by_email(machine, mail)
        check_first_digests(machine, mail)
        keep_secrets(machine)
        check_people_after_upgrade(machine, packages[NEW])
        check_secrets(machine)
        check_all_invitations(machine, mail)
        check_clean_removal(machine)


def start_servers(machine: Machine) -> None:
    """Start what a district has of its own: a mail server and a search engine."""
    for name, arguments in (
        ("mail_server.py", (str(MAIL_PORT), MAIL_FOLDER)),
        ("search_engine.py", (str(SEARCH_PORT),)),
    ):
        machine.put(f"/srv/{name}", (HERE / "settings" / name).read_text("utf-8"))
        unit = f"--unit={name.removesuffix('.py')}"
        said = machine.run("systemd-run", unit, "python3", f"/srv/{name}", *arguments)
        assert "Running as unit" in said, said
    known = f"/dev/tcp/{LOCALHOST}/{MAIL_PORT}", f"/dev/tcp/{LOCALHOST}/{SEARCH_PORT}"
    knock = " && ".join(f": <{entry}" for entry in known)
    assert in_time(lambda: machine.run("bash", "-c", knock) == "")


def set_up_by_answers(machine: Machine) -> None:
    """Type the one command."""
    text = ANSWERS.format(
        staff="/srv/staff.csv",
        mail_host=LOCALHOST,
        mail_port=MAIL_PORT,
        portal=f"http://{LOCALHOST}:{PORTAL_PORT}",
        search=f"http://{LOCALHOST}:{SEARCH_PORT}",
    )
    machine.put("/srv/staff.csv", write_staff_lines())
    machine.put("/srv/answers.toml", f"{text}start = true\n")
    said = machine.run("namesake", "init", "--answers", "/srv/answers.toml")
    assert f"Invited: anyone new among {STAFF} staff." in said, said
    assert "Ready: configuration /etc/namesake/namesake.toml" in said, said
    assert "Traceback" not in said
    assert is_active(machine, *UNITS), journal(machine)


def join_by_email(machine: Machine, mail: MailFolder) -> None:
    """Join over HTTP, by the links that arrived."""
    for number in JOINING:
        assert in_time(lambda number=number: bool(mail.find_text(number))), journal(machine)
        program = (sys.executable, "-m", "tests.real.first_digest")
        address = f"http://{LOCALHOST}:{PORTAL_PORT}"
        machine.run_in_network(*program, address, given=mail.find_text(number))
    assert len(list_enrolled(machine)) == len(JOINING)


def list_enrolled(machine: Machine) -> list[str]:
    listed = json.loads(machine.run("namesake", "staff", "list", "--json"))
    return sorted(entry["id"] for entry in listed if entry["state"] == "enrolled")


def check_first_digests(machine: Machine, mail: MailFolder) -> None:
    """The service itself runs the check, writes the digests and sends them."""
    said = machine.run("namesake", "check", "--all")
    assert count_checked_sources(said), said
    move = ("python3", "-c", MAKE_DIGESTS_DUE, DATA)
    assert in_time(lambda: machine.run(*move) == f"{len(JOINING)}\n"), machine.run(*move)
    assert in_time(lambda: mail.has_digests(JOINING)), journal(machine)
    assert mail.list_invited()[: len(JOINING)] == [mail_of(number) for number in JOINING]


def check_people_after_upgrade(machine: Machine, package: Path) -> None:
    people, before = list_enrolled(machine), identify_data(machine)
    install(machine, package)

    assert read_version(machine) == NEW
    assert is_active(machine, *UNITS), journal(machine)
    assert identify_data(machine) == before
    assert list_enrolled(machine) == people


def check_all_invitations(machine: Machine, mail: MailFolder) -> None:
    """Everyone gets one or waits for it, and no one gets two, though the service was upgraded."""
    machine.run("systemctl", "stop", UNITS[0])
    invited = mail.list_invited()
    assert invited == [mail_of(number) for number in range(len(invited))]
    # Invitations that wait are in no list, which would tell who had joined.
    assert len(invited) + int(machine.run("python3", "-c", COUNT_WAITING, DATA)) == STAFF


def check_clean_removal(machine: Machine) -> None:
    before = machine.run("stat", "-c", "%i", DATA)
    assert "Its data is still in" in machine.run("apt-get", "remove", "--yes", "namesake")
    assert machine.run("stat", "-c", "%i", DATA) == before
    assert machine.run("find", "/usr", "-name", "*namesake*") == ""
    machine.run("apt-get", "purge", "--yes", "namesake")
    assert "No such file" in machine.run("stat", DATA)
    assert machine.run("find", "/etc", "/usr", "/run", "-name", "*namesake*") == ""
