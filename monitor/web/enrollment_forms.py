"""What was typed while joining: each form, and what keeps it from being an answer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from monitor.domain.enrollment_draft import EnrollmentDraft
from monitor.domain.names.normalize import clean_line
from monitor.domain.pasted_address import (
    NO_TARGET,
    AddressTarget,
    is_share_link,
    recognize_username,
)
from monitor.domain.person import PersonName
from monitor.domain.reason import Count, Reason, Site, Told
from monitor.domain.vocabulary import EnrollmentStep, Scope
from monitor.web.forms import WebForm, read_form
from reports.pages.layout import FieldProblem

MAX_LENGTH = 100
MAX_ENTRIES = 20
# Where most impostors are: what is asked for by name. Others can be typed.
NETWORKS = ("facebook", "instagram", "linkedin", "snapchat", "tiktok", "x", "youtube", "bluesky")
NO_ADDRESS = "This is not a web address. Paste that of your profile or page."
NO_NETWORK = "Choose the network that this username is on, or paste a web address."
NO_USERNAME = "This is not a username: it has no spaces. Your profile shows it, often after an @."
SHARE_LINK = (
    "This link is made for sharing and does not say whose account it is. Open the profile, and "
    "copy its address or the name under its picture."
)


class ScopesForm(WebForm, frozen=True, kw_only=True):
    scopes: tuple[Scope, ...] = ()


class NamesForm(WebForm, frozen=True, kw_only=True):
    """`former` and `nicknames` are lists, typed with commas."""

    given: str = ""
    family: str = ""
    middle: str = ""
    former: str = ""
    nicknames: str = ""


class WorkForm(WebForm, frozen=True, kw_only=True):
    """`places` is a list, typed with commas."""

    school: str = ""
    role: str = ""
    places: str = ""


class AccountsAction(StrEnum):
    ADD = "add"


class AccountsForm(WebForm, frozen=True, kw_only=True):
    """`handles` and `others` are lists, typed with commas.

    `address` is a web address, or a username on `network`, which is empty where none was chosen.
    Each of `remove`, `prove` and `forget` is the account whose button was pressed.
    """

    network: str = ""
    address: str = ""
    handles: str = ""
    none_on: tuple[str, ...] = ()
    others: str = ""
    action: AccountsAction | None = None
    remove: str = ""
    prove: str = ""
    forget: str = ""


class AgreementForm(WebForm, frozen=True, kw_only=True):
    """`seal` is the hash of the text that its reader saw."""

    seal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepInput:
    """The draft with what was typed, and what keeps it from being an answer.

    `address` is what was left in the box of an account to add, on `network`.
    """

    draft: EnrollmentDraft
    faults: tuple[FieldProblem, ...] = ()
    address: str = ""
    network: str = ""


def read_step(step: EnrollmentStep, draft: EnrollmentDraft) -> StepInput:
    """Read the form of one page and keep what was typed, even if it has errors."""
    match step:
        case EnrollmentStep.SCOPES:
            return apply_scopes(read_form(ScopesForm), draft)
        case EnrollmentStep.NAMES:
            return apply_names(read_form(NamesForm), draft)
        case EnrollmentStep.WORK:
            return apply_work(read_form(WorkForm), draft)
        case EnrollmentStep.ACCOUNTS:
            return apply_accounts(read_form(AccountsForm), draft)
        case EnrollmentStep.READ | EnrollmentStep.CHECK:
            return StepInput(draft=draft)


def apply_scopes(form: ScopesForm, draft: EnrollmentDraft) -> StepInput:
    words = "Choose at least one. Without one, there is nothing to do."
    faults = () if form.scopes else (FieldProblem(field="scopes", words=words),)
    return StepInput(draft=replace(draft, scopes=frozenset(form.scopes)), faults=faults)


def apply_names(form: NamesForm, draft: EnrollmentDraft) -> StepInput:
    name = PersonName(
        given=clean_line(form.given),
        family=clean_line(form.family),
        middle=clean_line(form.middle),
        former_families=split_entries(form.former),
        nicknames=split_entries(form.nicknames),
    )
    faults = (
        *_find_missing_names(name),
        *_find_long_lines(given=name.given, family=name.family, middle=name.middle),
        *_find_long_lists(former=name.former_families, nicknames=name.nicknames),
    )
    return StepInput(draft=replace(draft, name=name), faults=faults)


def apply_work(form: WorkForm, draft: EnrollmentDraft) -> StepInput:
    school, role = clean_line(form.school), clean_line(form.role)
    places = split_entries(form.places)
    return StepInput(
        draft=replace(draft, school=school, role=role, places=places),
        faults=(*_find_long_lines(school=school, role=role), *_find_long_lists(places=places)),
    )


def apply_accounts(form: AccountsForm, draft: EnrollmentDraft) -> StepInput:
    handles, others = split_entries(form.handles), split_entries(form.others)
    platforms = (text.casefold() for text in (*form.none_on, *others))
    typed = replace(
        draft,
        handles=tuple(handle.removeprefix("@") for handle in handles),
        absent_from=tuple(dict.fromkeys(platform for platform in platforms if platform))[
            :MAX_ENTRIES
        ],
    )
    faults = (*_find_contradictions(typed), *_find_long_lists(handles=handles, others=others))
    return StepInput(draft=typed, faults=faults, address=form.address, network=form.network)


@dataclass(frozen=True, slots=True)
class AccountList:
    """The accounts and pages of a draft, one added or taken off."""

    draft: EnrollmentDraft
    recognize: Callable[[str], AddressTarget]

    def add_address(self, address: str, network: str = "") -> EnrollmentDraft | FieldProblem:
        """Add what an address or a username shows; say why, where it shows no one."""
        if is_share_link(address):
            return FieldProblem(field="address", words=SHARE_LINK)
        is_username = network in NETWORKS and "/" not in address
        found = recognize_username(address, network) if is_username else self.recognize(address)
        if found == NO_TARGET:
            missing = NO_ADDRESS if "/" in address else NO_NETWORK
            return FieldProblem(field="address", words=NO_USERNAME if is_username else missing)
        accounts = (*self.draft.accounts, found.account) if found.account else self.draft.accounts
        own = (*self.draft.pages, found.page) if found.page else self.draft.pages
        return replace(
            self.draft,
            accounts=tuple(dict.fromkeys(accounts))[:MAX_ENTRIES],
            pages=tuple(dict.fromkeys(own))[:MAX_ENTRIES],
        )

    def remove_entry(self, value: str) -> EnrollmentDraft:
        return replace(
            self.draft,
            accounts=tuple(account for account in self.draft.accounts if account != value),
            pages=tuple(page for page in self.draft.pages if page != value),
        )


def describe_added(before: EnrollmentDraft, after: EnrollmentDraft) -> Told:
    """Say on which network it was added: a pasted address may be of another than was chosen."""
    for account in after.accounts:
        if account not in before.accounts:
            return Reason("notice.account-added", {"site": Site(account.partition(":")[0])})
    return "This page is added." if after.pages != before.pages else "It was on your list already."


def recheck_contradictions(draft: EnrollmentDraft, step_input: StepInput) -> StepInput:
    """Look again for contradictions, after an account was added."""
    faults = (*step_input.faults, *_find_contradictions(draft))
    return replace(step_input, draft=draft, faults=faults)


def add_fault(step_input: StepInput, fault: FieldProblem) -> StepInput:
    return replace(step_input, faults=(*step_input.faults, fault))


def split_entries(text: str) -> tuple[str, ...]:
    """Take apart a list that was typed with commas, each entry once."""
    typed = text.replace("\n", ",").replace(";", ",")
    entries = map(clean_line, typed.split(","))
    return tuple(dict.fromkeys(entry for entry in entries if entry))


def _find_missing_names(name: PersonName) -> Iterator[FieldProblem]:
    if not name.given:
        yield FieldProblem(field="given", words="Enter your first name.")
    if not name.family:
        yield FieldProblem(field="family", words="Enter your last name.")


def _find_contradictions(draft: EnrollmentDraft) -> Iterator[FieldProblem]:
    theirs = {account.partition(":")[0] for account in draft.accounts}
    for platform in draft.absent_from:
        if platform in theirs:
            words = Reason("problem.contradiction", {"site": Site(platform)})
            yield FieldProblem(field="none_on", words=words)


def _find_long_lines(**lines: str) -> Iterator[FieldProblem]:
    for name, line in lines.items():
        if len(line) > MAX_LENGTH:
            words = Reason("problem.long", {"count": Count(MAX_LENGTH)})
            yield FieldProblem(field=name, words=words)


def _find_long_lists(**lists: tuple[str, ...]) -> Iterator[FieldProblem]:
    for name, entries in lists.items():
        if len(entries) > MAX_ENTRIES:
            words = Reason("problem.many", {"count": Count(MAX_ENTRIES)})
            yield FieldProblem(field=name, words=words)
        elif any(len(entry) > MAX_LENGTH for entry in entries):
            words = Reason("problem.long-entry", {"count": Count(MAX_LENGTH)})
            yield FieldProblem(field=name, words=words)
