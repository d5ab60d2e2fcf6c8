"""What the kernel keeps a program from that has taken a parser over; each act is possible without.

A service of this user and, where we are root, of nobody loses nothing to a child that gave up what
it can, though it has the user's own rights to everything.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from scrapers.models import Identity, Outcome, Page
from scrapers.sandbox.client import SandboxParser
from scrapers.sandbox.protocol import SandboxReport
from tests.house.tree import ROOT
from tests.rows import over_rows
from tests.scrapers.sandbox.hostile import (
    ACTS,
    DONE,
    REFUSED,
    REFUSED_BY_LANDLOCK,
    SECRET,
    Victim,
    open_victim,
    spell_victim,
)
from tests.scrapers.sandbox.sources import MANNERS, Rogue

NOBODY = 65534
USERS = (os.getuid(), *((NOBODY,) if os.getuid() == 0 else ()))


@cache
def try_acts(user: int, *layers: str) -> dict[str, str]:
    program = (sys.executable, "-m", "tests.scrapers.sandbox.hostile", str(user), *layers)
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True)
    tried: dict[str, str] = json.loads(done.stdout)
    return tried


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    with open_victim(str(tmp_path_factory.mktemp("service"))) as opened:
        yield opened


@pytest.fixture(scope="module")
def child() -> Iterator[SandboxParser]:
    with SandboxParser(children=1, patience=60.0) as parser:
        yield parser


def act_in_child(name: str, child: SandboxParser, victim: Victim, answered: Callable) -> str:
    rogue = Rogue(name="rogue", crawl_policy=MANNERS)
    (query,) = rogue.build_queries(Identity(person_id="p", names=(), handles=("jdoe",)))
    page: Page = answered(f"act {name}|{spell_victim(victim)}")
    result = child.parse_body(rogue, query, page)
    assert result.outcome is Outcome.FOUND
    return result.note


@pytest.mark.parametrize("name", ACTS)
def test_a_program_in_place_of_the_parser_is_refused(
    name: str, child: SandboxParser, victim: Victim, answered: Callable
) -> None:
    assert act_in_child(name, child, victim, answered) == REFUSED
    assert victim.keys.read_bytes() == victim.database.read_bytes() == SECRET


@over_rows("user", USERS)
@over_rows("name", ACTS)
def test_what_is_refused_is_possible_without_a_sandbox(name: str, user: int) -> None:
    assert try_acts(user)[name] == DONE
    assert try_acts(user, "all")[name] == REFUSED


@over_rows("user", USERS)
@over_rows("name", ACTS)
def test_seccomp_refuses_all_of_it_where_a_kernel_has_no_landlock(name: str, user: int) -> None:
    assert try_acts(user, "no_new_privs", "seccomp")[name] == REFUSED


@over_rows("user", USERS)
@over_rows("name", sorted(REFUSED_BY_LANDLOCK))
def test_landlock_refuses_files_and_memory_where_there_is_no_seccomp(name: str, user: int) -> None:
    assert try_acts(user, "no_new_privs", "landlock")[name] == REFUSED


def test_a_child_tells_what_this_kernel_gave_it() -> None:
    with SandboxParser(children=1) as parser:
        report = parser.examine_sandbox()

    assert report.landlock_abi > 0
    assert report.has_seccomp
    assert list(report.list_missing_parts()) == []


def test_what_a_kernel_lacks_is_named() -> None:
    assert list(SandboxReport(has_seccomp=True).list_missing_parts()) == ["Landlock"]
    assert list(SandboxReport(landlock_abi=1).list_missing_parts()) == ["seccomp"]
