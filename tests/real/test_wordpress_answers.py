"""What a real WordPress answers about its authors, as our source reads it."""

from dataclasses import replace

import pytest

from scrapers.models import Identity, Outcome, Query
from scrapers.profiles.wordpress import METHODS, WordPress
from tests.real import wordpress as part
from tests.real.asking import answer, asked
from tests.real.wordpress import MARIA

pytestmark = pytest.mark.real


@pytest.fixture
def site(wordpress: part.WordPress) -> WordPress:
    return WordPress(
        base_url=wordpress.address,
        known_account=f"@{MARIA.login}",
        allow_private=(wordpress.address,),
    )


def search(site: WordPress, name: str) -> Query:
    (query,) = site.build_queries(Identity(person_id="p", names=(name,)))
    return query


def test_an_author_is_found_by_name(site: WordPress) -> None:
    reading = answer(site, search(site, "Maria Delgado"))

    (maria,) = reading.traces
    assert reading.outcome is Outcome.FOUND
    assert (maria.name, maria.handle) == ("Maria Delgado", "mdelgado")
    assert maria.bio == "Fifth grade science"
    assert maria.account_aliases == ("localhost:@mdelgado",)


def test_nobody_is_told_from_somebody(site: WordPress) -> None:
    canaries = list(site.build_canaries("nonce"))
    readings = asked(site, [canary.query for canary in canaries])

    assert [reading.outcome for reading in readings] == [canary.expects for canary in canaries]
    assert answer(site, search(site, "Ottoline Zzyzx")).outcome is Outcome.ABSENT


def test_a_long_list_is_read_page_by_page_and_without_who_published_nothing(
    site: WordPress,
) -> None:
    assert METHODS.by_name is not None
    params = tuple(
        (name, "1" if name == "per_page" else value) for name, value in METHODS.by_name.params
    )
    by_name = replace(METHODS.by_name, params=params)
    narrow = replace(site, methods=replace(METHODS, by_name=by_name))

    reading = answer(narrow, search(narrow, "Delgado"))

    assert {trace.name for trace in reading.traces} == {
        "Maria Delgado",
        "Carla Delgado",
        "Ana Delgado",
    }


def test_a_list_that_its_owner_has_closed_is_a_refusal(
    site: WordPress, wordpress: part.WordPress
) -> None:
    with wordpress.closed():
        reading = answer(site, search(site, "Maria Delgado"))

    assert reading.outcome is Outcome.BLOCKED
    assert answer(site, search(site, "Maria Delgado")).outcome is Outcome.FOUND
