"""The programs of fleet-compose.yaml, as its containers start them, but in no container."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.fleet.db.seal import FleetSeal
from tests.monitor.made_districts import make_districts
from tests.real.fleet.asker import FLEET_KEY, WORKER
from tests.real.fleet.machines import make_worker, wait_for
from tests.real.machine import LOCALHOST
from tests.real.process import Program, free_ports

pytestmark = pytest.mark.real
COMPOSE = yaml.safe_load(Path("systemd/container/fleet-compose.yaml").read_text("utf-8"))
FOLDERS = ("config", "districts", "copies", "keys")


class Containers:
    """Folders of the machine as its file mounts them, and what is in .env."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        (self.port,) = free_ports(1)
        self.secrets = {
            "NAMESAKE_FLEET_KEY": FLEET_KEY,
            "NAMESAKE_WORKER_KEY": FleetSeal(FLEET_KEY).derive_worker_key(WORKER),
            "NAMESAKE_FLEET_DATABASE": make_worker(database),
            "PGPASSWORD": "",
            "WORKER_PGPASSWORD": "",
        }
        for name in ("config", "copies", "keys"):
            (folder / name).mkdir()
        make_districts(folder / "districts", ("cedar",), 1, 1)
        (folder / "config" / "fleet.toml").write_text(
            f'[fleet]\ndistricts = "{folder}/districts"\nmachine = "first"\n'
            f'database = "{database}"\nlisten = "{LOCALHOST}:{self.port}"\n'
            f'[backup]\nfolder = "{folder}/copies"\nkeys = "{folder}/keys"\n',
            "utf-8",
        )

    def read_environment(self, service: dict[str, Any]) -> dict[str, str]:
        return {
            name: re.sub(r"\$\{(\w+)[^}]*\}", lambda found: self.secrets[found[1]], value)
            for name, value in service.get("environment", {}).items()
        }

    def list_words(self, words: list[str]) -> tuple[str, ...]:
        mounts = "|".join(FOLDERS)
        return tuple(re.sub(rf"^/({mounts})(?=/|$)", rf"{self.folder}/\1", word) for word in words)

    @contextmanager
    def runs(self, name: str, answers: Callable[[], bool]) -> Iterator[None]:
        service = COMPOSE["services"][name]
        program = Program(
            argv=(sys.executable, "-m", "monitor", *self.list_words(service["command"])),
            log=self.folder / f"{name}.log",
            environment=self.read_environment(service),
        )
        with program.running(answers):
            yield

    def types(self, name: str, *words: str) -> str:
        """Type a command in a container of a service: with its configuration and secrets."""
        service = COMPOSE["services"][name]
        command = words or self.list_words(service["command"])[2:]
        config = ("--config", str(self.folder / "config" / "fleet.toml"))
        done = subprocess.run(
            (sys.executable, "-m", "monitor", *config, *command),
            env={"PATH": "/usr/bin:/bin", **self.read_environment(service)},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    def is_healthy(self, name: str) -> bool:
        test = COMPOSE["services"][name]["healthcheck"]["test"]
        words = self.list_words(test[1:])
        return subprocess.run(words, capture_output=True, check=False).returncode == 0

    def fetch(self, path: str) -> int:
        connection = HTTPConnection(LOCALHOST, self.port, timeout=60)
        try:
            connection.request("GET", path, headers={"Host": "namesake.cedar.example"})
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def find_state(self, what: str) -> str:
        told = json.loads(self.types("home", "doctor", "--json"))
        return " ".join(entry["message"] for entry in told if entry["what"] == what)


def test_the_services_of_the_file_work_together(fleet_address: str, tmp_path: Path) -> None:
    containers = Containers(tmp_path, fleet_address)
    assert not containers.is_healthy("home")
    with ExitStack() as running:
        # To look at its lock while it takes it would keep it from that.
        socket = tmp_path / "districts" / "wake.sock"
        running.enter_context(containers.runs("home", socket.exists))
        assert containers.is_healthy("home")
        running.enter_context(containers.runs("pages", lambda: containers.fetch("/sign-in") == 200))
        running.enter_context(containers.runs("worker", lambda: True))
        wait_for(lambda: "1 worker processes ask." in containers.find_state("workers"), 120)
        listed = json.loads(containers.types("home", "fleet", "status", "--json"))
        assert [(entry["name"], entry["state"]) for entry in listed] == [("cedar", "at work")]
        assert "1 of 1 districts backed up." in containers.types("backup")
        assert "1 did not change." in containers.types("backup")
    for name in ("home", "pages", "worker"):
        assert "Traceback" not in (tmp_path / f"{name}.log").read_text("utf-8")
