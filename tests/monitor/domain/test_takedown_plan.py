"""Which way a case takes: the strongest that fits and that its side may use, one at a time."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.case import Case
from monitor.domain.reason import Reason
from monitor.domain.takedown_facts import FactBook, Lever
from monitor.domain.takedown_plan import LADDERS, LeverPlan, Situation, list_harms, plan_levers
from monitor.domain.vocabulary import (
    AllowedReporter,
    CaseKind,
    Decision,
    LeverKind,
    Severity,
    Side,
    TakedownHarm,
)
from scrapers.facts.fact import FactReliability
from scrapers.urls.platforms import PLATFORMS_BY_NAME
from tests.cases import say
from tests.house.tree import ROOT

MONDAY = datetime(2026, 11, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LEVERS = FactBook().levers
ACCOUNT_HARMS = (
    TakedownHarm.IMPERSONATION,
    TakedownHarm.HARASSMENT,
    TakedownHarm.SEXUAL,
    TakedownHarm.MINOR,
    TakedownHarm.HACKED,
)
# Platforms of which no way of their own is known, by harm; docs/review.md tells how many.
MOST_UNKNOWN = {
    TakedownHarm.IMPERSONATION: 4,
    TakedownHarm.HARASSMENT: 4,
    TakedownHarm.SEXUAL: 0,
    TakedownHarm.MINOR: 0,
    TakedownHarm.HACKED: 8,
}


def case(*reasons: str, kind: CaseKind = CaseKind.IMPERSONATION) -> Case:
    return Case(
        id="case",
        person_id="rosa",
        finding_id="finding",
        kind=kind,
        severity=Severity.HIGH,
        opened_at=MONDAY,
        reasons=tuple(map(Reason, reasons)),
    )


def plan(
    harm: TakedownHarm,
    platform: str,
    a_case: Case | None = None,
    side: Side = Side.PERSON,
    now: datetime = MONDAY,
) -> LeverPlan:
    situation = Situation(harm=harm, platform=platform)
    return plan_levers(a_case or case(), situation, LEVERS, side, now)


def kinds(a_plan: LeverPlan) -> list[LeverKind]:
    return [lever.kind for lever in (a_plan.now, *a_plan.later) if lever]


@pytest.mark.parametrize("platform", ["instagram", "youtube", "snapchat"])
def test_the_school_reports_first_where_it_has_a_channel(platform: str):
    for harm in (TakedownHarm.IMPERSONATION, TakedownHarm.HARASSMENT):
        assert plan(harm, platform, side=Side.IT).now.kind is LeverKind.SCHOOL
        assert plan(harm, platform).now.kind is LeverKind.FORM


def test_its_person_uses_the_form_first():
    assert kinds(plan(TakedownHarm.IMPERSONATION, "instagram")) == [
        LeverKind.FORM,
        LeverKind.APPEAL,
        LeverKind.COUNSEL,
        LeverKind.COPYRIGHT,
    ]


def test_what_anyone_may_send_the_school_may_send_too():
    assert plan(TakedownHarm.HARASSMENT, "bluesky", side=Side.IT).now.kind is LeverKind.FORM
    assert plan(TakedownHarm.IMPERSONATION, "deviantart", side=Side.IT).now is None


def test_the_next_way_comes_when_the_one_before_was_refused():
    refused = say(case(), Decision.REPORTED, Decision.REFUSED, at=MONDAY)
    again = say(refused, Decision.REPORTED, Decision.REFUSED, at=MONDAY)

    assert plan(TakedownHarm.IMPERSONATION, "x", refused).now.kind is LeverKind.APPEAL
    assert plan(TakedownHarm.IMPERSONATION, "x", again).now.kind is LeverKind.COUNSEL


def test_a_way_that_was_named_is_not_taken_twice():
    form = say(case(), Decision.REPORTED, at=MONDAY, lever=LeverKind.FORM)
    both = say(form, Decision.REPORTED, at=MONDAY + HOUR, lever=LeverKind.COPYRIGHT)
    theirs = say(case(), Decision.REPORTED, at=MONDAY, by="ada", lever=LeverKind.FORM)

    assert plan(TakedownHarm.IMPERSONATION, "x", form).now.kind is LeverKind.FORM
    assert plan(TakedownHarm.IMPERSONATION, "x", both).now.kind is LeverKind.COPYRIGHT
    assert (
        plan(TakedownHarm.IMPERSONATION, "x", both, now=MONDAY + 8 * DAY).now.kind
        is LeverKind.APPEAL
    )
    assert (
        plan(TakedownHarm.IMPERSONATION, "x", theirs, now=MONDAY + 8 * DAY).now.kind
        is LeverKind.FORM
    )


def test_after_48_hours_of_a_request_by_law_the_complaint_comes():
    sent = say(case("lewd"), Decision.REPORTED, at=MONDAY, lever=LeverKind.LAW)

    waiting, late = (
        plan(TakedownHarm.SEXUAL, "x", sent, now=MONDAY + hours * HOUR) for hours in (47, 48)
    )
    assert waiting.now.kind is LeverKind.LAW
    assert late.now.kind is LeverKind.COMPLAINT


def test_the_next_way_comes_when_nobody_answers_in_time_and_not_before():
    sent = say(case(), Decision.REPORTED, at=MONDAY)

    early, late = (
        plan(TakedownHarm.IMPERSONATION, "x", sent, now=MONDAY + days * DAY) for days in (6.9, 7)
    )
    assert early.now.kind is LeverKind.FORM
    assert late.now.kind is LeverKind.APPEAL


def test_the_last_way_stays_when_all_have_failed():
    tried = say(case(), *[Decision.REPORTED, Decision.REFUSED] * 9, at=MONDAY)

    last = plan(TakedownHarm.IMPERSONATION, "x", tried)
    assert last.now.kind is LeverKind.COPYRIGHT
    assert last.later == ()


def test_what_it_did_in_vain_costs_its_person_no_way():
    theirs = say(case(), Decision.REPORTED, Decision.REFUSED, at=MONDAY, by="ada")

    assert plan(TakedownHarm.IMPERSONATION, "x", theirs).now.kind is LeverKind.FORM


def test_what_a_picture_needs_stays_whatever_became_of_a_report_of_the_account():
    sent = say(case("lewd"), Decision.REPORTED, at=MONDAY)
    refused = say(sent, Decision.REFUSED, at=MONDAY + HOUR)

    for harm in (TakedownHarm.SEXUAL, TakedownHarm.MINOR):
        first = plan(harm, "x", case("lewd"))
        for later in (sent, refused):
            assert plan(harm, "x", later, now=MONDAY + 300 * HOUR) == first
        assert first.now.kind is LeverKind.LAW
    sexual = [lever.kind for lever in plan(TakedownHarm.SEXUAL, "x", sent).beside]
    assert {LeverKind.COMPLAINT, LeverKind.HASHES} <= {*sexual}


def test_who_is_threatened_signs_nothing_that_tells_where_they_live():
    assert LeverKind.COPYRIGHT not in kinds(
        plan(TakedownHarm.IMPERSONATION, "x", case("mock-harm"))
    )
    assert LeverKind.COPYRIGHT in kinds(plan(TakedownHarm.IMPERSONATION, "x", case("same-picture")))


def test_what_is_sexual_is_sent_by_its_person_alone():
    situation = Situation(harm=TakedownHarm.IMPERSONATION, platform="instagram", is_sexual=True)
    school = plan_levers(case("lewd"), situation, LEVERS, Side.IT, MONDAY)

    assert LeverKind.SCHOOL not in kinds(school)
    sexual, other = (list_harms(case("lewd"), is_sexual=sexual) for sexual in (True, False))
    assert sexual == (TakedownHarm.MINOR, TakedownHarm.SEXUAL, TakedownHarm.IMPERSONATION)
    assert other == (TakedownHarm.IMPERSONATION,)


def test_a_platforms_own_form_comes_before_what_is_true_of_any():
    known, unknown = (
        plan(TakedownHarm.IMPERSONATION, "x").now,
        plan(TakedownHarm.IMPERSONATION, "namemc").now,
    )

    assert known.platforms == ("x",)
    assert (unknown.kind, unknown.platforms) == (LeverKind.FORM, ())


def test_a_host_is_asked_only_where_no_way_of_the_platforms_own_is_known():
    for platform in ("", "namemc"):
        assert LeverKind.HOST in kinds(plan(TakedownHarm.IMPERSONATION, platform))
    assert LeverKind.HOST not in kinds(plan(TakedownHarm.IMPERSONATION, "x"))
    assert LeverKind.HOST not in [
        lever.kind for lever in plan(TakedownHarm.SEXUAL, "namemc").beside
    ]


def test_no_pair_of_a_harm_and_a_platform_is_a_dead_end():
    for harm in ACCOUNT_HARMS:
        for platform in ("", *PLATFORMS_BY_NAME):
            told = plan(harm, platform)
            assert told.now is not None, (harm, platform)
            # Where a first way is only what is true of any site, there is more than that.
            general = told.now.kind is LeverKind.FORM and not told.now.platforms
            assert not general or {LeverKind.HOST, LeverKind.COPYRIGHT} <= {*kinds(told)}


def test_a_platforms_own_way_back_in_comes_before_what_is_true_of_any():
    own, other = (plan(TakedownHarm.HACKED, platform) for platform in ("instagram", "namemc"))

    assert (own.now.address, own.later) == ("https://www.instagram.com/hacked/", ())
    assert (other.now.kind, other.now.address) == (LeverKind.RECOVERY, None)


def test_who_lives_in_california_asks_all_brokers_first_and_who_lives_elsewhere_never():
    situations = (
        Situation(harm=TakedownHarm.CONTACT, platform="", state=state)
        for state in ("California", "", "Iowa")
    )
    home, unknown, away = (
        plan_levers(case(), one, LEVERS, Side.PERSON, MONDAY) for one in situations
    )

    assert home.now.kind is LeverKind.BROKERS
    assert unknown.now is None
    beside = [LeverKind.HOST, LeverKind.SEARCH]
    assert [lever.kind for lever in unknown.beside] == [LeverKind.BROKERS, *beside]
    assert [lever.kind for lever in away.beside] == beside


def test_a_link_to_students_needs_no_way():
    assert list_harms(case(kind=CaseKind.STUDENT_LINK), is_sexual=False) == ()
    taken = case(kind=CaseKind.OWN_ACCOUNT_CHANGED)
    assert list_harms(taken, is_sexual=False) == (TakedownHarm.HACKED,)


def test_a_copyright_notice_says_perjury_and_that_the_other_side_gets_the_address():
    (notice,) = (lever for lever in LEVERS if lever.kind is LeverKind.COPYRIGHT)

    assert {"perjury", "street-address", "which-photo"} <= set(notice.asks)
    assert AllowedReporter.ANYONE not in notice.who


def test_every_way_says_how_we_know_and_only_its_own_page_was_looked_at():
    for lever in LEVERS:
        assert lever.seen_on is None or lever.known is FactReliability.OFFICIAL
        # Whoever claims to know it from somewhere, says from where.
        assert lever.source or lever.known is FactReliability.RECALLED, lever
        asks_nothing = {LeverKind.COUNSEL, LeverKind.RECOVERY, LeverKind.APPEAL}
        assert lever.asks or lever.kind in asks_nothing
        assert set(lever.platforms) <= {*PLATFORMS_BY_NAME, "whatsapp", "roblox"}


def test_every_kind_of_way_against_a_harm_has_its_place():
    for lever in LEVERS:
        for harm in lever.harms:
            assert lever.kind in (*LADDERS[harm].steps, *LADDERS[harm].beside)


def says_how(harm: TakedownHarm, platform: str) -> bool:
    """Tell whether there is a way of the platform's own, or a law that binds it."""
    both = (plan(harm, platform, side=side) for side in Side)
    ways: list[Lever] = [way for one in both for way in (one.now, *one.later) if way]
    return any(way.platforms or way.kind is LeverKind.LAW for way in ways)


def test_the_pairs_that_end_in_we_do_not_know_how_do_not_become_more():
    unknown = {
        harm: sum(not says_how(harm, platform) for platform in PLATFORMS_BY_NAME)
        for harm in ACCOUNT_HARMS
    }
    pairs = len(ACCOUNT_HARMS) * len(PLATFORMS_BY_NAME)

    assert unknown == MOST_UNKNOWN
    told = " ".join((ROOT / "docs/review.md").read_text().split())
    assert f"on {len(PLATFORMS_BY_NAME)} platforms" in told
    assert f"{pairs - sum(unknown.values())} of {pairs} times there is a form" in told
