"""A person reports an imitation themselves, with all that takes; we look again, and keep a log."""

from dataclasses import replace

import pytest

from monitor.demo.district import MARIA, ROSA
from monitor.domain.flag import Flag, FlagKind, FlagState, Ruling
from monitor.errors import InputError
from monitor.services.sweeps import LOOKS_AGAIN_AFTER, RECHECK
from reports.evidence_pack import pack
from reports.pages.takedown import Looked
from tests.monitor.services.world import Staff, account

IMPOSTOR = replace(account("impersonator", week=2), since=1)


@pytest.fixture
def maria(world_of) -> Staff:
    """Somebody who is impersonated."""
    world = world_of(families=("bluesky",))
    world.internet = world.internet.shows(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    return maria


def fake(maria: Staff) -> Flag:
    return maria.flag(FlagKind.IMPERSONATION)


def kit(maria: Staff):
    return maria.world.service.casework.taking_down.kit(maria.ref, fake(maria).ref)


def says(maria: Staff, ruling: Ruling, note: str = "") -> Flag:
    return maria.world.service.casework.taking_down.say(maria.ref, fake(maria).ref, ruling, note)


def test_the_kit_names_the_account_the_place_and_what_is_copied(maria: Staff):
    view = kit(maria)

    assert view.place.name == "Bluesky"
    assert view.evidence.url in view.text
    assert {each.field for each in view.evidence.copies} >= {"name", "handle"}
    assert view.evidence.own[0] in view.text
    assert "not mine" in view.text


def test_the_text_makes_nothing_up(maria: Staff):
    says_of_law = ("illegal", "crime", "lawyer", "defam", "damages", "urgent")

    assert not any(word in kit(maria).text.casefold() for word in says_of_law)


def test_the_kit_of_somebody_else_is_not_there(maria: Staff):
    rosa = maria.world.joins(ROSA)
    kits = maria.world.service.casework.taking_down

    for look in (kits.kit, kits.pack):
        with pytest.raises(InputError):
            look(rosa.ref, fake(maria).ref)
    with pytest.raises(InputError):
        kits.say(rosa.ref, fake(maria).ref, Ruling.REPORTED)


@pytest.mark.parametrize("ruling", [Ruling.MINE, Ruling.NAMESAKE, Ruling.HARMLESS])
def test_what_its_person_called_harmless_is_not_reported(maria: Staff, ruling: Ruling):
    maria.rules(fake(maria), ruling)

    with pytest.raises(InputError, match="Undo that"):
        kit(maria)


def test_who_reports_confirms_that_it_is_an_imitation(maria: Staff):
    after = says(maria, Ruling.REPORTED, "  Number 17. ")

    assert after.state is FlagState.REPORTED
    assert [(each.who, each.what) for each in kit(maria).log] == [
        ("You", "confirmed that it is an impersonation"),
        ("You", "reported it to the platform"),
    ]
    assert kit(maria).log[-1].note == "Number 17."


def test_what_can_be_noted_follows_from_how_it_stands(maria: Staff):
    assert kit(maria).choices == ("reported",)
    with pytest.raises(InputError):
        says(maria, Ruling.REMOVED)

    says(maria, Ruling.REPORTED)
    assert kit(maria).choices == ("removed", "refused", "reopened")
    says(maria, Ruling.REFUSED)
    assert kit(maria).choices == ("reopened",)
    says(maria, Ruling.REOPENED)
    assert kit(maria).choices == ("removed", "refused", "reopened")


def reports(maria: Staff) -> None:
    """Report it, and let the look at once be done."""
    maria.world.later(hours=5)
    says(maria, Ruling.REPORTED)
    maria.world.rounds.ask()


def asked_again(maria: Staff) -> list[str]:
    """Let the day of the second look come, and return what was asked about the impostor."""
    world = maria.world
    world.forgets_visits()
    world.clock.at = kit(maria).looks_at
    world.rounds.ask()
    return world.asked_about(IMPOSTOR.handle)


def test_before_a_report_nothing_is_said_of_a_second_look(maria: Staff):
    assert kit(maria).looked is None
    assert kit(maria).looks_at is None


def test_a_reported_account_is_looked_at_at_once_and_some_days_later_and_nothing_else_is(
    maria: Staff,
):
    world = maria.world
    reports(maria)
    reported = world.clock.at
    assert world.asked_about(IMPOSTOR.handle)
    assert kit(maria).looked is Looked.THERE
    assert kit(maria).looks_at == reported + LOOKS_AGAIN_AFTER

    assert asked_again(maria)

    assert kit(maria).looked is Looked.THERE
    assert kit(maria).looked_at == reported + LOOKS_AGAIN_AFTER
    assert not world.asked_about("mariadelgado.")
    assert kit(maria).looks_at is None
    assert world.state.due.when(RECHECK, fake(maria).item) is None


def test_an_account_that_is_gone_by_then_is_told_as_seeming_so_and_proved_two_days_later(
    maria: Staff,
):
    world = maria.world
    reports(maria)
    world.internet = world.internet.removes(IMPOSTOR)

    assert asked_again(maria)
    assert kit(maria).looked is Looked.MISSING

    world.later(days=2, hours=1)
    world.rounds.ask()
    assert kit(maria).looked is Looked.GONE
    assert ("vanished", kit(maria).evidence.url) in maria.told


def test_a_site_that_cannot_be_asked_proves_nothing_about_a_report(maria: Staff):
    maria.world.internet = maria.world.internet.is_down("appview.example")
    reports(maria)

    asked_again(maria)

    assert kit(maria).looked is Looked.NOT_YET


def test_an_imitation_is_asked_for_at_its_own_address_in_each_sweep_once_it_is_confirmed(
    maria: Staff,
):
    world = maria.world
    maria.rules(fake(maria), Ruling.IMPERSONATION)
    world.forgets_visits()
    world.a_week_later()
    world.sweep()

    assert [each.path for each in world.asked if IMPOSTOR.handle in each.query]


@pytest.mark.parametrize("ruling", [Ruling.REMOVED, Ruling.REFUSED, Ruling.REOPENED])
def test_nobody_looks_again_for_a_report_that_is_settled_or_taken_back(
    maria: Staff, ruling: Ruling
):
    reports(maria)
    says(maria, ruling)

    assert kit(maria).looks_at is None
    assert maria.world.state.due.when(RECHECK, fake(maria).item) is None


def test_nothing_is_asked_again_once_consent_has_ended(maria: Staff):
    says(maria, Ruling.REPORTED)
    maria.withdraws()
    maria.world.forgets_visits()
    maria.world.later(days=4)

    maria.world.rounds.ask()

    assert maria.world.asked_about(IMPOSTOR.handle) == []


def test_the_pack_holds_the_page_while_one_is_kept(maria: Staff):
    view = maria.world.service.casework.taking_down.pack(maria.ref, fake(maria).ref)

    assert view.pages
    assert any(IMPOSTOR.handle.encode() in each.body for each in view.pages)
    assert pack(view) == pack(view)


def test_the_pack_stays_the_same_while_nothing_happens(maria: Staff):
    kits = maria.world.service.casework.taking_down
    before = pack(kits.pack(maria.ref, fake(maria).ref))

    maria.world.later(days=1)

    assert pack(kits.pack(maria.ref, fake(maria).ref)) == before
    says(maria, Ruling.REPORTED)
    assert pack(kits.pack(maria.ref, fake(maria).ref)) != before


def test_what_is_reported_is_known_to_the_audit_by_its_ref_alone(maria: Staff):
    says(maria, Ruling.REPORTED, "Called Ana at the platform.")

    rows = maria.world.state.audit.of(fake(maria).ref)
    assert [each.details["ruling"] for each in rows if each.action == "ruled"] == ["reported"]
    assert "Ana" not in repr(rows)
