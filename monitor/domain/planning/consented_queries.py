"""What to ask about a person, and whom: nothing but what they agreed to."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from itertools import islice, product
from typing import TypeGuard

from monitor.domain.consent import Consent
from monitor.domain.errors import NotPermittedError
from monitor.domain.handles.handles import extract_local_part, guess_handles
from monitor.domain.names.normalize import drop_duplicates
from monitor.domain.person import Person, PersonName
from monitor.domain.vocabulary import Scope
from scrapers.facts.asked_words import MOCK_PHRASES, ROLE_TITLES, TITLES
from scrapers.models import Identity, Query, QueryKind
from scrapers.source import ContactSource, Source, SourceFamily

SCOPE_BY_FAMILY = {
    SourceFamily.SEARCH: Scope.SEARCH,
    SourceFamily.PROFILES: Scope.PROFILES,
    SourceFamily.MAIL_HASH: Scope.MAIL_HASH,
    SourceFamily.BREACHES: Scope.BREACHES,
}

MAX_NAMES = 8


class StudentLinkSwitch(StrEnum):
    """The district's own switch; without it no one's contacts are looked at."""

    ON = "on"
    OFF = "off"


def build_identity(person: Person, consent: Consent, now: datetime) -> Identity:
    """Choose the words to search by. Raises NotPermittedError without a live consent."""
    if consent.person_id != person.id or not consent.allows_queries(now):
        reason = "This person has no valid consent, or has paused checks. No search was run."
        raise NotPermittedError(reason)
    guesses = guess_handles(person.name) if consent.covers_scope(Scope.PROFILES, now) else ()
    hashed = consent.covers_scope(Scope.MAIL_HASH, now)
    declared = [handle.strip().removeprefix("@") for handle in person.handles]
    told = consent.tells_of_phrases
    if told:
        declared += list(_list_account_handles(person.accounts))
    return Identity(
        person_id=person.id,
        names=tuple(islice(drop_duplicates(_list_full_names(person.name)), MAX_NAMES)),
        handles=tuple(drop_duplicates((*declared, *guesses))),
        accounts=person.accounts,
        pages=person.pages,
        places=person.places,
        organization=person.organization,
        school=person.school,
        own_handles=tuple(drop_duplicates(declared)),
        phrases=tuple(_list_student_phrases(person)) if told else (),
        alert_feeds=(
            tuple(feed.address for feed in person.alert_feeds)
            if consent.covers_scope(Scope.SEARCH, now)
            else ()
        ),
        mail_hash=hash_email_address(person.mail) if hashed else "",
        mail=person.mail.strip() if consent.covers_scope(Scope.BREACHES, now) else "",
    )


def list_known_handles(person: Person) -> frozenset[str]:
    """Return every handle by which a person may have been asked for, as a host would spell it."""
    declared = (handle.strip().removeprefix("@") for handle in person.handles)
    owned = (account.partition(":@")[2] for account in person.accounts)
    own = (*owned, *_list_account_handles(person.accounts))
    several = {
        account.casefold() for account in (*declared, *own, *guess_handles(person.name)) if account
    }
    # An account's handle may itself be a host: its first label is the person's.
    return frozenset(several | {entry.partition(".")[0] for entry in several})


def build_person_queries(
    person: Person,
    consent: Consent | None,
    sources: Iterable[Source],
    now: datetime,
    student_links: StudentLinkSwitch = StudentLinkSwitch.OFF,
) -> Iterator[Query]:
    """Yield the first queries about a person, each once, in the same order every time.

    Nothing is asked about someone whose name the district has not confirmed.
    """
    if consent is None or not consent.allows_queries(now) or not person.is_named:
        return
    words = build_identity(person, consent, now)
    asked: set[str] = set()
    for source in sorted(sources, key=lambda one_source: one_source.name):
        for query in _build_source_queries(
            source, words, _get_allowed_scopes(consent, student_links)
        ):
            if query.key not in asked:
                asked.add(query.key)
                yield query


def build_account_queries(
    accounts: Iterable[str], consent: Consent | None, sources: Iterable[Source], now: datetime
) -> Iterator[Query]:
    """Yield the queries whether accounts of others still exist at their own addresses."""
    if not _allows_address_queries(consent, now):
        return
    declared = tuple(accounts)
    for source in sorted(sources, key=lambda one_source: one_source.name):
        there = tuple(_filter_by_platform(source, declared))
        if there and source.family is SourceFamily.PROFILES:
            words = Identity(person_id=consent.person_id, names=(), accounts=there)
            yield from (query for query in source.build_queries(words) if query.kind.proves_absence)


def build_page_queries(
    pages: Iterable[str], consent: Consent | None, sources: Iterable[Source], now: datetime
) -> Iterator[Query]:
    """Yield the queries whether pages of others still exist at their own addresses."""
    addresses = tuple(pages)
    if not addresses or not _allows_address_queries(consent, now):
        return
    words = Identity(person_id=consent.person_id, names=(), pages=addresses)
    for source in sorted(sources, key=lambda one_source: one_source.name):
        if source.family is SourceFamily.PROFILES:
            yield from (query for query in source.build_queries(words) if query.kind.proves_absence)


def _allows_address_queries(consent: Consent | None, now: datetime) -> TypeGuard[Consent]:
    return (
        consent is not None
        and consent.allows_queries(now)
        and consent.covers_scope(Scope.PROFILES, now)
    )


def get_required_scope(kind: QueryKind, family: SourceFamily) -> Scope:
    """Return the consent that a query needs, first or followed."""
    if kind in {QueryKind.FOLLOWS, QueryKind.FOLLOWERS}:
        return Scope.STUDENT_LINKS
    if kind is QueryKind.PICTURE:
        return Scope.PHOTOS
    if kind is QueryKind.PEOPLE_SEARCH:
        return Scope.PEOPLE_SEARCH
    if kind is QueryKind.DISTRICT:
        return Scope.SEARCH
    return SCOPE_BY_FAMILY[family]


def asks_people_search(source: Source) -> bool:
    """Tell whether a source can be asked for people-search sites that list someone."""
    if source.family is not SourceFamily.SEARCH:
        return False
    anyone = Identity(person_id="", names=("Jane Doe",))
    return any(query.kind is QueryKind.PEOPLE_SEARCH for query in source.build_queries(anyone))


def _build_source_queries(
    source: Source, words: Identity, scopes: frozenset[Scope]
) -> Iterator[Query]:
    for query in source.build_queries(words):
        if get_required_scope(query.kind, source.family) in scopes:
            yield query
    if Scope.STUDENT_LINKS in scopes and isinstance(source, ContactSource):
        for account in _filter_by_platform(source, words.accounts):
            yield from source.build_contact_queries(account, words.person_id)


def find_queried_accounts(query: Query, person: Person, source: Source) -> tuple[str, ...]:
    """Return the person's accounts whose contacts a query asks for, by planning it again.

    The terms of a query do not tell: a server leaves its own name out of them.
    """
    if not isinstance(source, ContactSource):
        return ()
    return tuple(
        account
        for account in _filter_by_platform(source, person.accounts)
        if any(
            contact_query.key == query.key
            for contact_query in source.build_contact_queries(account, person.id)
        )
    )


def _filter_by_platform(source: Source, accounts: Iterable[str]) -> Iterator[str]:
    return (account for account in accounts if account.partition(":")[0] == source.platform)


def _get_allowed_scopes(consent: Consent, student_links: StudentLinkSwitch) -> frozenset[Scope]:
    if student_links is StudentLinkSwitch.ON:
        return consent.scopes
    return consent.scopes - {Scope.STUDENT_LINKS}


def hash_email_address(address: str) -> str:
    """Return what Gravatar knows an address by: SHA-256, without spaces and in lowercase."""
    return sha256(address.strip().lower().encode()).hexdigest()


def _list_account_handles(accounts: Iterable[str]) -> Iterator[str]:
    """Yield what their owners chose of the handles, without the hosts of networks."""
    handles = (account.partition(":@")[2].partition("@")[0] for account in accounts)
    return filter(None, map(extract_local_part, handles))


def _list_student_phrases(person: Person) -> Iterator[str]:
    """Yield how students call somebody: by a title, or by what an account makes of the name."""
    families = (person.name.family, *person.name.former_families)
    role = person.role.casefold()
    own = [title for word, titles in ROLE_TITLES.items() if word in role for title in titles]
    yield from (f"{title} {family}" for family in families for title in (*own, *TITLES))
    yield from (phrase.format(families[0]) for phrase in MOCK_PHRASES)


def _list_full_names(name: PersonName) -> Iterator[str]:
    """Yield the ways in which the person is written, the likeliest first."""
    for family, given in product(
        (name.family, *name.former_families), (name.given, *name.nicknames)
    ):
        yield f"{given} {family}"
    if name.middle:
        yield f"{name.given} {name.middle} {name.family}"
