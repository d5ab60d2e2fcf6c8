"""IT is mailed counts, which case comes first, and a link to it, and nothing of anyone."""

from dataclasses import fields, replace

from reports.emails.office import MostUrgentCase, ReviewView, render_review


def test_the_email_has_no_field_for_a_person_or_a_case() -> None:
    assert {field.name for field in fields(ReviewView)} == {
        *("name", "district", "zone", "why", "leave", "review_url", "contact"),
        *(
            "week",
            "coverage",
            "waiting",
            "going",
            "done",
            "mistaken",
            "first",
            "upkeep",
            "lookalikes",
        ),
        # Of whoever reads it, and nobody else.
        "reviewer_id",
    }
    assert {field.name for field in fields(MostUrgentCase)} == {
        *("id", "severity", "due", "is_late", "taken_by")
    }


def test_what_waits_and_until_when_is_said(review: ReviewView) -> None:
    email = render_review(review)

    assert ": 2 need IT, 3 wait for others, 58 of 60 places checked" in email.subject
    text = " ".join(email.text.split())
    assert "Need IT: 2. Waiting for others: 3. Done in the last week: 1." in text
    assert "First: urgent, due Wed, Nov 25, not assigned." in text
    assert "Open case 3428f5cb: " in text
    assert f"{review.review_url}/review/cases/3428f5cb90aa?to=reviewer-3f" in email.text


def test_a_quiet_week_says_so(review: ReviewView) -> None:
    email = render_review(replace(review, waiting=0, first=None))

    assert "No case needs IT now" in email.text
    assert "First:" not in email.text
    assert f"{review.review_url}\n" in email.text
    assert email.subject.startswith("Namesake review: 0 need IT")
