from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.demo.district import MARIA
from monitor.domain.detection.appearance import Inventory, Subject, has_link_to
from monitor.domain.detection.assessment import Assessment, assess_trace
from monitor.domain.detection.evidence import EvidenceAxis
from monitor.domain.detection.weights import load_own_weights
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import OwnershipLabel
from scrapers.models import Trace, TraceKind

SUBJECT = Subject(person=MARIA.person, commonness=60.0)
WEIGHTS = load_own_weights()
BIO = "5th grade science teacher at Maple Street Elementary. Volcanoes, beetles, bad puns."
OWN = Trace(
    key="https://bsky.app/profile/did:plc:maria",
    kind=TraceKind.ACCOUNT,
    url="https://bsky.app/profile/mariadelgado.skies.example",
    account="bluesky:did:plc:maria",
    name="Maria Delgado",
    handle="mariadelgado.skies.example",
    bio=BIO,
    created_at=datetime(2023, 8, 14, tzinfo=UTC),
    links=("http://www.bsky.app/profile/other.skies.example/",),
)
STRANGER = Trace(
    key="https://bsky.app/profile/did:plc:other",
    kind=TraceKind.ACCOUNT,
    url="https://bsky.app/profile/other.skies.example",
    account="bluesky:did:plc:other",
    name="Maria Delgado",
    handle="sunnydays.skies.example",
    bio="Dental hygienist in Fairmont. Two cats.",
)

CHANNEL = Trace(
    key="https://youtube.com/channel/UCnora",
    kind=TraceKind.ACCOUNT,
    url="https://www.youtube.com/@NoraQuill",
    account="youtube:UCnora",
    account_aliases=("youtube:@noraquill",),
)
PAGE = Trace(key="https://nora.example/", kind=TraceKind.PAGE, url="https://nora.example/")


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("https://m.youtube.com/@noraquill/videos?si=x", CHANNEL),
        ("http://youtube.com/channel/UCnora", CHANNEL),
        ("https://www.youtube.com/redirect?q=https%3A%2F%2Fnora.example", PAGE),
        ("http://www.nora.example", PAGE),
    ],
)
def test_a_link_leads_to_an_account_however_it_is_spelled(link: str, shown: Trace) -> None:
    assert has_link_to(("https://elsewhere.example/", link), shown)


@pytest.mark.parametrize(
    "link",
    [
        "https://youtube.com/@noraquill2",
        "https://youtube.com/watch?v=AbC-dEf_123",
        "https://nora.example/about",
        "mailto:nora@nora.example",
        "",
    ],
)
def test_a_link_to_something_near_it_does_not(link: str) -> None:
    assert not has_link_to((link,), CHANNEL)
    assert not has_link_to((link,), PAGE)
    assert not has_link_to((), PAGE)


def judged(own: Trace = OWN, **shown: object) -> Assessment:
    found = replace(STRANGER, **shown)  # type: ignore[arg-type] # fields by name
    return assess_trace(SUBJECT, found, Inventory(own_traces=(own,)), None, WEIGHTS)


def rules(assessment: Assessment) -> set[str]:
    return {piece.rule for piece in assessment.evidence}


def test_an_account_and_an_own_one_that_link_to_each_other_are_both_own() -> None:
    found = judged(links=(OWN.url,))

    assert found.label is OwnershipLabel.MINE
    assert "linked-both-ways" in rules(found)


@pytest.mark.parametrize("shown", [{}, {"name": "", "handle": "zz", "bio": ""}])
def test_a_link_one_way_is_a_question_and_never_an_answer(shown: dict[str, str]) -> None:
    found = judged(**shown)

    assert found.label is OwnershipLabel.UNKNOWN
    assert "linked-both-ways" not in rules(found)


def test_a_link_one_way_takes_nothing_from_what_is_own_without_it() -> None:
    made = datetime(2021, 7, 1, tzinfo=UTC)
    mine = {"handle": "mariadelgado", "bio": BIO, "account": "chalk:1", "created_at": made}

    assert judged(own=replace(OWN, links=()), **mine).suggestion is OwnershipLabel.MINE
    assert judged(**mine).suggestion is OwnershipLabel.MINE


def test_nobody_is_asked_about_a_friend_their_own_account_links_to() -> None:
    assert judged(name="Karl Brandt").label is OwnershipLabel.UNRELATED


@pytest.mark.parametrize("links", [(), (OWN.url,)])
@pytest.mark.parametrize(
    "sign",
    [
        {"bio": "DM me for details", "created_at": datetime(2021, 9, 1, tzinfo=UTC)},
        {"handle": "mariade1gado.skies.example"},
        {"bio": BIO, "created_at": datetime(2022, 9, 1, tzinfo=UTC)},
    ],
)
def test_a_link_beside_a_sign_of_imitation_is_always_a_question(
    links: tuple[str, ...], sign: dict[str, object]
) -> None:
    found = judged(links=links, **sign)

    assert (
        max(piece.bits for piece in found.evidence if piece.axis is EvidenceAxis.IMITATION) >= 2.5
    )
    assert found.label is OwnershipLabel.UNKNOWN


def test_few_followers_make_no_question_of_a_link_both_ways() -> None:
    few = (("followers", 3), ("following", 300), ("posts", 9))

    found = judged(links=(OWN.url,), counts=few)

    assert "hollow" in rules(found)
    assert found.label is OwnershipLabel.MINE


def test_an_imitation_stays_one_whatever_links_to_it() -> None:
    impostor = {"handle": "maria-de1gado.skies.example", "bio": BIO}

    assert judged(**impostor).label is OwnershipLabel.IMPERSONATION


@pytest.mark.parametrize("shown", [{}, {"name": "", "handle": "zz", "bio": ""}])
def test_an_account_that_says_it_is_not_there_is_shown_to_the_person(
    shown: dict[str, str],
) -> None:
    found = judged(own=replace(OWN, links=()), says_missing=True, **shown)

    assert found.label is OwnershipLabel.UNKNOWN
    assert Reason("says-missing") in found.reasons


def test_nobody_is_shown_a_strangers_page_that_says_it_is_not_there() -> None:
    found = judged(own=replace(OWN, links=()), says_missing=True, name="Karl Brandt")

    assert found.label is OwnershipLabel.UNRELATED
