"""A page with harmful words beside a name and school is told first, and never judged."""

from dataclasses import replace

import pytest

from monitor.demo.data import DemoPage
from monitor.demo.district import MAPLE_STREET, MARIA
from monitor.domain.case import Case
from monitor.domain.consent import HARM_TOLD_SINCE
from monitor.domain.finding import REREAD_AFTER
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import (
    CaseKind,
    CaseState,
    Decision,
    OwnershipLabel,
    Severity,
    UploadProblem,
)
from monitor.services.answers import share_case
from monitor.services.cases import build_harm_draft
from monitor.services.disclosure import disclose_own, find_review_opening
from monitor.services.findings import list_pending_cards
from monitor.services.takedown import add_screenshot, build_takedown_view
from scrapers.models import TraceKind
from tests.monitor.services.world import Staff, World

URL = "https://board.example/thread/9"
OLDER_TEXT = "2026-11-30.2"
assert OLDER_TEXT < HARM_TOLD_SINCE


def write(text: str, title: str = "thread") -> DemoPage:
    return DemoPage(url=URL, title=title, text=text)


SEXUAL = write(f"leaked nudes of Maria Delgado from {MAPLE_STREET}")
THREAT = write(f"Maria Delgado of {MAPLE_STREET} deserves to die", "who is next")


def find(world: World, page: DemoPage) -> Staff:
    world.internet = world.internet.add_entry(page)
    maria = world.joins(MARIA)
    world.sweep()
    assert page.url in maria.findings
    return maria


def list_harms(staff: Staff) -> list[Case]:
    return [case for case in staff.cases if case.kind is CaseKind.HARMFUL_PAGE]


@pytest.mark.parametrize(
    "text",
    [
        "porno falso de Maria Delgado, {school}",
        "hay que matarla a la profe Delgado de {school}",
        "doxxing Ms. Delgado, {school}: pull up to her house",
    ],
)
def test_such_a_page_is_a_case_of_its_own_and_a_serious_one(world: World, text: str):
    (case,) = list_harms(find(world, write(text.format(school=MAPLE_STREET))))

    assert case.severity is Severity.HIGH


@pytest.mark.parametrize(
    "text",
    [
        "Petition: fire Maria Delgado of {school}, the worst teacher",
        "Maria Delgado of {school} slept with students, says a parent",
        "Maria Delgado, {school}: 1 star. I hate her class",
        "Maria Delgado of {school} was charged with threats to kill her neighbor",
        "Maria Delgado teaches sex education at {school}",
        "Maria Delgado lives at 12 Oak Street. Home address and phone. Works at {school}",
        "leaked nudes of Maria Delgado, the actor",
        "leaked nudes, says somebody in {school}",
    ],
)
def test_accusations_petitions_reviews_and_news_are_none(world: World, text: str):
    world.internet = world.internet.add_entry(write(text.format(school=MAPLE_STREET)))
    maria = world.joins(MARIA)
    world.sweep()

    assert not list_harms(maria)


def test_of_a_sexual_page_the_address_and_the_time_alone_are_kept(world: World):
    maria = find(world, SEXUAL)
    finding = maria.findings[URL]

    shown = finding.portrait
    assert (shown.url, shown.harms) == (URL, ("sexual",))
    assert not any((shown.title, shown.snippet, shown.name, shown.picture, shown.links))
    assert "nudes" not in str(disclose_own(world.app, list_harms(maria)[0]))
    assert world.app.db.findings.find_finding_label(finding.id) is OwnershipLabel.ABOUT_ME


def consents_to(staff: Staff, text_version: str) -> None:
    world = staff.world
    world.later(minutes=1)
    consent = world.state.consents.find_latest_consent(staff.id)
    world.state.consents.insert_consent(
        replace(consent, text_version=text_version, at=world.clock.at)
    )


def test_of_a_sexual_page_no_other_list_brings_text_back(world: World):
    world.internet = world.internet.add_entry(SEXUAL)
    maria = world.joins(MARIA)
    current = world.state.consents.find_latest_consent(maria.id).text_version
    consents_to(maria, OLDER_TEXT)
    world.sweep()
    finding = maria.findings[URL]
    seen, *_ = world.state.sightings.list_sightings_of_finding(finding.id)
    assert "nudes" in seen.trace.snippet
    world.state.sightings.save_sighting(replace(seen, query="another", source="brave"))

    consents_to(maria, current)
    world.later(days=REREAD_AFTER.days + 1)
    world.sweep()
    assert_nothing_is_kept_of_it(maria)

    world.internet = world.internet.add_entry(write(f"Maria Delgado, {MAPLE_STREET}: a dump"))
    world.a_week_later()
    world.sweep()
    assert_nothing_is_kept_of_it(maria)
    assert len(list_harms(maria)) == 1


def assert_nothing_is_kept_of_it(maria: Staff) -> None:
    finding, state = maria.findings[URL], maria.world.state
    sightings = state.sightings.list_sightings_of_finding(finding.id)
    versions = state.versions.list_versions(finding.id)
    assert sightings
    assert versions
    kept = [finding.portrait, *(one.trace for one in (*sightings, *versions))]
    assert not any(trace.title or trace.snippet for trace in kept)
    assert finding.portrait.harms == ("sexual",)


def test_of_an_account_no_one_says_that_its_address_alone_is_kept(world: World):
    page = find(world, SEXUAL).findings[URL].portrait
    account = replace(page, kind=TraceKind.ACCOUNT, name="Maria")

    assert build_harm_draft(page).reasons[-1] == Reason("harm-kept.address")
    assert build_harm_draft(account).reasons[-1] == Reason("harm-kept.no-page")


def test_of_a_sexual_page_nobody_adds_a_screenshot(world: World):
    maria = find(world, SEXUAL)
    case = maria.rules(list_harms(maria)[0], Decision.MOCK)

    assert add_screenshot(world.app, maria.id, case.id, b"picture") is UploadProblem.SEXUAL
    assert build_takedown_view(world.app, maria.id, case.id).screenshots.withheld


def test_who_says_that_it_is_about_them_is_asked_nothing_else_of_it(world: World):
    maria = find(world, THREAT)
    maria.rules(list_harms(maria)[0], Decision.MOCK)
    world.internet = world.internet.add_entry(write(f"Maria Delgado, {MAPLE_STREET}: a thread"))
    world.a_week_later()
    world.sweep()

    assert [case.state for case in maria.cases] == [CaseState.MOCK]
    assert [case.kind for case in maria.cases] == [CaseKind.HARMFUL_PAGE]


def test_it_is_told_first_and_by_email_at_once(world: World):
    maria = find(world, THREAT)

    cards = list_pending_cards(world.app, maria.id)
    assert cards[0].case is not None
    assert cards[0].case.kind is CaseKind.HARMFUL_PAGE
    world.writes()
    assert any("call the police" in email.text for email in maria.emails_of("alert"))


def test_its_card_asks_whether_it_is_about_them_and_leads_to_the_kit(world: World):
    maria = find(world, THREAT)
    (case,) = list_harms(maria)
    view = disclose_own(world.app, case)

    assert [choice.value for choice in view.answers] == [
        *(Decision.MOCK, Decision.NAMESAKE, Decision.UNRELATED)
    ]
    assert not any(choice.opens for choice in view.choices)
    assert view.question == "Is this page about you?"
    assert view.plan_path == f"/me/takedown/{case.id}"
    assert [step for step, _ in view.track] == ["Found", "You", "Reported", "Gone"]


def test_time_never_opens_it_to_it_and_its_persons_word_does(world: World):
    maria = find(world, THREAT)
    (case,) = list_harms(maria)
    world.later(days=60)
    assert find_review_opening(world.app, case) is None

    said = maria.rules(case, Decision.MOCK)
    assert said.state is CaseState.MOCK
    assert find_review_opening(world.app, said) is None

    share_case(world.app, maria.id, case.id)
    (shared,) = list_harms(maria)
    assert find_review_opening(world.app, shared) is not None


def test_who_says_that_it_is_somebody_else_is_not_told_again(world: World):
    maria = find(world, THREAT)
    (case,) = list_harms(maria)
    maria.rules(case, Decision.NAMESAKE)
    world.a_week_later()
    world.sweep()

    assert [one.state for one in list_harms(maria)] == [CaseState.NAMESAKE]


def test_under_an_older_consent_no_page_is_looked_at_for_it(world: World):
    world.internet = world.internet.add_entry(SEXUAL)
    maria = world.joins(MARIA)
    consents_to(maria, OLDER_TEXT)
    world.sweep()

    assert maria.findings[URL].portrait.harms == ()
    assert not list_harms(maria)
