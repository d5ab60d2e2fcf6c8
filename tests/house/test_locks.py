import ast
import json
import re
import tomllib
from collections.abc import Iterable

import pytest

from tests.house.tree import PACKAGES, ROOT, place, python_files, walked

NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")
PIN = re.compile(r"^[a-z0-9-]+==\S+(?: ; .+?)?(?: --hash=sha256:[0-9a-f]{64})+$")
INSTALLERS = {"pip", "pkg_resources", "setuptools"}
LOCKS = (
    "constraints.txt",
    "requirements.txt",
    "requirements-demo.txt",
    "requirements-photos.txt",
    "requirements-notify.txt",
    "requirements-fleet.txt",
)


def required() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = (
        [line for line in group if isinstance(line, str)]
        for group in project["dependency-groups"].values()
    )
    lines = [*project["project"]["dependencies"], *(line for group in groups for line in group)]
    return named(lines)


def named(lines: Iterable[str]) -> set[str]:
    return {found[0].lower() for line in lines if (found := NAME.match(line))}


def pins(name: str) -> list[str]:
    whole = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    lines = (" ".join(line.split()) for line in whole.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def names(lock: str) -> set[str]:
    return {line.partition("==")[0] for line in pins(lock)}


def plain(pin: str) -> str:
    """Leave out where it is needed: a tool of the tests may need it in more places."""
    version, _, hashes = pin.partition(" --hash=")
    return f"{version.partition(' ; ')[0]} {hashes}"


def test_everything_that_is_installed_is_pinned() -> None:
    assert required() - names("constraints.txt") == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_pin_names_one_version_and_what_its_files_hash_to(lock: str) -> None:
    assert [line for line in pins(lock) if not PIN.match(line)] == []


def test_production_takes_the_versions_that_are_tested_and_no_tool_of_the_tests() -> None:
    tested = {plain(line) for line in pins("constraints.txt")}

    assert {plain(line) for lock in LOCKS[1:] for line in pins(lock)} - tested == set()
    assert not names("requirements.txt") & {"pytest", "mypy", "ruff", "playwright", "pillow"}


def test_all_that_runs_in_production_is_in_its_lock_and_pip_is_not() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    oidc, photos, notify, fleet = (extras[extra] for extra in ("oidc", "photos", "notify", "fleet"))

    assert named([*project["dependencies"], *oidc]) - names("requirements.txt") == set()
    demo = names("requirements-demo.txt")
    assert named(project["dependencies"]) <= demo <= names("requirements.txt") - named(oidc)
    assert named(photos) == names("requirements-photos.txt")
    assert named(notify) <= names("requirements-notify.txt")
    assert named(fleet) <= names("requirements-fleet.txt")
    assert [lock for lock in LOCKS if "pip" in names(lock)] == []


def test_nothing_of_ours_imports_pip() -> None:
    found = [
        place(path, node.lineno)
        for path in python_files(*PACKAGES)
        for node in walked(path)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and {name.name.partition(".")[0] for name in node.names} & INSTALLERS
    ]

    assert found == []


def test_the_lock_of_the_real_parts_names_no_place_to_download_from() -> None:
    lock = json.loads((ROOT / "tests/real/node/package-lock.json").read_text("utf-8"))

    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
