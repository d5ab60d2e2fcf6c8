"""Our program on a machine with systemd, as docs/install.md installs it."""

import time
from collections.abc import Callable
from pathlib import Path

from tests.real.systemd_machine import Machine

UNITS = Path(__file__).parents[2] / "systemd"
CONFIG = "/etc/namesake/namesake.toml"
SETTINGS = """\
state = "/var/lib/namesake"
[district]
id = "cedar-valley"
name = "Cedar Valley Public Schools"
zone = "America/Chicago"
domains = ["cedarvalley.example"]
contact = "it@cedarvalley.example"
[mail]
sender = "Namesake <namesake@cedarvalley.example>"
[portal]
address = "https://namesake.cedarvalley.example"
[sources.bluesky]
enabled = false
[sources.sites]
own = false
[students]
enabled = true
tokens = "/etc/namesake/roster.tokens"
"""
PATIENCE = 180.0


def namesake(machine: Machine, *arguments: str, config: str = CONFIG) -> str:
    return machine.run("/opt/namesake/bin/namesake", "--config", config, *arguments)


def shown_of(machine: Machine, unit: str, name: str) -> str:
    return machine.run("systemctl", "show", unit, "--value", "-p", name).strip()


def in_time(true: Callable[[], bool], patience: float = PATIENCE) -> bool:
    until = time.monotonic() + patience
    while not (is_so := true()) and time.monotonic() < until:
        time.sleep(0.2)
    return is_so
