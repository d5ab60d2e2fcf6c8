"""The pages on which one says that one's work address has changed.

The pages on which one signs in, and makes tokens for programs. The pages that a link in an email
opens without signing in: to stop the regular email, or to answer one finding.
A page that says why there is none.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from monitor.domain.reason import Reason
from reports import answer_choices
from reports.case_view import CaseView, UndoOutlook
from reports.finding_view import AdviceLine, AnswerChoice
from reports.pages.findings import QuestionCard
from reports.pages.layout import FieldProblem, build_renderer


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousAddress:
    """An earlier change: since when, and from which address."""

    at: datetime
    old: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkAddressView:
    """`typed` is what was in the field. `domains` are those of the district's staff.

    `accounts` is what people call the accounts by which they sign in, empty where an email brings
    a link. `offices` are the roles for which the configuration lists the old address.
    """

    address: str
    domains: tuple[str, ...]
    typed: str = ""
    accounts: str = ""
    offices: tuple[str, ...] = ()
    moved: PreviousAddress | None = None
    faults: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailedCodeView:
    """Asks for the code of an email that may be on its way, and tells no one whether it is.

    `is_late` is whether the district's mail server takes no mail now. `opens` is the case that is
    opened, and the look written down, by the same press; empty for none.
    """

    minutes: int
    is_late: bool = False
    opens: str = ""
    faults: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressFormView:
    """`address` is what was typed into a form that came back; `asked`, that it was sent."""

    address: str = ""
    asked: bool = False
    faults: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressSavedView:
    """It is done, and the account that let its person in still names the old address."""

    address: str
    accounts: str


render_work_address = build_renderer("address", WorkAddressView)
render_address_code = build_renderer("address_confirm", EmailedCodeView)
render_address_confirm = build_renderer("address_press", str)
render_address_saved = build_renderer("address_changed", AddressSavedView)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInView:
    """`lapsed` says that an earlier session ended because nothing was done for a while.

    `by_link` says that an email brings the link, `to` by which id an email of ours names its
    reader, who types no address then; `provider` names the district's own accounts, empty where
    people do not sign in with them.
    """

    lapsed: bool = False
    by_link: bool = False
    provider: str = ""
    to: str = ""
    address: str = ""
    faults: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInConfirmView:
    """One button. Anyone who opens a link only to look at it, as scanners do, does not press it."""

    action: str
    fields: dict[str, str]


render_sign_in = build_renderer("sign_in", SignInView)
render_sign_in_code = build_renderer("sign_in_code", EmailedCodeView)
render_sign_in_emails = build_renderer("sign_in_emails", AddressFormView)
render_sign_in_confirm = build_renderer("sign_in_press", SignInConfirmView)
render_unknown_address = build_renderer("sign_in_stranger", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsubscribeView:
    """`token` is the link's own, and empty where it speaks for no one."""

    token: str
    stopped: bool


render_unsubscribe = build_renderer("stop", UnsubscribeView)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCardView:
    """One card, as its email showed it."""

    token: str
    zone: str
    card: QuestionCard
    expires_at: datetime

    @property
    def choices(self) -> tuple[AnswerChoice, ...]:
        """Return the answers, and say which of them its person has to confirm once signed in."""
        return tuple(
            replace(
                choice,
                hint=answer_choices.CONFIRMED_HINT
                if choice.then.back_by
                else answer_choices.CONTRADICTED_HINT,
                then=None,
            )
            if choice.then and choice.then.needs_sign_in
            else choice
            for choice in self.card.choices
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDoneView:
    """`answer` is what was just saved, empty where the link opens nothing anymore.

    `filed` counts other results that it settled; a link names none but its own. `next_path` is our
    own page for the next step, which takes signing in: by a `code` that is on its way, or that its
    person gets with a `token`, which is the link. `undo` is the link that takes the answer back, in
    the same browser, and `undo_outlook` what that changes. Their `case` says what comes next by
    when, and `steps` what cannot wait for a code.
    """

    next_step: str
    next_path: str
    action: str
    answer: str = ""
    token: str = ""
    code: EmailedCodeView | None = None
    undo: str = ""
    undo_outlook: UndoOutlook | None = None
    filed: int = 0
    case: CaseView | None = None
    steps: tuple[AdviceLine, ...] = ()

    @property
    def confirms_against_report(self) -> bool:
        """Tell whether IT reported what they say is no fake, and a link alone does not end that."""
        if self.case is None or not self.case.is_unconfirmed:
            return False
        return self.case.reported_by_it_at is not None


render_answer_card = build_renderer("answer", AnswerCardView)
render_answer_done = build_renderer("answered", AnswerDoneView)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPageView:
    title: str
    what: str
    status: int


render_error_page = build_renderer("refusal", ErrorPageView)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTokenLine:
    """A token that still works. `used_on` is the day of its last use, None before the first.

    `answers` says that it may answer for its owner.
    """

    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    used_on: date | None = None
    answers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAddressOffer:
    """An address that a calendar or a feed reader asks for by itself, and what it reveals."""

    title: str
    about: str
    reveals: str
    button: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTokensView:
    """The tokens of one role. `path` is where the forms go, `back` the page that led here.

    `secret` and `address` are what was just made, and are shown this once; both empty else.
    `has_ended_answers` says that answers of tokens stand that work no longer.
    """

    path: str
    back: str
    lines: tuple[AccessTokenLine, ...]
    scopes: tuple[tuple[str, str], ...]
    lifetimes: tuple[tuple[str, Reason], ...]
    has_ended_answers: bool = False
    offer: FeedAddressOffer | None = None
    name: str = ""
    chosen: tuple[str, ...] = ()
    days: str = ""
    secret: str = ""
    address: str = ""
    faults: tuple[FieldProblem, ...] = ()


render_access_tokens = build_renderer("tokens", AccessTokensView)


@dataclass(frozen=True, slots=True, kw_only=True)
class TellView:
    """What was typed into a form that came back; `path` is where the form is sent."""

    path: str = "/me/tell"
    address: str = ""
    faults: tuple[FieldProblem, ...] = ()


render_tell = build_renderer("tell", TellView)
render_tell_link = build_renderer("tell_link", AddressFormView)
