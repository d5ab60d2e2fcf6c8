"""A private contact beside one's name is told, and its value is kept nowhere."""

from dataclasses import replace

import pytest
from msgspec import structs

from monitor.demo.data import DemoPage
from monitor.demo.district import DANIEL, MARIA
from monitor.domain.case import Case
from monitor.domain.errors import NotPermittedError
from monitor.domain.person import Reviewer
from monitor.domain.vocabulary import CaseKind, CaseState, Decision, OwnershipLabel, Severity
from monitor.services.answers import record_feedback
from monitor.services.findings import build_finding_page
from monitor.services.outbox import send_due
from monitor.services.review_access import load_opened_case, record_case_views
from monitor.services.takedown import build_removal_view
from reports.reason_rendering import render_reason
from tests.cases import build_cards, forget, say
from tests.monitor.services.world import REVIEWERS, Staff, World, account

PAGE = DemoPage(
    url="http://people-finder.example/maria-delgado",
    title="Maria Delgado, teacher in Cedar Valley",
    text="Maria Delgado lives at 14 Elm Street, Cedar Valley. Home: 319-555-0134. SSN 123-45-6789.",
)
ANA = Reviewer(address=REVIEWERS[0])
BOTH = "home-address phone"
VALUES = ("Elm", "0134", "45-6789", "555-01")


@pytest.fixture
def maria(world: World) -> Staff:
    """Somebody whose home address and phone number a page shows."""
    world.internet = world.internet.add_entry(PAGE)
    maria = world.joins(MARIA)
    world.sweep()
    return maria


def shows_an_email_address_too(maria: Staff) -> None:
    """Let the page show one more kind of contact details from the next sweep on."""
    world = maria.world
    more = replace(PAGE, text=f"{PAGE.text} Write to maria@gmail.com.")
    world.internet = world.internet.remove_entry(PAGE).add_entry(more)
    world.a_week_later()
    world.sweep()


def exposed(maria: Staff) -> dict[str, Case]:
    cases = (case for case in maria.cases if case.kind is CaseKind.EXPOSED_CONTACT)
    return {case.relation: case for case in cases}


def test_a_page_has_one_case_for_all_its_contact_details(maria: Staff):
    (case,) = exposed(maria).values()

    assert (case.contact_kinds, case.severity) == (("home-address", "phone"), Severity.HIGH)
    assert render_reason(case.reasons[0]) == (
        "A street address and a phone number appear next to your name, in the search result."
    )


def test_the_value_is_kept_nowhere(maria: Staff):
    world, state = maria.world, maria.world.state
    kept = [
        repr(entry)
        for finding in maria.findings.values()
        for entry in (
            finding,
            maria.cases,
            state.findings.find_assessment(finding.id),
            state.versions.list_versions(finding.id),
            state.sightings.list_sightings_of_finding(finding.id),
        )
    ]
    world.on_monday()

    told = "".join(kept) + "".join(email.text for email in maria.emails)
    assert "[street address]" in told
    assert "[number removed]" in told
    assert not any(value in told for value in VALUES)


def test_of_an_account_with_details_it_is_asked_too_whose_it_is(world: World):
    """Somebody may pretend to be the owner of the details that they show."""
    shows = replace(
        account("plumber", week=2), since=1, bio="Daniel Reyes, Cedar Valley. Call 319-555-0134."
    )
    world.internet = world.internet.add_entry(shows)
    daniel = world.joins(DANIEL)
    world.sweep()
    world.on_monday()
    case = daniel.case(CaseKind.EXPOSED_CONTACT)
    cards = [card for card in build_cards(world.app, daniel.id) if card.is_asked]

    assert [card.is_case for card in cards if card.finding.id == case.finding_id] == [True, False]
    (digest,) = daniel.emails_of("digest")
    assert f"/answer/f{case.id}" in digest.text
    assert "Also on your page: Is this you? (" in " ".join(digest.text.split())


def test_whose_the_details_are_does_not_say_who_runs_the_account(world: World):
    shows = replace(
        account("plumber", week=2), since=1, bio="Daniel Reyes, Cedar Valley. Call 319-555-0134."
    )
    world.internet = world.internet.add_entry(shows)
    daniel = world.joins(DANIEL)
    world.sweep()
    case = daniel.case(CaseKind.EXPOSED_CONTACT)
    assert not build_finding_page(world.app, daniel.id, case.finding_id).has_ownership_question

    daniel.rules(case, Decision.MINE)

    assert world.state.findings.find_finding_label(case.finding_id) is OwnershipLabel.UNKNOWN
    cards = [card for card in build_cards(world.app, daniel.id) if card.is_asked]
    assert [card.is_case for card in cards if card.finding.id == case.finding_id] == [False]
    assert not build_removal_view(world.app, daniel.id, case.id).own


def test_it_is_told_in_the_digest_and_not_at_once(maria: Staff):
    send_due(maria.world.app)
    assert maria.emails_of("alert") == []
    maria.world.on_monday()

    (digest,) = maria.emails_of("digest")
    assert "street address" in digest.text
    assert "people-finder" in digest.text


def test_it_opens_to_it_only_when_its_person_shares_it(maria: Staff):
    world, case = maria.world, exposed(maria)[BOTH]
    world.on_monday()
    world.later(days=60)
    with pytest.raises(NotPermittedError):
        record_case_views(world.app, ANA, [case.id])

    maria.rules(case, Decision.SHARED)

    record_case_views(world.app, ANA, [case.id])
    shown = load_opened_case(world.app, ANA, case.id)
    assert shown
    assert not any(value in repr(shown) for value in VALUES)


def test_what_was_ruled_harmless_stays_quiet_and_a_new_kind_is_told(maria: Staff):
    for case in exposed(maria).values():
        maria.rules(case, Decision.HARMLESS)
    shows_an_email_address_too(maria)

    assert {kind: case.state for kind, case in exposed(maria).items()} == {
        BOTH: CaseState.HARMLESS,
        "mail": CaseState.NEW,
    }


def test_what_is_said_to_be_a_namesakes_is_flagged_no_more(maria: Staff):
    maria.rules(exposed(maria)[BOTH], Decision.NAMESAKE)
    shows_an_email_address_too(maria)

    assert "mail" not in exposed(maria)


def test_a_new_kind_joins_the_open_case_and_is_told_in_the_next_digest(maria: Staff):
    before = exposed(maria)[BOTH]
    maria.world.on_monday()
    shows_an_email_address_too(maria)

    (case,) = exposed(maria).values()
    assert (case.id, case.relation) == (before.id, f"{BOTH} mail")
    assert case.notified_at is None
    maria.world.on_monday()
    assert "a private email address appear" in maria.emails_of("digest")[-1].text


def test_a_new_kind_is_not_shown_to_it_with_what_was_shared(maria: Staff):
    maria.rules(exposed(maria)[BOTH], Decision.SHARED)
    shows_an_email_address_too(maria)

    cases = exposed(maria)
    assert {kind: case.shared_at is None for kind, case in cases.items()} == {
        BOTH: False,
        "mail": True,
    }


def test_an_answer_that_is_taken_back_joins_the_open_case_of_its_page(maria: Staff):
    first = exposed(maria)[BOTH]
    maria.rules(first, Decision.HARMLESS)
    shows_an_email_address_too(maria)
    assert set(exposed(maria)) == {BOTH, "mail"}
    maria.rules(first, Decision.REOPENED)

    maria.world.a_week_later()
    maria.world.sweep()

    (case,) = exposed(maria).values()
    assert (case.relation, case.severity) == (f"{BOTH} mail", Severity.HIGH)
    said = [decision.decision for decision in maria.world.state.cases.list_decisions(case.id)]
    assert said == [Decision.HARMLESS, Decision.REOPENED]


def test_the_same_number_found_again_is_told_once(maria: Staff):
    before = exposed(maria)
    for _ in range(2):
        maria.world.a_week_later()
        assert maria.world.sweep() == []

    assert {kind: case.id for kind, case in exposed(maria).items()} == {
        kind: case.id for kind, case in before.items()
    }


def test_a_number_in_ones_own_description_is_told_with_what_to_do(world_of):
    world = world_of(families=("bluesky",))
    own = account("maria")
    world.internet = world.internet.remove_entry(own).add_entry(
        replace(own, bio="Science teacher. Text me at 319-555-0134!")
    )
    maria = world.joins(MARIA)
    world.sweep()

    (case,) = exposed(maria).values()
    assert "you can remove it yourself" in render_reason(case.reasons[1])
    assert maria.findings["https://bsky.app/profile/mariadelgado.skies.example"].portrait.bio == (
        "Science teacher. Text me at [phone number]!"
    )


def test_another_number_in_the_same_place_is_no_change(world_of):
    """The value is not kept, so that it cannot be compared, and is exposed all the same."""
    world = world_of(families=("bluesky",))
    own = account("maria")
    bio = "Science teacher. Text me at 319-555-{}!"
    world.internet = world.internet.remove_entry(own).add_entry(
        replace(own, bio=bio.format("0134"))
    )
    world.joins(MARIA)
    world.sweep()
    world.internet = world.internet.remove_entry(replace(own, bio=bio.format("0134"))).add_entry(
        replace(own, bio=bio.format("0199"))
    )
    world.a_week_later()

    assert world.sweep() == []


def test_the_school_number_of_the_configuration_exposes_nobody(world: World):
    text = "Maria Delgado, 319-555-0134"
    world.internet = world.internet.add_entry(replace(PAGE, text=text))
    district = structs.replace(world.config.district, public_contacts=("(319) 555-0134",))
    world.restarts(structs.replace(world.config, district=district))
    maria = world.joins(MARIA)
    world.sweep()

    assert exposed(maria) == {}
    assert any(text in finding.portrait.snippet for finding in maria.findings.values())


def test_a_page_kept_as_evidence_holds_no_private_contact(world_of):
    world = world_of(families=("bluesky",))
    impostor = account("impersonator", week=2)
    world.internet = world.internet.add_entry(
        replace(impostor, since=1, bio=f"{impostor.bio} Call 319-555-0134, SSN 123-45-6789")
    )
    world.joins(MARIA)
    world.sweep()
    kept = world.state.pages.list_records()

    assert kept
    assert not any(b"45-6789" in page.page.body or "0134" in repr(page.reading) for page in kept)


def test_a_page_with_contact_details_is_one_card(maria: Staff):
    (case,) = exposed(maria).values()

    cards = build_cards(maria.world.app, maria.id)
    assert [card.id for card in cards if card.finding.url == PAGE.url] == [case.id]


def test_of_two_findings_that_become_one_each_kind_is_asked_about_once(maria: Staff):
    cases, whole = maria.world.state.cases, exposed(maria)[BOTH]
    other = next(finding for finding in maria.findings.values() if finding.id != whole.finding_id)
    maria.rules(whole, Decision.HARMLESS)
    cases.insert_case(
        replace(forget(whole), id="f" * 32, finding_id=other.id, relation="phone mail")
    )

    cases.move_to_finding(other.id, whole.finding_id)

    assert {kind: case.state for kind, case in exposed(maria).items()} == {
        BOTH: CaseState.HARMLESS,
        "mail": CaseState.NEW,
    }


def test_the_stronger_answer_stays_where_two_findings_become_one(maria: Staff):
    cases, whole = maria.world.state.cases, exposed(maria)[BOTH]
    other = next(finding for finding in maria.findings.values() if finding.id != whole.finding_id)
    raised = replace(forget(whole), id="f" * 32, finding_id=other.id, relation=BOTH)
    said = say(raised, Decision.REMOVAL_ASKED)
    cases.insert_case(said)

    cases.move_to_finding(other.id, whole.finding_id)

    assert [(text.id, text.state) for text in exposed(maria).values()] == [
        (said.id, CaseState.REMOVAL_ASKED)
    ]


REALTOR = (
    "Maria Delgado, realtor at Lakeside Homes, Cedar Valley: open houses, mortgages, listings."
)


def test_what_was_learned_of_a_namesake_hides_no_address_in_the_persons_town(world: World):
    for number in range(9):
        home = replace(PAGE, url=f"http://homes.example/{number}", title="Homes", text=REALTOR)
        world.internet = world.internet.add_entry(home)
    maria = world.joins(MARIA)
    world.sweep()
    homes = [finding.id for url, finding in maria.findings.items() if "homes.example" in url]
    record_feedback(world.app, maria.id, dict.fromkeys(homes, Decision.NAMESAKE))
    listing = replace(PAGE, title="Homes", text=f"{REALTOR} Home: 14 Elm Street, 319-555-0134")
    world.internet = world.internet.add_entry(listing)
    world.a_week_later()
    world.sweep()

    (case,) = exposed(maria).values()
    label = world.state.findings.find_finding_label(case.finding_id)
    assert label in {OwnershipLabel.NAMESAKE, OwnershipLabel.UNKNOWN}


def test_what_follows_from_an_answer_is_asked_at_once(world: World):
    namesake = replace(account("plumber", week=2), since=1)
    namesake = replace(namesake, bio=f"{namesake.bio} Call me at home: 319-555-0134")
    world.internet = world.internet.add_entry(namesake)
    daniel = world.joins(DANIEL)
    world.sweep()
    (finding,) = (entry for entry in daniel.findings.values() if entry.portrait.exposed)
    assert exposed(daniel) == {}

    record_feedback(world.app, daniel.id, {finding.id: Decision.MINE})

    assert set(exposed(daniel)) == {"phone"}


@pytest.mark.parametrize(
    ("shown", "asked"),
    [("Text me: 319-555-0134", set()), ("Home: 14 Elm Street", {"home-address"})],
)
def test_the_number_of_whoever_plays_them_is_not_asked_about(world: World, shown: str, asked: set):
    pretends = replace(account("impersonator", week=2), since=1)
    world.internet = world.internet.add_entry(pretends)
    maria = world.joins(MARIA)
    world.sweep()
    maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.IMPERSONATION)

    calls = replace(pretends, bio=f"{pretends.bio} {shown}, Cedar Valley")
    world.internet = world.internet.remove_entry(pretends).add_entry(calls)
    world.a_week_later()
    world.sweep()

    assert set(exposed(maria)) == asked
