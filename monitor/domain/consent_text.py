"""What a person reads before they agree. A change of its meaning gets a new version."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.domain.consent import Consent
from monitor.domain.disclosure import DisclosurePolicy
from monitor.domain.reason import Count, Plain, Reason
from monitor.domain.vocabulary import CaseKind, Scope

TEXT_VERSION = "2026-12-01.2"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentSection:
    """`lines` are what everyone reads; `more` says it in full, and is folded on a page."""

    heading: Reason
    lines: tuple[Reason, ...]
    more: tuple[Reason, ...] = ()


# The id of one entry of a list, whose text is a fact.
CONSENT_ITEM = "consent.item"
_KINDS = (
    CaseKind.IMPERSONATION,
    CaseKind.OWN_ACCOUNT_CHANGED,
    CaseKind.MOCK_ACCOUNT,
    CaseKind.HARMFUL_PAGE,
    CaseKind.EXPOSED_CONTACT,
    CaseKind.STUDENT_LINK,
)
# No source asks for the work address itself yet, so no one is asked to agree to that.
UNUSED_SCOPES = frozenset({Scope.MAIL_ADDRESS})
OFFERED_SCOPES = tuple(scope for scope in Scope if scope not in UNUSED_SCOPES)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentTerms:
    """What a district must say of itself.

    `engines` are the search engines that learn names, `scopes` what its sources can be asked.
    """

    engines: tuple[str, ...] = ()
    scopes: tuple[Scope, ...] = OFFERED_SCOPES
    disclosure: DisclosurePolicy = field(default_factory=DisclosurePolicy)


def suppose_consent(
    person_id: str, scopes: Collection[Scope], now: datetime, lasts: timedelta
) -> Consent:
    """Return a consent to today's text that nobody gave: for a preview, or a look at oneself."""
    return Consent(
        person_id=person_id,
        text_version=TEXT_VERSION,
        text_hash="",
        scopes=frozenset(scopes),
        given_at=now,
        expires_at=now + lasts,
    )


# How many sentences each passage has; they are numbered in reports/reason_words/.
_LENGTHS = {
    "looked-at": 2,
    "daily": 1,
    "photos": 5,
    "breaches": 3,
    "student-links": 3,
    "who-is-meant": 7,
    "compared": 3,
    "never": 4,
    "seen-by-it": 3,
    "fields": 8,
    "others": 3,
    "holds": 3,
    "leaving": 4,
    "ending": 8,
}


def describe_scopes(scopes: Collection[Scope]) -> tuple[Reason, ...]:
    """Say what each of these parts is, in the order of the text."""
    return tuple(Reason(f"scope.{scope}") for scope in Scope if scope in scopes)


def build_consent_sections(terms: ConsentTerms) -> Iterator[ConsentSection]:
    """Yield the text as one district has to put it."""
    yield ConsentSection(
        heading=Reason("consent.looked-at"),
        lines=_list_passage("looked-at"),
        more=tuple(_describe_scopes(terms.scopes)),
    )
    yield ConsentSection(heading=Reason("consent.never"), lines=_list_passage("never"))
    yield ConsentSection(
        heading=Reason("consent.seen-by-it"),
        lines=tuple(_summarize_disclosure(terms.disclosure)),
        more=tuple(_describe_disclosure(terms.disclosure)),
    )
    yield ConsentSection(
        heading=Reason("consent.others"),
        lines=_list_passage("others"),
        more=tuple(_describe_third_parties(terms.engines)),
    )
    yield ConsentSection(
        heading=Reason("consent.leaving"),
        lines=_list_passage("leaving"),
        more=_list_passage("ending"),
    )


def _list_passage(name: str) -> tuple[Reason, ...]:
    return tuple(Reason(f"consent.{name}.{number}") for number in range(1, _LENGTHS[name] + 1))


def _build_item(text: Reason) -> Reason:
    return Reason(CONSENT_ITEM, {"text": text})


def _describe_scopes(scopes: tuple[Scope, ...]) -> Iterator[Reason]:
    yield Reason("consent.networks")
    yield Reason("consent.each-part")
    yield from (_build_item(Reason(f"scope.{scope}")) for scope in scopes)
    if Scope.PHOTOS in scopes:
        yield from _list_passage("photos")
    if Scope.BREACHES in scopes:
        yield from _list_passage("breaches")
    if Scope.STUDENT_LINKS in scopes:
        yield from _list_passage("student-links")
    yield from _list_passage("who-is-meant")
    yield from _list_passage("compared")
    yield from _list_passage("daily")


def _summarize_disclosure(disclosure: DisclosurePolicy) -> Iterator[Reason]:
    yield Reason("consent.first")
    yield _build_item(Reason("consent.sees-briefly.impersonation"))
    yield _build_item(Reason("consent.sees-briefly"))
    yield _build_item(Reason("consent.sees-briefly.name"))
    if disclosure.student_link_days is not None:
        yield _describe_student_links(disclosure.student_link_days)
    yield from _list_passage("seen-by-it")


def _describe_student_links(days: int) -> Reason:
    return Reason("consent.links", {"count": Count(days)})


def _describe_disclosure(disclosure: DisclosurePolicy) -> Iterator[Reason]:
    yield Reason("consent.in-full")
    yield from (_build_item(Reason(f"consent.sees.{kind}")) for kind in _KINDS)
    days = disclosure.student_link_days
    if days is None:
        yield Reason("consent.links-never")
    else:
        yield _describe_student_links(days)
        yield Reason("consent.links-following")
        approved = {
            "counsel": Plain(disclosure.counsel),
            "day": Plain(str(disclosure.counsel_approved_on)),
        }
        yield Reason("consent.counsel", approved)
    yield from _list_passage("fields")


def _describe_third_parties(engines: tuple[str, ...]) -> Iterator[Reason]:
    yield Reason("consent.employment")
    if engines:
        yield Reason("consent.engines", {"engines": Plain(", ".join(engines))})
    yield from _list_passage("holds")
