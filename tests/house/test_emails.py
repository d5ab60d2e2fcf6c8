"""A kind of email stands at two places: its declaration, and its words; it has one name."""

import ast

from reports.emails.registry import EmailKind
from tests.house.tree import ROOT, place, python_files, walked
from tests.rows import over_rows

DECLARATION = "reports/emails/registry.py"


def _list_named_kinds(node: ast.AST) -> set[str]:
    """Return the kinds of emails that stand side by side in a list, set, tuple, table or case."""
    if isinstance(node, ast.Dict):
        parts = [key for key in node.keys if key is not None]
    elif isinstance(node, ast.List | ast.Set | ast.Tuple):
        parts = node.elts
    elif isinstance(node, ast.MatchOr):
        parts = [part.value for part in node.patterns if isinstance(part, ast.MatchValue)]
    else:
        return set()
    return {
        part.attr
        for part in parts
        if isinstance(part, ast.Attribute) and ast.unparse(part.value).endswith("EmailKind")
    }


def test_no_other_code_lists_kinds_of_emails() -> None:
    listings = [
        place(path, getattr(node, "lineno", 0))
        for path in python_files("monitor", "reports")
        for node in walked(path)
        if place(path) != DECLARATION and len(_list_named_kinds(node)) > 1
    ]

    assert listings == []


def test_a_list_of_kinds_would_be_noticed() -> None:
    for code in (
        "LATE = frozenset({EmailKind.DIGEST, EmailKind.REVIEW})",
        "kind in (registry.EmailKind.DIGEST, registry.EmailKind.REVIEW)",
        "match kind:\n case EmailKind.DIGEST | EmailKind.REVIEW: pass",
    ):
        assert any(len(_list_named_kinds(node)) > 1 for node in ast.walk(ast.parse(code))), code


@over_rows("kind", EmailKind)
def test_an_email_has_one_name(kind: EmailKind) -> None:
    words = kind.title().replace("-", "")

    assert kind.name == kind.replace("-", "_").upper()
    assert kind.form.view.__name__ == f"{words}View"
    assert (ROOT / "reports" / "templates" / kind.folder / "subject.txt").is_file()
    if kind.form.render:
        assert kind.form.render.__name__ == f"render_{kind.folder}"
