"""What home shows at a glance: one sentence, a card for each case, and the weeks as a strip."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from monitor.domain.reason import Reason
from monitor.domain.vocabulary import (
    CaseBin,
    CaseKind,
    CaseState,
    CaseStep,
    CoverageState,
    Decision,
    DiffMarkKind,
    EndReason,
    FindingGroup,
    OpeningReason,
    PairSign,
    Severity,
    StepActor,
)
from reports.case_view import CaseView, ReviewerQuestion, ReviewPlan
from reports.coverage import Coverage, CoveredSource
from reports.finding_view import AccountPair, AdviceLine, FindingView, HighlightPiece
from reports.pages.findings import (
    CasePanel,
    FindingPageView,
    HomeView,
    PersonalWeekLine,
    QuestionCard,
    SortView,
    render_finding,
    render_home,
    render_sort,
)
from reports.pages.layout import PageFrame, PolicyReminder
from reports.sanitize import defang_url

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
FRAME = PageFrame(title="Home", district="Cedar Valley", contact="it@cedar.example", zone="UTC")
STATES = {
    "ko-fi": CoverageState.NEWS,
    "speaker-deck": CoverageState.NO_NEWS,
    "github-api": CoverageState.NO_NEWS,
    "tiktok": CoverageState.NOT_CHECKED,
    "gdelt": CoverageState.NOT_ASKED,
}
SOURCES = tuple(CoveredSource(source=name, state=state) for name, state in STATES.items())
WEEKS = (
    PersonalWeekLine(week="2026-W45", checked=9, total=10, cases=1),
    PersonalWeekLine(week="2026-W46", checked=9, total=10),
    PersonalWeekLine(week="2026-W47"),
    PersonalWeekLine(week="2026-W48", checked=10, total=10),
)
PAIR = AccountPair(
    their_id="1",
    own_id="2",
    their_platform="bluesky",
    own_platform="bluesky",
    theirs=(
        HighlightPiece(text="mariadelgad"),
        HighlightPiece(text="0", mark=DiffMarkKind.ADDED),
    ),
    ours=(HighlightPiece(text="mariadelgad"), HighlightPiece(text="o", mark=DiffMarkKind.REMOVED)),
    change=Reason("copied-bio"),
    signs=(PairSign.BIO, PairSign.NOT_COMPARED),
)
MOST_WORDS = 250
CASE = CaseView(
    id="f1",
    kind=CaseKind.IMPERSONATION,
    nature=CaseKind.IMPERSONATION,
    severity=Severity.HIGH,
    state=CaseState.OPEN,
    opened_at=MONDAY,
    first_seen=MONDAY,
    last_seen=MONDAY,
    finding=FindingView(id="1", url="https://bsky.example/x", first_seen=MONDAY, last_seen=MONDAY),
    platform="bluesky",
    is_undecided=True,
    next_by=StepActor.PERSON,
    next_step=CaseStep.ANSWER,
    due=MONDAY + timedelta(days=7),
    pair=PAIR,
)
REPORTED = replace(
    CASE,
    id="f2",
    bin=CaseBin.IN_PROGRESS,
    is_undecided=False,
    decision=Decision.IMPERSONATION,
    answered_at=MONDAY,
    acted_at=MONDAY + timedelta(days=1),
    next_by=StepActor.PLATFORM,
    next_step=CaseStep.WAIT_FOR_ANSWER,
    due=MONDAY + timedelta(days=8),
    is_pursued=True,
)


ANA = "ana@cedarvalley.example"


def home(*cases: CaseView, progress: tuple[CaseView, ...] = (), checked: int = 4) -> BeautifulSoup:
    view = HomeView(
        cases=cases,
        more_cases=0,
        needs_you=len(cases),
        to_sort=0,
        joined_at=MONDAY,
        next_sweep=MONDAY,
        next_digest=None,
        ends_at=MONDAY,
        progress=progress,
        coverage=Coverage(checked=checked, total=len(SOURCES), sources=SOURCES),
        checked_at=MONDAY,
        weeks=WEEKS,
    )
    return BeautifulSoup(render_home(view, FRAME), "html.parser")


def text_of(page: BeautifulSoup, css: str) -> list[str]:
    return [" ".join(found.get_text(" ", strip=True).split()) for found in page.select(css)]


def test_home_says_that_it_asks_something_and_not_that_nothing_needs_its_reader() -> None:
    question = ReviewerQuestion(by="ana@cedarvalley.example", at=MONDAY, text="Which one?")
    asked = replace(REPORTED, id="f3", asked=question, awaits_word=True)

    assert text_of(home(progress=(asked,)), "h1") == ["IT asks you something."]
    beside = home(CASE, progress=(asked, replace(REPORTED, id="f4")))
    assert beside.select_one("main > .card #case-f3")
    assert beside.select_one("details #case-f4")


def test_an_account_is_back_by_its_persons_word_whoever_reported_it() -> None:
    taken = replace(
        REPORTED,
        kind=CaseKind.OWN_ACCOUNT_CHANGED,
        nature=CaseKind.OWN_ACCOUNT_CHANGED,
        state=CaseState.REPORTED,
    )

    assert [(step.is_done, step.is_now) for step in taken.track[2:]] == [
        (False, True),
        (False, False),
    ]
    assert replace(taken, state=CaseState.RECOVERED).track[2].is_done


def test_one_sentence_says_how_it_stands() -> None:
    assert text_of(home(CASE), "h1") == ["This account may be pretending to be you."]
    assert text_of(home(progress=(REPORTED,)), "h1") == ["Nothing needs you now."]
    assert text_of(home(), "h1") == ["All quiet."]
    assert text_of(home(checked=0), "h1") == [
        "We could not check anything last time, so we do not know whether there is anything."
    ]


def test_only_the_first_case_has_the_main_button() -> None:
    page = home(CASE, replace(CASE, id="f3"), progress=(REPORTED,))

    assert len(page.select(".button:not(.button-second)")) == 1
    assert page.select_one(".button")["href"] == "/me/findings/1"
    assert page.select(".button")[1]["href"] == "/me/takedown/f2"


def test_each_case_after_the_first_is_one_row_that_opens_it() -> None:
    page = home(CASE, replace(CASE, id="f3"), replace(REPORTED, id="f4"))

    assert [row["href"] for row in page.select(".row .row-open")] == [
        "/me/findings/1",
        "/me/takedown/f4",
    ]
    assert not page.select(".row .button")


@pytest.mark.parametrize(
    ("kind", "question", "first"),
    [
        (CaseKind.IMPERSONATION, "Is this account you?", Decision.MINE),
        (
            CaseKind.MOCK_ACCOUNT,
            "Did someone else make this account about you?",
            Decision.MOCK,
        ),
    ],
)
@pytest.mark.parametrize("is_case", [True, False])
def test_a_card_asks_what_its_email_does_with_that_answer_first(
    kind: CaseKind, question: str, first: Decision, *, is_case: bool
) -> None:
    case = replace(CASE, kind=kind, nature=kind)
    account = replace(case.finding, is_account=True)
    card = QuestionCard(case=case, finding=account, is_case=is_case)

    assert card.question == question
    assert card.choices[0].value == first
    assert len({choice.value for choice in card.choices}) == len(card.choices)


def test_what_comes_later_stands_behind_its_name_but_for_an_alert() -> None:
    asked = QuestionCard(finding=CASE.finding)
    alert = QuestionCard(case=CASE, finding=CASE.finding, is_case=True)
    view = SortView(cards=(asked, asked, asked, alert), left=4)

    page = BeautifulSoup(render_sort(view, FRAME), "html.parser")

    cards = page.select("[data-card]")
    assert [bool(card.select("details.fold")) for card in cards] == [False, False, True, False]
    assert cards[2].select(".fold .answers button, .fold .answer")
    assert cards[2].summary.get_text() == defang_url(CASE.finding.url)


def test_each_card_says_that_it_asks_until_its_reader_says_something() -> None:
    question = ReviewerQuestion(by="ana@district.example", at=MONDAY, text="May we see it?")
    asked = replace(CASE, id="f3", asked=question, awaits_word=True)
    words = "IT asks you something about this."

    assert home(asked, replace(asked, id="f4")).main.get_text().count(words) == 2
    answered = replace(asked, awaits_word=False)
    assert words not in home(CASE, answered).main.get_text()


def test_a_full_home_is_read_at_a_glance_and_leads_to_each_case() -> None:
    cases = tuple(replace(CASE, id=f"case{number}") for number in range(5))
    going = tuple(replace(REPORTED, id=f"going{number}") for number in range(3))
    page = home(*cases, progress=going)

    for number in range(5):
        assert page.select_one(f"#case-case{number}")
    assert len(page.select('a[href^="/me/takedown/going"]')) == 2 * len(going)
    assert text_of(page, "summary")[0] == "Three cases are in progress."
    for folded in page.select("details"):
        folded.decompose()
    assert len(page.select(".track")) == 1
    assert len(re.findall(r"\S*\w\S*", page.main.get_text(" "))) <= MOST_WORDS


def test_the_changed_letter_is_marked_beside_ones_own() -> None:
    page = home(CASE)

    assert text_of(page, "mark.changed") == ["0"]
    assert text_of(page, ".was") == ["o"]
    assert text_of(page, ".signs li") == ["Same bio", "Pictures not compared"]


@pytest.mark.parametrize(
    ("case", "done", "now"),
    [
        (CASE, 1, "You"),
        (REPORTED, 3, "Gone"),
        (replace(REPORTED, next_by=StepActor.IT, next_step=CaseStep.REPORT), 2, "Reported"),
    ],
)
def test_a_track_says_what_is_done_and_which_step_is_now(
    case: CaseView, done: int, now: str
) -> None:
    page = home(case)

    assert len(page.select(".track .done")) == done
    assert text_of(page, ".track .now") == [now]


def test_a_case_that_a_reviewer_keeps_says_what_it_sees() -> None:
    kept = replace(CASE, holders=(ANA,))
    panel = CasePanel(case=kept, policy=PolicyReminder(), fields=())
    view = FindingPageView(finding=CASE.finding, policy=PolicyReminder(), cases=(panel,))
    page = BeautifulSoup(render_finding(view, FRAME), "html.parser")

    assert "What IT sees" in text_of(page, "summary")


def test_whom_a_link_is_to_its_person_is_told_to_find_out_before_any_answer() -> None:
    steps = (AdviceLine(words="Look through the newest."), AdviceLine(words="End the link."))
    link = replace(
        CASE, kind=CaseKind.STUDENT_LINK, nature=CaseKind.STUDENT_LINK, pair=None, steps=steps
    )
    panel = CasePanel(case=link, policy=PolicyReminder(), fields=())
    view = FindingPageView(finding=CASE.finding, policy=PolicyReminder(), cases=(panel,))
    page = BeautifulSoup(render_finding(view, FRAME), "html.parser")

    first = next(part for part in page.find_all("p") if "What to do first:" in part.get_text())
    assert "Look through the newest." in first.get_text()
    assert first.find_parent("details") is None
    assert page.find("button", value="unlinked") in first.find_all_next("button")
    assert page.main.get_text().count("Look through the newest.") == 1


PLAN = ReviewPlan(what=CaseStep.REPORT, since=MONDAY, due=MONDAY)


def read_case(kind: CaseKind = CaseKind.STUDENT_LINK, **known: object) -> str:
    asked = {"next_by": StepActor.PERSON, "next_step": CaseStep.ANSWER, "due": MONDAY}
    link = replace(CASE, kind=kind, nature=kind, pair=None, **(asked | known))
    panel = CasePanel(case=link, policy=PolicyReminder(), fields=())
    view = FindingPageView(finding=CASE.finding, policy=PolicyReminder(), cases=(panel,))
    return " ".join(
        BeautifulSoup(render_finding(view, FRAME), "html.parser").main.get_text().split()
    )


def test_it_is_not_said_to_decide_what_only_its_person_can_tell() -> None:
    silent = read_case(is_undecided=True, opens_at=MONDAY + timedelta(days=21))

    assert "in an emergency. If you do not answer, IT sees it from" in silent
    assert "and looks at it with you." in silent
    assert "decides what it is" not in silent


def test_a_link_that_it_calls_real_has_a_day_for_its_persons_word() -> None:
    told = read_case(is_undecided=True, review_decision=Decision.STUDENT_LINK)

    assert "You say what it is. It stays open after that day, too, until you answer." in told
    assert "Next, by" in told


@pytest.mark.parametrize(
    ("known", "ends"),
    [
        ({}, ": nobody else acts unless you share it."),
        ({"helper": "privacy@cedarvalley.example"}, ": nobody else acts."),
        ({"it_sees_since": MONDAY, "opened_by": OpeningReason.SHARED}, "."),
        (
            {"it_sees_since": MONDAY, "opened_by": OpeningReason.SHARED, "is_doubted": True},
            ": nobody else acts.",
        ),
    ],
)
def test_nobody_else_is_said_to_act_only_where_it_may_not(
    known: dict[str, object], ends: str
) -> None:
    step = {"next_step": CaseStep.REPORT, "decision": Decision.MOCK}
    told = read_case(kind=CaseKind.IMPERSONATION, **step, **known)

    assert f"It stays open after that day, too{ends}" in told


def test_a_day_is_named_where_none_was_said_before() -> None:
    known = {"nudges_at": MONDAY, "waits_since": MONDAY}
    silent = read_case(is_undecided=True, **known)
    told = read_case(
        decision=Decision.STUDENT_LINK, next_step=CaseStep.REPORT, review_plan=PLAN, **known
    )

    assert "If you do not answer, we ask again on Mon" in silent
    assert "If we hear nothing, we email you again that day." in told


def test_what_is_asked_again_some_day_is_not_said_to_be_asked_no_more() -> None:
    ended = {"next_by": None, "next_step": None, "due": None, "end": EndReason.DISMISSED}
    said = ended | {"decision": Decision.HARMLESS}

    assert "It has ended. We stop asking." in read_case(**said)
    later = read_case(**said, until=MONDAY + timedelta(days=30))
    assert "You said: I looked, and found no student. We will ask you again on" in later
    assert "It has ended. We stop asking." not in later


def test_what_ended_by_a_word_has_no_track_that_says_gone() -> None:
    ended = replace(REPORTED, next_step=None, next_by=None, due=None)

    assert home(replace(ended, end=EndReason.DISMISSED)).select(".track") == []
    assert len(home(replace(ended, end=EndReason.PROOF)).select(".track .done")) == len(CASE.track)


def test_a_week_is_quiet_only_if_all_of_it_was_checked() -> None:
    page = home()

    assert [week["class"] for week in page.select(".weeks li")] == [
        ["case", "part"],
        ["part"],
        ["unknown"],
        ["quiet"],
    ]
    assert text_of(page, ".weeks .unknown") == ["Week of November 16, 2026: not checked"]
    assert "One of these weeks was quiet. The last check:" in page.get_text()
    assert text_of(page, ".key li") == [
        "Checked, quiet",
        "Some places not checked",
        "Not checked",
        "A new case",
    ]


def test_each_place_is_listed_by_its_own_name_and_what_it_came_to() -> None:
    page = home()

    assert text_of(page, "details dl:not(.summary) dt") == [
        "1 answered with something new",
        "2 answered with nothing new",
        "1 could not be checked",
        "1 not asked about you",
    ]
    assert text_of(page, "details dl:not(.summary) dd") == [
        "Ko-fi",
        "Speaker Deck, GitHub",
        "TikTok",
        "GDELT",
    ]


def test_a_finding_is_found_by_the_proper_name_of_its_site() -> None:
    line = FindingView(
        id="1",
        title="Rosa",
        url="https://slides.example/rosa",
        platform="speaker-deck",
        group=FindingGroup.MINE,
        first_seen=MONDAY,
        last_seen=MONDAY,
    )

    assert "speaker deck" in line.searchable_text
