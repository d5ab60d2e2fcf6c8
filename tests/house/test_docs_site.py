"""The documents build as a site: three doors, no dead link, and nothing from other hosts."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

LOADED = re.compile(r"<(?:script|link|img|iframe|source|video|audio|form)\b[^>]*>", re.IGNORECASE)
TOLD = re.compile(r"<article.*?</article>", re.DOTALL)
CODE = re.compile(r"<(pre|code)\b.*?</\1>", re.DOTALL)
UNREAD_MARKDOWN = re.compile(r"^\s*(?:[-*] |\| |#+ |```)|\*\*|\]\(", re.MULTILINE)
TOP = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")


def build_site(root: Path, target: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--config-file", root / "docs/mkdocs.yml"]
    return subprocess.run(
        [*command, "--site-dir", target],
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    target = tmp_path_factory.mktemp("site")
    built = build_site(ROOT, target)
    assert built.returncode == 0, built.stderr
    return target


def pages(site):
    return {
        path.relative_to(site).as_posix(): path.read_text("utf-8") for path in site.rglob("*.html")
    }


def test_the_first_page_has_a_door_for_each_reader(site):
    front = (site / "index.html").read_text("utf-8")

    for door in ("For staff", "For IT", "For developers"):
        assert re.search(rf"md-tabs__link[^>]*>\s*{door}\s*<", front)


def test_each_page_is_there_and_no_program_is(site):
    told = {path.relative_to(ROOT) for path in (ROOT / "docs").rglob("*.md")}
    built = {*pages(site)}

    assert {
        path.with_name("index.html" if path.name == "README.md" else f"{path.stem}.html").as_posix()
        for path in told
    } <= built
    assert list((site / "docs").rglob("*.py")) == []


def test_no_page_loads_anything_from_another_host(site):
    foreign = [
        (name, tag)
        for name, text in pages(site).items()
        for tag in LOADED.findall(text)
        if re.search(r"(?:src|href|action|srcset)=[\"']?(?:https?:)?//", tag)
    ]

    assert foreign == []
    assert all("default-src 'self'" in text for text in pages(site).values())


def test_no_markdown_is_left_unread_on_a_page(site):
    left = {
        name: UNREAD_MARKDOWN.findall(re.sub(r"<[^>]+>", "", CODE.sub("", told[0])))
        for name, text in pages(site).items()
        if (told := TOLD.search(text))
    }

    assert {name: found for name, found in left.items() if found} == {}


def test_the_search_knows_every_door(site):
    index = json.loads((site / "search" / "search_index.json").read_text("utf-8"))
    known = {entry["location"].partition("#")[0] for entry in index["docs"]}

    assert {"docs/staff-welcome.html", "docs/operate.html", "docs/architecture.html"} <= known
    assert "CHANGELOG.html" not in known


def test_a_dead_link_a_missing_heading_and_a_page_outside_the_navigation_stop_it(tmp_path):
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    for name in TOP:
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "docs" / "outside.md").write_text("# Outside\n", "utf-8")
    with (tmp_path / "docs" / "staff.md").open("a", encoding="utf-8") as page:
        page.write("\n[gone](gone.md) [nowhere](operate.md#nowhere)\n")

    built = build_site(tmp_path, tmp_path / "site")

    assert built.returncode != 0
    for fault in ("docs/outside.md", "gone.md", "#nowhere"):
        assert fault in built.stderr
