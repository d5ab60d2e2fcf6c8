"""Rules and readers must give the same answer tomorrow: time and chance are handed to them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import parsed, place, python_files

PURE = ("monitor/domain", "scrapers", "reports")
# The one real clock of the network code, behind the protocol that everybody else sees.
CLOCK = "scrapers/http/clock.py"

TIME = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "sleep")
FORBIDDEN = {
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "os.urandom",
    "uuid.uuid1",
    "uuid.uuid4",
    *(f"time.{name}" for name in TIME),
}
# Their every function draws; a generator that is seeded and handed in does not.
DRAWING = ("random", "secrets")
SEEDED = "random.Random"


def test_rules_and_readers_look_at_no_clock_and_draw_no_lots() -> None:
    taken = [
        f"{place(path, line)} {name}"
        for path in python_files(*PURE)
        if place(path) != CLOCK
        for line, name in clocks_and_lots(parsed(path))
    ]

    assert taken == []


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.time()",
        "from time import monotonic as ticks\nticks()",
        "from datetime import UTC, datetime\nclass A:\n    now = datetime.now",
        "import datetime as dt\ndt.date.today()",
        "import random\nrandom.choice([1])",
        "from uuid import uuid4\nfield(default_factory=uuid4)",
        "import os\nos.urandom(8)",
        "import secrets\nsecrets.token_hex()",
    ],
)
def test_a_hidden_clock_or_lot_is_seen(code: str) -> None:
    assert list(clocks_and_lots(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "self.clock.now()",
        "import random\nrandom.Random(1).choice([1])",
        "from datetime import datetime\ndatetime.fromisoformat('2026-11-23')",
    ],
)
def test_a_clock_that_was_handed_in_is_no_hidden_one(code: str) -> None:
    assert not list(clocks_and_lots(ast.parse(code)))


def clocks_and_lots(module: ast.Module) -> Iterator[tuple[int, str]]:
    imported = dict(_imports(module))
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute | ast.Name):
            name = _full_name(node, imported)
            if name in FORBIDDEN or _draws(name):
                yield node.lineno, name


def _draws(name: str) -> bool:
    return name.startswith(tuple(f"{module}." for module in DRAWING)) and not (
        name == SEEDED or name.startswith(f"{SEEDED}.")
    )


def _imports(module: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.asname or name.name, name.name
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for name in node.names:
                yield name.asname or name.name, f"{node.module}.{name.name}"


def _full_name(node: ast.expr, imported: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return imported.get(node.id, "")
    if isinstance(node, ast.Attribute):
        owner = _full_name(node.value, imported)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def test_the_real_clock_is_where_this_rule_thinks() -> None:
    assert Path(CLOCK).name in {path.name for path in python_files("scrapers/http")}
