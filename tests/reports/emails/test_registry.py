"""A view survives the queue, and speaks the words of the rules."""

import msgspec
import pytest

from monitor.domain.events import EventKind as DomainEventKind
from monitor.domain.evidence import Label
from monitor.domain.flag import FlagKind as DomainFlagKind
from monitor.domain.flag import Severity as DomainSeverity
from reports.emails.registry import kind_of, printed, view_type
from reports.emails.sections import LetterView
from reports.labels import EventKind, FlagKind, GapKind, Severity, Whose
from scrapers.models import CONCLUSIVE, Outcome


def test_a_queued_view_comes_back_and_prints_the_same_letter(view: LetterView) -> None:
    back = msgspec.json.decode(msgspec.json.encode(view), type=view_type(kind_of(view)))

    assert back == view
    assert printed(back) == printed(view)


def test_letters_have_words_for_all_that_the_rules_say() -> None:
    assert {*map(str, FlagKind)} == {*map(str, DomainFlagKind)}
    assert {*map(str, Severity)} == {*map(str, DomainSeverity)}
    assert {*map(str, EventKind)} == {*map(str, DomainEventKind)}
    assert {*map(str, Whose)} == {*map(str, Label)}
    gaps = set(Outcome) - CONCLUSIVE
    assert {*map(str, GapKind)} == {*map(str, gaps), "unproven", "asked", "late"}


@pytest.mark.parametrize("words", [*FlagKind, *Severity, *EventKind, *Whose, *GapKind])
def test_every_word_can_be_read_aloud(
    words: FlagKind | Severity | EventKind | Whose | GapKind,
) -> None:
    assert words.words.replace(" ", "").isalpha()
