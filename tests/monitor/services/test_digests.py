"""The weekly email says each thing once, to its person alone, and what could not be checked."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.demo.district import DANIEL, JOHN, MARIA, ROSA, THOMAS
from monitor.domain.case import FlaggedFindings
from monitor.domain.errors import BusyError
from monitor.domain.person import Reviewer
from monitor.domain.vocabulary import CaseKind, Decision, EmailCadence
from monitor.services import digests
from monitor.services.answers import list_pending_feedback, record_feedback
from monitor.services.digests import build_digest_view, queue_weekly_digest
from monitor.services.findings import build_home_view
from monitor.services.outbox import send_due
from monitor.services.preferences import choose_preference
from monitor.services.review_access import record_case_views
from reports.dates import format_near_day
from reports.reason_rendering import render_reason
from scrapers.models import CrawlResult
from tests.monitor.decisions import decide_case
from tests.monitor.services.fakes import ACCEPTED, DEFERRED, REFUSED
from tests.monitor.services.world import IMPOSTOR, REVIEWERS, Staff, World, account, profile

SITE = "http://chalkboard.example/t/mariadelgado"
OWN = profile("chalkboard", "mariadelgado")


def changes(world: World) -> None:
    world.internet = world.internet.remove_entry(OWN).add_entry(replace(OWN, bio="Rocks, mostly."))
    world.sweep()


def is_cut_short(_visit: CrawlResult) -> None:
    reason = "the database is held by another program"
    raise BusyError(reason)


def newest(staff: Staff):
    return staff.emails_of("digest")[-1]


@pytest.fixture(autouse=True)
def _no_week_of_a_reminder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remind of no policy: a person's id says in which week, and an email names less beside it."""
    monkeypatch.setattr(digests, "build_digest_reminder", lambda *_: None)


@pytest.fixture
def maria(world: World) -> Staff:
    """Somebody who has had a first letter."""
    maria = world.joins(MARIA)
    world.sweep()
    world.on_monday()
    return maria


def test_the_first_email_shows_what_exists(world: World, maria: Staff):
    assert "first overview" in newest(maria).email.subject
    assert "Bluesky: mariadelgado.skies.example" in newest(maria).text


def test_a_week_without_news_is_said_plainly(world: World, maria: Staff):
    world.a_week_later()
    world.sweep()
    world.on_monday()

    assert "all quiet" in newest(maria).email.subject
    assert "3 of 3 places checked" in newest(maria).text


def test_each_view_of_a_reviewer_is_told_in_the_next_email_once(world_of):
    world = world_of(families=("bluesky",))
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA, read=True)
    world.sweep()
    case = maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.SHARED)
    world.later(hours=1)
    for mail in REVIEWERS:
        record_case_views(world.app, Reviewer(address=mail), [case.id])
    told = "IT opened alerts of yours 2 times since the last email: see Settings."

    assert build_digest_view(world.app, maria.id).views == 2
    assert build_digest_view(world.app, maria.id, FlaggedFindings.LEFT_OUT).views == 0
    world.on_monday()
    assert told in newest(maria).text
    assert told in newest(maria).email.html
    world.a_week_later()
    world.on_monday()
    assert "IT opened" not in newest(maria).text


def test_a_week_without_a_sweep_does_not_pass_for_one(world: World, maria: Staff):
    """Last week's answers say nothing of this week."""
    world.on_monday()

    assert "nothing could be checked" in newest(maria).email.subject
    assert "0 of 3 places checked" in newest(maria).text
    told = "Since Sep 12, each of these was not checked: Bluesky, Chalkboard, Web search."
    assert told in " ".join(newest(maria).text.split())


def test_an_email_written_while_a_sweep_runs_says_what_is_done_and_what_is_not(
    world: World, maria: Staff
):
    world.later(days=6, hours=14)
    world.meanwhile = is_cut_short
    with pytest.raises(BusyError):
        world.sweep()
    (begun,) = world.state.sweeps.list_open_sweeps()
    before = world.state.sweeps.find_latest_reportable_sweep(begun.started_at)
    done, *_ = world.state.sweeps.list_source_runs(before.id)
    world.state.sweeps.save_source_run(begun.id, done)
    world.later(hours=8)
    queue_weekly_digest(world.app, maria.id)
    send_due(world.app)

    assert "1 of 3 places checked" in newest(maria).text
    told = "each of these has been in progress and is not finished: Chalkboard, Web search."
    assert told in " ".join(newest(maria).text.split())


def test_a_change_is_told_once(world: World, maria: Staff):
    world.later(days=5)
    changes(world)
    world.on_monday()
    told = newest(maria)
    world.later(days=5)
    world.sweep()
    world.on_monday()

    assert "bio" in told.text
    assert "nothing new" not in newest(maria).email.subject
    assert "1 thing needs you" in newest(maria).email.subject


def test_a_case_without_an_answer_is_kept_in_mind(world: World, maria: Staff):
    world.later(days=5)
    changes(world)
    world.on_monday()
    world.on_monday()

    (case,) = build_home_view(world.app, maria.id).cases
    assert case.closes_at == case.due
    day = format_near_day(case.due, MARIA.person.zone)
    said = f"If you do not answer by {day}, we stop asking."
    assert said in " ".join(newest(maria).text.split())


def test_what_was_not_done_by_its_day_is_overdue_in_email_and_page(world: World, maria: Staff):
    world.later(days=5)
    changes(world)
    world.on_monday()
    maria.rules(maria.case(CaseKind.OWN_ACCOUNT_CHANGED), Decision.IMPERSONATION)
    for _ in range(3):
        world.on_monday()
    (case,) = build_home_view(world.app, maria.id).cases

    assert case.is_late
    assert f"Overdue since {format_near_day(case.due, MARIA.person.zone)}:" in newest(maria).text


def test_email_and_page_say_by_on_the_day_itself(world: World, maria: Staff):
    world.later(days=5)
    changes(world)
    world.on_monday()
    maria.rules(maria.case(CaseKind.OWN_ACCOUNT_CHANGED), Decision.IMPERSONATION)
    (case,) = build_home_view(world.app, maria.id).cases

    world.clock.at = case.due + timedelta(hours=1)
    (same_day,) = build_home_view(world.app, maria.id).cases
    world.later(days=1)
    (next_day,) = build_home_view(world.app, maria.id).cases

    assert (same_day.due, same_day.is_late, next_day.is_late) == (case.due, False, True)


def test_a_case_that_was_answered_is_not_brought_up_again(world: World, maria: Staff):
    world.later(days=5)
    changes(world)
    world.on_monday()
    maria.rules(maria.case(CaseKind.OWN_ACCOUNT_CHANGED), Decision.MINE)
    world.on_monday()

    assert "STILL OPEN" not in newest(maria).text
    assert "for your answer" not in newest(maria).text


def test_a_namesake_is_set_aside_without_a_question(world: World):
    daniel = world.joins(DANIEL)
    world.sweep()
    world.on_monday()
    world.internet = world.internet.add_entry(replace(account("plumber", week=2), since=1))
    world.later(days=5)
    assert len(world.sweep()) == 1
    world.on_monday()

    assert "only about someone else with your name" in newest(daniel).text
    assert "1 result to review" in newest(daniel).email.subject
    assert daniel.cases == ()


def test_what_still_waits_for_a_word_is_counted_as_the_pages_count_it(world: World):
    daniel = world.joins(DANIEL)
    world.sweep()
    world.on_monday()
    questions = list_pending_feedback(world.app, daniel.id)
    (asked,) = (answer.finding.id for answer in questions if answer.is_question)
    filed = [answer for answer in questions if not answer.is_question]
    world.a_week_later()
    world.sweep()
    world.on_monday()

    assert filed
    assert build_home_view(world.app, daniel.id).to_sort == 1
    assert ": 1 result to review" in newest(daniel).email.subject
    assert "One earlier result still waits" in newest(daniel).text

    record_feedback(world.app, daniel.id, {asked: Decision.NAMESAKE})
    world.a_week_later()
    world.sweep()
    world.on_monday()

    assert build_home_view(world.app, daniel.id).to_sort == 0
    assert "all quiet" in newest(daniel).email.subject


def test_why_an_account_was_set_aside_is_said(world: World):
    world.internet = world.internet.add_entry(replace(account("plumber", week=2), since=1))
    daniel = world.joins(DANIEL, accounts=("chalkboard:@dreyesart",))
    world.sweep()
    aside = build_digest_view(world.app, daniel.id).set_aside
    world.on_monday()

    reasons = [render_reason(reason) for finding in aside for reason in finding.aside]
    assert "It names a different town." in reasons
    assert f"Set aside ({len(aside)})" in " ".join(newest(daniel).text.split())


def test_nobody_reads_what_is_anothers(world: World):
    everybody = [world.joins(member) for member in (MARIA, JOHN, ROSA, THOMAS)]
    world.sweep()
    world.on_monday()

    families = ("Delgado", "Smith", "Marchetti", "Okafor")
    for staff, own in zip(everybody, families, strict=True):
        for email in staff.emails_of("digest"):
            whole = email.email.html + email.text + email.email.subject
            others = [family for family in families if family != own and family in whole]
            assert others == []


def test_the_subject_tells_nothing_that_a_glance_may_not_see(world: World, maria: Staff):
    for email in maria.emails:
        assert "Delgado" not in email.email.subject
        assert "impersonation" not in email.email.subject.casefold()


def test_an_email_that_waits_is_the_same_email_when_it_goes_out(world: World, maria: Staff):
    world.later(days=5)
    changes(world)
    world.post.answer = DEFERRED
    world.on_monday()
    world.later(minutes=5)
    world.post.answer = ACCEPTED
    send_due(world.app)

    assert "bio" in newest(maria).text


def test_what_a_refused_email_would_have_told_is_told_by_the_next(world: World, maria: Staff):
    stranger = replace(
        account("john-dentist"),
        id="other",
        handle="mdelgado-art.skies.example",
        name="Maria Delgado",
        bio="",
    )
    world.internet = world.internet.add_entry(stranger)
    world.later(days=5)
    assert len(world.sweep()) == 1
    world.post.answer = REFUSED
    world.on_monday()
    world.post.answer = ACCEPTED
    world.later(days=5)
    world.sweep()
    world.on_monday()

    assert "only about someone else with your name" in newest(maria).text


def email_in_the_middle(world: World, maria: Staff, hours: int) -> str:
    """Write the digest so many hours after a sweep began, when its first answer has come."""
    world.later(days=6, hours=23)
    written = []

    def write(visit):
        if not written:
            written.append(visit)
            world.later(hours=hours)
            queue_weekly_digest(world.app, maria.id)
            send_due(world.app)

    world.meanwhile = write
    world.sweep()
    return newest(maria).text


def test_an_email_during_the_week_s_first_sweep_does_not_speak_of_last_week(
    world: World, maria: Staff
):
    text = email_in_the_middle(world, maria, hours=1)

    assert "0 of 3 places checked" in text
    told = "each of these has been in progress and is not finished: Bluesky, Chalkboard,"
    assert f"Since Sep 21, {told} Web search." in " ".join(text.split())


def test_an_email_during_the_week_s_second_sweep_speaks_of_the_first(world: World, maria: Staff):
    world.later(days=5)
    world.sweep()
    world.later(days=-5)

    assert "3 of 3 places checked" in email_in_the_middle(world, maria, hours=1)


def test_an_email_says_which_sources_have_not_answered_all_in_half_a_day(
    world: World, maria: Staff
):
    text = email_in_the_middle(world, maria, hours=13)

    assert "could not check anything" in text
    told = "each of these has been answering slowly and is not finished: Bluesky, Chalkboard,"
    assert f"Since Sep 21, {told} Web search." in " ".join(text.split())


def test_what_was_decided_is_told_once_and_ones_own_word_needs_no_echo(world: World):
    maria = world.joins(MARIA)
    world.internet = world.internet.add_entry(replace(account("impersonator", week=2), since=1))
    world.sweep()
    world.on_monday()
    case = maria.case(CaseKind.IMPERSONATION)
    maria.rules(case, Decision.IMPERSONATION)
    decide_case(world.app, case.id, Decision.REPORTED, "reviewer")

    for _ in range(2):
        # What goes on is in each email, with who acts next, until it has ended.
        world.on_monday()
        assert "You said: Someone pretending to be me." in newest(maria).text
        assert "nothing new" not in newest(maria).email.subject
        assert "Next, by" in newest(maria).text

    maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.HARMLESS)
    world.on_monday()
    assert "Still open" not in newest(maria).email.text
    assert "Ended" not in newest(maria).email.text


def mondays(world: World, staff: Staff, number: int) -> list[bool]:
    """Go on by so many weeks; return for each whether a digest came."""
    came = []
    for _ in range(number):
        before = len(staff.emails_of("digest"))
        world.on_monday()
        came.append(len(staff.emails_of("digest")) > before)
    return came


def test_every_four_weeks_means_every_fourth_monday(world: World, maria: Staff):
    choose_preference(world.app, maria.id, "cadence", EmailCadence.MONTHLY)

    assert mondays(world, maria, 8) == [False, False, False, True] * 2
    assert "every four weeks" in newest(maria).text


def test_only_when_something_is_new_means_no_email_without_news(world: World, maria: Staff):
    choose_preference(world.app, maria.id, "cadence", EmailCadence.ON_NEWS)
    assert mondays(world, maria, 2) == [False, False]

    world.later(days=5)
    changes(world)

    assert mondays(world, maria, 1) == [True]
    assert "bio" in newest(maria).text
    assert "only when something is new" in newest(maria).text

    maria.rules(maria.case(CaseKind.OWN_ACCOUNT_CHANGED), Decision.MINE)
    assert mondays(world, maria, 4) == [False] * 4


def test_only_when_something_is_new_tells_again_of_what_waits_ever_more_rarely(
    world: World, maria: Staff
):
    choose_preference(world.app, maria.id, "cadence", EmailCadence.ON_NEWS)
    world.later(days=5)
    changes(world)

    assert mondays(world, maria, 6) == [True, True, True, False, False, True]


def test_what_is_found_between_two_emails_is_told_in_the_next_one(world: World, maria: Staff):
    choose_preference(world.app, maria.id, "cadence", EmailCadence.MONTHLY)
    world.later(days=5)
    changes(world)

    mondays(world, maria, 4)

    assert len(maria.emails_of("digest")) == 2
    assert "bio" in newest(maria).text


def test_the_first_digest_comes_whatever_was_chosen(world: World):
    thomas = world.joins(THOMAS)
    choose_preference(world.app, thomas.id, "cadence", EmailCadence.ON_NEWS)

    assert mondays(world, thomas, 2) == [True, False]


def test_what_is_urgent_comes_at_once_whatever_was_chosen(world: World, maria: Staff):
    choose_preference(world.app, maria.id, "cadence", EmailCadence.MONTHLY)
    world.internet = world.internet.add_entry(replace(account("impersonator", week=2), since=1))
    world.sweep()
    send_due(world.app)

    assert len(maria.emails_of("alert")) == 1


def test_a_choice_is_audited_once_and_can_be_changed_any_time(world: World, maria: Staff):
    for cadence in (EmailCadence.ON_NEWS, EmailCadence.ON_NEWS, EmailCadence.WEEKLY):
        choose_preference(world.app, maria.id, "cadence", cadence)

    entries = world.state.audit.list_entries_of_subjects((maria.id,))
    assert [entry.action for entry in entries].count("cadence-chosen") == 2
    assert mondays(world, maria, 2) == [True, True]


@pytest.mark.parametrize("engine", [True, False])
def test_without_a_search_engine_each_digest_says_what_cannot_be_seen(world_of, *, engine):
    world = world_of("chalkboard", families=("searxng",) if engine else ())
    maria = world.joins(MARIA)
    world.sweep()

    world.on_monday()

    (digest,) = maria.emails_of("digest")
    unseen = "impersonation on Facebook, Instagram, TikTok, X or LinkedIn cannot be seen"
    for text in (digest.text, digest.email.html):
        assert (unseen in " ".join(text.split())) is not engine
