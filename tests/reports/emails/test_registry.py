"""A view survives the queue, and speaks the words of the rules."""

import msgspec
import pytest

from monitor.domain.vocabulary import EventKind as DomainEventKind
from monitor.domain.vocabulary import FlagKind as DomainFlagKind
from monitor.domain.vocabulary import OwnershipLabel
from monitor.domain.vocabulary import Severity as DomainSeverity
from reports.emails.registry import get_email_kind, get_view_type, render_email
from reports.emails.sections import EmailView
from reports.labels import EventKindLabel, FlagKindLabel, GapKind, ItemOwnerLabel, SeverityLabel
from scrapers.models import CONCLUSIVE_OUTCOMES, Outcome


def test_a_queued_view_comes_back_and_prints_the_same_letter(view: EmailView) -> None:
    back = msgspec.json.decode(msgspec.json.encode(view), type=get_view_type(get_email_kind(view)))

    assert back == view
    assert render_email(back) == render_email(view)


def test_letters_have_words_for_all_that_the_rules_say() -> None:
    assert {*map(str, FlagKindLabel)} == {*map(str, DomainFlagKind)}
    assert {*map(str, SeverityLabel)} == {*map(str, DomainSeverity)}
    assert {*map(str, EventKindLabel)} == {*map(str, DomainEventKind)}
    assert {*map(str, ItemOwnerLabel)} == {*map(str, OwnershipLabel)}
    gaps = set(Outcome) - CONCLUSIVE_OUTCOMES
    assert {*map(str, GapKind)} == {*map(str, gaps), "unproven", "asked", "late"}


@pytest.mark.parametrize(
    "words", [*FlagKindLabel, *SeverityLabel, *EventKindLabel, *ItemOwnerLabel, *GapKind]
)
def test_every_word_can_be_read_aloud(
    words: FlagKindLabel | SeverityLabel | EventKindLabel | ItemOwnerLabel | GapKind,
) -> None:
    assert words.words.replace(" ", "").isalpha()
