"""What each page of joining shows of the answers so far."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TypedDict

from monitor.domain.consent import Scope
from monitor.domain.consent_text import SCOPES, Section
from monitor.domain.joining import Draft, Step
from reports.page import Fault
from reports.pages.asked import AskedView
from reports.pages.joining import (
    AccountsView,
    AgreeView,
    Block,
    DeclaredLine,
    NamesView,
    Part,
    ReadView,
    ScopeChoice,
    ScopesView,
    SummaryRow,
    WorkView,
)
from reports.words import site_name

SCOPE_TITLES: Mapping[Scope, str] = {
    Scope.SEARCH: "Search engines",
    Scope.PROFILES: "Sites with profiles",
    Scope.MAIL_ADDRESS: "Your work address",
    Scope.MAIL_HASH: "Gravatar",
    Scope.PHOTOS: "Profile pictures",
    Scope.STUDENT_LINKS: "Links with students",
}
# Where most impostors are: what is asked for by name. Others can be typed.
NETWORKS = ("facebook", "instagram", "linkedin", "snapchat", "tiktok", "x", "youtube", "bluesky")
Faults = tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadText:
    """The consent text as it stands, and until when a yes to it would last."""

    seal: str
    version: str
    until: datetime
    zone: str


class Place(TypedDict):
    """How far a page is on the way, and what leads on and back."""

    number: int
    total: int
    here: str
    back: str
    deed: str


def alone(step: Step) -> Place:
    """Where a page of joining stands by itself, to change what was told once."""
    return Place(number=0, total=0, here=f"/me/data/{step}", back="/me/data", deed="Save")


def place(step: Step) -> Place:
    steps = list(Step)
    back = f"/join/{step.before}" if step.before else ""
    number, here = steps.index(step) + 1, f"/join/{step}"
    return Place(number=number, total=len(steps), here=here, back=back, deed="Continue")


def read_view(draft: Draft, sections: Iterable[Section], version: str) -> ReadView:
    return ReadView(
        **place(Step.READ),
        parts=parts_of(sections),
        version=version,
        given=draft.name.given,
    )


def parts_of(sections: Iterable[Section]) -> tuple[Part, ...]:
    """Lay out the consent text, whole and in its own words."""
    return tuple(Part(heading=each.heading, blocks=tuple(_blocks(each.lines))) for each in sections)


def scopes_view(draft: Draft, offered: Iterable[Scope], faults: Faults) -> ScopesView:
    choices = tuple(
        ScopeChoice(scope=scope, title=SCOPE_TITLES[scope], words=SCOPES[scope])
        for scope in offered
    )
    return ScopesView(
        **place(Step.SCOPES), choices=choices, chosen=tuple(draft.scopes), faults=faults
    )


def names_view(draft: Draft, faults: Faults, at: Place) -> NamesView:
    name = draft.name
    return NamesView(
        **at,
        given=name.given,
        family=name.family,
        middle=name.middle,
        former=", ".join(name.former_families),
        nicknames=", ".join(name.nicknames),
        faults=faults,
    )


def work_view(draft: Draft, faults: Faults, at: Place) -> WorkView:
    return WorkView(
        **at,
        school=draft.school,
        role=draft.role,
        places=", ".join(draft.places),
        faults=faults,
    )


def accounts_view(draft: Draft, faults: Faults, at: Place, address: str) -> AccountsView:
    return AccountsView(
        **at,
        declared=tuple(declared(draft.accounts, draft.pages)),
        address=address,
        handles=", ".join(draft.handles),
        networks=tuple((each, site_name(each)) for each in NETWORKS),
        none_on=tuple(each for each in draft.absent_from if each in NETWORKS),
        others=", ".join(each for each in draft.absent_from if each not in NETWORKS),
        faults=faults,
    )


def declared(accounts: Iterable[str], pages: Iterable[str]) -> Iterator[DeclaredLine]:
    for account in accounts:
        platform, _, handle = account.partition(":")
        yield DeclaredLine(value=account, title=site_name(platform), detail=handle)
    for page in pages:
        yield DeclaredLine(value=page, title="Your page", detail=page.partition("://")[2])


def agree_view(draft: Draft, asked: AskedView, text: ReadText, faults: Faults) -> AgreeView:
    return AgreeView(
        **place(Step.CHECK),
        rows=tuple(rows(draft, "/join")),
        agreed=tuple(words for scope, words in SCOPES.items() if scope in draft.scopes),
        asked=asked,
        seal=text.seal,
        version=text.version,
        until=text.until,
        zone=text.zone,
        faults=faults,
    )


def rows(draft: Draft, base: str) -> Iterator[SummaryRow]:
    """Tell the answers, each with the page under `base` that changes it."""
    name = draft.name
    others = (*name.former_families, *name.nicknames)
    own = (f"{line.title} {line.detail}" for line in declared(draft.accounts, draft.pages))
    told: tuple[tuple[str, Iterable[str], Step], ...] = (
        (
            "What may be asked",
            (SCOPE_TITLES[each] for each in Scope if each in draft.scopes),
            Step.SCOPES,
        ),
        ("Name", (" ".join(filter(None, (name.given, name.middle, name.family))),), Step.NAMES),
        ("Former and short names", others, Step.NAMES),
        ("School and work", filter(None, (draft.school, draft.role)), Step.WORK),
        ("Towns", draft.places, Step.WORK),
        ("Your accounts and pages", own, Step.ACCOUNTS),
        ("Other names online", draft.handles, Step.ACCOUNTS),
        ("No account on", map(site_name, draft.absent_from), Step.ACCOUNTS),
    )
    for what, answers, step in told:
        yield SummaryRow(what=what, answer=", ".join(answers), change=f"{base}/{step}")


def _blocks(lines: Iterable[str]) -> Iterator[Block]:
    """Make lists of what stands as one, and of a part that is nothing but sentences."""
    whole = tuple(_sentences(lines))
    bulleted = any(each.startswith("- ") for each in whole)
    if not bulleted:
        yield Block(lines=whole, listed=True)
        return
    for listed, group in groupby(whole, key=lambda each: each.startswith("- ")):
        yield Block(lines=tuple(each.removeprefix("- ") for each in group), listed=listed)


def _sentences(lines: Iterable[str]) -> Iterator[str]:
    begun = ""
    for each in lines:
        begun = f"{begun} {each}".strip()
        if begun.endswith((".", ":")):
            yield begun
            begun = ""
    if begun:
        yield begun
