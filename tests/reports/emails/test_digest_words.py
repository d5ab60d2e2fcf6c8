"""How many words digests have, whatever there is to tell, in each language and in both forms."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bs4 import BeautifulSoup
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from monitor.domain.conduct_policy import load_own_policy_texts
from monitor.domain.handles.lookalike import HandleChange, HandleEdit, list_changes
from monitor.domain.reason import Count, Label, Name, Reason
from monitor.domain.vocabulary import (
    BreachAdvice,
    CaseBin,
    CaseKind,
    CaseStep,
    ContactKind,
    CoverageState,
    Decision,
    EndReason,
    EventKind,
    GapKind,
    Language,
    OwnershipLabel,
    Severity,
    Side,
    StepActor,
)
from reports.case_view import CaseView
from reports.coverage import Coverage, CoverageGap, CoveredSource
from reports.emails.digest import MOST_QUIET_WORDS, MOST_WORDS, DigestView, render_digest
from reports.emails.render import Email, count_words
from reports.emails.views import BreachLine, ChangeLine
from reports.finding_view import FindingView
from reports.labels.account import DigestKind
from reports.labels.cases import OWN_NEXT_STEPS
from reports.pages.layout import PolicyReminder
from reports.translation import translate_message, use_language
from tests.reports.readers import MONDAY, ROSA
from tests.reports.samples import ANSWER, FINDING, PAIR, make_case, make_finding

DAY = timedelta(days=1)
EDITS = (
    HandleEdit(change=HandleChange.LOOK, ours="o", theirs="0"),
    HandleEdit(change=HandleChange.LOOK, ours="s", theirs="5"),
    HandleEdit(change=HandleChange.LOOK, ours="l", theirs="1"),
)
FIRST_STEPS = (
    (StepActor.PERSON, CaseStep.ANSWER),
    (StepActor.PERSON, CaseStep.ANSWER),
    (StepActor.IT, CaseStep.DECIDE),
)
TITLES = (
    "",
    "Rosa Delgado",
    "Rosa Delgado, 38, Cedar Valley, NY | People Finder",
    "“Fire Rosa Delgado” petition signed by many parents and friends of the school",
)
REASONS = (
    Reason("copied-bio"),
    Reason("copied-name"),
    Reason("younger"),
    Reason("state"),
    Reason("known-handle"),
    Reason("new-account"),
    Reason("district-place", {"place": Name("Cedar Valley")}),
    Reason("watched-picture"),
    Reason("student-link-follows", {"count": Count(2)}),
)


def _draw_title(draw: st.DrawFn) -> str:
    return draw(st.sampled_from(TITLES))


@st.composite
def draw_cases(draw: st.DrawFn, number: int) -> CaseView:
    kind = draw(st.sampled_from(CaseKind))
    is_account = kind not in {CaseKind.EXPOSED_CONTACT, CaseKind.HARMFUL_PAGE}
    platform = draw(st.sampled_from(["bluesky", "facebook"])) if is_account else ""
    pair = None
    if kind is CaseKind.IMPERSONATION and draw(st.booleans()):
        edits = EDITS[: draw(st.integers(0, 3))]
        change = Reason("handle-like", {"changes": list_changes(edits, (), ())})
        pair = replace(PAIR, change=change if edits else None)
    step = draw(st.sampled_from(sorted(OWN_NEXT_STEPS)))
    told: dict[str, Any] = {
        "platform": platform,
        "title": _draw_title(draw),
        "severity": draw(st.sampled_from(Severity)),
        "id": f"{number:08x}",
        "pair": pair,
        "reasons": tuple(draw(st.lists(st.sampled_from(REASONS), max_size=3))),
        "contact_kinds": (ContactKind.HOME, ContactKind.PHONE),
        "next_by": step[0],
        "next_step": step[1],
        "due": MONDAY + 3 * DAY,
        "is_late": draw(st.booleans()),
        "link_url": ANSWER,
        "bin": draw(st.sampled_from([CaseBin.NEEDS_YOU, CaseBin.IN_PROGRESS])),
    }
    when = draw(st.sampled_from(["opens_at", "closes_at", "nudges_at", "looks_at", ""]))
    if when:
        told[when] = MONDAY + 2 * DAY
    if draw(st.booleans()):
        told["it_sees_since"] = MONDAY - DAY
    if draw(st.booleans()):
        told["own_looks"] = (MONDAY,)
    if draw(st.booleans()):
        told |= {"review_decision": Decision.IMPERSONATION}
    if draw(st.integers(0, 3)) == 0:
        told["earlier"] = Reason(
            "earlier-answer",
            {"answer": Label("answers.student-link", Decision.EXPLAINED)},
        )
    case = make_case(kind, f"https://www.site-{number}.example/name/rosa-delgado/p{number}", **told)
    found_now = draw(st.booleans())
    return replace(
        case, finding=replace(case.finding, is_account=is_account, is_found_now=found_now)
    )


@st.composite
def draw_findings(draw: st.DrawFn, number: int, label: OwnershipLabel) -> FindingView:
    return make_finding(
        f"https://www.place-{number}.example/people/rosa-delgado",
        title=_draw_title(draw),
        platform=draw(st.sampled_from(["", "reddit"])),
        snippet=draw(st.sampled_from(["", "Reads historical novels, lives in Cedar Valley."])),
        label=label,
        suggested=draw(st.sampled_from([None, Decision.IMPERSONATION, Decision.MOCK])),
        speaks_for=tuple(draw(st.lists(st.sampled_from(REASONS), max_size=3))),
        aside=(Reason("other-place"),),
        is_found_now=draw(st.booleans()),
        id=f"f{number:07x}",
        link_url=ANSWER,
    )


@st.composite
def draw_coverages(draw: st.DrawFn) -> Coverage:
    missing = draw(st.integers(0, 5))
    gaps = tuple(
        CoverageGap(
            source=("Alpha", "author-feeds", "searxng", "Goodreads", "Bluesky")[number],
            outcome=draw(st.sampled_from(GapKind)),
            since=MONDAY - 20 * DAY,
            note=draw(st.sampled_from([None, Reason("note.captcha")])),
        )
        for number in range(missing)
    )
    sources = tuple(
        CoveredSource(source=f"site-{number}", state=tuple(CoverageState)[number % 4])
        for number in range(draw(st.sampled_from([0, 12, 87])))
    )
    return Coverage(
        checked=draw(st.sampled_from([87 - missing, 87 - missing, 0])) if missing else 87,
        total=87,
        gaps=gaps,
        withheld=draw(st.sampled_from([(), (), ("bluesky",), ("bluesky", "mastodon")])),
        sources=sources,
        lacks_search_engine=draw(st.booleans()),
    )


@st.composite
def draw_new_cases(draw: st.DrawFn, number: int) -> CaseView:
    next_by, next_step = draw(st.sampled_from(FIRST_STEPS))
    return replace(
        draw(draw_cases(number)),
        is_undecided=True,
        bin=CaseBin.NEEDS_YOU,
        next_by=next_by,
        next_step=next_step,
    )


@st.composite
def draw_waiting_cases(draw: st.DrawFn, number: int) -> CaseView:
    case = draw(draw_cases(10 + number))
    return replace(
        case,
        is_undecided=draw(st.booleans()) and case.waits_for_answer,
        decision=Decision.IMPERSONATION,
        link_url=FINDING,
    )


@st.composite
def draw_ended_cases(draw: st.DrawFn, number: int) -> CaseView:
    end = draw(st.sampled_from(EndReason))
    return replace(draw(draw_cases(20 + number)), end=end, ended_at=MONDAY, next_step=None)


@st.composite
def draw_misreported_cases(draw: st.DrawFn, number: int) -> CaseView:
    return replace(
        draw(draw_cases(30 + number)),
        wrong_reports=draw(st.sampled_from([(), (MONDAY,)])),
        take_back_by=draw(st.sampled_from([None, MONDAY + 3 * DAY])),
        withdraws=(draw(st.sampled_from(Side)),),
    )


@st.composite
def draw_changes(draw: st.DrawFn, number: int) -> ChangeLine:
    return ChangeLine(
        finding=draw(draw_findings(number, OwnershipLabel.ABOUT_ME)),
        event=draw(st.sampled_from([EventKind.CHANGED, EventKind.FOUND_NOW])),
        at=MONDAY - DAY,
        fields=draw(st.sampled_from([(), ("name", "bio")])),
    )


@st.composite
def draw_breaches(draw: st.DrawFn, number: int) -> BreachLine:
    return BreachLine(
        title=f"Adobe {number}",
        happened_on=date(2013, 10, 4),
        data=("Email addresses", "Passwords", "Usernames"),
        advice=draw(st.sampled_from(BreachAdvice)),
        doubtful=draw(st.booleans()),
    )


@st.composite
def draw_digests(draw: st.DrawFn, *, quiet: bool = False) -> DigestView:
    """Draw a digest, or one that has nothing new and over which nothing goes on."""

    def draw_some(most: int, make: Callable[[int], st.SearchStrategy[Any]]) -> tuple[Any, ...]:
        count = 0 if quiet else draw(st.integers(0, most))
        return tuple(draw(make(number)) for number in range(count))

    # Nobody has said or done anything before a first one.
    first = not quiet and draw(st.booleans())
    cases = draw_some(4, draw_new_cases)
    waiting = draw_some(3, draw_waiting_cases)
    decided = draw_some(0 if first else 2, draw_ended_cases)
    misreported = draw_some(0 if first else 1, draw_misreported_cases)
    changes = draw_some(3, draw_changes)
    breaches = draw_some(2, draw_breaches)
    questions = draw_some(3, lambda number: draw_findings(40 + number, OwnershipLabel.UNKNOWN))
    to_sort = len(questions) + draw(st.integers(0, 3))
    policy = None
    if not (cases or waiting or to_sort) and draw(st.booleans()):
        clause = draw(st.sampled_from(sorted(load_own_policy_texts())))
        policy = PolicyReminder(texts=(load_own_policy_texts()[clause],), has_guides=True)
    return DigestView(
        **ROSA,
        week="2026-W48",
        kind=DigestKind.FIRST if first else DigestKind.WEEKLY,
        coverage=draw(draw_coverages()),
        cases=cases,
        changes=changes,
        questions=questions,
        waiting=waiting,
        decided=decided,
        misreported=misreported,
        breaches=breaches,
        own=draw_some(3, lambda number: draw_findings(50 + number, OwnershipLabel.MINE))
        if first
        else (),
        about=draw_some(3, lambda number: draw_findings(60 + number, OwnershipLabel.ABOUT_ME))
        if first
        else (),
        set_aside=tuple(
            draw(draw_findings(70 + number, OwnershipLabel.NAMESAKE))
            for number in range(draw(st.integers(0, 3)))
        ),
        needs_you=len(cases) + sum(case.bin is CaseBin.NEEDS_YOU for case in waiting),
        to_sort=to_sort,
        has_likely_fake=draw(st.booleans()),
        views=0 if first or quiet else draw(st.integers(0, 3)),
        policy=policy,
    )


def count_html(email: Email) -> int:
    """Count as a reader does, without the key of the dots."""
    page = BeautifulSoup(email.html, "html.parser")
    for hidden in page.select("head, .preheader, .foot, .legend, .dots"):
        hidden.decompose()
    return len(re.findall(r"\S*\w\S*", page.get_text("")))


@given(view=draw_digests() | draw_digests(quiet=True), language=st.sampled_from(Language))
# To find the smallest of such views takes minutes.
@settings(max_examples=4 * settings.default.max_examples, phases=[Phase.generate])
def test_whatever_there_is_to_tell_a_digest_is_brief_and_counts_the_rest(
    view: DigestView, language: Language
) -> None:
    with use_language(language):
        email = render_digest(view)
    words = " ".join(email.text.split())
    most = MOST_QUIET_WORDS if view.is_quiet else MOST_WORDS

    assert count_words(email) <= most
    assert count_html(email) <= most
    with use_language(language):
        for name, lines in {
            "Data breaches": view.breaches,
            "Changed": view.changes,
            "Ended": view.decided,
        }.items():
            head = translate_message(name)
            told = f"{head} ({len(lines)})" in words or f" {head.upper()} " in words
            assert told is bool(lines)
    assert bool(re.search(r"(?:Reference|Referencia) 000000", words)) or not view.cases
