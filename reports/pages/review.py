"""IT review pages: the queue, an opened case, early opening, and the audit log.

The queue shows nothing by which a person could be known; the audit log names no staff.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from monitor.domain.reason import Reason
from monitor.domain.vocabulary import CaseKind, Decision, Language
from reports.case_view import CaseSummary, CaseView
from reports.emails.render import fill_template
from reports.evidence_pack import ActionLogLine
from reports.finding_view import AdviceLine
from reports.labels.office import REVIEWER_CHOICES
from reports.letters import Letter
from reports.pages.data import LegalHoldLine
from reports.pages.layout import FieldProblem, build_renderer
from reports.pages.takedown import PlatformGuide
from reports.translation import use_language

Option = tuple[str, str]
HintedOption = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """A choice of one field; `chosen` is empty where everything is shown."""

    name: str
    label: str
    options: tuple[Option, ...]
    chosen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveLine:
    """New accounts under the names of `size` staff of one school; `latest_at` is the last one's."""

    size: int
    platform: str
    latest_at: datetime
    is_this_week: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueChip:
    """One way to narrow the queue by a press, and how many cases that leaves."""

    words: str
    path: str
    count: int
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewQueueView:
    """The list beside an opened case; `here` is the id of that case."""

    filters: tuple[QueueFilter, ...]
    chips: tuple[QueueChip, ...]
    lines: tuple[CaseSummary, ...]
    now: datetime
    number: int
    last: int
    total: int
    waves: tuple[WaveLine, ...] = ()
    here: str = ""
    faults: tuple[FieldProblem, ...] = ()
    part: str = "queue"

    @property
    def is_filtered(self) -> bool:
        return any(queue_filter.chosen for queue_filter in self.filters)

    @property
    def page_url(self) -> str:
        """The address of a page of this list, but for its number."""
        chosen = {
            queue_filter.name: queue_filter.chosen
            for queue_filter in self.filters
            if queue_filter.chosen
        }
        return f"/review?{urlencode({**chosen, 'page': ''})}"


render_review_queue = build_renderer("review", ReviewQueueView)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewNoteLine:
    at: datetime
    by: str
    text: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewCaseView:
    """`taken` is the id of who has taken it, as the form hands it back.

    `queue` is the list beside it. `note`, `question`, `remark` and `reason` are what was typed into
    a form that came back.
    `ask_from` is when its person may be asked again, None if that is now. `undoes` is the last
    entry of IT's, in the words of the button, if the reader made it, else empty; `undo_closes` says
    that they no longer see the case after that. `guide` is None where we know of none, `school`
    where the school has no way of its own. `levers` are the ways by which IT may have reported it,
    the one that is due first, and `results` how they did here. `report` can be sent to the
    platform, empty where IT may not; `letters` to families and staff. `deeds` are what IT may have
    done about it, and `steps` what its person reads who has to get an account back. `said_by` is
    who in IT spoke last, at `said_at`; empty and None while nobody has. `reported_by` is who made
    the report that is to be taken back, empty where none is.
    """

    case: CaseView
    queue: ReviewQueueView
    history: tuple[ActionLogLine, ...]
    remarks: tuple[ReviewNoteLine, ...]
    decisions: tuple[HintedOption, ...]
    deeds: tuple[Option, ...]
    steps: tuple[AdviceLine, ...]
    said_by: str
    said_at: datetime | None
    reported_by: str
    taken: str
    mine: bool
    guide: PlatformGuide | None
    school: AdviceLine | None
    levers: tuple[Option, ...]
    results: tuple[Reason, ...]
    report: str
    letters: tuple[Letter, ...]
    is_reportable: bool
    is_made_by_others: bool
    undoes: str
    undo_closes: bool
    ask_from: datetime | None
    note: str = ""
    question: str = ""
    remark: str = ""
    reason: str = ""
    faults: tuple[FieldProblem, ...] = ()
    part: str = "queue"

    def leave_report_alone(self) -> "ReviewCaseView":
        """Leave out all but the report that is to be taken back."""
        return replace(
            self,
            history=(),
            remarks=(),
            decisions=(),
            deeds=(),
            steps=(),
            school=None,
            levers=(),
            results=(),
            guide=self.guide and replace(self.guide, given=None),
        )

    @property
    def is_to_decide(self) -> bool:
        """Tell whether IT's word on what it is comes next, and not what follows from it."""
        undecided = self.case.decision is None and self.case.review_decision is None
        return bool(self.decisions) and undecided and self.case.end is None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkDecisionView:
    """Several cases, to be ruled alike."""

    cases: tuple[CaseView, ...]
    decisions: tuple[HintedOption, ...]
    note: str = ""
    faults: tuple[FieldProblem, ...] = ()
    part: str = "queue"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenCasesView:
    """Cases to open, which this reader has not opened lately, or that were just ruled alike."""

    case_ids: tuple[str, ...]
    decision: str = ""
    part: str = "queue"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContraryDecisionView:
    """What other reviewers say of cases, and the form of who says something else."""

    lines: tuple[ActionLogLine, ...]
    seen: tuple[str, ...]
    decision: Decision
    lever: str
    note: str
    part: str = "queue"

    @property
    def words(self) -> str:
        return REVIEWER_CHOICES[self.decision]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeReport:
    """What a reviewer sends to a platform: what IT sees of a case, and who answers questions."""

    case: CaseView
    organization: str
    contact: str
    zone: str

    @property
    def is_mock(self) -> bool:
        return self.case.nature is CaseKind.MOCK_ACCOUNT

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it is reported: of no other staff, and nothing that speaks against the report."""
        told = (one for one in self.case.reasons if one not in self.case.speaks_against)
        return tuple(one for one in told if not one.rule.startswith("wave"))[:4]

    @property
    def is_taken_over(self) -> bool:
        return self.case.kind is CaseKind.OWN_ACCOUNT_CHANGED

    @property
    def is_mistaken(self) -> bool:
        """Tell whether its person says that what IT reported pretends nothing."""
        return self.case.take_back_by is not None

    @property
    def is_confirmed(self) -> bool:
        """Tell whether its person said so, and not IT alone while they are silent."""
        return self.case.decision is not None

    def write_text(self) -> str:
        name = "office_report_back" if self.is_mistaken else "office_report"
        with use_language(Language.ENGLISH):
            return f"{fill_template(f'takedown/{name}.txt', {'view': self}).strip()}\n"


render_review_case = build_renderer("review_case", ReviewCaseView)
render_bulk_decision = build_renderer("review_several", BulkDecisionView)
render_contrary_decision = build_renderer("review_contrary", ContraryDecisionView)
render_decision_done = build_renderer("review_ruled", ChosenCasesView)
render_unopened_cases = build_renderer("review_unopened", ChosenCasesView)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalLine:
    """What one reviewer proposed and another may confirm, about a case or a person.

    `mine` says that the reader proposed it, and so cannot confirm it.
    """

    id: str
    title: str
    subject: str
    by: str
    reason: str
    at: datetime
    until: datetime
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyAccessRequestsView:
    proposals: tuple[ProposalLine, ...]
    case_id: str = ""
    reason: str = ""
    faults: tuple[FieldProblem, ...] = ()
    part: str = "early"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHoldsView:
    """`person`, `step` and `reason` are what was typed into the form."""

    proposals: tuple[ProposalLine, ...]
    active: tuple[LegalHoldLine, ...]
    person: str = ""
    step: str = "place"
    reason: str = ""
    faults: tuple[FieldProblem, ...] = ()
    part: str = "holds"


render_early_access_requests = build_renderer("early", EarlyAccessRequestsView)
render_legal_holds = build_renderer("holds", LegalHoldsView)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLogLine:
    """`who` is a reviewer's address, a role or the beginning of an opaque id; so is `subject`."""

    seq: int
    at: datetime
    who: str
    what: str
    subject: str
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLogView:
    """`older` is the number to go on before, 0 where nothing older is there."""

    lines: tuple[AuditLogLine, ...]
    actions: tuple[Option, ...]
    action: str
    older: int
    newest: bool
    part: str = "audit"


render_audit_log = build_renderer("audit", AuditLogView)
