from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.domain.breach import BreachRecord, choose_breach_advice, update_breach_records
from monitor.domain.vocabulary import BreachAdvice
from scrapers.models import Breach

MONDAY = datetime(2026, 11, 2, 12, tzinfo=UTC)
PRESS = Breach(
    name="QuillPress",
    title="Quill Press",
    happened_on=date(2021, 3, 14),
    data=("Email addresses", "Passwords"),
)
FORUM = replace(PRESS, name="QuillForum", title="Quill Forum", data=("Email addresses",))


def test_a_breach_keeps_the_day_on_which_it_was_first_seen() -> None:
    (before,) = update_breach_records((), (PRESS,), MONDAY)
    later = MONDAY + timedelta(weeks=1)
    renamed = replace(PRESS, title="Quill Press (print shop)")

    (after,) = update_breach_records((before,), (renamed,), later)

    assert after == BreachRecord(breach=renamed, first_seen=MONDAY, last_seen=later)


def test_one_that_leaves_the_list_is_remembered_and_no_news_when_it_returns() -> None:
    (before,) = update_breach_records((), (PRESS,), MONDAY)
    later = MONDAY + timedelta(weeks=1)

    (gone,) = update_breach_records((before,), (), later)
    assert (gone.gone_at, gone.first_seen) == (later, MONDAY)
    assert list(update_breach_records((gone,), (), later + timedelta(weeks=1))) == []

    (back,) = update_breach_records((gone,), (PRESS,), later + timedelta(weeks=1))
    assert (back.gone_at, back.first_seen) == (None, MONDAY)


def test_a_new_one_beside_known_ones_is_new() -> None:
    (before,) = update_breach_records((), (PRESS,), MONDAY)
    later = MONDAY + timedelta(weeks=1)

    found = update_breach_records((before,), (PRESS, FORUM), later)

    assert {record.breach.name: record.first_seen for record in found} == {
        "QuillPress": MONDAY,
        "QuillForum": later,
    }


@pytest.mark.parametrize(
    ("breach", "advice"),
    [
        (PRESS, BreachAdvice.SECURE_ACCOUNT),
        (replace(PRESS, data=("Security questions and answers",)), BreachAdvice.SECURE_ACCOUNT),
        (replace(PRESS, data=("Historical passwords",)), BreachAdvice.SECURE_ACCOUNT),
        (replace(PRESS, verified=False), BreachAdvice.SECURE_ACCOUNT),
        (FORUM, BreachAdvice.EXPECT_PHISHING),
        (replace(FORUM, spam_list=True), BreachAdvice.EXPECT_SPAM),
        (replace(PRESS, fabricated=True), BreachAdvice.EXPECT_SPAM),
        (replace(PRESS, from_malware=True), BreachAdvice.CLEAN_DEVICE),
        (replace(FORUM, from_malware=True), BreachAdvice.CLEAN_DEVICE),
    ],
)
def test_the_advice_is_what_helps_most(breach: Breach, advice: BreachAdvice) -> None:
    assert choose_breach_advice(breach) is advice
