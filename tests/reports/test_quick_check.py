"""The result of a check of oneself: the same facts in a terminal and on a page."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup

from monitor.domain.reason import Count, Name, Reason
from monitor.domain.vocabulary import CaseKind, GapKind
from reports.coverage import Coverage, CoverageGap
from reports.quick_check import QuickCheckView, render_quick_check_page, render_quick_check_text
from reports.reason_rendering import render_reason
from tests.hostile_strings import HIDDEN, MARKUP
from tests.reports.samples import make_case, make_finding
from tests.rows import over_rows

NOW = datetime(2026, 11, 3, 15, 30, tzinfo=UTC)
GAP = CoverageGap(source="goodreads", outcome=GapKind.BLOCKED, since=NOW)
CASE = make_case(
    CaseKind.IMPERSONATION,
    "https://bsky.app/profile/roza.example",
    id="f" * 32,
    platform="bluesky",
    title="Rosa Marchetti",
    reasons=tuple(map(Reason, ("copied-bio", "copied-name", "younger", "lure"))),
)
VIEW = QuickCheckView(
    name="Rosa Marchetti",
    zone="America/Chicago",
    at=NOW,
    coverage=Coverage(checked=60, total=61, gaps=(GAP,)),
    cases=(CASE,),
    questions=(
        make_finding(
            "https://site.example/rosa", id="q", title="Rosa M", speaks_for=(Reason("state"),) * 5
        ),
    ),
    about=(make_finding("https://news.example/band", title="Band wins"),),
    own=(make_finding("https://own.example/rosa", platform="own"),),
    set_aside=(make_finding("https://other.example/rosa", aside=(Reason("other-place"),)),),
    has_search_engine=True,
    has_own_accounts=True,
)
EMPTY = replace(VIEW, cases=(), questions=(), about=(), own=(), set_aside=())


def read(view: QuickCheckView) -> tuple[str, str]:
    """Return the words of both forms, each on one line."""
    page = BeautifulSoup(render_quick_check_page(view), "lxml").body
    assert page is not None
    return " ".join(render_quick_check_text(view).split()), " ".join(page.get_text().split())


def test_both_forms_say_what_was_found_and_all_reasons_of_a_case():
    for words in read(VIEW):
        assert "One thing needs your attention" in words
        assert "60 of 61 places checked; the others are listed at the end." in words
        assert all(render_reason(reason) in words for reason in CASE.reasons)
        for address in ("bsky", "site", "news", "own", "other"):
            assert f"{address}[.]" in words
        assert "Goodreads has been blocking us" in words


@pytest.mark.parametrize(
    ("view", "heading"),
    [
        (replace(VIEW, cases=()), "One result only you can sort"),
        (
            replace(VIEW, cases=(), questions=()),
            "Nothing in what we could check needs your attention",
        ),
        (
            replace(VIEW, cases=(), questions=(), coverage=Coverage(checked=61, total=61)),
            "Nothing needs your attention",
        ),
        (EMPTY, "Nothing found in what we could check"),
    ],
)
def test_the_heading_says_the_most_important(view, heading):
    assert all(heading in words for words in read(view))


def test_what_is_missing_for_a_good_check_is_told():
    bare = replace(EMPTY, has_search_engine=False, has_own_accounts=False)

    for words in read(bare):
        assert "No search engine was asked" in words
        assert "$NAMESAKE_BRAVE_KEY or $NAMESAKE_SEARXNG_URL" in words
        assert "You named no account of yours with --own" in words


def test_what_keeps_most_sources_from_being_asked_comes_first():
    trouble = "57 of 61 sources could not be reached. Is the network up?"
    reason = Reason(
        "shared-failure.suspected",
        {"count": Count(57), "total": Count(61), "cause": Reason("cause.network")},
    )
    gap = replace(GAP, outcome=GapKind.FAILED, count=57, total=61)
    view = replace(EMPTY, trouble=reason, coverage=Coverage(checked=4, total=61, gaps=(gap,)))

    for words in read(view):
        assert f"{trouble} 4 of 61 places checked" in words
        assert "Each of 57 places (of 61) could not be reached" in words


def test_the_page_is_whole_by_itself_and_leads_nowhere():
    page = BeautifulSoup(render_quick_check_page(VIEW), "lxml")

    assert page.find_all(["a", "script", "img", "link", "iframe", "form", "base"]) == []
    assert "url(" not in str(page)
    assert "://" not in str(page)
    policy = page.find("meta", {"http-equiv": "Content-Security-Policy"})
    assert policy is not None
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'"


@over_rows("text", [*MARKUP, *HIDDEN])
def test_hostile_text_stays_text(text):
    why = Reason("district-place", {"place": Name(text)})
    case = make_case(
        CaseKind.IMPERSONATION, f"https://x.example/{text}", id="f", title=text, reasons=(why,)
    )
    question = make_finding(
        text, id="q", title=text, snippet=text, platform=text[:20], speaks_for=(why,)
    )
    told = make_finding(text, title=text)
    view = replace(
        VIEW,
        name=text,
        cases=(case,),
        questions=(question,),
        about=(told,),
        own=(told,),
        set_aside=(make_finding(text, aside=(why,), title=text),),
    )

    page = render_quick_check_page(view)
    words = render_quick_check_text(view)

    assert _list_tags(page) <= _list_tags(render_quick_check_page(VIEW))
    assert not any(hidden in page + words for hidden in "\x00\x1b\u202e\u200b\ud800")
    page.encode()
    words.encode()


def _list_tags(page: str) -> set[str]:
    return {element.name for element in BeautifulSoup(page, "lxml").find_all()}
