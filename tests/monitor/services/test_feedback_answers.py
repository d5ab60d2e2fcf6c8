"""What a letter offers as an answer is something that can be ruled."""

import pytest

from monitor.domain.detection.lessons import VERDICTS
from monitor.domain.flag import FITTING, FlagKind, Ruling
from reports import labels as words
from reports.labels import for_flags, for_questions


@pytest.mark.parametrize("kind", FlagKind)
def test_every_word_that_is_offered_for_a_flag_fits_it(kind: FlagKind) -> None:
    (answers,) = for_flags((words.FlagKind(kind),))

    assert set(map(Ruling, answers.choices)) <= FITTING[kind] | {Ruling.SHARED}


def test_every_answer_to_a_question_is_remembered() -> None:
    assert set(map(Ruling, for_questions().choices)) == VERDICTS
