"""The result of a check of oneself, for a terminal and as a page that loads nothing."""

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.reason import Reason
from reports.case_view import CaseView
from reports.coverage import Coverage
from reports.emails.render import fill_template, wrap_text
from reports.finding_view import FindingView

_LINES = ("heading", "covered")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickCheckView:
    """What was found, the worst first; `name` is the reader's full name.

    `trouble` says what keeps most sources from being asked, None where nothing does.
    """

    name: str
    zone: str
    at: datetime
    coverage: Coverage
    trouble: Reason | None = None
    cases: tuple[CaseView, ...] = ()
    questions: tuple[FindingView, ...] = ()
    about: tuple[FindingView, ...] = ()
    own: tuple[FindingView, ...] = ()
    set_aside: tuple[FindingView, ...] = ()
    has_search_engine: bool = False
    has_own_accounts: bool = False

    @property
    def is_empty(self) -> bool:
        """Tell whether no source was checked and nothing was found in part."""
        found = self.cases or self.questions or self.about or self.own or self.set_aside
        return not (self.coverage.checked or found)


def render_quick_check_text(view: QuickCheckView) -> str:
    return wrap_text(fill_template("quick_check/body.txt", _build_context(view)))


def render_quick_check_page(view: QuickCheckView) -> str:
    return fill_template("quick_check/page.html", _build_context(view))


def _build_context(view: QuickCheckView) -> dict[str, object]:
    context: dict[str, object] = {"view": view}
    lines = {line: fill_template(f"quick_check/{line}.txt", context) for line in _LINES}
    return context | lines
