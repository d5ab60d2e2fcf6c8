"""The containers of a fleet: which runs where, what each may do, and no secret is in the file."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.fleet.config import load_fleet_file
from monitor.services.setup import SOCKET
from tests.monitor.cli.test_main import COMMANDS

TEXT = Path("systemd/container/fleet-compose.yaml").read_text("utf-8")
COMPOSE = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {
    name: one_service
    for name, one_service in SERVICES.items()
    if "namesake" in one_service["image"]
}
SECRETS = ("NAMESAKE_FLEET_KEY", "NAMESAKE_WORKER_KEY", "PGPASSWORD", "WORKER_PGPASSWORD")


def list_mounts(service: dict[str, Any]) -> dict[str, str]:
    """Return which folder of the machine is mounted where."""
    parts = (entry.split(":") for entry in service.get("volumes", ()))
    return {part[1]: part[0] for part in parts}


def test_the_first_machine_has_all_and_the_others_only_ask() -> None:
    assert {name for name, service in SERVICES.items() if "worker" in service["profiles"]} == {
        "worker"
    }
    assert all(
        service["profiles"] == ["home"] for name, service in SERVICES.items() if name != "worker"
    )
    assert list(list_mounts(SERVICES["worker"])) == ["/tls/server.crt"]
    assert "depends_on" not in SERVICES["worker"]


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_runs_a_command_that_there_is_and_may_do_no_more(name: str) -> None:
    service = OURS[name]
    words = service["command"][2:] if service["command"][0] == "--config" else service["command"]
    command = next(known for known in (" ".join(words[:2]), words[0]) if known in COMMANDS)
    options = {option for param in COMMANDS[command].params for option in param.opts}
    assert set(words[len(command.split()) :]) <= options
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_who_reads_or_writes_districts_has_their_folders() -> None:
    assert {name for name in OURS if "/districts" in list_mounts(OURS[name])} == {
        *("home", "pages", "backup")
    }
    assert {name for name in OURS if "/copies" in list_mounts(OURS[name])} == {"backup"}
    # Whoever leaves does so in the copy of the keys, too: on a page, or as the service works.
    assert {name for name in OURS if "/keys" in list_mounts(OURS[name])} == {
        *("home", "pages", "backup")
    }


def test_only_the_service_sees_the_folder_of_secrets_and_may_add_to_it() -> None:
    seen = {name: list_mounts(OURS[name]).get("/config/secrets") for name in OURS}
    assert seen == {
        "home": "./config/secrets",
        "pages": "nothing",
        "backup": "nothing",
        "worker": None,
    }
    assert "./config/secrets:/config/secrets" in SERVICES["home"]["volumes"]
    assert "/config" not in list_mounts(SERVICES["worker"])


def test_no_secret_is_in_the_file_and_a_worker_gets_its_own_alone() -> None:
    for name in SECRETS:
        assert set(re.findall(rf"\$\{{{name}[^}}]*\}}", TEXT)) == {f"${{{name}:-}}"}
    given = {
        name: {word for word in SECRETS if f"${{{word}:-}}" in str(one_service)}
        for name, one_service in SERVICES.items()
    }
    assert {name: words for name, words in given.items() if words} == {
        "postgres": {"PGPASSWORD"},
        "home": {"NAMESAKE_FLEET_KEY", "PGPASSWORD"},
        "worker": {"NAMESAKE_WORKER_KEY", "WORKER_PGPASSWORD"},
    }


def test_postgresql_proves_its_name_to_whoever_gives_it_a_password() -> None:
    command = SERVICES["postgres"]["command"]
    assert {"ssl=on", "ssl_cert_file=/tls/server.crt"} <= set(command)
    assert "sslmode=verify-full&sslrootcert=/tls/server.crt" in TEXT


def test_only_the_proxy_can_be_reached_from_outside() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports == {
        "caddy": ["80:80", "443:443"],
        "postgres": ["${NAMESAKE_PRIVATE_ADDRESS:-127.0.0.1}:5432:5432"],
    }
    assert SERVICES["pages"]["network_mode"] == "${NAMESAKE_PORTAL_NETWORK:-none}"
    assert SERVICES["backup"]["network_mode"] == "none"


def test_every_volume_that_is_named_is_made() -> None:
    named = {source for service in SERVICES.values() for source in list_mounts(service).values()}
    assert {source for source in named if not source.startswith("./")} == set(COMPOSE["volumes"])


def test_the_configuration_at_its_top_can_be_used_as_it_is(tmp_path: Path) -> None:
    found = re.search(r"^#   \[fleet\]\n(?:#   .*\n)+", TEXT, re.MULTILINE)
    assert found is not None
    lines = [re.sub(r"  +or .*", "", line[4:]) for line in found[0].splitlines()]
    (tmp_path / "fleet.toml").write_text("\n".join(lines), "utf-8")
    file = load_fleet_file(tmp_path / "fleet.toml")

    assert file is not None
    assert str(file.fleet.districts) in list_mounts(SERVICES["home"])
    assert {str(file.backup.folder), str(file.backup.keys)} <= {*list_mounts(SERVICES["backup"])}
    assert file.fleet.machine == "FIRST-MACHINE"
    assert file.fleet.listen == SOCKET
    assert SOCKET.removeprefix("unix:") in SERVICES["pages"]["healthcheck"]["test"][1]
    assert f"reverse_proxy {SOCKET.replace(':', '/')}\n" in TEXT
