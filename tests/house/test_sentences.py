"""Sentences are data: fewer and fewer stand in rules and services."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import ROOT, parsed, walked

# So many are left. A change may lower this number, and none may raise it: what people read is an id
# with facts (`monitor/domain/reason.py`), and its words are in `reports/reason_words/`.
MOST_SENTENCES = 16
_FEWEST_WORDS = 5
_LOGS = re.compile(r"Error|LOG|log|warn|debug|info")


def list_sentences(path: Path) -> Iterator[str]:
    """Yield what reads like a sentence and is no error, no log and no documentation."""
    tree = parsed(path)
    left_out = {id(part) for node in ast.walk(tree) for part in _list_left_out(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = re.findall(r"[A-Za-z']+", node.value)
            begins = re.match(r"[A-Z]", node.value.strip())
            if id(node) not in left_out and begins and len(words) >= _FEWEST_WORDS:
                yield node.value


def _list_left_out(node: ast.AST) -> Iterator[ast.AST]:
    called = isinstance(node, ast.Call) and _LOGS.search(ast.unparse(node.func))
    documented = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    if called or documented or isinstance(node, ast.Raise):
        yield from ast.walk(node)
    if isinstance(node, ast.FunctionDef):
        # An error's sentence gets a name before it is raised.
        raised = {
            part.id
            for one_node in ast.walk(node)
            if isinstance(one_node, ast.Raise)
            for part in ast.walk(one_node)
            if isinstance(part, ast.Name)
        }
        for one_node in ast.walk(node):
            if (
                isinstance(one_node, ast.Assign)
                and getattr(one_node.targets[0], "id", "") in raised
            ):
                yield from ast.walk(one_node.value)


def test_no_sentence_is_added_to_rules_and_services() -> None:
    found = [
        (path.relative_to(ROOT).as_posix(), sentence)
        for folder in ("domain", "services")
        for path in sorted((ROOT / "monitor" / folder).rglob("*.py"))
        for sentence in list_sentences(path)
        if "SELECT" not in sentence
    ]

    assert len(found) <= MOST_SENTENCES, found


def test_no_fact_is_called_as_the_reader_is() -> None:
    """`{name}` in a sentence is whose data it is, whatever a reason brings."""
    calls = (
        (path, node)
        for top in ("monitor", "scrapers", "reports")
        for path in (ROOT / top).rglob("*.py")
        for node in walked(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Reason"
    )
    named = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, node in calls
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and part.value == "name"
    ]
    assert named == []
