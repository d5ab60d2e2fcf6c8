from collections.abc import Callable
from dataclasses import replace

import pytest

from scrapers.models import MOST_HOPS, Identity, Outcome, Page, ParseResult, QueryKind, TraceKind
from scrapers.parsers.presence import PresenceRule
from scrapers.parsers.robots_directives import ROBOTS_DECLINED
from scrapers.sites.catalog import SiteEntry, load_own_catalog
from scrapers.sites.presence_source import PresenceSource
from scrapers.source import AccessMode, MarkupSource, Source, SourceFamily

Answered = Callable[..., Page]

RULE = PresenceRule(e_code=200, e_string="class='card'", m_code=404, m_string="")
ALPHA = SiteEntry(
    name="Alpha & Co",
    uri_check="https://alpha.example/{account}",
    rule=RULE,
    known_accounts=("alpha",),
)


@pytest.fixture
def linktree() -> PresenceSource:
    entry = next(entry for entry in load_own_catalog().entries if entry.key == "linktree")
    return PresenceSource(entry=entry)


def test_every_handle_is_asked_once_and_declared_ones_first() -> None:
    source: Source = PresenceSource(entry=ALPHA)
    nora = Identity(
        person_id="p",
        names=("Nora Quill",),
        handles=("NQuill", "nora quill", "nquill", "quill"),
        accounts=("alpha-co:@noraq", "beta:@other"),
    )

    queries = list(source.build_queries(nora))

    assert [query.terms[0] for query in queries] == ["noraq", "nquill", "quill"]
    assert {query.kind for query in queries} == {QueryKind.PRESENCE}
    assert {query.subject for query in queries} == {"p"}
    assert source.platform == "alpha-co"
    assert source.family is SourceFamily.PROFILES
    assert source.crawl_policy.access is AccessMode.PAGE


def test_a_handle_that_a_site_cannot_have_is_not_asked(linktree: PresenceSource) -> None:
    nora = Identity(person_id="p", names=(), handles=("nora-quill", "n", "nora.quill"))

    assert [query.terms[0] for query in linktree.build_queries(nora)] == ["nora.quill"]


@pytest.mark.parametrize(
    ("words", "known", "hops"),
    [("No such member", (), 0), ("", ("alpha",), 0), ("", (), MOST_HOPS)],
)
def test_a_redirect_is_an_answer_where_words_or_an_account_can_refute_it(
    answered: Answered, words: str, known: tuple[str, ...], *, hops: int
) -> None:
    rule = replace(RULE, m_code=301, m_string=words)
    source = PresenceSource(entry=replace(ALPHA, rule=rule, known_accounts=known))
    (query,) = source.build_queries(Identity(person_id="p", names=(), handles=("noraquill",)))

    assert query.request.hops == hops
    moved = source.parse_response(query, answered("No such member", 301, url=query.request.url))
    assert moved.outcome is Outcome.ABSENT
    if words:
        wall = answered("Sign in first", 301, url=query.request.url)
        assert source.parse_response(query, wall).outcome is Outcome.UNREADABLE


@pytest.mark.parametrize(
    ("name", "status", "outcome"),
    [
        ("found.html", 200, Outcome.FOUND),
        ("absent.html", 404, Outcome.ABSENT),
        ("blocked.html", 200, Outcome.BLOCKED),
        ("blocked.html", 404, Outcome.BLOCKED),
        ("limited.html", 429, Outcome.LIMITED),
        ("unreadable.html", 200, Outcome.UNREADABLE),
        ("found.html", 500, Outcome.FAILED),
        ("found.html", 404, Outcome.UNREADABLE),
        ("absent.html", 200, Outcome.UNREADABLE),
    ],
)
def test_every_outcome_is_told_apart(
    linktree: PresenceSource, saved: Answered, name: str, status: int, outcome: Outcome
) -> None:
    (query,) = linktree.build_queries(Identity(person_id="p", names=(), handles=("noraquill",)))

    assert linktree.parse_response(query, saved(f"linktree/{name}", status)).outcome is outcome


@pytest.mark.parametrize(
    ("site", "file", "status", "outcome"),
    [
        ("arduino-forum", "discourse/found.json", 200, Outcome.FOUND),
        ("arduino-forum", "discourse/absent.json", 404, Outcome.ABSENT),
        ("arduino-forum", "discourse/absent.json", 200, Outcome.UNREADABLE),
        ("arduino-forum", "discourse/limited.json", 429, Outcome.LIMITED),
        ("arduino-forum", "discourse/unreadable.json", 403, Outcome.BLOCKED),
        ("arduino-forum", "discourse/unreadable.json", 200, Outcome.UNREADABLE),
        ("arduino-forum", "discourse/blocked.html", 404, Outcome.BLOCKED),
        ("steam", "steam/found.html", 200, Outcome.FOUND),
        ("steam", "steam/absent.html", 200, Outcome.ABSENT),
        ("steam", "steam/limited.html", 429, Outcome.LIMITED),
        ("steam", "steam/unreadable.html", 200, Outcome.UNREADABLE),
        ("steam", "steam/blocked.html", 403, Outcome.BLOCKED),
    ],
)
def test_the_shapes_of_other_sites_are_told_apart_as_well(
    saved: Answered, site: str, file: str, *, status: int, outcome: Outcome
) -> None:
    entry = next(entry for entry in load_own_catalog().entries if entry.key == site)
    source = PresenceSource(entry=entry)
    (query,) = source.build_queries(Identity(person_id="p", names=(), handles=("noraquill",)))

    assert source.parse_response(query, saved(file, status)).outcome is outcome


def test_a_found_page_tells_whose_it_says_it_is(linktree: PresenceSource, saved: Answered) -> None:
    (query,) = linktree.build_queries(Identity(person_id="p", names=(), handles=("noraquill",)))

    (nora,) = linktree.parse_body(query, saved("linktree/found.html")).traces

    assert nora.kind is TraceKind.ACCOUNT
    assert nora.account == "linktree:@noraquill"
    assert nora.key == "https://linktr.ee/noraquill"
    assert (nora.name, nora.bio) == ("Nora Quill", "Art teacher by the sea.")
    assert nora.links == ("https://noraquill.example/",)


def test_its_bytes_alone_tell_that_an_account_exists(
    linktree: PresenceSource, saved: Answered
) -> None:
    (query,) = linktree.build_queries(Identity(person_id="p", names=(), handles=("noraquill",)))
    page = saved("linktree/found.html")

    reading = linktree.parse_response(query, page)

    assert isinstance(linktree, MarkupSource)
    assert reading.unparsed
    (bare,), (told,) = reading.traces, linktree.parse_body(query, page).traces
    assert (bare.name, bare.bio, bare.title, bare.links) == ("", "", "", ())
    assert bare == replace(told, name="", bio="", title="", links=())


def test_nobody_parses_the_page_of_a_canary(linktree: PresenceSource, saved: Answered) -> None:
    (query,) = linktree.build_queries(Identity(person_id="", names=(), handles=("noraquill",)))

    reading = linktree.parse_response(query, saved("linktree/found.html"))

    assert (reading.outcome, reading.unparsed) == (Outcome.FOUND, False)


@pytest.mark.parametrize("bio", ["Art by the sea.", "No such member"])
def test_a_page_that_says_there_is_no_such_account_is_told_as_one(
    answered: Answered, bio: str
) -> None:
    source = PresenceSource(
        entry=replace(ALPHA, rule=replace(RULE, m_codes=(200,), m_string="No such"))
    )
    (query,) = source.build_queries(Identity(person_id="p", names=(), handles=("noraquill",)))
    page = answered(
        f"<div class='card'>Nora</div><p>{bio}</p>", headers={"content-type": "text/html"}
    )

    (bare,), (told,) = (
        source.parse_response(query, page).traces,
        source.parse_body(query, page).traces,
    )

    assert bare.says_missing is told.says_missing is ("No such" in bio)
    assert source.parse_response(query, page).note == ""


def test_another_rule_is_another_version() -> None:
    other = replace(ALPHA, rule=replace(RULE, m_string="Gone"))

    assert PresenceSource(entry=ALPHA).version == PresenceSource(entry=ALPHA).version
    assert PresenceSource(entry=ALPHA).version != PresenceSource(entry=other).version


def test_its_canaries_are_nobody_and_the_accounts_that_are_vouched_for() -> None:
    nobody, known = PresenceSource(entry=ALPHA).build_canaries("nonce")

    assert nobody.expects is Outcome.ABSENT
    assert (known.expects, known.query.terms) == (Outcome.FOUND, ("alpha",))
    assert known.query.subject == ""


@pytest.mark.parametrize("asks", ["noindex", "none", "namesake: noindex"])
def test_an_account_whose_page_asks_robots_in_its_header_is_left_alone(
    asks: str, answered: Answered
) -> None:
    source = PresenceSource(entry=ALPHA)
    (query,) = source.build_queries(Identity(person_id="p", names=(), handles=("nquill",)))
    page = answered("<div class='card'>")
    told = replace(page, headers={**page.headers, "x-robots-tag": asks})

    assert source.parse_response(query, page).outcome is Outcome.FOUND
    assert source.parse_response(query, told).outcome is Outcome.DECLINED


def test_an_account_whose_page_asks_robots_in_its_head_is_left_alone(answered: Answered) -> None:
    source = PresenceSource(entry=ALPHA)
    (query,) = source.build_queries(Identity(person_id="p", names=(), handles=("nquill",)))
    page = answered("<head><meta name=robots content=noindex></head><div class='card'>")

    assert source.parse_response(query, page).unparsed
    assert source.parse_body(query, page) == ParseResult(
        outcome=Outcome.DECLINED, note=ROBOTS_DECLINED
    )


def test_a_known_account_proves_its_site_whatever_its_page_asks(answered: Answered) -> None:
    source = PresenceSource(entry=ALPHA)
    *_, known = source.build_canaries("nonce")
    page = answered("<div class='card'>")
    told = replace(page, headers={**page.headers, "x-robots-tag": "noindex"})

    assert source.parse_response(known.query, told).outcome is Outcome.FOUND
