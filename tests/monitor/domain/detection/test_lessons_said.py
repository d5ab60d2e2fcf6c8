"""The last word that was not taken back is the verdict."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.detection.lessons import VERDICTS, Said, standing, verdict, verdict_before
from monitor.domain.flag import Ruling

NOON = datetime(2026, 9, 12, 12, tzinfo=UTC)
WORDS = st.lists(st.sampled_from([*sorted(VERDICTS), Ruling.REOPENED, None]))


def said(*rulings: Ruling | None) -> list[Said]:
    return [
        Said(item="i", ruling=each, at=NOON + timedelta(hours=hour))
        for hour, each in enumerate(rulings)
    ]


@given(WORDS, st.sampled_from(sorted(VERDICTS)))
def test_taking_a_word_back_restores_what_was_said_before(words, word):
    assert verdict(said(*words, word)) is word
    assert verdict(said(*words, word, Ruling.REOPENED)) is verdict(said(*words))
    assert verdict_before(said(*words, word)) is verdict(said(*words))


@given(WORDS)
def test_nothing_counts_any_more_of_what_has_become_another_one(words):
    assert standing(said(*words, None)) is None
    assert verdict(said(*words, None, Ruling.REOPENED)) is None


def test_nothing_stands_before_anything_was_said():
    assert verdict([]) is None
    assert verdict_before([]) is None


def test_words_of_one_time_are_one():
    first, *rest = said(Ruling.MINE, Ruling.REOPENED, Ruling.NAMESAKE)
    together = [Said(item="i", ruling=each.ruling, at=NOON + timedelta(days=1)) for each in rest]

    assert verdict_before([first, *together]) is Ruling.MINE
