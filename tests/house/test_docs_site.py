"""The documents are a plain tree that any builder builds: no page is missing, no link is dead.

Material for MkDocs ends on May 5, 2027. Its successor reads the same mkdocs.yml, so nothing here
may need a hook: what a page says, and where it stands, is in the file itself and in the navigation.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.house.tree import ROOT, files

LOADED = re.compile(r"<(?:script|link|img|iframe|source|video|audio|form)\b[^>]*>", re.IGNORECASE)
TOLD = re.compile(r"<article.*?</article>", re.DOTALL)
CODE = re.compile(r"<(pre|code)\b.*?</\1>", re.DOTALL)
UNREAD_MARKDOWN = re.compile(r"^\s*(?:[-*] |\| |#+ |```)|\*\*|\]\(", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s#:]+)(?=[)#])")
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
COLOR = re.compile(r"--[a-z-]+: #[0-9a-f]{3,6};")
DOCS = ROOT / "docs"
SETTINGS: dict[str, Any] = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
# What builders beside MkDocs have, too.
PLUGINS = {"search", "meta"}


def list_nav(nav: object) -> Iterator[str]:
    match nav:
        case str():
            yield nav
        case list():
            for entry in nav:
                yield from list_nav(entry)
        case dict():
            yield from list_nav([*nav.values()])


def test_each_page_of_the_tree_stands_in_the_navigation_once() -> None:
    told = sorted(list_nav(SETTINGS["nav"]))
    there = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))

    assert told == there, "add each new page to `nav` in mkdocs.yml, and take out what is gone"


def test_the_first_page_leads_to_each_other_one_but_single_decisions() -> None:
    """In a terminal, or on a forge, there is no navigation."""
    linked = {*LINK.findall((DOCS / "index.md").read_text("utf-8"))}
    told = {page for page in list_nav(SETTINGS["nav"]) if not page.startswith("decisions/0")}

    assert told - linked == {"index.md"}


def test_no_hook_and_no_plugin_of_one_builder_alone_is_needed() -> None:
    plugins = {
        name
        for entry in SETTINGS["plugins"]
        for name in ([entry] if isinstance(entry, str) else entry)
    }

    assert "hooks" not in SETTINGS
    assert plugins == PLUGINS
    assert SETTINGS["strict"]


def test_each_link_leads_to_a_file_that_every_builder_has() -> None:
    """A link out of docs/ is dead on the site."""
    outside = [
        f"{page.relative_to(DOCS)} -> {link}"
        for page in files("docs", kind="*.md")
        for link in LINK.findall(FENCED.sub("", page.read_text("utf-8")))
        if DOCS not in (page.parent / link).resolve().parents or not (page.parent / link).is_file()
    ]

    assert outside == []


def test_a_page_in_spanish_has_what_its_twin_has() -> None:
    twins = files("docs", kind="*.es.md")

    assert [path.name for path in twins] == ["staff.es.md"]
    for spanish in twins:
        texts = [path.read_text("utf-8") for path in (spanish, spanish.with_name("staff.md"))]
        for shape in (HEADING, LINK, re.compile(r"^\d\.|^- \*\*|^\|", re.MULTILINE)):
            own, other = (shape.findall(text) for text in texts)
            assert own == other


def test_the_site_has_the_colors_and_the_type_of_the_pages() -> None:
    style = (DOCS / "site/style.css").read_text("utf-8")
    product = (ROOT / "reports/static/page.css").read_text("utf-8")
    serif = '--serif: Georgia, "Times New Roman", serif;'

    assert set(COLOR.findall(style)) <= set(COLOR.findall(product))
    assert len(COLOR.findall(style)) > 20
    assert serif in style
    assert serif in product


def build_site(root: Path, target: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--config-file", root / "mkdocs.yml"]
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

    for door in ("For staff", "For IT", "For counsel", "For developers"):
        assert re.search(rf"md-tabs__link[^>]*>\s*{door}\s*<", front)


def test_each_page_is_there_and_no_program_is(site):
    told = (path.relative_to(DOCS) for path in DOCS.rglob("*.md"))

    assert {*pages(site)} - {"404.html"} == {
        path.with_name("index.html" if path.name == "README.md" else f"{path.stem}.html").as_posix()
        for path in told
    }
    assert [*site.rglob("*.py"), *site.rglob("main.html")] == []


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


def test_the_search_knows_what_readers_look_for_and_nothing_else(site):
    index = json.loads((site / "search" / "search_index.json").read_text("utf-8"))
    known = {entry["location"].partition("#")[0] for entry in index["docs"]}

    assert {"staff.html", "staff.es.html", "runbooks.html", "architecture.html"} <= known
    assert [name for name in known if name.startswith("decisions/") or "change" in name] == []


def test_a_dead_link_a_missing_heading_and_a_page_outside_the_navigation_stop_it(tmp_path):
    shutil.copytree(DOCS, tmp_path / "docs")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    (tmp_path / "docs" / "outside.md").write_text("# Outside\n", "utf-8")
    with (tmp_path / "docs" / "staff.md").open("a", encoding="utf-8") as page:
        page.write("\n[gone](gone.md) [nowhere](run.md#nowhere)\n")

    built = build_site(tmp_path, tmp_path / "site")

    assert built.returncode != 0
    for fault in ("outside.md", "gone.md", "#nowhere"):
        assert fault in built.stderr
