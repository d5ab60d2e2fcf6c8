"""The words that people read for an enum value stand in `reports/labels/`, answers beside it."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from monitor.domain import vocabulary
from reports.emails.registry import EmailKind
from reports.labels.account import EMAIL_KINDS
from tests.house.tree import ROOT, files, parsed, place, python_files, walked

# Four files of the domain are exempt, since it may not import `reports`: people agreed to the
# consent text, and its hash is stored; texts are stored with the markers of `private_details`; and
# two rules of detection build their reasons themselves.
HOMES = {
    "reports/answer_choices.py",
    *(f"reports/labels/{path.name}" for path in (ROOT / "reports" / "labels").glob("*.py")),
    "monitor/domain/consent_text.py",
    "monitor/domain/private_details.py",
    "monitor/domain/detection/claim_signs.py",
    "monitor/domain/handles/lookalike.py",
}


@cache
def _list_enums() -> dict[str, frozenset[str]]:
    """Return the values of each enum in the product, by its name."""
    return {
        node.name: frozenset(_list_values(node))
        for path in python_files("monitor", "reports", "scrapers")
        for node in walked(path)
        if isinstance(node, ast.ClassDef) and "StrEnum" in map(ast.unparse, node.bases)
    }


def _list_values(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        if not isinstance(statement, ast.Assign):
            continue
        # A member may be declared with more than its value.
        value = (
            statement.value.elts[0] if isinstance(statement.value, ast.Tuple) else statement.value
        )
        if isinstance(value, ast.Constant):
            yield str(value.value)


WORDS = re.compile(r"^[A-Z]|[a-z.,] ")


def _list_word_tables(tree: ast.Module) -> Iterator[int]:
    """Yield the line of each dict that gives an enum value its words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict) and any(
            _is_enum_member(key) and _has_words(value)
            for key, value in zip(node.keys, node.values, strict=True)
        ):
            yield node.lineno
        if isinstance(node, ast.Dict) and _is_spelled_enum(node):
            yield node.lineno


def _is_enum_member(node: ast.expr | None) -> bool:
    """Tell whether a key is written as `Kind.MEMBER` or `module.Kind.MEMBER`."""
    if not isinstance(node, ast.Attribute):
        return False
    owner = node.value
    name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    return name in _list_enums()


def _is_spelled_enum(node: ast.Dict) -> bool:
    """Tell whether the keys are the values of one enum, written out as text."""
    keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
    return (
        len(keys) == len(node.keys) > 2
        and any(keys <= values for values in _list_enums().values())
        and all(map(_has_words, node.values))
    )


def _has_words(node: ast.expr) -> bool:
    """Tell words for people from keys for programs: those are one word in lower case."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(WORDS.search(node.value))
    if isinstance(node, ast.Tuple):
        return any(map(_has_words, node.elts))
    return isinstance(node, ast.JoinedStr)


def test_labels_are_spelled_in_one_place() -> None:
    elsewhere = [
        place(path, line)
        for path in python_files("monitor", "reports", "scrapers")
        if place(path) not in HOMES
        for line in _list_word_tables(parsed(path))
    ]

    assert elsewhere == []


@pytest.mark.parametrize(
    "table",
    [
        '{Decision.MINE: "This is me"}',
        '{Decision.MINE: ("This is me", "")}',
        '{Severity.HIGH: f"High {1}"}',
        '{"high": "High", "medium": "Medium", "low": "Low"}',
        '{Outcome.FOUND: "It is there"}',
        '{queries.SearchDepth.FULL: "Full"}',
    ],
)
def test_a_table_of_words_is_seen(table: str) -> None:
    assert list(_list_word_tables(ast.parse(table)))


@pytest.mark.parametrize(
    "table",
    [
        "{Decision.MINE: CaseState.MINE}",
        '{SourceStage.DONE: "✓"}',
        '{"kind": "Kind"}',
        '{EnrollmentStep.NAMES: "given"}',
    ],
)
def test_another_table_is_let_be(table: str) -> None:
    assert not list(_list_word_tables(ast.parse(table)))


def test_reports_know_of_the_monitor_only_its_words_signs_and_dates() -> None:
    known = {
        text.name if node.module == "monitor.domain" else node.module
        for path in python_files("reports")
        for node in walked(path)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("monitor")
        for text in node.names
    }

    assert known == {
        *("english_dates", "monitor.domain.english_dates", "monitor.domain.reason"),
        "monitor.domain.names.normalize",
        "monitor.domain.vocabulary",
    }
    for name in ("english_dates", "vocabulary"):
        tree = parsed(ROOT / "monitor" / "domain" / f"{name}.py")
        ours = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert {node.module for node in ours} <= {
            *("collections.abc", "datetime", "enum", "scrapers.facts.fact", "typing", "zoneinfo")
        }


def test_words_of_a_kind_are_no_method_of_the_kind() -> None:
    wordy = [name for name, value in vars(vocabulary).items() if hasattr(value, "words")]

    assert wordy == []


def test_every_kind_of_email_has_a_name() -> None:
    assert set(EMAIL_KINDS) == set(EmailKind)


SITE_KEY = re.compile(r"\{\{[^}]*\.(?:platform|source)\b[^}]*\}\}")


def test_a_template_names_each_site_as_the_site_does() -> None:
    nameless = [
        f"{place(path)}: {found}"
        for path in files("reports/templates", kind="*.*")
        for found in SITE_KEY.findall(path.read_text("utf-8"))
        if "format_site_name" not in found and "ui.site(" not in found
    ]

    assert nameless == []
