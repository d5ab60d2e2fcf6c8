import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from monitor.cli.main import namesake
from tests.house.tree import ROOT, every_file, place

LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
HEADING = re.compile(r"^#+\s+(.*?)\s*#*$", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"`namesake((?:\s+[a-z][a-z-]*)+)")
NAMED_PATH = re.compile(
    r"(?<![\w./-])((?:monitor|scrapers|reports|tests|docs|systemd)/[\w./-]*\w/?)"
)


def documents() -> list[Path]:
    return [path for path in every_file() if path.suffix == ".md"]


def test_each_link_inside_the_project_leads_somewhere() -> None:
    assert [f"{place(path)} -> {link}" for path in documents() for link in dead_links(path)] == []


@pytest.mark.parametrize(
    ("link", "dead"),
    [
        ("other.md", False),
        ("other.md#what-it-s-for", False),
        ("#here", False),
        ("https://courier.example/gone", False),
        ("gone.md", True),
        ("other.md#gone", True),
    ],
)
def test_a_dead_link_is_seen(tmp_path: Path, link: str, *, dead: bool) -> None:
    (tmp_path / "other.md").write_text("# What it's for\n", "utf-8")
    page = tmp_path / "page.md"
    page.write_text(f"# Here\n[there]({link}) `[not](a-link.md)`\n", "utf-8")

    assert list(dead_links(page)) == ([link] if dead else [])


def test_each_path_that_a_document_names_exists() -> None:
    missing = [
        f"{place(path)} -> {named}"
        for path in documents()
        for named in named_paths(path)
        if not (ROOT / named).exists()
    ]

    assert missing == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (
            "It is in `monitor/domain/detection/weights.toml`.",
            ["monitor/domain/detection/weights.toml"],
        ),
        ("Run `python -m pytest tests/house -k one`", ["tests/house"]),
        ("See `reports/templates/`, or `reports/`", ["reports/templates/"]),
        ("`monitor/db/test_cases.py::test_one`", []),
        ("`tests/scrapers/pages/NAME/`", []),
        ("`/var/lib/monitor/x.py`, https://docs/x", []),
    ],
)
def test_a_path_in_code_is_seen(tmp_path: Path, text: str, named: list[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, "utf-8")

    assert list(named_paths(page)) == named


def test_each_command_that_a_guide_names_exists() -> None:
    """Decisions and the changelog may name what is gone."""
    guides = [path for path in documents() if "decisions" not in path.parts]

    assert [
        f"{place(path)} -> namesake {name}"
        for path in guides
        if path.name != "CHANGELOG.md"
        for name in unknown_commands(path.read_text("utf-8"))
    ] == []


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("`namesake mail list --paused`, `namesake audit`", []),
        ("`namesake restore folder`", []),
        ("`namesake mail\nburn`", ["mail burn"]),
        ("`namesake burn`", ["burn"]),
    ],
)
def test_a_command_that_is_gone_is_seen(text: str, unknown: list[str]) -> None:
    assert list(unknown_commands(text)) == unknown


def unknown_commands(text: str) -> Iterator[str]:
    for found in COMMAND.findall(text):
        command: click.Command | None = namesake
        for word in found.split():
            if not isinstance(command, click.Group):
                break
            command = command.get_command(click.Context(command), word)
        if command is None:
            yield " ".join(found.split())


def named_paths(path: Path) -> Iterator[str]:
    """Yield the paths of this project in code; a test's name and a NAME to fill in are none."""
    for code in CODE.findall(path.read_text("utf-8")):
        for named in NAMED_PATH.finditer(code):
            if not re.search(r"[A-Z]{3}", named[1]) and code[named.end() :][:2] != "::":
                yield named[1]


def dead_links(path: Path) -> Iterator[str]:
    for link in LINK.findall(CODE.sub("", path.read_text("utf-8"))):
        if not ELSEWHERE.match(link) and not _leads_somewhere(path, link):
            yield link


def _leads_somewhere(path: Path, link: str) -> bool:
    file, _, anchor = link.partition("#")
    target = path.parent / file if file else path
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(path: Path) -> set[str]:
    headings = HEADING.findall(CODE.sub(" ", path.read_text("utf-8")))
    return {re.sub(r"[^\w]+", "-", heading.lower()).strip("-") for heading in headings}
