"""What a real Bluesky network answers, as our source reads it."""

import pytest

from scrapers.models import Identity, Outcome, Query, QueryKind
from scrapers.profiles.bluesky import Bluesky
from scrapers.source import Method
from tests.real import bluesky as part
from tests.real.asking import answer, asked
from tests.real.bluesky import COACH, LOOKALIKE, MARIA, PUPIL

pytestmark = pytest.mark.real


@pytest.fixture
def source(bluesky: part.Bluesky) -> Bluesky:
    return Bluesky(
        base_url=bluesky.appview,
        known_actor=COACH.handle,
        known_name="Delgado",
        handle_domain="test",
        allow_private=(bluesky.appview,),
        contacts_per_page=1,
    )


def query(source: Bluesky, kind: QueryKind, handle: str) -> Query:
    person = Identity(person_id="p", names=("Maria Delgado",), accounts=(f"bluesky:@{handle}",))
    return next(query for query in source.build_queries(person) if query.kind is kind)


def test_an_account_is_found_by_name_and_by_handle(source: Bluesky) -> None:
    search = answer(source, query(source, QueryKind.SEARCH, MARIA.handle))
    (maria,) = answer(source, query(source, QueryKind.PROFILE, MARIA.handle)).traces

    assert {trace.handle for trace in search.traces} == {MARIA.handle, LOOKALIKE.handle}
    assert (maria.name, maria.bio) == (MARIA.display_name, MARIA.description)
    assert maria.account.startswith("bluesky:did:plc:")


def test_nobody_is_told_from_somebody(source: Bluesky) -> None:
    every = source.build_canaries("nonce")
    # A network of three has no lists that surely go on.
    canaries = [canary for canary in every if canary.method is not Method.CONTACTS]
    readings = asked(source, [canary.query for canary in canaries])

    assert [reading.outcome for reading in readings] == [canary.expects for canary in canaries]
    nobody = query(source, QueryKind.PROFILE, "nobody-at-all.test")
    assert answer(source, nobody).outcome is Outcome.ABSENT


def test_a_list_is_read_page_by_page(source: Bluesky) -> None:
    (following, _) = source.build_contact_queries(f"bluesky:@{MARIA.handle}", "p")
    reading = answer(source, following)

    assert reading.outcome is Outcome.FOUND
    assert {contact.handle for contact in reading.contacts} == {COACH.handle, PUPIL.handle}
