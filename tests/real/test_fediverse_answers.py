"""What real servers of the fediverse answer, as our sources read it."""

from dataclasses import replace

import pytest

from scrapers.models import Identity, Outcome, Query, QueryKind
from scrapers.profiles.activitypub import ActivityPub
from scrapers.profiles.mastodon import Mastodon
from scrapers.source import Canary, Method, Source
from tests.real.asking import answer, asked
from tests.real.fedify import FANS, Fedify
from tests.real.mastodon_mock import MastodonMock
from tests.real.snac import Snac

pytestmark = pytest.mark.real

Server = Fedify | Snac | MastodonMock


def in_mastodons_api(server: Server, known: str = "") -> Mastodon:
    return Mastodon(
        base_url=server.address,
        domain=server.domain,
        known_account=known,
        allow_private=(server.address,),
    )


def in_activitypub(server: Server, known: str = "") -> ActivityPub:
    return ActivityPub(
        base_url=server.address,
        domain=server.domain,
        known_account=known,
        allow_private=(server.address,),
    )


def about(source: Mastodon | ActivityPub, user: str, name: str = "Maria Delgado") -> list[Query]:
    own = f"mastodon:@{user}@{source.domain}"
    return list(source.build_queries(Identity(person_id="p", names=(name,), accounts=(own,))))


def of_kind(kind: QueryKind, queries: list[Query]) -> Query:
    return next(query for query in queries if query.kind is kind)


def agree(source: Source, every: list[Canary]) -> bool:
    """Say whether they come to what is known; an account of these servers may list no one."""
    canaries = [canary for canary in every if canary.method is not Method.CONTACTS]
    readings = asked(source, [canary.query for canary in canaries])
    return [reading.outcome for reading in readings] == [canary.expects for canary in canaries]


def follows(source: Mastodon | ActivityPub, user: str) -> tuple[Query, Query]:
    following, followers = source.build_contact_queries(f"mastodon:@{user}@{source.domain}", "p")
    return following, followers


def test_a_fedify_account_is_found_by_webfinger_and_its_document(fedify: Fedify) -> None:
    source = in_activitypub(fedify)
    (maria,) = answer(source, of_kind(QueryKind.PROFILE, about(source, "maria"))).traces

    assert maria.account == f"mastodon:@maria@{fedify.domain}"
    assert maria.url == f"{fedify.address}/users/maria"
    assert (maria.name, maria.bio) == (
        "Maria Delgado",
        "Fifth grade science teacher, Cedar Valley",
    )


def test_fedify_tells_nobody_from_somebody(fedify: Fedify) -> None:
    source = in_activitypub(fedify, known="@tom")

    assert agree(source, list(source.build_canaries("nonce")))
    nobody = of_kind(QueryKind.PROFILE, about(source, "nobody"))
    assert answer(source, nobody).outcome is Outcome.ABSENT


def test_an_open_list_of_fedify_is_read_to_its_end(fedify: Fedify) -> None:
    source = in_activitypub(fedify)
    following, followers = asked(source, follows(source, "tom"))
    (tom, jt) = asked(source, follows(source, "maria"))[0].contacts

    assert following.outcome is Outcome.ABSENT
    assert followers.outcome is Outcome.FOUND
    assert {contact.handle for contact in followers.contacts} == {
        f"{name}@{fedify.domain}" for name in ("maria", *FANS)
    }
    assert [tom.handle, jt.handle] == [f"tom@{fedify.domain}", f"jt@{fedify.domain}"]


def test_fedify_does_not_answer_in_mastodons_api(fedify: Fedify) -> None:
    source = in_mastodons_api(fedify)
    readings = asked(source, [*about(source, "maria"), *follows(source, "maria")])

    assert {reading.outcome for reading in readings} == {Outcome.UNREADABLE}


def test_a_snac_account_is_found_in_either_way(snac: Snac) -> None:
    for source in (in_mastodons_api(snac), in_activitypub(snac)):
        (maria,) = answer(source, of_kind(QueryKind.PROFILE, about(source, "maria"))).traces

        assert maria.account == f"mastodon:@maria@{snac.domain}"
        assert maria.url == f"{snac.address}/maria"
        assert maria.name == "Maria Delgado"
        assert maria.bio.startswith("Fifth grade science teacher")


def test_snac_tells_nobody_from_somebody_by_webfinger(snac: Snac) -> None:
    source = in_activitypub(snac, known="@maria")

    assert agree(source, list(source.build_canaries("nonce")))


def test_snac_answers_a_lookup_of_nobody_without_the_words_that_would_prove_it(snac: Snac) -> None:
    source = in_mastodons_api(snac)
    nobody = of_kind(QueryKind.PROFILE, about(source, "nobody"))

    assert answer(source, nobody).outcome is Outcome.UNREADABLE


def test_snac_refuses_a_stranger_who_searches(snac: Snac) -> None:
    source = in_mastodons_api(snac)
    search = of_kind(QueryKind.SEARCH, about(source, "maria"))

    assert answer(source, search).outcome is Outcome.BLOCKED


def test_snac_hides_every_list_of_contacts(snac: Snac) -> None:
    for source in (in_mastodons_api(snac), in_activitypub(snac)):
        readings = asked(source, follows(source, "maria"))

        assert {reading.outcome for reading in readings} == {Outcome.DECLINED}


def test_mastodon_mock_finds_by_handle_and_by_name(mastodon_mock: MastodonMock) -> None:
    source = replace(in_mastodons_api(mastodon_mock, known="@grace"), known_name="Lovelace")
    queries = about(source, "ada", name="Ada Lovelace")
    found = [entry.traces[0].name for entry in asked(source, queries)]

    assert found == ["Ada Lovelace", "Ada Lovelace"]
    assert agree(source, list(source.build_canaries("nonce")))
    nobody = of_kind(QueryKind.SEARCH, about(source, "ada", name="Ottoline Zzyzx"))
    assert answer(source, nobody).outcome is Outcome.ABSENT


def test_a_list_of_mastodon_mock_is_read_by_its_link_headers(mastodon_mock: MastodonMock) -> None:
    whole = in_mastodons_api(mastodon_mock)
    paged = replace(whole, contacts_per_page=1)
    (_, at_once) = asked(whole, follows(whole, "ada"))
    (_, in_pages) = asked(paged, follows(paged, "ada"))

    assert len(at_once.contacts) == 3
    assert sorted(contact.handle for contact in in_pages.contacts) == sorted(
        contact.handle for contact in at_once.contacts
    )
    assert in_pages.outcome is Outcome.FOUND


def test_webfinger_of_mastodon_mock_is_read(mastodon_mock: MastodonMock) -> None:
    source = in_activitypub(mastodon_mock)
    nobody = of_kind(QueryKind.PROFILE, about(source, "nobody"))

    assert answer(source, nobody).outcome is Outcome.ABSENT
