from collections.abc import Callable
from dataclasses import replace

import pytest

from scrapers.models import Outcome, Page
from scrapers.parsers.presence import (
    BOTH_SHOWN,
    PresenceRule,
    build_impossible_handle,
    check_presence,
)

Answered = Callable[..., Page]

ASKED = "https://alpha.example/jdoe"
BY_CODE = PresenceRule(e_code=200, e_string='"username":"{account}"', m_code=404, m_string="")
BY_TEXT = PresenceRule(e_code=200, e_string="class='card'", m_code=200, m_string="No such teacher")
BY_REDIRECT = PresenceRule(e_code=200, e_string="class='card'", m_code=302, m_string="")
BY_REFUSAL = PresenceRule(e_code=200, e_string="class='card'", m_code=403, m_string="no such user")
CARD = "<title>Jane</title><div class='card'>Jane Doe</div>"
HTML = {"content-type": "text/html"}


def outcome(rule: PresenceRule, page: Page) -> Outcome:
    return check_presence(rule, ASKED, "jdoe", page).outcome


def test_code_and_mark_together_prove_an_account(answered: Answered) -> None:
    assert outcome(BY_CODE, answered('{"username":"JDoe"}')) is Outcome.FOUND
    assert outcome(BY_TEXT, answered(CARD, headers=HTML)) is Outcome.FOUND


def test_code_and_mark_together_prove_that_nobody_is_there(answered: Answered) -> None:
    assert outcome(BY_CODE, answered("", 404)) is Outcome.ABSENT
    assert outcome(BY_TEXT, answered("No such teacher")) is Outcome.ABSENT


@pytest.mark.parametrize(
    ("rule", "body", "status"),
    [
        (BY_CODE, '{"username":"someone-else"}', 200),
        (BY_CODE, '{"username":"jdoe"}', 206),
        (BY_CODE, "gone", 410),
        (BY_TEXT, "", 200),
        (BY_TEXT, "<title>Alpha, redesigned</title>", 200),
        (BY_TEXT, "No such teacher", 404),
    ],
)
def test_anything_else_could_not_be_told(
    answered: Answered, rule: PresenceRule, body: str, status: int
) -> None:
    reading = check_presence(rule, ASKED, "jdoe", answered(body, status))

    assert reading.outcome is Outcome.UNREADABLE
    assert reading.note


@pytest.mark.parametrize("rule", [BY_CODE, BY_TEXT, BY_REDIRECT, BY_REFUSAL])
@pytest.mark.parametrize("status", [200, 404])
def test_a_wall_never_proves_anything(saved: Answered, rule: PresenceRule, status: int) -> None:
    assert outcome(rule, saved("walls/cloudflare.html", status)) is Outcome.BLOCKED


@pytest.mark.parametrize("rule", [BY_CODE, BY_TEXT, BY_REDIRECT, BY_REFUSAL])
@pytest.mark.parametrize(
    ("status", "expected"),
    [(429, Outcome.LIMITED), (500, Outcome.FAILED), (401, Outcome.BLOCKED)],
)
def test_a_server_that_does_not_answer_proves_nothing(
    answered: Answered, rule: PresenceRule, status: int, expected: Outcome
) -> None:
    assert outcome(rule, answered(CARD, status, headers=HTML)) is expected


def test_being_led_to_the_front_page_proves_absence_where_the_rule_says_so(
    answered: Answered,
) -> None:
    front = answered("<h1>Welcome</h1>", url="https://www.alpha.example/", headers=HTML)

    assert outcome(BY_REDIRECT, front) is Outcome.ABSENT
    assert outcome(BY_TEXT, front) is Outcome.UNREADABLE


@pytest.mark.parametrize(
    "url", ["https://beta.example/", "https://alpha.example/hello", "https://alpha.example/jdoe"]
)
def test_being_led_elsewhere_proves_nothing(answered: Answered, url: str) -> None:
    page = answered("<h1>Welcome</h1>", url=url, headers=HTML)

    assert outcome(BY_REDIRECT, page) is Outcome.UNREADABLE


def test_a_refusal_proves_absence_only_in_the_words_of_the_rule(answered: Answered) -> None:
    assert outcome(BY_REFUSAL, answered("no such user", 403)) is Outcome.ABSENT
    assert outcome(BY_REFUSAL, answered("go away", 403)) is Outcome.UNREADABLE


def test_a_used_up_quota_proves_nothing_in_whatever_words(answered: Answered) -> None:
    used_up = answered("no such user", 403, headers={"x-ratelimit-remaining": "0"})

    assert outcome(BY_REFUSAL, used_up) is Outcome.LIMITED


def test_impossible_handles_are_drawn_fresh_and_differ_between_sources() -> None:
    drawn = {build_impossible_handle(nonce, source) for nonce in "ab" for source in "xy"}

    assert len(drawn) == 4
    assert all(handle.isalpha() and handle.islower() for handle in drawn)


def test_any_of_a_rules_words_counts_with_any_of_its_codes(answered: Answered) -> None:
    rule = replace(
        BY_TEXT, e_others=("class='badge'",), m_others=("Nobody here",), m_codes=(404, 410)
    )

    assert outcome(rule, answered("<i class='badge'>")) is Outcome.FOUND
    assert outcome(rule, answered("Nobody here", 410)) is Outcome.ABSENT
    assert outcome(rule, answered("<i class='badge'>", 404)) is Outcome.UNREADABLE


def test_a_page_that_names_an_account_only_to_miss_it_does_not_show_it(answered: Answered) -> None:
    rule = PresenceRule(e_code=200, e_string="{account}", m_code=200, m_string="No such teacher")

    assert outcome(rule, answered("<h1>jdoe</h1>")) is Outcome.FOUND
    assert outcome(rule, answered("No such teacher: jdoe")) is Outcome.ABSENT


def test_a_bio_with_the_words_for_nobody_hides_no_account(answered: Answered) -> None:
    words = replace(BY_TEXT, e_string="Teacher since")
    markup = replace(BY_TEXT, m_string='<meta name="robots" content="noindex">')

    for rule, body in (
        (BY_TEXT, f"{CARD}<p>No such teacher</p>"),
        (words, "Teacher since 2019. No such teacher"),
        (markup, f"{CARD}{markup.m_string}"),
    ):
        reading = check_presence(rule, ASKED, "jdoe", answered(body, headers=HTML))
        assert (reading.outcome, reading.note) == (Outcome.FOUND, BOTH_SHOWN)


def test_markup_that_says_nobody_is_there_outweighs_words_that_anybody_can_write(
    answered: Answered,
) -> None:
    rule = replace(
        BY_TEXT, e_string="Teacher since", m_string='<meta name="robots" content="none">'
    )
    page = answered(f"Teacher since 2019 {rule.m_string}", headers=HTML)

    assert check_presence(rule, ASKED, "jdoe", page).outcome is Outcome.UNREADABLE
