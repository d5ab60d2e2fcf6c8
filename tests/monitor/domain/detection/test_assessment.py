"""Whose is it: the cases that a member of staff would judge at a glance."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.demo.district import JOHN, MARIA
from monitor.domain.detection.appearance import Inventory, Subject
from monitor.domain.detection.assessment import Assessment, assess_trace, explain_assessment
from monitor.domain.detection.weights import load_own_weights
from monitor.domain.reason import Reason
from monitor.domain.severity import rate_severity
from monitor.domain.vocabulary import Decision, OwnershipLabel, Severity
from reports.reason_rendering import render_reason
from scrapers.models import NetworkLabel, Trace, TraceKind
from tests.rows import over_rows

BIO = "5th grade science teacher at Maple Street Elementary. Volcanoes, beetles, bad puns."
WEIGHTS = load_own_weights()
MANY = 60.0
OWN = Trace(
    key="https://bsky.app/profile/did:plc:maria",
    kind=TraceKind.ACCOUNT,
    url="https://bsky.app/profile/mariadelgado.skies.example",
    account="bluesky:did:plc:maria",
    account_aliases=("bluesky:@mariadelgado.skies.example",),
    name="Maria Delgado",
    handle="mariadelgado.skies.example",
    bio=BIO,
    created_at=datetime(2023, 8, 14, tzinfo=UTC),
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
IMPOSTOR = replace(STRANGER, handle="maria-de1gado.skies.example", bio=BIO)
PAGE = Trace(key="https://a.example/1", kind=TraceKind.PAGE, url="https://a.example/1")
BARE = Trace(
    key="https://paceclub.example/mariadelgado2",
    kind=TraceKind.ACCOUNT,
    url="https://paceclub.example/mariadelgado2",
    account="paceclub:@mariadelgado2",
    handle="mariadelgado2",
)


def maria(trace: Trace, decision: Decision | None = None, others: float = MANY) -> Assessment:
    subject = Subject(person=MARIA.person, commonness=others)
    return assess_trace(subject, trace, Inventory(own_traces=(OWN,)), decision, WEIGHTS)


def john(trace: Trace) -> Assessment:
    return assess_trace(
        Subject(person=JOHN.person, commonness=2000.0), trace, Inventory(), None, WEIGHTS
    )


def rules(assessment: Assessment) -> set[str]:
    return {piece.rule for piece in assessment.evidence}


def test_an_account_with_a_lookalike_handle_and_a_copied_bio_is_a_severe_impersonation():
    found = maria(IMPOSTOR)

    assert found.label is OwnershipLabel.IMPERSONATION
    assert rate_severity(found) is Severity.HIGH
    assert {"lookalike-handle", "copied-bio", "copied-name"} <= rules(found)


def test_a_lookalike_handle_alone_is_a_lesser_one():
    found = maria(replace(IMPOSTOR, bio=""))

    assert found.label is OwnershipLabel.IMPERSONATION
    assert rate_severity(found) is Severity.MEDIUM


def test_an_impersonation_is_seen_in_a_search_result_too():
    result = replace(IMPOSTOR, name="", bio="", title="Maria Delgado (@maria-de1gado)", snippet=BIO)

    assert maria(result).label is OwnershipLabel.IMPERSONATION


@pytest.mark.parametrize(
    ("network", "title"),
    [
        ("telegram", "Telegram: Contact @drdelgado"),
        ("snapchat", "Add drdelgado on Snapchat"),
        ("x", "@drdelgado"),
    ],
)
def test_a_network_s_own_title_is_no_other_name(network: str, title: str):
    contact = replace(
        STRANGER, account=f"{network}:@drdelgado", handle="drdelgado", name="", bio=""
    )
    snippet = "Maria Delgado. Maple Street Elementary School. I need gift cards, are you available?"
    found = maria(replace(contact, location="", title=title, snippet=snippet))

    assert "name-other" not in rules(found)
    assert {"name-exact", "lure"} <= rules(found)


def test_a_namesake_three_towns_away_is_a_namesake():
    assert maria(STRANGER).label is OwnershipLabel.NAMESAKE


def test_a_namesake_who_took_the_handle_with_a_number_is_no_impersonation():
    assert maria(replace(STRANGER, handle="mariadelgado7")).label is OwnershipLabel.NAMESAKE


def test_a_declared_account_is_own_whatever_it_says():
    taken_over = replace(OWN, name="FREE CRYPTO TIPS", bio="Click here", handle="x")

    assert maria(taken_over).label is OwnershipLabel.MINE


def test_an_account_is_declared_by_its_handle_before_its_id_is_known():
    subject = Subject(person=MARIA.person, commonness=MANY)

    assert assess_trace(subject, OWN, Inventory(), None, WEIGHTS).label is OwnershipLabel.MINE


def test_the_address_of_an_own_account_is_own_where_it_is_found_as_a_page():
    page = replace(PAGE, key=OWN.key, title="Somebody")

    assert maria(page).label is OwnershipLabel.MINE


def test_a_very_common_name_without_a_cue_is_nobody_in_particular():
    page = replace(PAGE, title="John Smith, novelist", snippet="John Smith writes crime novels.")

    assert john(page).label is OwnershipLabel.NAMESAKE


def test_a_common_name_on_the_staff_page_is_about_the_person():
    page = replace(
        PAGE,
        title="John Smith | Cedar Valley High School",
        snippet="John Smith, mathematics teacher, Cedar Valley Public Schools.",
    )

    assert john(page).label is OwnershipLabel.ABOUT_ME


def test_a_page_that_names_person_and_school_is_about_the_person():
    page = replace(PAGE, snippet="Maria Delgado teaches at Maple Street Elementary School.")

    assert maria(page).label is OwnershipLabel.ABOUT_ME


@pytest.mark.parametrize(
    ("title", "snippet", "asks"),
    [
        (
            "Fundraiser for Maria Delgado : Ms. Delgado fights cancer",
            "$1,240 raised of $20,000",
            "asking-page",
        ),
        ("Recaudación de fondos para Maria Delgado", "Done ahora", "asking-page"),
        (
            "Join Ms. Delgado's class",
            "Enter your phone number and school password",
            "asking-page.password",
        ),
        ("La clase de Maria Delgado", "Ingrese su nombre y contraseña", "asking-page.password"),
    ],
)
def test_a_page_that_asks_for_money_or_a_password_under_their_name_is_asked_about(
    title: str, snippet: str, asks: str
):
    page = replace(PAGE, title=title, snippet=f"Maple Street Elementary School. {snippet}")

    asked = maria(page)

    assert (asked.label, asked.suggestion) == (OwnershipLabel.UNKNOWN, None)
    assert asked.reasons[0] == Reason(asks)
    assert explain_assessment(asked, TraceKind.PAGE, WEIGHTS).asked_for == "asking-page"
    # A namesake's is not asked about, nor is one that only names them.
    assert maria(replace(page, snippet=snippet)).label is OwnershipLabel.NAMESAKE
    told = replace(page, title="Maple Street", snippet=f"Maria Delgado. {page.snippet}")
    assert maria(told).label is OwnershipLabel.ABOUT_ME


def test_a_page_that_only_shows_the_name_is_a_namesakes_unless_the_name_is_rare():
    page = replace(PAGE, title="Results of the fun run", snippet="Maria Delgado, 41 minutes")

    assert maria(page).label is OwnershipLabel.NAMESAKE
    assert maria(page, others=0.02).label is OwnershipLabel.ABOUT_ME


def test_another_town_turns_a_page_away_however_rare_the_name():
    page = replace(PAGE, snippet="Maria Delgado grew up in Fairmont.")

    assert maria(page, others=0.02).label is OwnershipLabel.NAMESAKE


def test_an_undeclared_account_is_a_question_while_it_may_be_an_imitation():
    mine = replace(STRANGER, handle="mdelgado", bio="At Maple Street Elementary")
    verified = replace(mine, account="chalk:1", network_labels=(NetworkLabel.VERIFIED,))

    assert maria(mine, others=0.02).suggestion is None
    assert maria(mine, others=0.02).label is OwnershipLabel.UNKNOWN
    assert maria(verified, others=0.02).suggestion is OwnershipLabel.MINE


def test_ones_own_words_on_another_network_are_a_question_under_an_imitated_handle():
    again = replace(
        STRANGER,
        account="chalk:1",
        handle="mariadelgado",
        bio=BIO,
        created_at=datetime(2021, 7, 1, tzinfo=UTC),
    )

    assert maria(again).suggestion is OwnershipLabel.MINE
    assert maria(replace(again, handle="mariade1gado")).label is OwnershipLabel.UNKNOWN


@pytest.mark.parametrize("handle", ["mariadelgado", "mdelgado", "maria.delgado", "mariadelgad0"])
@pytest.mark.parametrize("platform", ["paceclub", "bluesky"])
def test_a_handle_alone_is_never_an_impersonation(handle, platform):
    bare = replace(BARE, handle=handle, account=f"{platform}:{handle}:1")

    assert maria(bare).label is not OwnershipLabel.IMPERSONATION


@pytest.mark.parametrize("handle", ["mariadelgado", "mdelgado", "maria.delgado"])
def test_a_guessed_handle_is_a_question_or_a_namesakes(handle):
    bare = replace(BARE, handle=handle, account=f"paceclub:@{handle}")

    assert maria(bare).label in {OwnershipLabel.UNKNOWN, OwnershipLabel.NAMESAKE}


def test_a_guessed_handle_of_a_common_name_asks_nobody():
    assert john(replace(BARE, handle="johnsmith", account="paceclub:@johnsmith")).label is (
        OwnershipLabel.NAMESAKE
    )


def test_an_account_where_the_person_has_none_is_suspect_if_it_presents_itself_as_them():
    inventory = Inventory(own_traces=(OWN,), absent_platforms=frozenset({"paceclub"}))
    subject = Subject(person=MARIA.person, commonness=MANY)
    runner = replace(BARE, name="Maria Delgado", bio="I run and teach at Maple Street Elementary.")

    assert (
        assess_trace(subject, runner, inventory, None, WEIGHTS).label
        is OwnershipLabel.IMPERSONATION
    )
    nameless = assess_trace(subject, replace(runner, bio=""), inventory, None, WEIGHTS)
    assert nameless.label is not OwnershipLabel.IMPERSONATION


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("M\N{CYRILLIC SMALL LETTER A}ria Delgado", "mixed-alphabets"),
        ("Maria De1gado", "disguised-name"),
    ],
)
def test_a_disguised_name_is_an_impersonation_however_common(name, rule):
    found = maria(replace(STRANGER, name=name, bio="Hello"), others=1e6)

    assert OwnershipLabel.IMPERSONATION in {found.label, found.suggestion}
    assert rule in rules(found)


def test_a_misspelt_name_is_somebody_elses_until_it_claims_more():
    misspelt = replace(STRANGER, name="Maria Delgato", bio="")
    claiming = replace(misspelt, bio="Science at Maple Street Elementary.")

    assert maria(misspelt).label is OwnershipLabel.NAMESAKE
    assert maria(claiming).label is OwnershipLabel.UNKNOWN


def test_a_much_younger_account_counts_against_itself():
    younger = replace(IMPOSTOR, created_at=datetime(2025, 9, 1, tzinfo=UTC))
    elder = replace(IMPOSTOR, created_at=datetime(2021, 9, 1, tzinfo=UTC))

    assert maria(younger).bits > maria(IMPOSTOR).bits > maria(elder).bits
    assert {"younger", "elder"} & rules(maria(younger)) == {"younger"}
    assert {"younger", "elder"} & rules(maria(elder)) == {"elder"}


@pytest.mark.parametrize(
    ("bio", "label"),
    [
        ("All my links 18+", OwnershipLabel.UNKNOWN),
        ("", OwnershipLabel.UNKNOWN),
        ("Dental hygienist in Fairmont. Two cats.", OwnershipLabel.NAMESAKE),
    ],
)
def test_ones_own_username_under_ones_name_is_never_set_aside_without_another_life(bio, label):
    same = replace(
        STRANGER,
        key="https://links.example/mariadelgado",
        url="https://links.example/mariadelgado",
        account="links:@mariadelgado",
        handle="mariadelgado",
        bio=bio,
    )

    assert maria(same).label is label


def test_somebody_elses_name_and_handle_are_unrelated():
    other = replace(STRANGER, name="Thomas Okafor", handle="okafor", bio="Cedar Valley")

    assert maria(other).label is OwnershipLabel.UNRELATED
    assert maria(replace(PAGE, title="Beetles of the valley")).label is OwnershipLabel.UNRELATED


def test_a_colleague_whose_handle_is_spelt_alike_is_unrelated():
    colleague = replace(STRANGER, name="Mario Belgado", handle="mariobelgado", bio="")

    assert maria(colleague).label is OwnershipLabel.UNRELATED


def test_copied_words_under_another_name_are_still_an_imitation():
    found = maria(replace(IMPOSTOR, name="Trish Jones"))

    assert found.label is OwnershipLabel.IMPERSONATION


@over_rows(
    ("decision", "label"),
    [
        (Decision.MINE, OwnershipLabel.MINE),
        (Decision.NAMESAKE, OwnershipLabel.NAMESAKE),
        (Decision.UNRELATED, OwnershipLabel.UNRELATED),
        (Decision.IMPERSONATION, OwnershipLabel.IMPERSONATION),
        (Decision.MOCK, OwnershipLabel.MOCK),
        (Decision.REPORTED, OwnershipLabel.IMPERSONATION),
        (Decision.REMOVED, OwnershipLabel.IMPERSONATION),
    ],
)
@over_rows("trace", [IMPOSTOR, STRANGER])
def test_the_persons_ruling_settles_it(trace, decision, label):
    assert maria(trace, decision).label is label


def test_a_page_that_the_person_calls_theirs_is_about_them():
    assert maria(PAGE, Decision.MINE).label is OwnershipLabel.ABOUT_ME
    assert maria(PAGE, Decision.NAMESAKE).label is OwnershipLabel.NAMESAKE


@pytest.mark.parametrize("decision", [Decision.HARMLESS, Decision.SHARED, Decision.REOPENED])
def test_a_ruling_on_the_case_leaves_the_evidence_to_speak(decision):
    assert maria(IMPOSTOR, decision) == maria(IMPOSTOR)


def test_a_bio_that_was_copied_and_added_to_is_copied_still():
    advertised = f"{BIO} Write me for tutoring, at any hour! {'Cheap and good. ' * 9}"

    assert "copied-bio" in rules(maria(replace(IMPOSTOR, bio=advertised)))
    assert "copied-bio" not in rules(maria(replace(IMPOSTOR, bio=BIO[: len(BIO) // 2])))


@pytest.mark.parametrize(
    ("others", "told"),
    [
        (0.6, "Someone else may have your name, too."),
        (1.2, "About 1 other person online may have your name."),
        (2.0, "About 2 other people online may have your name."),
        (2345.0, "About 2,000 other people online may have your name."),
    ],
)
def test_the_person_is_told_in_round_numbers_how_many_bear_the_name(others, told):
    weighed = maria(STRANGER, others=others).evidence

    assert told in [render_reason(piece.reason) for piece in weighed]
