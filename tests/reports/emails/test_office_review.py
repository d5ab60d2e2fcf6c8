"""IT is mailed counts and a link, and nothing of anyone."""

from dataclasses import fields, replace

from reports.emails.office import ReviewView, render_review


def test_the_email_has_no_field_for_a_person_or_a_case() -> None:
    assert {field.name for field in fields(ReviewView)} == {
        *("name", "district", "zone", "why", "leave", "review_url", "contact"),
        *("week", "coverage", "waiting", "going", "done", "oldest", "upkeep", "lookalikes"),
    }


def test_what_waits_and_since_when_is_said(review: ReviewView) -> None:
    email = render_review(review)

    assert ": 2 need IT, 3 in progress, 58 of 60 places checked" in email.subject
    text = " ".join(email.text.split())
    assert "Need IT: 2. In progress: 3. Done in the last week: 1." in text
    assert "The oldest one that waits was opened on Nov 14." in text
    assert review.review_url in email.text


def test_a_quiet_week_says_so(review: ReviewView) -> None:
    email = render_review(replace(review, waiting=0, oldest=None))

    assert "No case needs IT now" in email.text
    assert "oldest" not in email.text
    assert email.subject.startswith("Namesake review, week of November 23: 0 need IT")
