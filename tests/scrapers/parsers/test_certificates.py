"""What a log of certificates says: names, or why it says nothing."""

import json
from datetime import UTC, datetime

import pytest

from scrapers.models import Outcome, Page
from scrapers.parsers.certificates import build_log_request, parse_log_page

AT = datetime(2026, 11, 2, tzinfo=UTC)


def page(body: object, status: int = 200, **changes: object) -> Page:
    text = body if isinstance(body, str) else json.dumps(body)
    told = {"url": "https://log.example/", "status": status, "body": text.encode()}
    return Page(fetched_at=AT, **{**told, **changes})  # type: ignore[arg-type]  # as told


def row(*names: str, common: str | None = None) -> dict[str, object]:
    return {
        "issuer_ca_id": 16418,
        "common_name": common,
        "name_value": "\n".join(names),
        "id": 7,
        "not_before": "2026-10-01T00:00:00",
    }


def test_a_word_is_asked_for_anywhere_in_a_name():
    request = build_log_request("https://log.example/", "oakhill")

    assert request.url == "https://log.example/"
    assert dict(request.params)["q"] == "%oakhill%"
    assert dict(request.params)["output"] == "json"


def test_each_name_of_each_certificate_is_read_once():
    body = [row("oakhill.test", "*.oakhill.test"), row("Oakhill.test", common="mail.oakhill.test")]

    found = parse_log_page(page(body))

    assert found.outcome is Outcome.FOUND
    assert found.names == ("oakhill.test", "*.oakhill.test", "mail.oakhill.test")


def test_certificates_for_email_are_left_out_since_they_name_people():
    body = [row("jane.doe@oakhill.test", common="Jane Doe")]

    assert parse_log_page(page(body)).names == ()


def test_an_empty_list_is_an_answer():
    assert parse_log_page(page([])).outcome is Outcome.ABSENT


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (page("<html>busy</html>"), Outcome.UNREADABLE),
        (page({"error": "no"}), Outcome.UNREADABLE),
        (page([{"id": 7}]), Outcome.UNREADABLE),
        (page([row("a.test"), "b"]), Outcome.UNREADABLE),
        (page([row("a.test")], cut=True), Outcome.UNREADABLE),
        (page("", 404), Outcome.UNREADABLE),
        (page("", 429), Outcome.LIMITED),
        (page("", 403), Outcome.BLOCKED),
        (page("", 502), Outcome.FAILED),
    ],
)
def test_what_is_no_such_list_proves_nothing(answer, outcome):
    found = parse_log_page(answer)

    assert found.outcome is outcome
    assert found.names == ()
    assert found.note
