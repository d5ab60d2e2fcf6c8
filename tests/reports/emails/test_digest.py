"""What a digest says first, last, and not at all."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations

import pytest
from bs4 import BeautifulSoup

from monitor.domain.reason import Count, Name, Reason
from monitor.domain.vocabulary import (
    CaseBin,
    CaseKind,
    CaseStep,
    ContactKind,
    CoverageState,
    Decision,
    EndReason,
    GapKind,
    Severity,
    StepActor,
)
from reports.case_view import CaseView
from reports.coverage import MOST_DOTS, Coverage, CoverageGap, CoveredSource
from reports.emails.digest import MOST_QUIET_WORDS, MOST_WORDS, DigestView, render_digest
from reports.emails.render import HEAVIEST, Email, count_words
from reports.emails.views import ChangeLine
from reports.finding_view import FindingView, HighlightPiece
from reports.labels.account import DigestKind
from reports.labels.findings import GAPS
from reports.reason_rendering import render_reason
from reports.sanitize import defang_url
from tests.reports.samples import DECIDED, EMAILS, GOING, IMPERSONATION, make_case

Digest = Callable[..., DigestView]
SINCE = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
ALPHA = CoverageGap(source="Alpha", outcome=GapKind.BLOCKED, since=SINCE)
MOST_WORDS_WITHOUT_NEWS = 60
LONG = "A long tale & no end. " * 20


def test_nothing_new_is_said_plainly(digest: Digest) -> None:
    email = render_digest(digest())

    assert email.subject == "Namesake: all quiet (60 of 60 places checked)"
    assert "All quiet." in email.text
    assert "60 of 60 places checked." in email.text


def test_what_an_earlier_email_asked_is_never_called_quiet(digest: Digest) -> None:
    email = render_digest(digest(to_sort=2))

    assert email.subject == "Namesake: 2 results to review"
    assert "Two earlier results still wait for your answer" in " ".join(email.text.split())
    assert len(email.text.partition("--------")[0].split()) <= MOST_WORDS_WITHOUT_NEWS


def test_what_may_be_a_fake_and_waits_is_never_called_nothing_new(digest: Digest) -> None:
    gaps = Coverage(checked=59, total=60, gaps=(ALPHA,))
    email = render_digest(digest(to_sort=1, has_likely_fake=True, coverage=gaps))

    assert email.subject == "Namesake: 1 result to review"
    assert "It may be a fake." in " ".join(email.text.split())
    assert "nothing new" not in email.text.casefold().partition("--------")[0]


@pytest.mark.parametrize("count", [3, 6])
@pytest.mark.parametrize("opens", [None, datetime(2026, 11, 30, 12, 0, tzinfo=UTC)])
def test_many_urgent_alerts_are_told_within_150_words(
    digest: Digest, count: int, opens: datetime | None
) -> None:
    cases = tuple(
        replace(IMPERSONATION, id=f"{number:032}", opens_at=opens, waits_since=SINCE)
        for number in range(count)
    )
    pages = tuple(
        make_case(
            CaseKind.EXPOSED_CONTACT,
            f"https://{number}.example/p",
            id=f"{number:032}",
            severity=Severity.MEDIUM,
            contact_kinds=(ContactKind.PHONE,),
        )
        for number in range(7, 10)
    )

    for told in (cases, (*cases[:2], *pages), (*cases[:1], *pages)):
        email = render_digest(digest(cases=told, needs_you=len(told)))

        assert count_words(email) <= MOST_WORDS
        left = len(told) - email.text.count("Reference ")
        assert (f"and {left} more. Your page has them all." in email.text) is (left > 0)
        assert f"{len(told)} things need you" in email.subject


def test_its_subject_counts_what_waits_as_home_does(digest: Digest) -> None:
    email = render_digest(digest(questions=EMAILS["digest"].questions[:1], to_sort=2))

    assert email.subject == "Namesake: 2 results to review"
    assert "One earlier result still waits for your answer" in " ".join(email.text.split())
    assert "One new thing, and earlier results to answer" in email.text
    assert all("/me/sort" in part for part in (email.text, email.html))


@pytest.mark.parametrize(
    ("kind", "lead"),
    [
        (CaseKind.EXPOSED_CONTACT, "Its title is"),
        (CaseKind.HARMFUL_PAGE, "Its title is"),
        (CaseKind.IMPERSONATION, "Its title is"),
        (CaseKind.IMPERSONATION, "It calls itself"),
        (CaseKind.OWN_ACCOUNT_CHANGED, "It now calls itself"),
    ],
)
def test_only_an_account_calls_itself_something(digest: Digest, kind: CaseKind, lead: str) -> None:
    case = make_case(kind, "https://alpha.example/rosa", title="Rosa", id="1")
    case = replace(case, finding=replace(case.finding, is_account=lead != "Its title is"))

    text = render_digest(digest(cases=(case,))).text

    assert f"{lead} \N{LEFT DOUBLE QUOTATION MARK}Rosa" in " ".join(text.split())


def test_each_case_says_what_follows_from_silence_and_when_within_150_words() -> None:
    day = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
    full = EMAILS["digest"]
    assert isinstance(full, DigestView)
    silent = replace(IMPERSONATION, next_by=StepActor.PERSON, next_step=CaseStep.ANSWER)
    ends = {
        "IT sees it from Mon, Nov 30 and decides what it is.": {"opens_at": day},
        "If you do not answer by Mon, Nov 30, we stop asking.": {"closes_at": day},
        "If you do not answer, we ask again on Mon, Nov 30.": {"nudges_at": day},
        "Until you answer, each email asks again.": {},
        "It stays open until you answer, and nobody else acts.": {"is_emailed": False},
    }
    for said in permutations(ends, 2):
        cases = (replace(silent, id=words, **ends[words]) for words in said)
        email = render_digest(replace(full, cases=tuple(cases), waiting=()))

        for words in said:
            assert words in " ".join(email.text.split())
            assert words in " ".join(email.html.split())
        assert count_words(email) <= MOST_WORDS


def test_a_gap_is_named_with_its_day(digest: Digest) -> None:
    email = render_digest(digest(coverage=Coverage(checked=59, total=60, gaps=(ALPHA,))))

    sentence = "59 of 60 places checked. Since Nov 3, Alpha has been blocking us."
    assert sentence in " ".join(email.text.split())
    assert sentence in email.html


def test_sources_that_fail_alike_are_one_line_and_are_all_counted(
    digest: Digest, change: ChangeLine
) -> None:
    gap = CoverageGap(
        source="",
        outcome=GapKind.FAILED,
        since=SINCE,
        note=Reason(
            "note-and-cause", {"note": Reason("note.no-such-name"), "cause": Reason("cause.dns")}
        ),
        count=57,
        total=61,
    )
    coverage = Coverage(checked=3, total=61, gaps=(gap, ALPHA))
    email = render_digest(digest(coverage=coverage, changes=(change,)))
    text = " ".join(email.text.split())

    assert "3 of 61 places checked. The 58 not checked are listed at the end." in text
    line = "Since Nov 3, each of 57 places (of 61) could not be reached (DNS error. Is DNS up?)"
    assert line in text


def test_who_left_out_accounts_that_ask_for_it_is_named(digest: Digest) -> None:
    coverage = Coverage(checked=60, total=60, withheld=("bluesky", "quill.example"))
    email = render_digest(digest(coverage=coverage))

    sentence = (
        "60 of 60 places checked. Bluesky, quill[.]example left out accounts"
        " that ask not to be found or read."
    )
    assert sentence in " ".join(email.text.split())
    assert sentence in " ".join(email.html.split())


def test_with_a_gap_nothing_new_is_said_only_of_the_rest(digest: Digest) -> None:
    email = render_digest(digest(coverage=Coverage(checked=59, total=60, gaps=(ALPHA,))))

    assert "Nothing new in what we could check" in email.text
    assert "“Not checked” does not mean that nothing is there." in " ".join(email.text.split())


def test_a_week_without_any_check_never_says_nothing_new(digest: Digest) -> None:
    email = render_digest(digest(coverage=Coverage(checked=0, total=1, gaps=(ALPHA,))))

    assert "nothing new" not in (email.subject + email.text + email.html).lower()
    assert "nothing could be checked" in email.subject


@pytest.mark.parametrize("gap", GapKind)
def test_every_kind_of_gap_has_words(digest: Digest, gap: GapKind) -> None:
    coverage = Coverage(checked=1, total=2, gaps=(replace(ALPHA, outcome=gap),))

    assert f"Since Nov 3, Alpha {GAPS[gap]}" in render_digest(digest(coverage=coverage)).html


def test_the_first_digest_asks_to_sort_once_with_cases_on_top(
    digest: Digest, case: CaseView, question: FindingView
) -> None:
    email = render_digest(digest(kind=DigestKind.FIRST, cases=(case,), questions=(question,)))

    assert "Please answer once" in " ".join(email.text.split())
    assert email.text.index("1. Urgent, Bluesky") < email.text.index("IS THIS YOU?")


def test_a_first_digest_with_nothing_to_sort_asks_for_nothing(digest: Digest) -> None:
    email = render_digest(digest(kind=DigestKind.FIRST))

    assert email.subject.endswith("your first overview, nothing to review")
    assert "You do not need to answer" in " ".join(email.text.split())
    assert "Please answer once" not in " ".join(email.text.split())


def test_a_first_digest_without_any_check_does_not_say_what_exists(digest: Digest) -> None:
    coverage = Coverage(checked=0, total=1, gaps=(ALPHA,))
    email = render_digest(digest(kind=DigestKind.FIRST, coverage=coverage))

    assert email.subject == "Namesake: nothing could be checked"
    assert "We could not check anything this week" in email.text
    assert "exists" not in email.text


def test_what_may_be_a_fake_is_told_as_that(digest: Digest, question: FindingView) -> None:
    asked = replace(question, suggested=Decision.IMPERSONATION)
    news = render_digest(digest(questions=(asked,), to_sort=1))
    earlier = render_digest(digest(to_sort=1, has_likely_fake=True))

    for part in (news.text, news.html):
        words = " ".join(part.split())
        assert "Someone may be pretending to be you here." in words
        assert "it may be a fake" in words
        assert "no alert" not in words
    assert "It may be a fake." in " ".join(earlier.text.split())


def test_only_where_something_ended_it_says_what_happened_with_earlier_results(
    digest: Digest,
) -> None:
    looked_at, ended = render_digest(digest(views=1)), render_digest(digest(decided=(DECIDED,)))

    for part in (looked_at.text, looked_at.html, ended.text, ended.html):
        words = " ".join(part.split())
        assert "We found nothing new under your name." in words
        told = "Here is what happened with earlier results." in words
        assert told is ("Closed on" in words)


def test_pages_that_go_on_or_ended_are_told_apart(digest: Digest) -> None:
    urls = [f"https://{name}.example/rosa" for name in ("alpha", "beta", "gamma", "delta")]
    pages = [make_case(CaseKind.HARMFUL_PAGE, url, id=url) for url in urls]
    ended = tuple(replace(page, end=EndReason.CLAIMED, ended_at=SINCE) for page in pages[2:])

    for told in ({"waiting": tuple(pages[:2])}, {"decided": ended}):
        email = render_digest(digest(**told))
        shown = BeautifulSoup(email.html, "html.parser").get_text()
        for part in (email.text, shown):
            assert [url in part for url in map(defang_url, urls)] == [
                "waiting" in told,
                "waiting" in told,
                "decided" in told,
                "decided" in told,
            ]


def test_lines_of_one_case_are_indented_alike_without_a_gap(digest: Digest, case: CaseView) -> None:
    bare = replace(case, id="2" * 32, pair=None, it_sees_since=SINCE, due=SINCE)
    waits = {"next_by": StepActor.PERSON, "next_step": CaseStep.ANSWER, "nudges_at": SINCE}
    for told in ((case,), (case, bare), (bare, case)):
        cases = tuple(replace(one, **waits) for one in told)
        email = render_digest(digest(cases=cases))
        for entry in re.findall(r"^\d\. .*?Answer this:$", email.text, re.MULTILINE | re.DOTALL):
            assert all(re.match(r" {3}(?! [^ ])", line) for line in entry.splitlines()[1:]), entry


def test_what_waits_for_an_answer_is_named_again(
    digest: Digest, waiting: CaseView, change: ChangeLine
) -> None:
    email = render_digest(digest(waiting=(waiting,), changes=(change,)))

    for part in (email.text, email.html):
        assert f"Reference {waiting.id}" in part


def test_what_became_of_earlier_findings_is_told(digest: Digest) -> None:
    email = render_digest(digest(decided=(DECIDED,)))

    for part in (email.text, email.html):
        words = " ".join(part.split())
        assert "agree that it is no longer shown. Closed on" in words
        assert f"Reference {DECIDED.id}" in words


def test_a_changed_letter_is_marked_and_said(digest: Digest, case: CaseView) -> None:
    email = render_digest(digest(cases=(case,)))

    marked = BeautifulSoup(email.html, "html.parser").select("span.changed")
    assert [letter.get_text() for letter in marked] == ["0"]
    words = " ".join(email.text.split())
    assert "Its username is yours, but the o is replaced by the digit 0. Same bio." in words
    assert "Pictures not compared." in words


def test_what_is_stored_of_a_detail_is_for_the_page_to_say(digest: Digest) -> None:
    stored = Reason("contact-recorded", {"count": Count(1), "what": Name("a phone number")})
    told = make_case(CaseKind.EXPOSED_CONTACT, "https://a.example/", id="a", reasons=(stored,))

    email = render_digest(digest(cases=(told,)))

    assert render_reason(stored).startswith("We record that a phone number")
    for part in (email.text, email.html):
        assert "We record that" not in " ".join(part.split())


def test_ones_own_username_is_written_as_it_is(digest: Digest, case: CaseView) -> None:
    assert case.pair
    shown = replace(case.pair, ours=(HighlightPiece(text="rosa.kinder"),))
    typed = replace(shown, declared="rosa.kinder")

    for pair, words in ((typed, "rosa.kinder"), (shown, "rosa[.]kinder")):
        email = render_digest(digest(cases=(replace(case, pair=pair),)))

        assert words in email.text
        assert words in email.html
    address, own = case.finding.url, replace(case.finding, declared="rosa.kinder")
    changed = replace(case, kind=CaseKind.OWN_ACCOUNT_CHANGED, pair=None)
    for view in (
        digest(cases=(replace(changed, finding=own),)),
        digest(kind=DigestKind.FIRST, own=(own,)),
    ):
        email = render_digest(view)
        assert "rosa.kinder" in email.text
        assert "rosa.kinder" in email.html
        assert defang_url(address) not in email.text
    assert defang_url(address) in render_digest(digest(cases=(changed,))).text


def test_only_a_serious_case_makes_a_headline_red(
    digest: Digest, case: CaseView, waiting: CaseView
) -> None:
    def find_tone(email: Email) -> list[str]:
        cells = BeautifulSoup(email.html, "html.parser").select("td.say-cell")
        return [cell["class"][1] for cell in cells]

    unchecked = Coverage(checked=0, total=1, gaps=(ALPHA,))
    low = replace(case, severity=Severity.LOW)
    assert find_tone(render_digest(digest(cases=(case,), needs_you=1))) == ["say-bad"]
    assert find_tone(render_digest(digest(cases=(low,), needs_you=1))) == ["say-wait"]
    assert find_tone(render_digest(digest(waiting=(GOING,)))) == ["say-wait"]
    assert find_tone(render_digest(digest(waiting=(waiting,)))) == ["say-bad"]
    assert find_tone(render_digest(digest())) == ["say-good"]
    assert find_tone(render_digest(digest(to_sort=2))) == ["say-wait"]
    assert find_tone(render_digest(digest(coverage=unchecked))) == ["say-wait"]


def test_a_reference_is_short_enough_to_write_back(digest: Digest, case: CaseView) -> None:
    email = render_digest(digest(cases=(replace(case, id="0123456789abcdef" * 2),)))

    for part in (email.text, email.html):
        assert "Reference 01234567\n" in part or "Reference 01234567<" in part


def test_a_namesake_asks_for_nothing(
    digest: Digest, aside: FindingView, change: ChangeLine
) -> None:
    assert "all quiet" in render_digest(digest(set_aside=(aside,))).subject

    email = render_digest(digest(set_aside=(aside,), changes=(change,)))

    assert "Someone else with your name. No action needed." in email.text


def test_an_email_leads_to_the_portal(digest: Digest, case: CaseView) -> None:
    url = "https://us.example/" + "review/" * 20
    email = render_digest(digest(cases=(case,), review_url=url))

    assert f"\n{url}\n" in email.text
    assert f'href="{url}"' in email.html


@pytest.mark.parametrize(
    ("number", "more"), [(0, None), (1, None), (2, None), (25, 23), (500, 498)]
)
def test_as_many_findings_are_shown_as_people_read_and_the_rest_is_counted(
    digest: Digest, question: FindingView, number: int, more: int | None
) -> None:
    questions = tuple(replace(question, id=f"q{n}") for n in range(number))
    email = render_digest(digest(questions=questions))

    for part in (email.text, email.html):
        assert part.count("Reference q") == number - (more or 0)
        assert (f"and {more} more." in part) is (more is not None)
        assert ("more." in part) is (more is not None)


def test_cases_take_the_room_of_everything_else(
    digest: Digest, case: CaseView, change: ChangeLine, question: FindingView
) -> None:
    cases = tuple(replace(case, id=f"{number:032}") for number in range(20))
    email = render_digest(digest(cases=cases, changes=(change,) * 20, questions=(question,) * 20))

    assert email.text.count("Reference ") == 2
    for part in (email.text, email.html):
        assert "Also on your page: Changed (20), Is this you? (20)." in " ".join(part.split())
    assert email.subject == "Namesake: 20 things need you"


@pytest.mark.parametrize("character", ["\U0001f984", "&", "x"])
def test_the_worst_pages_never_make_an_email_too_heavy(
    digest: Digest, case: CaseView, question: FindingView, character: str
) -> None:
    tale = f"{character * 30} " * 12
    worst = replace(
        case,
        finding=replace(case.finding, title=tale, url=f"https://alpha.example/{tale}"),
        reasons=(Reason("district-place", {"place": Name(tale)}),) * 30,
    )
    cases = tuple(replace(worst, id=f"{number:032}") for number in range(40))
    view = digest(cases=cases, questions=(replace(question, snippet=tale),) * 40)
    email = render_digest(view)

    shown = email.html.count("Reference ")
    assert len(email.html.encode()) < HEAVIEST
    assert 0 < shown < 40
    assert f"and {40 - shown} more." in email.html
    assert "Is this you? (40)." in email.html
    assert email.text.count("Reference ") == shown


def test_an_email_gives_the_strongest_reasons_and_the_page_has_the_rest(
    digest: Digest, case: CaseView
) -> None:
    reasons = tuple(
        Reason("district-place", {"place": Name(f"Place {number}")}) for number in range(7)
    )

    email = render_digest(digest(cases=(replace(case, reasons=reasons, pair=None),)))

    for text in (email.text, email.html):
        assert [reason for reason in reasons if render_reason(reason) in text] == list(reasons[:2])


def test_two_cases_are_at_most_150_words_before_the_footer(digest: Digest, case: CaseView) -> None:
    reasons = (
        Reason("copied-bio"),
        IMPERSONATION.reasons[1],
        Reason("copied-name"),
    )
    other = replace(case, id="2" * 8, reasons=reasons, earlier=None, pair=None)
    sources = tuple(
        CoveredSource(source=f"site-{number}", state=state)
        for number, state in enumerate(CoverageState)
    )
    coverage = Coverage(
        checked=58, total=60, gaps=(ALPHA, ALPHA), withheld=("bluesky",), sources=sources
    )
    email = render_digest(digest(cases=(case, other), coverage=coverage))

    assert "58 of 60 places checked." in email.text
    assert count_words(email) <= MOST_WORDS


def test_beside_two_cases_all_else_is_counted_and_nothing_is_lost(digest: Digest) -> None:
    view = EMAILS["digest"]
    assert isinstance(view, DigestView)
    assert len(view.cases) == 2
    email = render_digest(view)

    assert count_words(email) <= MOST_WORDS
    parts = "Changed (1), Is this you? (1), Still open (2), Ended (1), Set aside (1)."
    for part in (email.text, email.html):
        assert f"Also on your page: {parts}" in " ".join(part.split())


def test_what_is_urgent_has_the_first_card_of_its_own_for_as_long_as_nobody_answers(
    digest: Digest, case: CaseView, waiting: CaseView
) -> None:
    newer = replace(case, severity=Severity.MEDIUM)
    email = render_digest(digest(cases=(newer,), waiting=(waiting, GOING), needs_you=2))

    page = BeautifulSoup(email.html, "html.parser")
    first, second = page.select("table.card")
    assert first.select(".pill-high")
    assert second.select(".pill-medium")
    assert f"Reference {waiting.id}" in first.get_text()
    assert [button["href"] for button in first.select("a.button-link")] == [waiting.link_url]
    assert email.text.index(f"Reference {waiting.id}") < email.text.index(f"Reference {newer.id}")
    assert page.select("td.say-bad")
    answered = render_digest(
        digest(cases=(newer,), waiting=(replace(waiting, is_undecided=False),))
    )
    assert len(BeautifulSoup(answered.html, "html.parser").select("table.card")) == 1


@pytest.mark.parametrize("name", [name for name in EMAILS if name.startswith("digest")])
def test_every_sample_is_brief(name: str) -> None:
    view = EMAILS[name]
    assert isinstance(view, DigestView)
    assert count_words(render_digest(view)) <= (MOST_QUIET_WORDS if view.is_quiet else MOST_WORDS)


def test_a_quiet_week_is_at_most_60_words_before_the_footer(
    digest: Digest, aside: FindingView
) -> None:
    gaps = tuple(replace(ALPHA, source=source) for source in ("Alpha", "Beta", "Gamma"))

    gone = Coverage(checked=58, total=60, gaps=gaps)
    whole = Coverage(checked=60, total=60)
    policy = EMAILS["digest-nothing-new"].policy
    emails = [render_digest(digest(coverage=coverage, policy=policy)) for coverage in (gone, whole)]
    assert all("Where to set it" in email.text for email in emails)
    named = [
        Coverage(checked=59, total=60, gaps=(replace(ALPHA, source="Bluesky", outcome=outcome),))
        for outcome in GapKind
    ]
    emails += [render_digest(digest(coverage=part, set_aside=(aside,))) for part in (gone, *named)]

    assert all(count_words(email) <= MOST_QUIET_WORDS for email in emails)


def test_a_dot_of_each_source_stands_under_the_sentence_and_is_no_word(
    digest: Digest, change: ChangeLine
) -> None:
    sources = tuple(
        CoveredSource(source=f"site-{number}", state=state)
        for number, state in enumerate(CoverageState)
    )
    coverage = Coverage(checked=3, total=4, gaps=(ALPHA,), sources=sources)
    email = render_digest(digest(coverage=coverage, changes=(change,)))
    dots = BeautifulSoup(email.html, "html.parser").select("table.dots td.dot")

    assert "3 of 4 places checked, 1 with news." in " ".join(email.text.split())
    assert [dot["class"][1] for dot in dots] == [f"dot-{state}" for state in CoverageState]
    assert {dot.get_text(strip=True) for dot in dots} == {""}


def test_many_sources_are_a_bar_of_their_states(digest: Digest, change: ChangeLine) -> None:
    state = CoverageState.NO_NEWS
    many = tuple(CoveredSource(source=f"site-{number}", state=state) for number in range(MOST_DOTS))
    missed = CoveredSource(source="alpha", state=CoverageState.NOT_CHECKED)
    coverage = Coverage(checked=40, total=41, gaps=(ALPHA,), sources=(*many, missed))
    email = render_digest(digest(coverage=coverage, changes=(change,)))
    bar = BeautifulSoup(email.html, "html.parser").select("table.dots td")

    assert [element["width"] for element in bar] == ["98%", "2%"]


def test_several_pages_with_contact_details_are_one_entry_with_a_link_for_each(
    digest: Digest, case: CaseView
) -> None:
    shown = replace(
        case,
        kind=CaseKind.EXPOSED_CONTACT,
        platform="",
        contact_kinds=(ContactKind.PHONE,),
    )
    hosts = ("finder", "lookup", "locator")
    pages = tuple(
        replace(
            shown,
            id=f"{host}-case",
            finding=replace(case.finding, url=f"https://{host}.example/rosa"),
            link_url=f"https://namesake.cedarvalley.example/answer/{host}",
        )
        for host in hosts
    )

    one = render_digest(digest(cases=pages[:1]))
    email = render_digest(
        digest(cases=(case, *pages[:2], replace(pages[2], contact_kinds=(ContactKind.HOME,))))
    )

    assert render_reason(shown.what) in " ".join(one.text.split())
    for text in (email.text, email.html):
        assert text.count("3 sites seem to show your street address and phone number.") == 1
        assert render_reason(shown.what) not in text
        assert all(f"/answer/{host}" in text for host in hosts)
    assert "4 things need you" in email.subject


def says(email: Email) -> list[str]:
    """Return the lines between the heading and the button."""
    words = email.text.partition("=\n\n")[2].partition("\n\nOpen your page")[0]
    return words.splitlines()


def test_an_email_without_news_is_two_lines(digest: Digest, aside: FindingView) -> None:
    assert says(render_digest(digest())) == [
        "Hello Rosa, we found nothing new under your name.",
        "60 of 60 places checked.",
    ]
    assert len(says(render_digest(digest(set_aside=(aside,) * 9)))) <= 4


def test_an_email_over_an_open_case_is_never_titled_nothing_new(
    digest: Digest, waiting: CaseView
) -> None:
    silent = render_digest(digest(waiting=(waiting,), needs_you=1))
    going = render_digest(digest(waiting=(GOING,)))

    assert silent.subject.endswith(": 1 thing needs you")
    assert "1 alert still open; visible to IT since" in going.subject
    for part in (going.text, going.html):
        words = " ".join(part.split())
        assert "You said: Someone pretending to be me." in words
        assert "IT said: It pretends to be you." in words
        assert "Visible to IT since" in words
        assert "Next, by" in words
    early = render_digest(digest(waiting=(replace(GOING, open_until=GOING.due),)))
    for part in (early.text, early.html):
        words = " ".join(part.split())
        assert "Visible to IT until" in words
        assert "Visible to IT since" not in words


def test_what_waits_for_its_reader_comes_before_what_others_do(
    digest: Digest, waiting: CaseView
) -> None:
    others = tuple(
        replace(GOING, id=f"{number}-{GOING.id}", bin=CaseBin.IN_PROGRESS) for number in range(3)
    )
    part = Coverage(checked=59, total=60, gaps=(ALPHA,))

    email = render_digest(digest(waiting=(*others, waiting), needs_you=1, coverage=part))

    assert email.text.index(f"Reference {waiting.id}") < email.text.index("Reference 0-")
    for shown in (email.text, email.html):
        words = " ".join(shown.split())
        assert "59 of 60 places checked. Your page lists the other one." in words
    assert count_words(email) <= MOST_WORDS


def test_an_email_without_news_says_what_was_not_checked(digest: Digest) -> None:
    gaps = tuple(replace(ALPHA, source=f"Source {number}") for number in range(4))
    few = Coverage(checked=59, total=60, gaps=gaps[:1])
    many = Coverage(checked=56, total=60, gaps=gaps)

    named, counted = (" ".join(says(render_digest(digest(coverage=side)))) for side in (few, many))

    assert "Since Nov 3, Source 0 has been blocking us." in named
    assert "56 of 60 places checked. Your page lists the other 4." in counted
    for side in (named, counted):
        assert "“Not checked” does not mean that nothing is there." in side
