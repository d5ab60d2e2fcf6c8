"""The containers of a district: what each sees, and how much it may take."""

import re
import shutil
import subprocess
from pathlib import Path
from shutil import copy, copytree
from typing import Any

import pytest
import yaml

from monitor.services.setup import SOCKET
from tests.rows import over_rows
from tests.systemd.test_fleet_compose import SERVICES as FLEET_SERVICES
from tests.systemd.test_fleet_compose import list_mounts

COMPOSE = yaml.safe_load(Path("systemd/container/compose.yaml").read_text("utf-8"))
SEARXNG = yaml.safe_load(Path("systemd/searxng-compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
MAKE = shutil.which("make") or "make"
PINNED = (
    *(f"systemd/container/{name}" for name in ("Containerfile", "compose.yaml")),
    *("systemd/container/fleet-compose.yaml", "systemd/searxng-compose.yaml"),
)
EVERY = {
    **{f"district {name}": service for name, service in SERVICES.items()},
    **{f"fleet {name}": service for name, service in FLEET_SERVICES.items()},
    **{f"search {name}": service for name, service in SEARXNG["services"].items()},
}


@over_rows("name", sorted(EVERY))
def test_no_container_takes_all_memory_or_processes(name: str) -> None:
    assert EVERY[name]["mem_limit"].endswith(("m", "g"))
    assert 0 < EVERY[name]["pids_limit"] <= 1024


def test_the_pages_see_no_secret_but_their_own_and_no_copy_of_the_database() -> None:
    mounts = list_mounts(SERVICES["portal"])

    assert mounts["/config/secrets"] == "./config/secrets/portal"
    assert set(mounts) == {
        *("/config", "/config/state", "/config/secrets", "/keys", "/run/namesake-portal")
    }
    assert "./config:/config:ro" in SERVICES["portal"]["volumes"]


def test_the_pages_reach_no_one_and_are_reached_through_the_proxy_alone() -> None:
    assert SERVICES["portal"]["network_mode"] == "${NAMESAKE_PORTAL_NETWORK:-none}"
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"caddy"}
    folder = SOCKET.removeprefix("unix:").rpartition("/")[0]
    sharing = {name for name, service in SERVICES.items() if folder in list_mounts(service)}
    assert sharing == {"portal", "caddy"}
    assert SOCKET.removeprefix("unix:") in SERVICES["portal"]["healthcheck"]["test"][1]


def test_copies_and_keys_meet_in_the_backup_alone() -> None:
    holders = {
        place: {name for name, service in SERVICES.items() if place in list_mounts(service)}
        for place in ("/copies", "/keys")
    }

    # Whoever leaves does so in the copy of the keys, too: on a page, or as the service works.
    assert holders == {"/copies": {"backup"}, "/keys": {"service", "portal", "backup"}}
    assert SERVICES["backup"]["network_mode"] == "none"
    assert list_mounts(SERVICES["backup"])["/config/secrets"] == "nothing"


OF_THIS_PROCESSOR = f"sha256:{'c' * 64}"
# As podman 5 says it of an image for several processors, docker, and podman of one for one alone.
ENGINES = {
    "podman": f"""case "$*" in
        *.RepoDigests*) echo "docker.io/x@{OF_THIS_PROCESSOR}"; echo "docker.io/x@sha256:DIGEST" ;;
        *.Digest*) echo "{OF_THIS_PROCESSOR}" ;;
    esac""",
    "docker": """case "$*" in
        *.RepoDigests*) echo "docker.io/x@sha256:DIGEST" ;;
        *.Digest*) echo "can't evaluate field Digest" >&2; exit 1 ;;
    esac""",
    "one processor": """case "$*" in
        *.RepoDigests*) echo "docker.io/x@sha256:DIGEST" ;;
        *.Digest*) echo "sha256:DIGEST" ;;
    esac""",
}


@pytest.mark.parametrize("kind", ENGINES)
def test_the_images_of_others_are_pinned_to_what_the_registry_has_for_all_processors(
    tmp_path: Path, kind: str
) -> None:
    copytree("systemd", tmp_path / "systemd")
    copy("Makefile", tmp_path)
    engine = tmp_path / "bin/podman"
    engine.parent.mkdir()
    for digest in ("a" * 64, "b" * 64):
        engine.write_text(f"#!/bin/sh\n{ENGINES[kind].replace('DIGEST', digest)}\n", "ascii")
        engine.chmod(0o755)
        subprocess.run(
            (MAKE, "-C", tmp_path, "images"),
            env={"PATH": f"{engine.parent}:/usr/bin:/bin"},
            check=True,
        )

        named = [
            line for path in PINNED for line in find_images((tmp_path / path).read_text("utf-8"))
        ]
        assert len(named) == 5
        assert {line.partition("@sha256:")[2] for line in named} == {digest}


def find_images(text: str) -> list[str]:
    return re.findall(r"docker\.io/\S+", text)


@pytest.mark.parametrize("name", ["pages", "backup"])
def test_who_serves_or_saves_districts_sees_no_secret_that_is_lent(name: str) -> None:
    assert list_mounts(FLEET_SERVICES[name])["/config/secrets"] == "nothing"
