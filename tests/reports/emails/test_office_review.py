"""IT sees a closed list, and nothing around it."""

from dataclasses import fields, replace
from datetime import timedelta

from reports.emails.office import ReviewLine, ReviewView, render_review


def test_a_reviewer_sees_a_closed_list_of_fields() -> None:
    assert {field.name for field in fields(ReviewLine)} == {
        "person",
        "given",
        "school",
        "kind",
        "severity",
        "platform",
        "url",
        "state",
        "opened_at",
        "state_since",
        "reasons",
        "ruling",
    }


def test_the_oldest_open_case_is_named(review: ReviewView) -> None:
    assert "The oldest has been open since Nov 14." in " ".join(render_review(review).text.split())


def test_an_older_case_of_one_severity_comes_first(review: ReviewView) -> None:
    line = review.lines[0]
    older = replace(line, person="Ana Older", opened_at=line.opened_at - timedelta(days=1))

    text = render_review(replace(review, lines=(line, older))).text

    assert text.index("Ana Older") < text.index(line.person)


def test_a_page_of_no_platform_and_a_person_of_no_school_leave_no_gap(
    review: ReviewView,
) -> None:
    line = replace(review.lines[0], platform="", school="")

    email = render_review(replace(review, lines=(line,)))

    assert "1. High: Possible impersonation\n   Rosa Delgado\n" in email.text
    assert "Possible impersonation</p>" in email.html
    assert "Rosa Delgado</bdi></h3>" in email.html


def test_a_quiet_week_says_so(review: ReviewView) -> None:
    email = render_review(replace(review, lines=()))

    assert "No case is open to you" in email.text
    assert email.subject.startswith("Namesake review, week of November 23: 0 open")


def test_500_cases_are_counted_and_25_shown(review: ReviewView) -> None:
    email = render_review(replace(review, lines=review.lines[:1] * 500))

    assert email.text.count("The person confirmed that it is an impersonation.") == 25
    assert "and 475 more." in email.text
