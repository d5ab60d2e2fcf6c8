"""The project's own files, as the rules of the house look at them."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("monitor", "scrapers", "reports")
FOLDERS = (*PACKAGES, "tests", "systemd", "docs", ".ci")
UNREAD = ("node_modules", "__pycache__")
TEST = re.compile(r"`([a-z_/]+\.py)::(test_[a-z0-9_]+)`")


def files(*folders: str, kind: str = "*") -> list[Path]:
    found = (path for folder in folders for path in (ROOT / folder).rglob(kind))
    return sorted(path for path in found if path.is_file() and not set(UNREAD) & {*path.parts})


def python_files(*folders: str) -> list[Path]:
    return files(*(folders or (*PACKAGES, "tests")), kind="*.py")


def every_file() -> list[Path]:
    top = (path for path in ROOT.iterdir() if path.is_file() and not path.name.startswith("."))
    return sorted([*top, *files(*FOLDERS)])


def place(path: Path, line: int = 0) -> str:
    name = path.relative_to(ROOT).as_posix()
    return f"{name}:{line}" if line else name


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def walked(path: Path) -> tuple[ast.AST, ...]:
    """Return every node of a file, once for all the rules that look through them."""
    return tuple(ast.walk(parsed(path)))


def comments(path: Path, like: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """Yield line number and text of comments; a `#` in a string is none.

    Those of a file without a line like this are left out: to take it apart takes long.
    """
    text = path.read_text("utf-8")
    if like.search(text):
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string


def named_tests(text: str) -> list[tuple[str, str]]:
    """Return the tests that a document names: `monitor/test_x.py::test_y`."""
    return TEST.findall(text)


def exists(path: str, name: str) -> bool:
    return name in {getattr(node, "name", "") for node in parsed(ROOT / "tests" / path).body}
