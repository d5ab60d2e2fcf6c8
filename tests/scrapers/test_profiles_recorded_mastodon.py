"""Answers of real Mastodon servers, where a folder of them is given."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scrapers.models import Identity, Outcome, Page, ParseResult, Query
from scrapers.profiles.mastodon import Mastodon
from scrapers.urls.canonical import canonicalize_url
from tests.rows import over_rows
from tests.scrapers.recorded import FOLDER, needs_recordings, recorded

pytestmark = needs_recordings

LOCAL = Mastodon(base_url="http://localhost:3000")
BIG = Mastodon(base_url="https://kidosefi.social")
FOSSTODON = Mastodon(base_url="https://fosstodon.org")


def page_of(name: str) -> Page:
    return recorded(f"mastodon/{name}.json")


def lookup(source: Mastodon, acct: str) -> Query:
    (query,) = source.build_queries(Identity(person_id="p", names=(), handles=("somebody",)))
    return replace(query, terms=(acct,))


def search(source: Mastodon, name: str) -> Query:
    (query,) = source.build_queries(Identity(person_id="p", names=(name,)))
    return query


def list_of(source: Mastodon) -> Query:
    """Ask for the list itself, after the account that it belongs to."""
    (query, _) = source.build_contact_queries(f"mastodon:@somebody@{source.domain}", "p")
    return replace(query, page=3)


def test_a_recorded_account_of_the_server_itself() -> None:
    for name in ("lookup_1", "lookup_2"):
        query = lookup(LOCAL, "tobibulero_kibe")
        (found,) = LOCAL.parse_response(query, page_of(name)).traces

        assert found.account == "mastodon:@tobibulero_kibe@localhost:3000"
        assert found.url == "http://localhost:3000/@tobibulero_kibe"
        assert (found.name, found.bio) == ("Tomi Doleto", "I meli nokev")
        assert found.counts == (("followers", 0), ("follows", 0), ("posts", 0))
        assert found.picture_hash == "cddf841ce74af3b0.jpg"


def test_a_recorded_account_that_hides_its_contacts() -> None:
    (follows, followers) = LOCAL.build_contact_queries(
        "mastodon:@tobibulero_kibe@localhost:3000", "p"
    )

    for query in (follows, followers):
        assert LOCAL.parse_response(query, page_of("lookup_1")).outcome is Outcome.DECLINED


def test_a_recorded_account_of_another_server() -> None:
    query = lookup(BIG, "soraf@vefalodorev.example")
    (found,) = BIG.parse_response(query, page_of("mastodonsocial_account_0")).traces

    assert found.account == "mastodon:@soraf@vefalodorev.example"
    assert found.url == "https://icosahedron.website/@soraf"
    assert found.bio.startswith("i am pavepok lide dem bud renov nara.")
    assert found.counts == (("followers", 3553), ("follows", 540), ("posts", 75076))
    assert found.created_at == datetime(2017, 2, 3, tzinfo=UTC)
    assert len(found.links) > 1


def test_a_recorded_account_with_an_open_list() -> None:
    page = page_of("rtoot_get_account_default_0")
    (found,) = FOSSTODON.parse_response(lookup(FOSSTODON, "vidareribove"), page).traces
    (follows, _) = FOSSTODON.build_contact_queries("mastodon:@vidareribove@fosstodon.org", "p")
    (following,) = FOSSTODON.parse_response(follows, page).follow

    assert found.account == "mastodon:@vidareribove@fosstodon.org"
    assert found.key == "https://fosstodon.org/@vidareribove"
    assert (found.name, len(found.links)) == ("Benar Makesa", 4)
    assert following.request.url.endswith("/api/v1/accounts/109302436954721982/following")


@over_rows(
    ("name", "status", "outcome"),
    [
        ("lookup_0", 404, Outcome.ABSENT),
        ("status_missing_0", 404, Outcome.UNREADABLE),
        ("unauth_0", 401, Outcome.BLOCKED),
        ("instance_0", 200, Outcome.UNREADABLE),
        ("mastodonsocial_search_0", 200, Outcome.UNREADABLE),
        ("mastodonsocial_search_1", 200, Outcome.UNREADABLE),
        ("mastodonsocial_nodeinfo_0", 200, Outcome.UNREADABLE),
        ("mastodonsocial_nodeinfo_1", 200, Outcome.UNREADABLE),
        ("nodeinfo_0", 200, Outcome.UNREADABLE),
        ("nodeinfo_1", 200, Outcome.UNREADABLE),
        ("familiar_0", 200, Outcome.UNREADABLE),
        ("familiar_1", 200, Outcome.UNREADABLE),
        ("rtoot_get_fedi_instances_default_0", 200, Outcome.UNREADABLE),
    ],
)
def test_recorded_answers_that_hold_no_account(name: str, status: int, outcome: Outcome) -> None:
    page = replace(page_of(name), status=status)

    for query in (lookup(LOCAL, "tobibulero_kibe"), search(LOCAL, "Tomi Doleto"), list_of(LOCAL)):
        assert LOCAL.parse_response(query, page).outcome is outcome


def test_the_recorded_refusal_has_the_status_that_it_should() -> None:
    assert page_of("unauth_0").status == 401
    assert page_of("lookup_0").status == 404


def test_recorded_searches() -> None:
    for name in ("search_v2_0", "search_v2_1"):
        reading = LOCAL.parse_response(search(LOCAL, "Tomi Doleto"), page_of(name))

        assert [trace.name for trace in reading.traces] == ["Tomi Doleto"]
    nobody = LOCAL.parse_response(search(LOCAL, "Tomi Doleto"), page_of("search_v2_2"))
    assert nobody.outcome is Outcome.ABSENT


def test_a_recorded_search_of_a_big_server_leaves_out_who_asks_for_it() -> None:
    reading = BIG.parse_response(search(BIG, "Any Soraf"), page_of("mastodonsocial_search_2"))

    assert reading.outcome is Outcome.FOUND
    assert len(reading.traces) == 5
    assert reading.note == "accounts-withheld:11"
    assert all(trace.key == canonicalize_url(trace.url) for trace in reading.traces)
    assert {trace.account for trace in reading.traces} >= {"mastodon:@soraf@vefalodorev.example"}


@pytest.mark.parametrize(
    ("name", "handles"),
    [
        ("account_search_0", ["bifit@localhost:3000", "bifit2@localhost:3000"]),
        ("account_search_1", ["bifit@localhost:3000"]),
        ("account_search_2", []),
        ("account_search_3", ["bifit@localhost:3000", "bifit2@localhost:3000"]),
        (
            "rtoot_get_instance_directory_default_0",
            ["nik@nik.example", "ribiloden@fosstodon.org", "tirase@kidosefi.example"],
        ),
    ],
)
def test_recorded_lists_of_accounts(name: str, handles: list[str]) -> None:
    reading = LOCAL.parse_response(list_of(LOCAL), page_of(name))

    assert [contact.handle for contact in reading.contacts] == handles
    assert reading.outcome is (Outcome.FOUND if handles else Outcome.ABSENT)


def test_no_recorded_answer_makes_the_reader_stumble() -> None:
    for file in sorted((Path(FOLDER) / "mastodon").glob("*.meta.json")):
        page = page_of(file.name.removesuffix(".meta.json"))
        for query in (lookup(BIG, "somebody"), search(BIG, "Some Body"), list_of(BIG)):
            assert told(BIG.parse_response(query, page)), (file.name, query.kind)


def told(reading: ParseResult) -> bool:
    shown = bool(reading.traces or reading.contacts)
    return shown or reading.outcome.is_conclusive or bool(reading.note)
