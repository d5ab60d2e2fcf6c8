"""What a reader knows of a finding or a case is made at one place, in few forms."""

import ast
from pathlib import Path

from tests.house.tree import ROOT, place, walked

MAKER = "monitor/services/disclosure.py"
VIEWS = {"FindingView", "CaseSummary", "CaseView"}
# What programs were promised: it does not change when a page does.
BODIES = {"FindingBody", "FindingDetailBody", "CaseBody", "QueueRowBody", "ReviewedCaseBody"}
# What looks like the district is about nobody.
OF_THE_DISTRICT = {"LookalikeLine"}
OF_A_FINDING = {"url", "platform", "severity", "first_seen", "last_seen", "finding_id"}


def list_surfaces() -> list[Path]:
    """Return the files between rules and readers."""
    folders = (ROOT / "monitor/services", ROOT / "monitor/web", ROOT / "reports")
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def test_one_place_makes_what_a_reader_gets() -> None:
    made = {
        place(path)
        for path in list_surfaces()
        for node in walked(path)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in VIEWS
    }

    assert made == {MAKER}


def test_no_page_email_or_program_carries_a_finding_in_a_form_of_its_own() -> None:
    carriers = set()
    for path in list_surfaces():
        for node in walked(path):
            if isinstance(node, ast.ClassDef):
                fields = {
                    getattr(part.target, "id", "")
                    for part in node.body
                    if isinstance(part, ast.AnnAssign)
                }
                if len(fields & OF_A_FINDING) > 1:
                    carriers.add(node.name)

    # A view of a case has these fields from its summary.
    assert carriers | {"CaseView"} == VIEWS | BODIES | OF_THE_DISTRICT
