"""What the product imports is what it declares: nothing comes only because another brings it."""

import ast
import re
import subprocess
import sys
import tarfile
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.tree import PACKAGES, ROOT, place, python_files, walked

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# Only type checkers know it.
NO_MODULE = {"_typeshed"}
# Who is named to another library, and imported by it alone.
NAMED = {"lxml": "parsers/html.py names it to Beautiful Soup"}


@cache
def imported() -> dict[str, str]:
    """Return each module at the top that is neither Python's nor ours, and who imports it."""
    known = {*sys.stdlib_module_names, *PACKAGES, *NO_MODULE}
    found: dict[str, str] = {}
    for path in python_files(*PACKAGES):
        for node in walked(path):
            match node:
                case ast.Import(names=names):
                    modules = [name.name for name in names]
                case ast.ImportFrom(module=str(module), level=0):
                    modules = [module]
                case _:
                    continue
            tops = {module.partition(".")[0] for module in modules} - known
            found |= dict.fromkeys(tops, place(path))
    return found


@cache
def distributions() -> dict[str, set[str]]:
    return {
        module: {canonicalize_name(name) for name in names}
        for module, names in packages_distributions().items()
    }


@cache
def declared() -> set[str]:
    optional = PROJECT["optional-dependencies"].values()
    lines = [*PROJECT["dependencies"], *(line for lines in optional for line in lines)]
    return {canonicalize_name(Requirement(line).name) for line in lines}


def test_every_library_that_is_imported_is_declared() -> None:
    missing = {
        module: by
        for module, by in imported().items()
        if not distributions().get(module, set()) & declared()
    }

    assert missing == {}


def test_every_library_that_is_declared_is_imported() -> None:
    used = set().union(*(distributions().get(module, set()) for module in imported()))

    assert declared() - used == NAMED.keys()


def test_the_pictures_of_the_front_page_are_in_the_source_distribution(tmp_path: Path) -> None:
    build = (sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory")
    subprocess.run((*build, str(tmp_path)), cwd=ROOT, capture_output=True, check=True)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        held = {name.partition("/")[2] for name in opened.getnames()}

    front = (ROOT / "README.md").read_text("utf-8")
    shown = set(re.findall(r"!\[[^]]*\]\(([^)]+)\)", front))
    assert shown
    assert shown - held == set()
    assert {"pyproject.toml", "systemd/namesake.service", "monitor/db/schema.sql"} <= held
