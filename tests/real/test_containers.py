"""A district in containers: set up by one file of answers, upgraded with its data, and removed."""

import os
import socket
import ssl
from http.client import HTTPSConnection
from pathlib import Path

import pytest

from tests.real import containers
from tests.real.containers import Podman
from tests.real.debian_package import build_package
from tests.real.installed import in_time
from tests.real.machine import LOCALHOST, lacking_home, wheels_home

pytestmark = pytest.mark.real

OLD, NEW = "0.0.1", "0.0.2"
HOST = "namesake.oakhill.test"
HTTPS = 443
USER = 10_001
ANSWERS = f"""\
name = "Oak Hill Unified"
domains = ["oakhill.test"]
contact = "it@oakhill.test"
reviewers = ["a.lee@oakhill.test", "r.ortiz@oakhill.test"]
mail_host = "none"
portal_address = "https://{HOST}"
search = "http://searxng:8080"
backup_folder = "/copies"
backup_keys = "/keys"
"""
# No one gives a certificate for a name that ends in .test.
OWN_CERTIFICATES = "{\n\tlocal_certs\n}\n"
SERVICES = ("service", "portal", "backup", "searxng", "caddy")


def test_a_district_in_containers_is_set_up_upgraded_and_removed(tmp_path: Path) -> None:
    if reason := containers.lacking() or lacking_home(wheels_home()):
        pytest.skip(reason)
    with containers.running(tmp_path) as podman:
        build(podman, OLD)
        set_up(podman)
        check_services(podman)
        check_rights(podman)
        check_upgrade(podman)
        check_removal(podman)


def build(podman: Podman, version: str) -> None:
    tree = podman.folder / version
    tree.mkdir()
    said = podman.build_image(build_package(version, tree))
    assert "Successfully tagged" in said, said


def set_up(podman: Podman) -> None:
    """Do what compose.yaml says at its top, with answers from a file."""
    (podman.district / ".env").write_text("SEARXNG_SECRET=0123\n", "utf-8")
    for name in ("config", "copies", "keys"):
        (podman.district / name).mkdir()
        os.chown(podman.district / name, USER, USER)
    (podman.district / "config" / "answers.toml").write_text(ANSWERS, "utf-8")
    said = podman.compose("run", "--rm", "service", "init", "--answers", "answers.toml")
    assert "Ready: configuration /config/namesake.toml" in said, said
    assert "docker compose up -d" in said
    assert "systemctl" not in said
    assert "Traceback" not in said
    caddy = podman.district / "config" / "proxy" / "Caddyfile"
    caddy.write_text(OWN_CERTIFICATES + caddy.read_text("utf-8"), "utf-8")
    podman.compose("up", "-d")


class CaddyConnection(HTTPSConnection):
    """A browser's connection to a host of this name, which is this machine."""

    def connect(self) -> None:
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        plain = socket.create_connection((LOCALHOST, HTTPS), timeout=60)
        self.sock = trusting.wrap_socket(plain, server_hostname=self.host)


def ask_portal(path: str) -> int:
    """Ask as a browser does, through Caddy; 0 if nothing answers."""
    connection = CaddyConnection(HOST)
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


def is_healthy(podman: Podman) -> bool:
    """Tell whether all run, and ours say that they are well."""
    return all(is_well(podman, name) for name in ("service", "portal"))


def is_well(podman: Podman, service: str) -> bool:
    said = podman.run("podman", "healthcheck", "run", f"namesake_{service}_1")
    return said.strip() == ""


def check_rights(podman: Podman) -> None:
    """It is no one, has no capability, and writes nowhere but to its folders."""
    said = podman.inside(
        "service", "sh", "-c", "id -u; grep CapBnd /proc/self/status; touch /usr/x"
    )
    assert said.split()[:3] == [str(USER), "CapBnd:", "0000000000000000"]
    assert "Read-only file system" in said


def check_upgrade(podman: Podman) -> None:
    database = podman.district / "config" / "state" / "namesake.db"
    before = database.stat().st_ino
    build(podman, NEW)
    podman.compose("up", "-d", "--force-recreate")
    assert in_time(lambda: ask_portal("/sign-in") == 200), podman.compose("logs")
    assert podman.inside("service", "namesake", "--version").endswith(f"{NEW}\n")
    assert "is intact" in podman.inside("service", "namesake", "audit", "verify")
    assert database.stat().st_ino == before


def check_removal(podman: Podman) -> None:
    """Nothing is left but the folders of the district."""
    podman.compose("down", "--volumes", "--timeout", "20")
    assert podman.run("podman", "ps", "--all", "--quiet") == ""
    assert podman.run("podman", "volume", "ls", "--quiet") == ""
    assert (podman.district / "config" / "state" / "namesake.db").exists()
