"""Each plan leads to proof, whatever the platform does: it answers, refuses, or stays silent."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from monitor.demo import response as cdn
from monitor.demo.data import DemoPage, DemoProfile
from monitor.demo.district import MAPLE_STREET, MARIA
from monitor.domain.case import Case
from monitor.domain.case_log import SENT_LEVERS
from monitor.domain.case_progress import get_reply_time
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import (
    CaseKind,
    CaseStep,
    Decision,
    EndReason,
    LeverKind,
    UploadProblem,
)
from monitor.services.answers import DecisionInput
from monitor.services.disclosure import disclose_own
from monitor.services.due_jobs import run_due_sweeps
from monitor.services.next_steps import build_advice_lines
from monitor.services.takedown import (
    add_screenshot,
    build_removal_view,
    build_takedown_view,
    record_removal_step,
    record_takedown_step,
)
from tests.monitor.services.world import IMPOSTOR, Staff, World

pytest.importorskip("PIL", reason="Pillow: the extra `photos` is not installed")

FAKE = "mariadelgad0"
SHOT = cdn.draw_png("nothing is there anymore")
ANSWERS, REFUSES, SILENT = PLATFORM_ACTS = "answers", "refuses", "silent"
# The network and the eight sites of the demo.
DEMO = {
    "bluesky": "",
    "chalkboard": "http://chalkboard.example/t/mariadelgad0",
    "givingdesk": "http://givingdesk.example/people/mariadelgad0",
    "paceclub": "http://paceclub.example/athletes/mariadelgad0",
    "readerly": "http://readerly.example/reader/mariadelgad0",
    "recipebox": "http://recipebox.example/cooks/mariadelgad0",
    "stitchbook": "http://stitchbook.example/by/mariadelgad0",
    "tuneshelf": "http://tuneshelf.example/mariadelgad0",
    "snapgarden": "http://snapgarden.example/@mariadelgad0",
}
# And a network that we cannot open, and a site that nobody has listed.
PLACES = {
    **DEMO,
    "instagram": "https://www.instagram.com/mariadelgad0",
    "": "https://nook.example/mariadelgad0",
}
# Where anything may happen: the network, a site, what we cannot open, what nobody has listed. A
# platform that refuses leads through the whole plan, so all others refuse.
ANYTHING = ("bluesky", "chalkboard", "instagram", "")
SOME_WALKS = [*product(ANYTHING, PLATFORM_ACTS)]
WALKS = [
    *SOME_WALKS,
    *((platform, REFUSES) for platform in PLACES if platform not in ANYTHING),
]
NATURES = {CaseKind.IMPERSONATION: Decision.IMPERSONATION, CaseKind.MOCK_ACCOUNT: Decision.MOCK}


@pytest.fixture
def platform() -> str:
    return "bluesky"


@pytest.fixture
def maria(world_of, platform: str) -> Staff:
    """Somebody who is impersonated there."""
    world = world_of(*list_sites(platform), families=("bluesky",))
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    for entry in list_profiles(platform):
        world.internet = world.internet.add_entry(entry)
    moves(maria, platform)
    return maria


def list_sites(platform: str) -> tuple[str, ...]:
    return (platform,) if DEMO.get(platform) else ()


def list_profiles(platform: str) -> tuple[DemoProfile, ...]:
    sites = list_sites(platform)
    return tuple(DemoProfile(site=site, handle=FAKE, name="Maria Delgado") for site in sites)


def moves(maria: Staff, platform: str) -> None:
    """Have it there."""
    if not PLACES[platform]:
        return
    findings = maria.world.state.findings
    finding = findings.load_finding(fake(maria).finding_id)
    account = f"{platform}:@mariadelgad0" if platform else ""
    url = PLACES[platform]
    key = url.replace("http:", "https:")
    moved = replace(finding.portrait, key=key, url=url, account=account, account_aliases=())
    findings.update_finding(replace(finding, portrait=moved), filter(None, (key, account)))
    # Where it was before, it was never seen.
    with findings.connection.begin_transaction():
        findings.connection.execute("DELETE FROM sightings WHERE finding_id = ?", finding.id)


def fake(maria: Staff) -> Case:
    (case,) = (one for one in maria.cases if one.kind in NATURES)
    return case


def kit(maria: Staff):
    return build_takedown_view(maria.world.app, maria.id, fake(maria).id)


def does(
    maria: Staff, decision: Decision, lever: LeverKind | None = None, case: Case | None = None
) -> None:
    step = DecisionInput(decision=decision, by=maria.id, lever=lever)
    record_takedown_step(maria.world.app, (case or fake(maria)).id, step)
    maria.world.later(minutes=1)


def takes_ways(maria: Staff, platform_does: str) -> Iterator[LeverKind]:
    """Take one way after the other, as the page has them; the platform gives in at the last."""
    while True:
        way, *others = kit(maria).levers
        # What failed makes room for the next, which the page has first.
        told = kit(maria).next_way
        assert (told is None) is (way is LeverKind.FORM)
        yield way
        maria.world.later(hours=5)
        does(maria, Decision.REPORTED, way)
        run_due_sweeps(maria.world.app)
        sent = fake(maria).last_lever
        if platform_does == ANSWERS or not others:
            return
        # Who is silent is told by the next step, with its date.
        due = disclose_own(maria.world.app, fake(maria)).due
        assert due == sent.at + get_reply_time(sent)
        if platform_does == REFUSES:
            does(maria, Decision.REFUSED)
        else:
            maria.world.clock.at = due


def proves(maria: Staff, platform: str) -> EndReason | None:
    """Have it gone: two looks find nothing or, where we cannot look, its person shows that."""
    world = maria.world
    if kit(maria).can_look:
        for entry in (IMPOSTOR, *list_profiles(platform)):
            world.internet = world.internet.remove_entry(entry)
        for _ in range(2):
            world.forgets_visits()
            world.later(days=3, hours=1)
            run_due_sweeps(world.app)
    else:
        does(maria, Decision.REMOVED)
        assert kit(maria).asks_for_proof
        assert add_screenshot(world.app, maria.id, fake(maria).id, SHOT) is None
    return disclose_own(world.app, fake(maria)).end


def test_what_proved_to_be_gone_is_told_by_the_end_of_its_case_alone(maria: Staff):
    maria.rules(fake(maria), Decision.IMPERSONATION)
    does(maria, Decision.REPORTED, kit(maria).levers[0])
    run_due_sweeps(maria.world.app)
    assert proves(maria, "bluesky") is EndReason.PROOF
    maria.world.on_monday()

    told = maria.emails_of("digest")[-1].text
    assert "agree that it is no longer shown" in " ".join(told.partition("ENDED")[2].split())
    assert "Gone:" not in told


def test_the_48_hours_of_the_law_run_from_the_day_that_it_was_sent(maria: Staff):
    maria.rules(fake(maria), Decision.IMPERSONATION)
    maria.world.state.cases.update_case(replace(fake(maria), reasons=(Reason("lewd"),)))
    assert kit(maria).levers[0] is LeverKind.LAW

    does(maria, Decision.REPORTED, LeverKind.LAW)
    sent = fake(maria).last_lever.at
    assert disclose_own(maria.world.app, fake(maria)).due == sent + timedelta(hours=48)

    maria.world.clock.at = sent + timedelta(hours=48)
    assert kit(maria).levers[0] is LeverKind.COMPLAINT
    # No picture of it is taken as proof.
    assert add_screenshot(maria.world.app, maria.id, fake(maria).id, SHOT) is UploadProblem.SEXUAL


@pytest.mark.parametrize(("platform", "platform_does"), SOME_WALKS)
def test_each_plan_against_what_may_be_sexual_is_walked_to_its_end(
    maria: Staff, platform: str, platform_does: str
):
    maria.rules(fake(maria), Decision.IMPERSONATION)
    maria.world.state.cases.update_case(replace(fake(maria), reasons=(Reason("lewd"),)))

    does(maria, Decision.REPORTED, LeverKind.LAW)
    run_due_sweeps(maria.world.app)
    due = disclose_own(maria.world.app, fake(maria)).due
    assert due == fake(maria).last_lever.at + timedelta(hours=48)
    if platform_does == REFUSES:
        does(maria, Decision.REFUSED)
    elif platform_does == SILENT:
        maria.world.clock.at = due
    first = LeverKind.LAW if platform_does == ANSWERS else LeverKind.COMPLAINT
    assert kit(maria).levers[0] is first
    if platform_does != ANSWERS:
        does(maria, Decision.REPORTED, LeverKind.COMPLAINT)
        run_due_sweeps(maria.world.app)

    if platform in DEMO:
        assert proves(maria, platform) is EndReason.PROOF
        return
    # No picture of it is kept as proof: what its person says holds after 30 days.
    does(maria, Decision.REMOVED)
    assert not kit(maria).asks_for_proof
    maria.world.later(days=30)
    assert disclose_own(maria.world.app, fake(maria)).end is EndReason.CLAIMED


@pytest.mark.parametrize("host_does", PLATFORM_ACTS)
def test_a_page_that_does_harm_is_walked_to_proof(world: World, host_does: str):
    threat = f"Maria Delgado of {MAPLE_STREET} deserves to die"
    page = DemoPage(url="https://board.example/thread/9", title="who is next", text=threat)
    world.internet = world.internet.add_entry(page)
    maria = world.joins(MARIA)
    world.sweep()
    case = maria.rules(maria.case(CaseKind.HARMFUL_PAGE), Decision.MOCK)

    does(maria, Decision.REPORTED, LeverKind.HOST, case)
    if host_does == REFUSES:
        does(maria, Decision.REFUSED, case=case)
    shown = disclose_own(world.app, maria.case(CaseKind.HARMFUL_PAGE))
    for _ in range(3 if host_does == SILENT else 0):
        # We look, and then it is late.
        world.clock.at = shown.due
        shown = disclose_own(world.app, maria.case(CaseKind.HARMFUL_PAGE))
    assert (shown.next_step is CaseStep.ESCALATE) is (host_does != ANSWERS)
    if host_does != ANSWERS:
        does(maria, Decision.REPORTED, LeverKind.COUNSEL, case)

    does(maria, Decision.REMOVED, case=case)
    assert add_screenshot(world.app, maria.id, case.id, SHOT) is None
    assert disclose_own(world.app, maria.case(CaseKind.HARMFUL_PAGE)).end is EndReason.SHOWN


@pytest.mark.parametrize(
    ("nature", "platform", "platform_does"),
    [
        *((CaseKind.IMPERSONATION, *walk) for walk in WALKS),
        *((CaseKind.MOCK_ACCOUNT, *walk) for walk in SOME_WALKS),
    ],
)
def test_each_plan_is_walked_to_proof(
    maria: Staff, nature: CaseKind, platform: str, platform_does: str
):
    maria.rules(fake(maria), NATURES[nature])
    assert disclose_own(maria.world.app, fake(maria)).nature is nature

    taken = list(takes_ways(maria, platform_does))

    assert len(set(taken)) == len(taken)
    assert len(taken) == 1 if platform_does == ANSWERS else len(taken) > 1
    assert taken[0] is LeverKind.FORM
    assert platform_does == ANSWERS or taken[-1] is LeverKind.COPYRIGHT
    looked = platform in DEMO
    assert proves(maria, platform) is (EndReason.PROOF if looked else EndReason.SHOWN)
    # The log tells by which ways, and nothing is left to do.
    sent = [entry.lever for entry in fake(maria).standing if entry.decision in SENT_LEVERS]
    assert sent == taken
    assert disclose_own(maria.world.app, fake(maria)).next_step is None


@pytest.mark.parametrize(("platform", "platform_does"), WALKS)
def test_each_way_back_into_an_account_is_walked_to_its_end(
    maria: Staff, platform: str, platform_does: str
):
    world = maria.world
    world.state.cases.update_case(replace(fake(maria), kind=CaseKind.OWN_ACCOUNT_CHANGED))
    case = maria.rules(maria.case(CaseKind.OWN_ACCOUNT_CHANGED), Decision.IMPERSONATION)
    back, *others = build_advice_lines(world.app, case)
    page = world.app.facts.recovery_pages.get(platform)
    assert (back.url or back.mail) == ((page.address or page.mail) if page else "")
    assert others

    if platform_does == SILENT:
        shown = disclose_own(world.app, case)
        world.clock.at = shown.due
        # It stays theirs, and says that it is late.
        assert disclose_own(world.app, case).next_step is shown.next_step
    if platform_does != ANSWERS:
        case = maria.rules(case, Decision.LOCKED_OUT)
        ways = build_advice_lines(world.app, case)
        assert len(ways) > len(others)
        assert disclose_own(world.app, case).next_step

    case = maria.rules(case, Decision.RECOVERED)
    # What it shows is not what it showed before, so their word holds after 30 days.
    assert disclose_own(world.app, case).end is None
    world.later(days=30)
    assert disclose_own(world.app, case).end is EndReason.CLAIMED


@pytest.mark.parametrize("site_does", PLATFORM_ACTS)
def test_details_on_a_page_are_walked_to_proof(world: World, site_does: str):
    page = DemoPage(
        url="https://whereabouts.example/maria-delgado",
        title="Maria Delgado, teacher in Cedar Valley",
        text="Maria Delgado lives at 14 Elm Street, Cedar Valley. Home: 319-555-0134.",
    )
    world.internet = world.internet.add_entry(page)
    maria = world.joins(MARIA)
    world.sweep()
    case = maria.case(CaseKind.EXPOSED_CONTACT)

    def says(decision: Decision) -> Case:
        return record_removal_step(world.app, maria.id, case.id, decision)

    says(Decision.REMOVAL_ASKED)
    view = build_removal_view(world.app, maria.id, case.id)
    assert view.later_ways == ()
    if site_does != ANSWERS:
        # A site that refuses leaves the page up, and says nothing either.
        world.later(days=31)
        view = build_removal_view(world.app, maria.id, case.id)
        assert view.case.next_step is CaseStep.ESCALATE
        assert [way.url for way in view.later_ways if "icann" in way.url]
    says(Decision.REMOVAL_DONE)
    world.later(days=30)
    assert disclose_own(world.app, maria.case(CaseKind.EXPOSED_CONTACT)).end is EndReason.CLAIMED
