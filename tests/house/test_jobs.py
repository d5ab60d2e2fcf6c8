"""A kind of job stands at two places: its declaration, and its words."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from monitor.annexes import discover_annexes
from monitor.services.job_kinds import JOB_KINDS
from reports.labels.office import JOB_LABELS
from tests.house.tree import files, place, python_files, walked

# Of the core, and of each annex that has jobs.
ANNEXES = [annex for annex in discover_annexes() if annex.jobs]
DECLARATIONS = {
    "monitor/services/job_kinds.py",
    *(f"monitor/{annex.name}/jobs.py" for annex in ANNEXES),
}
WORDS = {"reports/labels/office.py", *(f"monitor/{annex.name}/annex.py" for annex in ANNEXES)}
# A word like `sweep` or `digest` means more than the job.
OWN_NAMES = frozenset(name for name in JOB_KINDS if "-" in name)


@cache
def _find_constants() -> frozenset[str]:
    """Return the constants that hold the name of a kind of job, as `ERASURE` does."""
    return frozenset(
        ast.unparse(word.value)
        for path in python_files("monitor")
        if place(path) in DECLARATIONS
        for node in walked(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "JobKind"
        for word in node.keywords
        if word.arg == "name"
    )


def _list_named_kinds(node: ast.AST) -> set[str]:
    """Return the kinds of jobs that stand side by side in a list, set, tuple or table."""
    if isinstance(node, ast.Dict):
        parts = [key for key in node.keys if key is not None]
    elif isinstance(node, ast.List | ast.Set | ast.Tuple):
        parts = node.elts
    elif isinstance(node, ast.MatchOr):
        parts = [part.value for part in node.patterns if isinstance(part, ast.MatchValue)]
    else:
        return set()
    named = {part.id for part in parts if isinstance(part, ast.Name)} & _find_constants()
    spelled = {str(part.value) for part in parts if isinstance(part, ast.Constant)} & OWN_NAMES
    return named | spelled


def _list_listings() -> Iterator[str]:
    for path in python_files("monitor", "reports", "scrapers"):
        if place(path) in DECLARATIONS | WORDS:
            continue
        for node in walked(path):
            if len(_list_named_kinds(node)) > 1:
                yield place(path, getattr(node, "lineno", 0))


def test_each_kind_of_job_is_declared_once_and_has_its_words() -> None:
    assert len(_find_constants()) == len(JOB_KINDS)
    assert {*JOB_LABELS, *(name for annex in ANNEXES for name in annex.jobs)} == set(JOB_KINDS)


def test_no_other_code_lists_kinds_of_jobs() -> None:
    assert list(_list_listings()) == []


def test_a_list_of_kinds_would_be_noticed() -> None:
    for code in (
        "LATE = (ERASURE, 'second-proof')",
        "WORDS = {'second-proof': 1, 'staff-folder': 2}",
        "name in {ERASURE, SWEEP}",
        "match name:\n case 'second-proof' | 'staff-folder': pass",
    ):
        nodes = ast.walk(ast.parse(code))
        assert any(len(_list_named_kinds(node)) > 1 for node in nodes), code


def test_no_page_and_no_alarm_lists_kinds_of_jobs() -> None:
    listing = [
        place(path)
        for path in (*files("docs", kind="*.md"), *files("systemd"))
        if len(set(re.findall("|".join(OWN_NAMES), path.read_text("utf-8")))) > 1
    ]

    assert listing == []
