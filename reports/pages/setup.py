"""Setting up a district in a browser: a page for each group of questions, then what came of it."""

from dataclasses import dataclass

from reports.pages.enrollment import ConsentPart, ScopeChoice
from reports.pages.layout import FieldProblem, PageFrame, build_renderer, render_page


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupField:
    """A question. `choices` are all its answers with their labels; without any, it takes a text.

    `copied` is to be pasted elsewhere exactly as it stands. Of a secret there is never a `value`.
    """

    key: str
    label: str
    hint: str
    value: str = ""
    copied: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupSectionView:
    """`led_to_more` says that the answers so far lead to questions that are new on the page."""

    title: str
    number: int
    total: int
    here: str
    back: str
    fields: tuple[SetupField, ...]
    led_to_more: bool = False
    faults: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupAnswerRow:
    """An answer with the page that changes it."""

    what: str
    answer: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupSummaryView:
    """`place` is the file that will be written first."""

    rows: tuple[SetupAnswerRow, ...]
    place: str
    faults: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedCheck:
    what: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftToDo:
    """`commands` are to be typed on the server."""

    text: str
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupDoneView:
    """`trouble` is why the service was not started, empty without any.

    `offers_first_check` says that whoever set up can join now, and see their own digest.
    """

    written: tuple[str, ...]
    summary: str
    failed: tuple[FailedCheck, ...]
    steps: tuple[LeftToDo, ...]
    trouble: str = ""
    offers_first_check: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCheckJoinView:
    """The consent text, and what is typed below it; `is_askable` says that a check is possible."""

    is_askable: bool
    parts: tuple[ConsentPart, ...]
    version: str
    choices: tuple[ScopeChoice, ...]
    chosen: tuple[str, ...] = ()
    name: str = ""
    school: str = ""
    mail: str = ""
    faults: tuple[FieldProblem, ...] = ()

    @property
    def options(self) -> tuple[tuple[str, str, str], ...]:
        return tuple((each.scope, each.title, each.words) for each in self.choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCheckLinkView:
    """`words` says where the invitation went."""

    words: str
    faults: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCheckView:
    """How far a check is, and its digest as `text` once it is done."""

    is_running: bool
    checked: int
    total: int
    trouble: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupNoticeView:
    """A page that only says something."""

    title: str
    words: str


render_setup_section = build_renderer("setup_section", SetupSectionView)
render_setup_summary = build_renderer("setup_summary", SetupSummaryView)
render_setup_done = build_renderer("setup_done", SetupDoneView)
render_setup_notice = build_renderer("setup_notice", SetupNoticeView)
render_first_check_join = build_renderer("setup_join", FirstCheckJoinView)
render_first_check_link = build_renderer("setup_link", FirstCheckLinkView)
render_first_check = build_renderer("setup_check", FirstCheckView)


def render_first_check_live(view: FirstCheckView, frame: PageFrame) -> str:
    """Render the part of the page that changes while the check runs."""
    return render_page("setup_check_live", view, frame)
