"""What a person chooses is remembered, and written into the log, once."""

import pytest

from monitor.demo.district import MARIA
from monitor.domain.vocabulary import EmailCadence, Language
from monitor.services.preferences import (
    choose_preference,
    has_stopped_digest,
    resume_digest,
    stop_digest,
)
from tests.monitor.services.world import Staff, World


@pytest.fixture
def maria(world: World) -> Staff:
    return world.joins(MARIA)


def list_actions(maria: Staff) -> list[str]:
    entries = maria.world.state.audit.list_entries_of_subjects((maria.id,))
    return [entry.action for entry in entries if entry.action != "enrolled"]


def test_stopping_twice_is_stopping_once(maria: Staff):
    app, before = maria.world.app, list_actions(maria)
    first = maria.world.clock.at
    stop_digest(app, maria.id)
    maria.world.later(hours=1)
    stop_digest(app, maria.id)

    assert maria.world.state.preferences.load_preferences(maria.id).unsubscribed_at == first
    assert list_actions(maria) == [*before, "unsubscribed"]

    resume_digest(app, maria.id)
    resume_digest(app, maria.id)

    assert not has_stopped_digest(app, maria.id)
    assert list_actions(maria) == [*before, "unsubscribed", "resubscribed"]


def test_one_choice_changes_no_other_one(maria: Staff):
    app = maria.world.app
    stop_digest(app, maria.id)
    choose_preference(app, maria.id, "cadence", EmailCadence.ON_NEWS)
    choose_preference(app, maria.id, "language", Language.SPANISH)

    chosen = maria.world.state.preferences.load_preferences(maria.id)
    assert chosen.unsubscribed_at
    assert (chosen.cadence, chosen.language) == (EmailCadence.ON_NEWS, Language.SPANISH)
