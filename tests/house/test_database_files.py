"""Nothing opens and closes a database file by path: that would drop the locks SQLite relies on.

POSIX drops every lock of a process on a file when the process closes any descriptor of it
(sqlite.org/howtocorrupt.html, 2.2). While tests run, `tests/conftest.py` refuses such an open too.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.db.connection import DatabaseConnection
from tests.house.tree import place, python_files, walked
from tests.monitor.db.words import WORDS

OPENERS = {
    *("open", "fdopen", "read_bytes", "read_text", "write_bytes", "write_text", "touch"),
    *("copy", "copy2", "copyfile", "copyfileobj", "copytree", "move", "file_digest", "connect"),
}
NAMES_A_DATABASE = re.compile(r"DATABASE|(namesake|keys)\.db|(database|connection)\.path")
# These know the databases by other names, so each of their calls has to give a reason.
KEEPERS = {"connection.py", "database_copies.py", "open_files.py"}
REASONS = {
    "create_file": "a file that nobody else has: O_EXCL opens none that is there",
    "_open_connection": "through SQLite",
    "open_for_reading": "through SQLite",
    "copy_database": "a new file, before SQLite has it",
    "_holds_lock": "what the kernel notes of a descriptor",
}


def opening_calls(path: Path) -> Iterator[tuple[str, str, int]]:
    """Yield the function, the text and the line of each call that opens a file."""
    for function in walked(path):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and _name_of(node.func) in OPENERS:
                yield function.name, ast.unparse(node), node.lineno


def _name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def is_through_sqlite(call: str) -> bool:
    return call.startswith(
        ("DatabaseConnection.open_file(", "sqlite3.connect(", "cls(DatabaseConnection.open_file(")
    )


def test_no_code_opens_a_database_by_path() -> None:
    found = [
        f"{place(path, line)}: {call}"
        for path in python_files("monitor")
        for _, call, line in opening_calls(path)
        if NAMES_A_DATABASE.search(call) and not is_through_sqlite(call)
    ]

    assert found == []


def test_what_the_keepers_of_databases_open_has_a_reason() -> None:
    found = [
        f"{place(path, line)}: {call}"
        for path in python_files("monitor")
        if path.name in KEEPERS
        for function, call, line in opening_calls(path)
        if function not in REASONS and not is_through_sqlite(call)
    ]

    assert found == []


def test_to_open_a_database_that_is_in_use_fails_in_any_test(tmp_path: Path) -> None:
    path = tmp_path / "words.db"
    database = DatabaseConnection.open_file(path, WORDS)
    code = compile("open(path).close()", str(python_files("monitor")[0]), "exec")

    with pytest.raises(pytest.fail.Exception, match="drops its locks"):
        exec(code, {"path": path})  # noqa: S102 - as if a module of ours did it

    database.close()
