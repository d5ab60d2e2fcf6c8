"""A district in containers, by one file of answers: first digests, an upgrade, and its removal.

And the containers of a fleet, with a worker.
"""

import json
import os
import socket
import ssl
import subprocess
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import pytest
from requests.adapters import HTTPAdapter

from tests.monitor.made_districts import make_districts
from tests.real import containers
from tests.real.containers import FLEET, MAIL_PORT, Podman
from tests.real.debian_package import NEW, OLD
from tests.real.first_digest import (
    ANSWERS,
    MAKE_DIGESTS_DUE,
    STAFF,
    MailFolder,
    count_checked_sources,
    follow_invitation,
    write_staff_lines,
)
from tests.real.fleet.asker import FLEET_KEY
from tests.real.installed import in_time
from tests.real.journeys import Browser
from tests.real.machine import LOCALHOST, PATIENCE

pytestmark = pytest.mark.real

HOST = "namesake.oakhill.test"
HTTPS = 443
USER = 10_001
FOLDERS = 'backup_folder = "/copies"\nbackup_keys = "/keys"\n'
JOINING = (0,)
# No one gives a certificate for a name that ends in .test.
OWN_CERTIFICATES = "{\n\tlocal_certs\n}\n"
SECRETS = ("config/secrets", "config/secrets/portal")
SERVICES = ("service", "portal", "backup", "searxng", "caddy")


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_a_district_in_containers_is_set_up_upgraded_and_removed(
    tmp_path: Path, packages: dict[str, Path]
) -> None:
    if reason := containers.lacking():
        pytest.skip(reason)
    with containers.running(tmp_path) as podman:
        build(podman, packages[OLD])
        set_up(podman)
        check_services(podman)
        check_rights(podman)
        check_portal(podman)
        check_first_digests(podman)
        check_upgrade(podman, packages[NEW])
        check_removal(podman)


def build(podman: Podman, package: Path) -> None:
    said = podman.build_image(package)
    assert "Successfully tagged" in said, said


def set_up(podman: Podman) -> None:
    """Do what compose.yaml says at its top, with answers from a file."""
    (podman.district / ".env").write_text("SEARXNG_SECRET=0123\n", "utf-8")
    for name in ("config", "config/state", *SECRETS, "copies", "keys"):
        (podman.district / name).mkdir()
        os.chown(podman.district / name, USER, USER)
    for folder, name in zip(SECRETS, ("roster-key", "metrics-token"), strict=True):
        (podman.district / folder / name).write_text("5" * 64, "ascii")
        os.chown(podman.district / folder / name, USER, USER)
    text = ANSWERS.format(
        staff="/config/staff.csv",
        mail_host="mail",
        mail_port=MAIL_PORT,
        portal=f"https://{HOST}",
        search="http://searxng:8080",
    )
    (podman.district / "config" / "answers.toml").write_text(text + FOLDERS, "utf-8")
    (podman.district / "config" / "staff.csv").write_text(write_staff_lines(), "utf-8")
    said = podman.compose("run", "--rm", "service", "init", "--answers", "answers.toml")
    assert f"Invited: anyone new among {STAFF} staff." in said, said
    assert "Ready: configuration /config/namesake.toml" in said, said
    assert "docker compose up -d" in said
    assert "systemctl" not in said
    assert "Traceback" not in said
    caddy = podman.district / "config" / "proxy" / "Caddyfile"
    caddy.write_text(OWN_CERTIFICATES + caddy.read_text("utf-8"), "utf-8")
    podman.compose("up", "-d", "mail")
    knock = f"import socket; socket.create_connection(('localhost', {MAIL_PORT}))"
    assert in_time(lambda: podman.inside("mail", "python3", "-c", knock) == "")
    podman.compose("up", "-d")


class CaddyConnection(HTTPSConnection):
    """A browser's connection to a host of this name, which is this machine."""

    def connect(self) -> None:
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        plain = socket.create_connection((LOCALHOST, HTTPS), timeout=60)
        self.sock = trusting.wrap_socket(plain, server_hostname=self.host)


def ask_portal(path: str, host: str = HOST) -> int:
    """Ask as a browser does, through Caddy; 0 if nothing answers."""
    connection = CaddyConnection(host)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def check_services(podman: Podman) -> None:
    assert in_time(lambda: ask_portal("/sign-in") == 200), podman.compose("logs")
    assert in_time(lambda: is_healthy(podman)), podman.compose("logs")
    doctor = podman.inside("service", "namesake", "doctor")
    assert "The service is running" in doctor
    assert "Each holds its locks" in doctor
    checked = podman.inside("service", "namesake", "sources", "check", "searxng")
    assert "proven" in checked, checked
    assert in_time(lambda: any((podman.district / "copies").glob("namesake-*")))


class CaddyAdapter(HTTPAdapter):
    """Leads a browser's requests to Caddy on this machine, under the name of the portal."""

    def init_poolmanager(self, *arguments: Any, **more: Any) -> None:
        super().init_poolmanager(
            *arguments, **more, server_hostname=HOST, assert_hostname=False, cert_reqs="CERT_NONE"
        )


def open_browser() -> Browser:
    browser = Browser(f"https://{LOCALHOST}")
    browser.session.mount("https://", CaddyAdapter())
    browser.session.headers["Host"] = HOST
    browser.session.verify = False
    return browser


def check_first_digests(podman: Podman) -> None:
    """Some join through Caddy by the links that arrived, and the service sends their digests."""
    mail = MailFolder(podman.mail)
    for number in JOINING:
        assert in_time(lambda number=number: bool(mail.find_text(number))), podman.compose("logs")
        follow_invitation(open_browser(), mail.find_text(number))
    assert len(list_enrolled(podman)) == len(JOINING)
    said = podman.inside("service", "namesake", "check", "--all")
    assert count_checked_sources(said), said
    move = ("python3", "-c", MAKE_DIGESTS_DUE, "/config/state/namesake.db")
    assert in_time(lambda: podman.inside("service", *move) == f"{len(JOINING)}\n")
    assert in_time(lambda: mail.has_digests(JOINING)), podman.compose("logs")


def list_enrolled(podman: Podman) -> list[str]:
    listed = json.loads(podman.inside("service", "namesake", "staff", "list", "--json"))
    return sorted(entry["id"] for entry in listed if entry["state"] == "enrolled")


def is_healthy(podman: Podman) -> bool:
    """Tell whether all run, and ours say that they are well."""
    return all(is_well(podman, name) for name in ("service", "portal"))


def is_well(podman: Podman, service: str) -> bool:
    name = f"{podman.composition.project}_{service}_1"
    said = podman.run("podman", "healthcheck", "run", name)
    return said.strip() == ""


def check_rights(podman: Podman) -> None:
    """It is no one, has no capability, and writes nowhere but to its folders."""
    said = podman.inside(
        "service", "sh", "-c", "id -u; grep CapBnd /proc/self/status; touch /usr/x"
    )
    assert said.split()[:3] == [str(USER), "CapBnd:", "0000000000000000"]
    assert "Read-only file system" in said


def check_portal(podman: Podman) -> None:
    """The pages see their own secrets, the copy of the keys, no backup, and no one but Caddy."""
    assert podman.inside("portal", "ls", "/config/secrets") == "metrics-token\n"
    assert (
        podman.inside("portal", "ls", "/keys", "/copies")
        == "/copies:\n\n/keys:\nkeys.db\nsent-log\n"
    )
    assert "Read-only file system" in podman.inside("portal", "touch", "/config/x")
    devices = podman.inside("portal", "sh", "-c", "tail -n +3 /proc/net/dev | cut -d: -f1")
    assert devices.split() == ["lo"]
    assert podman.inside("backup", "ls", "/config/secrets") == ""
    assert podman.inside("service", "ls", "/copies") == ""


def check_upgrade(podman: Podman, package: Path) -> None:
    database = podman.district / "config" / "state" / "namesake.db"
    before, people = database.stat().st_ino, list_enrolled(podman)
    build(podman, package)
    podman.compose("up", "-d", "--force-recreate")
    assert in_time(lambda: ask_portal("/sign-in") == 200), podman.compose("logs")
    assert podman.inside("service", "namesake", "--version").endswith(f"{NEW}\n")
    assert "is intact" in podman.inside("service", "namesake", "audit")
    assert database.stat().st_ino == before
    assert list_enrolled(podman) == people


def check_removal(podman: Podman) -> None:
    """Nothing is left but the folders of the district."""
    podman.compose("down", "--volumes", "--timeout", "20")
    assert podman.run("podman", "ps", "--all", "--quiet") == ""
    assert podman.run("podman", "volume", "ls", "--quiet") == ""
    assert (podman.district / "config" / "state" / "namesake.db").exists()


FLEET_HOST = "namesake.cedar.example"
FLEET_FILE = """\
[fleet]
database = "postgresql://namesake@postgres/namesake?sslmode=verify-full&sslrootcert=/tls/server.crt"
districts = "/districts"
listen = "unix:/run/namesake-portal/pages.sock"
machine = "postgres"
[backup]
folder = "/copies"
keys = "/keys"
"""
FLEET_PAGES = f"{FLEET_HOST} {{\n\treverse_proxy unix//run/namesake-portal/pages.sock\n}}\n"
IN_FLEET = ("namesake", "--config", "/config/fleet.toml")
POSTGRES_USER = 999


def test_a_fleet_in_containers_works_with_a_worker_of_its_own(
    tmp_path: Path, packages: dict[str, Path]
) -> None:
    if reason := containers.lacking():
        pytest.skip(reason)
    with containers.running(tmp_path, FLEET) as podman:
        build(podman, packages[OLD])
        set_up_fleet(podman)
        podman.compose("up", "-d", "postgres", "home", "pages", "backup", "caddy")
        assert in_time(lambda: list_districts(podman) == [("cedar", "at work")]), (
            podman.inside("home", *IN_FLEET, "status"),
            podman.compose("logs", "home"),
        )
        assert in_time(lambda: is_well(podman, "home") and is_well(podman, "pages"))
        assert in_time(lambda: ask_portal("/sign-in", FLEET_HOST) == 200), podman.compose("logs")
        assert in_time(lambda: any((podman.district / "copies").iterdir()))
        made = json.loads(
            podman.inside("home", *IN_FLEET, "fleet", "add-worker", "second", "--json")
        )
        with (podman.district / ".env").open("a", encoding="utf-8") as file:
            file.write(f"NAMESAKE_WORKER_KEY={made['key']}\n")
            file.write(f"WORKER_PGPASSWORD={made['password_line'].rpartition(':')[2]}\n")
            file.write(f"NAMESAKE_FLEET_DATABASE={made['database']}\n")
        podman.compose("up", "-d", "worker")
        assert in_time(lambda: "1 worker processes ask." in read_workers(podman)), podman.compose(
            "logs"
        )


def set_up_fleet(podman: Podman) -> None:
    """Do what fleet-compose.yaml says at its top, with a district that was made up."""
    make_districts(podman.district / "districts", ("cedar",), 1, 1)
    for name in ("config/secrets", "config/proxy", "copies", "keys", "tls"):
        (podman.district / name).mkdir(parents=True)
    (podman.district / "config" / "fleet.toml").write_text(FLEET_FILE, "utf-8")
    proxy = podman.district / "config" / "proxy" / "Caddyfile"
    proxy.write_text(OWN_CERTIFICATES + FLEET_PAGES, "utf-8")
    key, certificate = (podman.district / "tls" / f"server.{end}" for end in ("key", "crt"))
    made = ("openssl", "req", "-x509", "-nodes", "-days", "3650", "-newkey", "rsa:3072")
    named = ("-subj", "/CN=postgres", "-addext", "subjectAltName=DNS:postgres")
    files = ("-keyout", str(key), "-out", str(certificate))
    subprocess.run((*made, *named, *files), capture_output=True, timeout=PATIENCE, check=True)
    for folder in ("config", "districts", "copies", "keys"):
        for path in (podman.district / folder, *(podman.district / folder).rglob("*")):
            os.chown(path, USER, USER)
    os.chown(key, POSTGRES_USER, POSTGRES_USER)
    key.chmod(0o600)
    secrets = f"NAMESAKE_FLEET_KEY={FLEET_KEY}\nPGPASSWORD=between-machines\n"
    (podman.district / ".env").write_text(secrets, "utf-8")


def list_districts(podman: Podman) -> list[tuple[str, str]]:
    said = podman.inside("home", *IN_FLEET, "status", "--json")
    try:
        listed = json.loads(said)
    except ValueError:  # it has not started yet
        return []
    if "error" in listed:  # PostgreSQL has not started yet
        return []
    return [(entry["name"], entry["state"]) for entry in listed]


def read_workers(podman: Podman) -> str:
    told = json.loads(podman.inside("home", *IN_FLEET, "doctor", "--json"))
    return " ".join(entry["message"] for entry in told if entry["what"] == "workers")
