"""Nothing is asked but what a person agreed to."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.consent import Consent
from monitor.domain.consent_text import TEXT_VERSION
from monitor.domain.errors import NotPermittedError
from monitor.domain.handles.handles import MAX_GUESSED_HANDLES
from monitor.domain.person import Person, PersonName
from monitor.domain.planning.consented_queries import (
    MAX_NAMES,
    StudentLinkSwitch,
    asks_people_search,
    build_identity,
    build_person_queries,
    get_required_scope,
    list_known_handles,
)
from monitor.domain.vocabulary import Scope
from scrapers.models import Query, QueryKind, Request
from scrapers.search.searxng import SearxNG
from scrapers.source import AccessMode, CrawlPolicy, SourceFamily

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
YEAR = timedelta(days=365)
BETH = Person(
    id="beth",
    name=PersonName(
        given="Elizabeth", family="Novák", nicknames=("Beth",), former_families=("Hartley",)
    ),
    mail="beth@cedar.example",
    organization="Cedar Valley Public Schools",
    zone="America/Chicago",
    handles=("@bethreads",),
    accounts=("skies:@bethreads", "elsewhere:@beth"),
    pages=("https://beth.example/",),
)
EVERYTHING = Consent(
    person_id="beth",
    text_version="1",
    text_hash="",
    scopes=frozenset(Scope),
    given_at=MONDAY,
    expires_at=MONDAY + YEAR,
)
ETIQUETTE = CrawlPolicy(origins=("https://a.example",), access=AccessMode.API)


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeSource:
    name: str
    family: SourceFamily
    platform: str = ""
    version: int = 1
    crawl_policy: CrawlPolicy = ETIQUETTE

    def build_queries(self, identity):
        kind = QueryKind.SEARCH if self.family is SourceFamily.SEARCH else QueryKind.PRESENCE
        words = identity.names if self.family is SourceFamily.SEARCH else identity.handles
        for word in (*words, *words):
            yield self.asks(kind, word, identity.person_id)

    def asks(self, kind, word, subject):
        request = Request(url=f"https://a.example/{word}")
        return Query(source=self.name, kind=kind, terms=(word,), request=request, subject=subject)

    def parse_response(self, query, page):
        raise NotImplementedError

    def build_canaries(self, nonce):
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeNetwork(FakeSource):
    def build_contact_queries(self, account, subject):
        yield self.asks(QueryKind.FOLLOWS, account, subject)
        yield self.asks(QueryKind.FOLLOWERS, account, subject)


ENGINE = FakeSource(name="engine", family=SourceFamily.SEARCH)
SITE = FakeSource(name="site", family=SourceFamily.PROFILES)
SKIES = FakeNetwork(name="skies", family=SourceFamily.PROFILES, platform="skies")
SOURCES = (SKIES, ENGINE, SITE)


def planned(consent=EVERYTHING, now=MONDAY, links=StudentLinkSwitch.ON, sources=SOURCES):
    return list(build_person_queries(BETH, consent, sources, now, links))


@pytest.mark.parametrize(
    ("consent", "now"),
    [
        (None, MONDAY),
        (EVERYTHING, MONDAY + YEAR),
        (EVERYTHING, MONDAY - timedelta(days=1)),
        (replace(EVERYTHING, withdrawn_at=MONDAY), MONDAY),
    ],
)
def test_nothing_is_asked_without_a_consent_in_force(consent, now):
    assert planned(consent, now) == []


def test_another_persons_consent_allows_nothing():
    with pytest.raises(NotPermittedError):
        planned(replace(EVERYTHING, person_id="rosa"))


@given(st.sets(st.sampled_from(Scope)), st.sampled_from(StudentLinkSwitch))
def test_every_query_is_covered_by_a_scope(scopes, links):
    family = {source.name: source.family for source in SOURCES}

    for query in planned(replace(EVERYTHING, scopes=frozenset(scopes)), links=links):
        assert get_required_scope(query.kind, family[query.source]) in scopes
        assert query.subject == BETH.id


@given(st.sets(st.sampled_from(Scope)), st.sampled_from(Scope))
def test_less_consent_never_asks_more(scopes, withdrawn):
    more = planned(replace(EVERYTHING, scopes=frozenset(scopes)))
    less = planned(replace(EVERYTHING, scopes=frozenset(scopes) - {withdrawn}))

    assert {query.key for query in less} <= {query.key for query in more}


def test_an_engine_learns_the_school_and_the_handles_that_the_person_listed_and_no_guess():
    sent = build_identity(replace(BETH, school="Elm Street School"), EVERYTHING, MONDAY)

    assert sent.school == "Elm Street School"
    assert sent.own_handles == ("bethreads",)
    assert "elizabethnovák" not in sent.own_handles


def test_people_search_sites_are_asked_about_by_those_who_agreed_to_that_alone():
    searxng = SearxNG(base_url="https://searx.example")
    search = replace(EVERYTHING, scopes=frozenset({Scope.SEARCH}))
    both = replace(EVERYTHING, scopes=frozenset({Scope.SEARCH, Scope.PEOPLE_SEARCH}))

    without = {query.kind for query in planned(search, sources=(searxng,))}
    added = set(planned(both, sources=(searxng,))) - set(planned(search, sources=(searxng,)))

    assert without == {QueryKind.SEARCH}
    assert {query.kind for query in added} == {QueryKind.PEOPLE_SEARCH}
    assert asks_people_search(searxng)
    assert not asks_people_search(ENGINE)
    assert get_required_scope(QueryKind.PEOPLE_SEARCH, SourceFamily.SEARCH) is Scope.PEOPLE_SEARCH


@pytest.mark.parametrize("family", SourceFamily)
def test_pictures_have_a_scope_of_their_own_whoever_shows_them(family):
    assert get_required_scope(QueryKind.PICTURE, family) is Scope.PHOTOS


def test_contacts_are_asked_of_declared_accounts_on_that_platform_alone():
    contacts = [query for query in planned() if query.kind is QueryKind.FOLLOWS]

    assert [query.terms for query in contacts] == [("skies:@bethreads",)]


def test_without_the_districts_switch_nobodys_contacts_are_looked_at():
    kinds = {query.kind for query in planned(links=StudentLinkSwitch.OFF)}

    assert kinds == {QueryKind.SEARCH, QueryKind.PRESENCE}


def test_each_query_is_asked_once_and_in_the_same_order():
    keys = [query.key for query in planned()]

    assert len(keys) == len(set(keys))
    assert keys == [query.key for query in planned(sources=SOURCES[::-1])]


def test_a_person_is_searched_by_every_name_they_gave_the_likeliest_first():
    assert build_identity(BETH, EVERYTHING, MONDAY).names == (
        "Elizabeth Novák",
        "Beth Novák",
        "Elizabeth Hartley",
        "Beth Hartley",
    )


def test_a_middle_name_is_one_more_way_to_be_written():
    john = replace(BETH, name=PersonName(given="John", family="Smith", middle="Albert"))

    assert build_identity(john, EVERYTHING, MONDAY).names == ("John Smith", "John Albert Smith")


def test_declared_handles_come_before_guesses():
    handles = build_identity(BETH, EVERYTHING, MONDAY).handles

    assert handles[:4] == ("bethreads", "elizabethnovak", "elizabeth.novak", "enovak")
    assert len(handles) == 1 + MAX_GUESSED_HANDLES


def test_handles_are_guessed_only_for_who_agreed_to_profiles():
    searched = replace(EVERYTHING, scopes=frozenset({Scope.SEARCH}))

    assert build_identity(BETH, searched, MONDAY).handles == ("bethreads",)


def test_the_fingerprint_of_an_address_is_a_consent_of_its_own():
    agreed = replace(EVERYTHING, scopes=frozenset({Scope.MAIL_HASH}))
    other = replace(EVERYTHING, scopes=frozenset(Scope) - {Scope.MAIL_HASH})
    loud = replace(BETH, mail=" Beth@Cedar.example ")

    assert build_identity(BETH, other, MONDAY).mail_hash == ""
    assert (
        build_identity(BETH, agreed, MONDAY).mail_hash == sha256(b"beth@cedar.example").hexdigest()
    )
    assert build_identity(loud, agreed, MONDAY) == build_identity(BETH, agreed, MONDAY)
    assert get_required_scope(QueryKind.PROFILE, SourceFamily.MAIL_HASH) is Scope.MAIL_HASH


def test_the_work_address_itself_is_told_only_with_the_consent_for_data_breaches():
    agreed = replace(EVERYTHING, scopes=frozenset({Scope.BREACHES}))
    other = replace(EVERYTHING, scopes=frozenset(Scope) - {Scope.BREACHES})

    assert build_identity(BETH, other, MONDAY).mail == ""
    assert build_identity(BETH, agreed, MONDAY).mail == BETH.mail
    assert get_required_scope(QueryKind.BREACHES, SourceFamily.BREACHES) is Scope.BREACHES


@pytest.mark.parametrize(
    ("given", "family", "guesses"),
    [
        ("Wei", "Li", ("weili", "wei.li")),
        ("伟", "李", ()),
        ("Søren", "Strauß", ("sorenstrauss", "soren.strauss", "sstrauss")),
        ("Ana", "de la Cruz", ("anadelacruz", "ana.delacruz", "adelacruz")),
    ],
)
def test_guesses_are_written_as_handles_are(given, family, guesses):
    person = replace(BETH, name=PersonName(given=given, family=family), handles=())

    assert build_identity(person, EVERYTHING, MONDAY).handles == guesses


def test_however_many_names_somebody_has_few_are_asked():
    names = tuple(f"Name{number}" for number in range(20))
    person = replace(BETH, name=replace(BETH.name, nicknames=names, former_families=names))

    words = build_identity(person, EVERYTHING, MONDAY)

    assert len(words.names) == MAX_NAMES
    assert len(words.handles) == 1 + MAX_GUESSED_HANDLES


def test_titles_joke_words_and_own_usernames_are_asked_only_once_the_text_says_so():
    older = build_identity(BETH, replace(EVERYTHING, text_version="2026-11-30.1"), MONDAY)
    told = build_identity(BETH, replace(EVERYTHING, text_version=TEXT_VERSION), MONDAY)

    assert (older.phrases, older.own_handles) == ((), ("bethreads",))
    assert {"Ms Novák", "Profe Novák", "Novák memes"} <= set(told.phrases)
    assert "Ms Hartley" in told.phrases
    assert not any("Elizabeth" in phrase or phrase == "Hartley memes" for phrase in told.phrases)
    assert told.own_handles == ("bethreads", "beth")


@pytest.mark.parametrize(
    ("role", "first"),
    [
        ("Assistant Principal", "Principal Novák"),
        ("PE teacher and basketball coach", "Coach Novák"),
        ("Spanish teacher", "Señora Novák"),
        ("Teacher", "Ms Novák"),
    ],
)
def test_whoever_has_a_title_by_their_role_is_asked_for_by_it_first(role, first):
    told = replace(EVERYTHING, text_version=TEXT_VERSION)

    assert build_identity(replace(BETH, role=role), told, MONDAY).phrases[0] == first


@pytest.mark.parametrize(
    ("account", "handle"),
    [
        ("bluesky:@beth.skies.example", "beth"),
        ("mastodon:@beth@toots.example", "beth"),
        ("instagram:@beth.novak", "beth.novak"),
        ("instagram:@ms.beth.novak", "ms.beth.novak"),
        ("youtube:UC123", None),
    ],
)
def test_the_username_of_an_own_account_is_asked_without_its_host(account, handle):
    told = replace(EVERYTHING, text_version=TEXT_VERSION)
    person = replace(BETH, handles=(), accounts=(account,))

    assert build_identity(person, told, MONDAY).own_handles == ((handle,) if handle else ())


@pytest.mark.parametrize(
    "account",
    ["mastodon:@quilter@toots.example", "instagram:@the.quilt.er", "skies:@quilter.example"],
)
def test_whatever_username_was_asked_for_is_known_when_its_person_is_erased(account):
    told = replace(EVERYTHING, text_version=TEXT_VERSION)
    person = replace(BETH, accounts=(account,))

    asked = build_identity(person, told, MONDAY).handles
    assert {handle.casefold() for handle in asked} <= list_known_handles(person)
