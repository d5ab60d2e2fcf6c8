from collections.abc import Callable
from dataclasses import replace

import pytest

from scrapers.models import Identity, Kind, Outcome, Page, QueryKind, Reading
from scrapers.parsers.presence import Rule
from scrapers.parsers.text import ASKED_NOT_TO
from scrapers.sites.catalog import Entry, own_catalogue
from scrapers.sites.presence import PresenceSource
from scrapers.source import Access, Family, MarkupSource, Source

Answered = Callable[..., Page]

RULE = Rule(e_code=200, e_string="class='card'", m_code=404, m_string="")
ALPHA = Entry(
    name="Alpha & Co", uri_check="https://alpha.example/{account}", rule=RULE, known=("alpha",)
)


@pytest.fixture
def linktree() -> PresenceSource:
    entry = next(entry for entry in own_catalogue().entries if entry.key == "linktree")
    return PresenceSource(entry=entry)


def test_every_handle_is_asked_once_and_declared_ones_first() -> None:
    source: Source = PresenceSource(entry=ALPHA)
    nora = Identity(
        ref="p",
        names=("Nora Quill",),
        handles=("NQuill", "nora quill", "nquill", "quill"),
        accounts=("alpha-co:@noraq", "beta:@other"),
    )

    queries = list(source.plan(nora))

    assert [query.terms[0] for query in queries] == ["noraq", "nquill", "quill"]
    assert {query.kind for query in queries} == {QueryKind.PRESENCE}
    assert {query.subject for query in queries} == {"p"}
    assert source.platform == "alpha-co"
    assert source.family is Family.PROFILES
    assert source.etiquette.access is Access.PAGE


def test_a_handle_that_a_site_cannot_have_is_not_asked(linktree: PresenceSource) -> None:
    nora = Identity(ref="p", names=(), handles=("nora-quill", "n", "nora.quill"))

    assert [query.terms[0] for query in linktree.plan(nora)] == ["nora.quill"]


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
    (query,) = linktree.plan(Identity(ref="p", names=(), handles=("noraquill",)))

    assert linktree.read(query, saved(f"linktree/{name}", status)).outcome is outcome


def test_a_found_page_tells_whose_it_says_it_is(linktree: PresenceSource, saved: Answered) -> None:
    (query,) = linktree.plan(Identity(ref="p", names=(), handles=("noraquill",)))

    (nora,) = linktree.parse(query, saved("linktree/found.html")).findings

    assert nora.kind is Kind.ACCOUNT
    assert nora.account == "linktree:@noraquill"
    assert nora.key == "https://linktr.ee/noraquill"
    assert (nora.name, nora.bio) == ("Nora Quill", "Art teacher by the sea.")
    assert nora.links == ("https://noraquill.example/",)


def test_its_bytes_alone_tell_that_an_account_exists(
    linktree: PresenceSource, saved: Answered
) -> None:
    (query,) = linktree.plan(Identity(ref="p", names=(), handles=("noraquill",)))
    page = saved("linktree/found.html")

    reading = linktree.read(query, page)

    assert isinstance(linktree, MarkupSource)
    assert reading.unparsed
    (bare,), (told,) = reading.findings, linktree.parse(query, page).findings
    assert (bare.name, bare.bio, bare.title, bare.links) == ("", "", "", ())
    assert bare == replace(told, name="", bio="", title="", links=())


def test_nobody_parses_the_page_of_a_canary(linktree: PresenceSource, saved: Answered) -> None:
    (query,) = linktree.plan(Identity(ref="", names=(), handles=("noraquill",)))

    reading = linktree.read(query, saved("linktree/found.html"))

    assert (reading.outcome, reading.unparsed) == (Outcome.FOUND, False)


@pytest.mark.parametrize("bio", ["Art by the sea.", "No such member"])
def test_a_page_that_says_there_is_no_such_account_is_told_as_one(
    answered: Answered, bio: str
) -> None:
    source = PresenceSource(
        entry=replace(ALPHA, rule=replace(RULE, m_codes=(200,), m_string="No such"))
    )
    (query,) = source.plan(Identity(ref="p", names=(), handles=("noraquill",)))
    page = answered(
        f"<div class='card'>Nora</div><p>{bio}</p>", headers={"content-type": "text/html"}
    )

    (bare,), (told,) = source.read(query, page).findings, source.parse(query, page).findings

    assert bare.says_missing is told.says_missing is ("No such" in bio)
    assert source.read(query, page).note == ""


def test_another_rule_is_another_version() -> None:
    other = replace(ALPHA, rule=replace(RULE, m_string="Gone"))

    assert PresenceSource(entry=ALPHA).version == PresenceSource(entry=ALPHA).version
    assert PresenceSource(entry=ALPHA).version != PresenceSource(entry=other).version


def test_its_canaries_are_nobody_and_the_accounts_that_are_vouched_for() -> None:
    nobody, known = PresenceSource(entry=ALPHA).canaries("nonce")

    assert nobody.expects is Outcome.ABSENT
    assert (known.expects, known.query.terms) == (Outcome.FOUND, ("alpha",))
    assert known.query.subject == ""


@pytest.mark.parametrize("asks", ["noindex", "none", "namesake: noindex"])
def test_an_account_whose_page_asks_robots_in_its_header_is_left_alone(
    asks: str, answered: Answered
) -> None:
    source = PresenceSource(entry=ALPHA)
    (query,) = source.plan(Identity(ref="p", names=(), handles=("nquill",)))
    page = answered("<div class='card'>")
    told = replace(page, headers={**page.headers, "x-robots-tag": asks})

    assert source.read(query, page).outcome is Outcome.FOUND
    assert source.read(query, told).outcome is Outcome.DECLINED


def test_an_account_whose_page_asks_robots_in_its_head_is_left_alone(answered: Answered) -> None:
    source = PresenceSource(entry=ALPHA)
    (query,) = source.plan(Identity(ref="p", names=(), handles=("nquill",)))
    page = answered("<head><meta name=robots content=noindex></head><div class='card'>")

    assert source.read(query, page).unparsed
    assert source.parse(query, page) == Reading(outcome=Outcome.DECLINED, note=ASKED_NOT_TO)


def test_a_known_account_proves_its_site_whatever_its_page_asks(answered: Answered) -> None:
    source = PresenceSource(entry=ALPHA)
    *_, known = source.canaries("nonce")
    page = answered("<div class='card'>")
    told = replace(page, headers={**page.headers, "x-robots-tag": "noindex"})

    assert source.read(known.query, told).outcome is Outcome.FOUND
