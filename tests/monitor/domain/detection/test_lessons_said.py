"""The last word that was not taken back is the verdict."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.feedback import (
    FINDING_DECISIONS,
    Feedback,
    resolve_decision,
    resolve_feedback,
    resolve_previous_decision,
)
from monitor.domain.vocabulary import Decision

NOON = datetime(2026, 9, 12, 12, tzinfo=UTC)
WORDS = st.lists(st.sampled_from([*sorted(FINDING_DECISIONS), Decision.REOPENED, None]))


def said(*decisions: Decision | None) -> list[Feedback]:
    return [
        Feedback(finding_id="i", decision=decision, at=NOON + timedelta(hours=hour))
        for hour, decision in enumerate(decisions)
    ]


@given(WORDS, st.sampled_from(sorted(FINDING_DECISIONS)))
def test_taking_a_word_back_restores_what_was_said_before(words, word):
    assert resolve_decision(said(*words, word)) is word
    assert resolve_decision(said(*words, word, Decision.REOPENED)) is resolve_decision(said(*words))
    assert resolve_previous_decision(said(*words, word)) is resolve_decision(said(*words))


@given(WORDS)
def test_nothing_counts_any_more_of_what_has_become_another_one(words):
    assert resolve_feedback(said(*words, None)) is None
    assert resolve_decision(said(*words, None, Decision.REOPENED)) is None


def test_nothing_stands_before_anything_was_said():
    assert resolve_decision([]) is None
    assert resolve_previous_decision([]) is None


def test_words_of_one_time_are_one():
    first, *rest = said(Decision.MINE, Decision.REOPENED, Decision.NAMESAKE)
    together = [
        Feedback(finding_id="i", decision=other.decision, at=NOON + timedelta(days=1))
        for other in rest
    ]

    assert resolve_previous_decision([first, *together]) is Decision.MINE
