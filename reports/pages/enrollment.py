"""Joining, one thing a page: what is looked at, what may be asked, by which words, and the yes.

What will be asked about a person, in the words that go out: shown before the first query.
"""

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.reason import Reason
from monitor.domain.vocabulary import AccountReach, InvitationStatus
from reports.pages.layout import FieldProblem, PolicyReminder, build_renderer


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryPreviewLine:
    """Sites that are asked for the same words. `learns` is a clause: what they learn by it."""

    heading: str
    sites: tuple[str, ...]
    words: tuple[str, ...]
    learns: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryPreview:
    """`queries` counts the first ones: an answer may lead to more, about what it showed."""

    lines: tuple[QueryPreviewLine, ...] = ()
    queries: int = 0
    sites: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentBlock:
    """Lines of the consent text that belong together."""

    lines: tuple[Reason, ...]
    listed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPart:
    """A section of the consent text; `more` says it in full, and is folded."""

    heading: Reason
    blocks: tuple[ConsentBlock, ...]
    more: tuple[ConsentBlock, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentStepView:
    """`number` of `total` pages, 0 for a single page; `back` is where it leads back to.

    `deed` is the text of its button. `here` is where its form is sent: the page without an anchor,
    or the reader would miss what is wrong.
    """

    number: int
    total: int
    here: str
    back: str = ""
    deed: str = "Continue"
    faults: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentTextView(EnrollmentStepView):
    """With `code`, its button opens this invitation; `seal` is the fingerprint of the text then."""

    parts: tuple[ConsentPart, ...]
    version: str
    given: str
    code: str = ""
    seal: str = ""


# A scope, its title, and what it covers.
ScopeOption = tuple[str, str, Reason]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopesStepView(EnrollmentStepView):
    options: tuple[ScopeOption, ...]
    chosen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesStepView(EnrollmentStepView):
    """Lists are as they are typed: with commas between."""

    given: str
    family: str
    middle: str = ""
    former: str = ""
    nicknames: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkStepView(EnrollmentStepView):
    """`prefilled` says that the district's staff file filled it in, and no one has seen it yet."""

    school: str = ""
    role: str = ""
    places: str = ""
    prefilled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """An account or an own page; `value` takes it off the list again.

    `reach` is None where nobody asked how we see it. It was `last_seen` then, None for never. What
    is not read each week, its owner looks at on `look_at`. `settings_url` is where they set who can
    see it, `unconfirmed` where no one has looked at that address lately. One that `is_nameless` was
    found, and has shown neither their exact name nor a proof: no change of it raises an alert.
    """

    value: str
    title: str
    detail: str
    reach: AccountReach | None = None
    last_seen: datetime | None = None
    look_at: datetime | None = None
    settings_url: str = ""
    unconfirmed: bool = False
    is_nameless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountProofLine:
    """An account that shows another name. `state` is waiting, requested, failed or proven."""

    value: str
    title: str
    detail: str
    code: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsStepView(EnrollmentStepView):
    """`address` is what is still in the box, on `network`: something was wrong with it.

    `proofs` are the accounts that are not followed before their owner proves control. Days are told
    in `zone`.
    """

    declared: tuple[AccountLine, ...] = ()
    address: str = ""
    network: str = ""
    handles: str = ""
    networks: tuple[tuple[str, str], ...] = ()
    none_on: tuple[str, ...] = ()
    others: str = ""
    proofs: tuple[AccountProofLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRow:
    """An answer with the page that changes it."""

    what: str
    answer: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementStepView(EnrollmentStepView):
    """`seal` is the fingerprint of the text that was read; `until` is when the consent ends."""

    rows: tuple[SummaryRow, ...]
    agreed: tuple[Reason, ...]
    asked: QueryPreview
    seal: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentDoneView:
    """`next_sweep` is when everyone is looked up next; a check may come first.

    `may_add_picture` tells whether pictures are compared, with one of the person's own as well.
    `declared` are their accounts, with how we see each.
    """

    given: str
    next_sweep: datetime
    policy: PolicyReminder
    may_add_picture: bool
    declared: tuple[AccountLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationCodeView:
    """Where the code of an invitation is typed."""

    faults: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMeView:
    """`token` is empty where it does nothing anymore; `done` once everything is undone."""

    token: str
    done: bool = False


render_invitation_code = build_renderer("join_code", InvitationCodeView)
render_not_me = build_renderer("join_not_me", NotMeView)
render_consent_text = build_renderer("join_read", ConsentTextView)
render_scopes_step = build_renderer("join_scopes", ScopesStepView)
render_names_step = build_renderer("join_names", NamesStepView)
render_work_step = build_renderer("join_work", WorkStepView)
render_accounts_step = build_renderer("join_accounts", AccountsStepView)
render_agreement_step = build_renderer("join_agree", AgreementStepView)
render_enrollment_done = build_renderer("join_done", EnrollmentDoneView)
render_invitation_problem = build_renderer("join_closed", InvitationStatus)
