"""A page with harmful words beside a name and school is told first, and never judged."""

from dataclasses import replace

import pytest

from monitor.demo.data import DemoPage
from monitor.demo.district import MAPLE_STREET, MARIA
from monitor.domain.case import Case
from monitor.domain.case_drafts import build_harm_draft
from monitor.domain.consent import HARM_TOLD_SINCE
from monitor.domain.finding import REREAD_AFTER
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import (
    CaseKind,
    CaseState,
    Decision,
    OwnershipLabel,
    Severity,
    Side,
    UploadProblem,
)
from monitor.services.answers import share_case
from monitor.services.digests import build_digest_view
from monitor.services.disclosure import disclose_own, find_review_opening
from monitor.services.evidence_pack import build_evidence_view
from monitor.services.removal_list import build_removal_list
from monitor.services.takedown import add_screenshot, build_takedown_view
from reports.reason_rendering import render_reason
from scrapers.models import TraceKind
from tests.cases import build_cards, say
from tests.monitor.services.world import IMPOSTOR, Staff, World

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
        "Maria Delgado, {school}, address + phone in thread. You know what to do",
        "mega set of Maria Delgado of {school} \N{NO ONE UNDER EIGHTEEN SYMBOL}",
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
        "Bomb threat at {school}: principal Maria Delgado says that all are safe",
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

    cards = build_cards(world.app, maria.id)
    assert cards[0].case is not None
    assert cards[0].case.kind is CaseKind.HARMFUL_PAGE
    world.writes()
    assert any("call the police" in email.text for email in maria.emails_of("alert"))


def test_emails_tell_it_before_an_impostor_that_was_found_first(world: World):
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    world.internet = world.internet.add_entry(THREAT)
    world.later(hours=1)
    world.sweep()

    kinds = [CaseKind.HARMFUL_PAGE, CaseKind.IMPERSONATION]
    assert [case.kind for case in build_digest_view(world.app, maria.id).cases] == kinds
    world.writes()
    text = maria.emails_of("alert")[0].text
    assert text.index("board[.]example") < text.index("mariadelgad0")


def test_its_card_asks_whether_it_is_about_them_and_leads_to_the_kit(world: World):
    maria = find(world, THREAT)
    (case,) = list_harms(maria)
    view = disclose_own(world.app, case)

    assert [choice.value for choice in view.answers] == [
        *(Decision.MOCK, Decision.NAMESAKE, Decision.UNRELATED)
    ]
    assert not any(one.after for one in view.foreseen.values())
    assert view.question == "Is this page about you?"
    assert view.plan_path == f"/me/takedown/{case.id}"
    assert [step.name for step in view.track] == ["Found", "You", "Reported", "Gone"]


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


def test_a_page_is_compared_with_no_account_of_its_person(world: World) -> None:
    """It plays no one: words that both have are no copy, and no report says so."""
    page = write(f"Maria Delgado, fifth grade science teacher at {MAPLE_STREET}, deserves to die")
    maria = find(world, page)
    (case,) = list_harms(maria)

    view = build_evidence_view(world.app, case, Side.PERSON)

    assert (view.compared_with, view.copied) == ("", ())


ELM = f"Maria Delgado of {MAPLE_STREET} lives at 14 Elm Street, Cedar Valley. Home: 319-555-0134."
DOXXING = write(f"doxxing Ms. Delgado, pull up to her house. {ELM}")


def test_a_page_that_tells_where_somebody_lives_is_one_card_with_all_facts(world: World):
    maria = find(world, DOXXING)
    (case,) = maria.cases
    cards = build_cards(world.app, maria.id)
    (card,) = [one_card for one_card in cards if one_card.finding.url == URL]

    assert card.case
    assert card.case.id == case.id
    assert case.kind is CaseKind.HARMFUL_PAGE
    assert {"harm.doxxing", "contact-shown"} <= {reason.rule for reason in case.reasons}
    assert "Elm" not in str(case)
    steps = [step.words.rule for step in disclose_own(world.app, case).steps]
    assert "advice.contact-search" in steps


def test_a_page_that_turns_harmful_takes_the_open_question_about_its_details_along(world: World):
    maria = find(world, write(ELM))
    (before,) = maria.cases
    assert before.kind is CaseKind.EXPOSED_CONTACT
    world.internet = world.internet.add_entry(DOXXING)
    world.later(days=REREAD_AFTER.days + 1)
    world.sweep()

    (case,) = maria.cases
    assert (case.kind, case.relation) == (CaseKind.HARMFUL_PAGE, "home-address phone")
    (line,) = build_removal_list(world.app, maria.id).lines
    assert line.case.id == case.id
    assert "street address and a phone number" in render_reason(line.shows)


def test_two_open_questions_about_one_page_leave_their_whole_log_with_it(world: World):
    maria = find(world, DOXXING)
    (harm,) = maria.cases
    kinds = ("home-address", "phone")
    for kind in kinds:
        part = replace(harm, id=kind, kind=CaseKind.EXPOSED_CONTACT, relation=kind)
        world.state.cases.insert_case(say(part, Decision.SHARED, Decision.UNSHARED))
    world.later(days=REREAD_AFTER.days + 1)
    world.internet = world.internet.remove_entry(DOXXING)
    world.internet = world.internet.add_entry(replace(DOXXING, title="new"))
    world.sweep()

    assert [case.id for case in maria.cases] == [harm.id]
    said = world.state.cases.list_decisions(harm.id)
    assert [entry.decision for entry in said] == [Decision.SHARED, Decision.UNSHARED] * len(kinds)


def test_details_that_come_after_an_answer_are_told_apart(world: World):
    maria = find(world, write(f"doxxing Ms. Delgado, {MAPLE_STREET}: pull up to her house"))
    maria.rules(list_harms(maria)[0], Decision.MOCK)
    world.internet = world.internet.add_entry(DOXXING)
    world.later(days=REREAD_AFTER.days + 1)
    world.sweep()

    kinds = {case.kind for case in maria.cases}
    assert kinds == {CaseKind.HARMFUL_PAGE, CaseKind.EXPOSED_CONTACT}


AT_HOME = write(
    "doxxing Ms. Delgado, pull up to her house. "
    f"Maria Delgado of {MAPLE_STREET} lives at 14 Elm Street, Cedar Valley."
)


@pytest.mark.parametrize("words", ["doxxing Ms. Delgado, pull up to her house. ", ""])
def test_what_a_page_adds_to_what_its_case_told_is_told_apart(world: World, words: str):
    maria = find(world, AT_HOME)
    maria.rules(list_harms(maria)[0], Decision.MOCK)
    world.internet = world.internet.remove_entry(AT_HOME).add_entry(write(f"{words}{ELM}"))
    world.later(days=REREAD_AFTER.days + 1)
    world.sweep()

    assert {case.kind: case.relation for case in maria.cases} == {
        CaseKind.HARMFUL_PAGE: "home-address",
        CaseKind.EXPOSED_CONTACT: "phone",
    }


def test_an_open_case_takes_nothing_along_that_it_does_not_tell(world: World):
    """Its words stay as they were once the page is no longer harmful."""
    maria = find(world, AT_HOME)
    world.internet = world.internet.remove_entry(AT_HOME).add_entry(write(ELM))
    for _ in range(2):
        world.later(days=REREAD_AFTER.days + 1)
        world.sweep()

    assert sorted(case.relation for case in maria.cases) == ["home-address", "phone"]
