import json
import re
import tomllib

from tests.house.tree import ROOT

NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")
PIN = re.compile(r"^[a-z0-9-]+==\S+(?: ; .+)?$")


def required() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = (
        [line for line in group if isinstance(line, str)]
        for group in project["dependency-groups"].values()
    )
    lines = [*project["project"]["dependencies"], *(line for group in groups for line in group)]
    return {found[0].lower() for line in lines if (found := NAME.match(line))}


def pins(name: str) -> list[str]:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.strip().startswith("#")]


def test_everything_that_is_installed_is_pinned() -> None:
    pinned = {line.partition("==")[0] for line in pins("constraints.txt")}

    assert required() - pinned == set()


def test_a_pin_names_one_version() -> None:
    assert [line for line in pins("constraints.txt") if not PIN.match(line)] == []


def test_the_lock_of_the_real_parts_names_no_place_to_download_from() -> None:
    lock = json.loads((ROOT / "tests/real/node/package-lock.json").read_text("utf-8"))

    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
