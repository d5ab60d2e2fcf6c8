"""Strangers' pages and pictures are parsed in a child: the service has no use for a parser."""

import ast
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.house.tree import ROOT, parsed, place, python_files

PARSERS = ("PIL", "bs4", "html.parser", "html5lib", "lxml", "xml")
# These are loaded by the child, and by whoever parses in it.
MAY_PARSE = {
    f"scrapers/parsers/{name}.py"
    for name in ("feeds", "h_card", "html", "images", "markup_skeleton", "microdata")
}
EVERYTHING = """
import sys
from importlib import import_module
for name in sys.argv[1:]:
    import_module(name)
print(*sorted({"PIL", "bs4", "lxml"} & sys.modules.keys()))
"""
# They run as they are loaded, or are for the child.
LEFT_OUT = {
    *MAY_PARSE,
    "scrapers/parsers/profile_card.py",
    "scrapers/sandbox/worker.py",
    "monitor/__main__.py",
}


def test_only_the_recipes_of_markup_can_parse_it() -> None:
    parsing = {
        place(path)
        for path in python_files("monitor", "scrapers", "reports")
        if any(parsers(parsed(path)))
    }

    assert parsing == MAY_PARSE


def test_all_of_the_service_is_loaded_without_a_parser() -> None:
    modules = [
        place(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path in python_files("monitor", "scrapers", "reports")
        if place(path) not in LEFT_OUT
    ]

    done = subprocess.run(
        (sys.executable, "-c", EVERYTHING, *modules),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "\n"


@pytest.mark.parametrize(
    "code",
    [
        "import bs4",
        "from PIL import Image",
        "from bs4 import BeautifulSoup",
        "from lxml import etree",
        "from html.parser import HTMLParser",
        "import xml.etree.ElementTree as ET",
        "def late():\n    import lxml.html",
    ],
)
def test_a_parser_is_seen(code: str) -> None:
    assert list(parsers(ast.parse(code)))


def test_what_only_escapes_is_no_parser() -> None:
    assert not list(parsers(ast.parse("from html import escape, unescape\nimport xmlrpc")))


def parsers(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            if any(name == parser or name.startswith(f"{parser}.") for parser in PARSERS):
                yield name
