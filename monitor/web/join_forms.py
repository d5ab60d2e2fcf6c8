"""The forms of joining: what was typed, read into the draft, and what is wrong with it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from monitor.domain.consent import Scope
from monitor.domain.joining import Draft, Step
from monitor.domain.person import PersonName
from monitor.domain.recognition import NOTHING, Recognised
from reports.page import Fault

LONGEST = 100
MOST = 20
Form = MultiDict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The draft with what was typed, and what keeps it from being an answer."""

    draft: Draft
    faults: tuple[Fault, ...] = ()


def filled(step: Step, form: Form, draft: Draft) -> Filled:
    """Read the form of one page; what was typed is kept, also where something is wrong."""
    match step:
        case Step.SCOPES:
            typed = with_scopes(form, draft)
        case Step.NAMES:
            typed = with_names(form, draft)
        case Step.WORK:
            typed = with_work(form, draft)
        case Step.ACCOUNTS:
            typed = with_accounts(form, draft)
        case _:
            typed = draft
    return Filled(draft=typed, faults=tuple(_faults(step, typed, form)))


def with_scopes(form: Form, draft: Draft) -> Draft:
    known = {scope.value: scope for scope in Scope}
    chosen = (known[each] for each in form.getlist("scopes") if each in known)
    return replace(draft, scopes=frozenset(chosen))


def with_names(form: Form, draft: Draft) -> Draft:
    name = PersonName(
        given=line(form, "given"),
        family=line(form, "family"),
        middle=line(form, "middle"),
        former_families=several(form, "former"),
        nicknames=several(form, "nicknames"),
    )
    return replace(draft, name=name)


def with_work(form: Form, draft: Draft) -> Draft:
    return replace(
        draft,
        school=line(form, "school"),
        role=line(form, "role"),
        places=several(form, "places"),
    )


def with_accounts(form: Form, draft: Draft) -> Draft:
    handles = (each.removeprefix("@") for each in several(form, "handles"))
    none_on = (*form.getlist("none_on"), *several(form, "others"))
    platforms = (each.strip().casefold() for each in none_on)
    return replace(
        draft,
        handles=tuple(handles),
        absent_from=tuple(dict.fromkeys(each for each in platforms if each))[:MOST],
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """The accounts and pages of a draft, one added or taken off."""

    draft: Draft
    recognise: Callable[[str], Recognised]

    def with_address(self, address: str) -> Draft | None:
        """Add what an address shows; None where it is no address."""
        found = self.recognise(address)
        if found == NOTHING:
            return None
        accounts = (*self.draft.accounts, found.account) if found.account else self.draft.accounts
        own = (*self.draft.pages, found.page) if found.page else self.draft.pages
        return replace(
            self.draft,
            accounts=tuple(dict.fromkeys(accounts))[:MOST],
            pages=tuple(dict.fromkeys(own))[:MOST],
        )

    def without(self, value: str) -> Draft:
        return replace(
            self.draft,
            accounts=tuple(each for each in self.draft.accounts if each != value),
            pages=tuple(each for each in self.draft.pages if each != value),
        )


def checked(draft: Draft, read: Filled) -> Filled:
    """Look again for contradictions, after an account was added."""
    return Filled(draft=draft, faults=(*read.faults, *_contradictions(draft)))


def faulty(read: Filled, words: str) -> Filled:
    """Say that the address in its box is none."""
    return replace(read, faults=(*read.faults, Fault(field="address", words=words)))


def line(form: Mapping[str, str], name: str) -> str:
    """Read one line of text, without the blanks around it."""
    return " ".join(form.get(name, "").split())


def several(form: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Read a list that was typed with commas, each entry once."""
    text = form.get(name, "").replace("\n", ",").replace(";", ",")
    entries = (" ".join(each.split()) for each in text.split(","))
    return tuple(dict.fromkeys(each for each in entries if each))


def _faults(step: Step, draft: Draft, form: Form) -> Iterator[Fault]:
    if step is Step.SCOPES and not draft.scopes:
        yield Fault(field="scopes", words="Choose at least one: else there is nothing to do.")
    if step is Step.NAMES:
        if not draft.name.given:
            yield Fault(field="given", words="Enter your given name.")
        if not draft.name.family:
            yield Fault(field="family", words="Enter your family name.")
    if step is Step.ACCOUNTS:
        yield from _contradictions(draft)
    yield from _lengths(form)


def _contradictions(draft: Draft) -> Iterator[Fault]:
    theirs = {account.partition(":")[0] for account in draft.accounts}
    for platform in draft.absent_from:
        if platform in theirs:
            words = f"You added an account on {platform}, and said you have none there."
            yield Fault(field="none_on", words=f"{words} Take one of the two back.")


def _lengths(form: Form) -> Iterator[Fault]:
    lists = ("former", "nicknames", "places", "handles", "others")
    for name in ("given", "family", "middle", "school", "role"):
        if len(line(form, name)) > LONGEST:
            yield Fault(field=name, words=f"Shorten this to {LONGEST} characters.")
    for name in lists:
        entries = several(form, name)
        if len(entries) > MOST:
            yield Fault(field=name, words=f"Enter {MOST} at most: the likeliest ones.")
        elif any(len(each) > LONGEST for each in entries):
            yield Fault(field=name, words=f"Each entry has {LONGEST} characters at most.")
