"""The three weeks bring what was planted, to whom it concerns, and nothing else."""

import re
from collections import Counter
from datetime import time
from pathlib import Path

import pytest

from monitor.demo import data as days
from monitor.demo import story
from monitor.demo.district import ENROLLED, KAREN, REVIEWERS, ZONE
from monitor.demo.story import StoryWeek, play_story
from monitor.domain.english_dates import convert_to_zone
from monitor.domain.vocabulary import CaseKind, GapKind, Severity
from reports.labels.cases import describe_case_kind
from reports.labels.findings import GAPS
from reports.reason_rendering import render_reason
from tests.monitor.demo.played import Played

LINKED = render_reason(describe_case_kind(CaseKind.STUDENT_LINK, Severity.LOW))
EXPOSED = render_reason(describe_case_kind(CaseKind.EXPOSED_CONTACT, Severity.LOW))
CHANGED = render_reason(describe_case_kind(CaseKind.OWN_ACCOUNT_CHANGED, Severity.HIGH))

MARIA, JOHN, BETH, THOMAS, ROSA, DANIEL = (member.person.mail for member in ENROLLED)
SKIES = "https://bsky.app/profile/"
PRETENDER = f"{SKIES}mariadelgad0.skies.example"
NAMESAKE = f"{SKIES}reyesandsons.skies.example"
TAKEN_OVER = f"{SKIES}coachokafor.skies.example"
WHEREABOUTS = "http://whereabouts.example/novak-elizabeth"
BAND = f"{SKIES}rosamarchetti.skies.example"
WAVE = [
    (JOHN, f"{SKIES}mrjohnsmith.skies.example"),
    (ROSA, f"{SKIES}marchettimemes.skies.example"),
    (THOMAS, f"{SKIES}thomas-okafor.skies.example"),
]
NAMES = {member.person.mail: member.person.name.full_name.split() for member in ENROLLED}
# Drawn anew for each district, and kept nowhere.
PUPILS = ("Mason", "Whitlock", "Priya", "Venkataraman", "masonw28", "priyaplaysoboe")
SOURCES = {
    *("bluesky", "searxng", "chalkboard", "readerly", "stitchbook"),
    *("tuneshelf", "snapgarden", "paceclub", "givingdesk", "recipebox"),
}
TROUBLED = {"readerly": "blocked", "stitchbook": "limited", "snapgarden": "unreadable"}


@pytest.fixture(scope="module")
def played(played_story: Played) -> Played:
    return played_story


def events(week: StoryWeek) -> list[tuple[object, ...]]:
    return [(event.person, event.kind, event.url, event.fields) for event in week.events]


def cases(week: StoryWeek) -> list[tuple[str, ...]]:
    return [(case.person, case.kind, case.severity, case.url) for case in week.cases]


def gaps(week: StoryWeek) -> dict[str, str]:
    well = {"found", "absent"}
    return {line.source: line.outcome for line in week.coverage if line.outcome not in well}


def test_it_takes_less_than_a_minute_of_one_processor(played: Played):
    assert played.processor_seconds < 60


def test_the_first_week_finds_what_exists_and_tells_nothing(played: Played):
    week = played.story.weeks[0]

    assert (events(week), cases(week), gaps(week)) == ([], [], {})
    assert {line.source for line in week.coverage} == SOURCES


def test_the_second_week_brings_what_was_planted_and_nothing_else(played: Played):
    week = played.story.weeks[1]

    assert events(week) == [
        (DANIEL, "appeared", NAMESAKE, ()),
        (BETH, "appeared", WHEREABOUTS, ()),
        (MARIA, "appeared", PRETENDER, ()),
        (THOMAS, "changed", TAKEN_OVER, ("name",)),
    ]
    assert cases(week) == [
        (BETH, "exposed-contact", "medium", WHEREABOUTS),
        (MARIA, "impersonation", "high", PRETENDER),
        (ROSA, "student-link", "medium", BAND),
        (THOMAS, "own-account-changed", "high", TAKEN_OVER),
    ]


def test_the_third_week_brings_a_wave_of_accounts_and_nothing_else(played: Played):
    week = played.story.weeks[2]

    assert events(week) == [(mail, "appeared", found, ()) for mail, found in WAVE]
    assert cases(week) == [
        (ROSA, "mock-account", "medium", f"{SKIES}marchettimemes.skies.example"),
        (THOMAS, "impersonation", "medium", f"{SKIES}thomas-okafor.skies.example"),
    ]


@pytest.mark.parametrize("mail", [JOHN, ROSA, THOMAS])
def test_whom_the_wave_is_about_is_told_its_number_and_no_colleagues_name(
    played: Played, mail: str
):
    told = played.digest(mail, 3).text
    colleagues = {"Smith", "Marchetti", "Okafor"} - set(NAMES[mail])

    assert "accounts under the names of 3 staff members of your school" in told
    assert not any(colleague in told for colleague in colleagues)


def test_three_sources_could_not_be_checked_and_one_of_them_recovers(played: Played):
    _, second, third = played.story.weeks

    assert gaps(second) == TROUBLED
    assert gaps(third) == {key: TROUBLED[key] for key in ("stitchbook", "snapgarden")}
    for week in (second, third):
        since = {line.source: line.since for line in week.coverage if line.since}
        assert since == dict.fromkeys(gaps(week), days.compute_sweep_time(2))


def test_every_case_gives_reasons(played: Played):
    assert all(case.reasons for week in played.story.weeks for case in week.cases)


def test_who_has_withdrawn_is_never_asked_about(played: Played):
    asked = " ".join(
        f"{visit.host}{visit.path}?{visit.query}" for visit in played.visits
    ).casefold()

    assert "delgado" in asked
    assert "whitfield" not in asked
    assert KAREN.person.handles[0] not in asked


def test_who_has_withdrawn_gets_a_farewell_and_no_email_after_it(played: Played):
    kinds = [mail.kind for mail in played.mails if mail.to == KAREN.person.mail]

    assert kinds == ["invitation", "withdrawn"]


def test_everybody_else_gets_one_email_a_week(played: Played):
    for member in ENROLLED:
        emails = [mail for mail in played.mails if mail.to == member.person.mail]
        # A former surname is one more name, which an operator confirmed.
        renamed = ["name"] if member.person.name.former_families else []
        assert [email.kind for email in emails if email.kind != "alert"] == [
            *("enrolled", "invitation", *renamed),
            *["digest"] * days.LAST_WEEK,
        ]


def test_the_impersonation_is_told_at_once_and_in_the_digest_with_its_reasons(played: Played):
    (case,) = (one_case for one_case in played.story.weeks[1].cases if one_case.person == MARIA)
    (alert,) = (mail for mail in played.mails if (mail.kind, mail.to) == ("alert", MARIA))

    assert alert.day == f"{days.compute_sweep_time(2):%Y-%m-%d}"
    assert "but the o is replaced by the digit 0" in " ".join(alert.text.split())
    assert "but the o is replaced by the digit 0" in " ".join(case.reasons)
    digest = played.digest(MARIA, 2)
    assert "mariadelgad0[.]skies[.]example" in digest.text
    # Her own, as she typed it.
    assert "mariadelgado.skies.example" in digest.text
    assert "but the o is replaced by the digit 0" in " ".join(digest.text.split())


def test_the_student_link_is_told_to_its_person_alone(played: Played):
    (case,) = (one_case for one_case in played.story.weeks[1].cases if one_case.person == ROSA)
    digest = played.digest(ROSA, 2)
    assert LINKED in digest.text
    assert all(reason in digest.text for reason in case.reasons[:2])

    telling = [mail for mail in played.mails if LINKED in mail.whole]
    assert telling == [digest]


def test_the_exposed_contact_is_told_by_kind_and_place_and_its_value_is_nowhere(played: Played):
    digest = played.digest(BETH, 2)
    assert EXPOSED in digest.text
    assert "A phone number appears next to your name, in the search result" in digest.text

    telling = [mail for mail in played.mails if EXPOSED in mail.whole]
    assert telling == [digest]
    assert not any("555-0142" in mail.whole for mail in played.mails)


def test_no_pupil_is_named_in_any_email(played: Played):
    for mail in played.mails:
        assert not any(pupil in mail.whole for pupil in PUPILS)


def test_the_reviewers_read_of_no_student_and_of_the_impersonation_only_after_a_week(
    played: Played,
):
    first, second, third = (text for text in played.mails if text.to == REVIEWERS[0])

    for mail in (first, second, third):
        assert mail.kind == "review"
        assert "student" not in mail.whole.casefold()
        assert "Marchetti" not in mail.whole
    for mail in (first, second):
        assert "Delgado" not in mail.whole
    assert "0 need IT" in second.subject
    assert "1 needs IT" in third.subject
    assert "Delgado" not in third.whole


def test_digests_come_between_six_and_nine_and_after_the_alerts(played: Played):
    digests = [mail for mail in played.mails if mail.kind == "digest"]
    alerts = [mail for mail in played.mails if mail.kind == "alert"]

    written = [convert_to_zone(mail.sent_at, ZONE).time() for mail in digests]
    assert time(6) <= min(written) <= max(written) <= time(9)
    for alert in alerts:
        (digest,) = (mail for mail in digests if (mail.to, mail.day) == (alert.to, alert.day))
        assert alert.sent_at < digest.sent_at


def test_alert_and_digest_of_a_morning_say_the_same_of_a_case(played: Played):
    (alert,) = (mail for mail in played.mails if (mail.kind, mail.to) == ("alert", MARIA))

    for mail in (alert, played.digest(MARIA, 2)):
        assert "Same bio. Same name. Pictures not compared." in mail.text
        assert "IT sees it from Mon, Sep 28" in mail.text


def test_each_reviewer_gets_each_email_and_none_is_the_only_one(played: Played):
    reviews = [mail for mail in played.mails if mail.kind == "review"]

    assert Counter(mail.to for mail in reviews) == dict.fromkeys(REVIEWERS, days.LAST_WEEK)
    assert not [mail for mail in reviews if "the only reviewer" in mail.text]


def test_an_own_account_that_baits_is_told_at_once_with_what_differs(played: Played):
    (alert,) = (mail for mail in played.mails if (mail.kind, mail.to) == ("alert", THOMAS))

    assert CHANGED in alert.text
    assert "display name" in alert.text
    assert played.digest(THOMAS, 2).subject.endswith("1 thing needs you")


def test_every_digest_names_the_three_sources_and_why(played: Played):
    for member in ENROLLED:
        text = played.digest(member.person.mail, 2).text
        assert "7 of 10 places checked" in text
        named = [
            f"Since Sep 21, {source.title()} {GAPS[GapKind(outcome)]}" in " ".join(text.split())
            for source, outcome in TROUBLED.items()
        ]
        assert all(named) or "Your page lists the other 3." in text


def test_daniel_is_asked_what_nobody_else_can_know(played: Played):
    text = played.digest(DANIEL, 1).text

    assert "IS THIS YOU?" in text
    assert "inkandheron[.]skies[.]example" in text


def test_the_namesake_is_set_aside_and_accused_of_nothing(played: Played):
    digest = played.digest(DANIEL, 2)

    assert "only about someone else with your name" in digest.text
    assert "mpersonation" not in digest.text
    assert ": 1 result to review" in digest.subject


@pytest.mark.parametrize(
    ("mail", "week", "said"),
    [(JOHN, 2, "nothing new in"), (DANIEL, 3, ": 1 result to review")],
)
def test_to_whom_nothing_happened_nothing_is_told_as_new(
    played: Played, mail: str, week: int, said: str
):
    assert said in played.digest(mail, week).subject


@pytest.mark.parametrize("mail", [MARIA, BETH])
def test_a_case_that_goes_on_is_in_each_digest_and_its_subject(played: Played, mail: str):
    digest = played.digest(mail, 3)

    assert "1 thing needs you" in digest.subject
    # What is urgent keeps its card, and the day on which something follows from silence.
    assert ("found Sep 21" if mail == MARIA else "STILL OPEN") in digest.text
    assert ("Next, by Thu, Oct 1" if mail == MARIA else "If you do not answer by") in digest.text


@pytest.mark.parametrize("member", ENROLLED, ids=lambda member: member.person.id)
def test_the_third_week_is_news_to_three(played: Played, member):
    told = played.digest(member.person.mail, 3).text
    cards = re.findall(r"\d\. (?:Urgent|Your turn)[^:]*:", told)
    news = any("found Sep 21" not in card for card in cards) or "IS THIS YOU?" in told

    assert news == (member.person.mail in {JOHN, ROSA, THOMAS})


def test_counts_that_move_every_week_are_told_in_no_email(played: Played):
    for mail in played.mails:
        assert "followers" not in mail.whole


def test_a_folder_that_no_demo_made_is_left_alone(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(story.InputError):
        play_story(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
