"""What exists is sorted once by its person, all together, and every word can be taken back."""

from dataclasses import replace

import pytest

from monitor.demo.district import JOHN, MARIA
from monitor.domain.evidence import Label
from monitor.domain.flag import FlagKind, FlagState, Ruling
from monitor.errors import InputError
from tests.monitor.services.world import Staff, World, account

IMPOSTOR = replace(account("impersonator", week=2), since=1)


@pytest.fixture
def maria(world: World) -> Staff:
    """Somebody who is impersonated, and of whom a search engine knows this and that."""
    world.internet = world.internet.shows(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    return maria


def sorting(maria: Staff):
    return maria.world.service.sorting


def waiting(maria: Staff):
    return sorting(maria).waiting(maria.ref)


def verdict(maria: Staff, ref: str) -> Ruling | None:
    return maria.world.state.items.verdict(ref)


def sorts(maria: Staff, ruling: Ruling, *refs: str) -> None:
    maria.world.later(minutes=1)
    sorting(maria).sort(maria.ref, dict.fromkeys(refs, ruling))


def takes_back(maria: Staff, *refs: str) -> None:
    maria.world.later(minutes=1)
    sorting(maria).undo(maria.ref, refs)


def fake(maria: Staff) -> str:
    return maria.flag(FlagKind.IMPERSONATION).item


def unflagged(maria: Staff) -> list[str]:
    return [each.item.ref for each in waiting(maria) if not each.flags]


def test_the_worst_is_sorted_first_and_with_its_reasons(maria: Staff):
    first, *rest = waiting(maria)

    assert first.item.ref == fake(maria)
    assert first.suggested is Ruling.IMPERSONATION
    assert first.assessment.reasons
    assert rest
    labels = [each.assessment.label for each in rest]
    assert labels == sorted(labels, key=["unknown", "own", "namesake", "unrelated"].index)


def test_what_was_declared_is_not_asked_about(maria: Staff):
    own = {item.ref for item in maria.items.values() if _own(maria, item.ref)}

    assert own
    assert own.isdisjoint(each.item.ref for each in waiting(maria))


def _own(maria: Staff, ref: str) -> bool:
    item = maria.world.state.items.get(ref)
    return bool({item.portrait.account, *item.portrait.account_aliases} & {*MARIA.person.accounts})


def test_a_sorting_is_learnt_at_once_and_asked_no_more(maria: Staff):
    refs = unflagged(maria)
    sorts(maria, Ruling.UNRELATED, *refs)

    assert {verdict(maria, ref) for ref in refs} == {Ruling.UNRELATED}
    assert {maria.world.state.items.label(ref) for ref in refs} == {Label.UNRELATED}
    assert [each.item.ref for each in waiting(maria)] == [fake(maria)]
    assert {each.item.ref for each in sorting(maria).sorted(maria.ref)} == set(refs)


def test_a_sorting_settles_the_flag_that_asks_the_same(maria: Staff):
    sorts(maria, Ruling.NAMESAKE, fake(maria))

    assert maria.flag(FlagKind.IMPERSONATION).state is FlagState.NAMESAKE
    assert verdict(maria, fake(maria)) is Ruling.NAMESAKE


def test_what_is_sorted_as_an_imitation_is_flagged_without_a_letter_to_who_said_so(maria: Staff):
    ref, *_ = unflagged(maria)
    letters = len(maria.world.state.outbox.all())
    sorts(maria, Ruling.IMPERSONATION, ref)

    flag = maria.world.state.flags.find(ref, FlagKind.IMPERSONATION)
    assert flag
    assert flag.state is FlagState.IMPERSONATION
    assert flag.reasons
    assert len(maria.world.state.outbox.all()) == letters


def test_a_later_answer_replaces_the_earlier_one_and_comes_back_when_taken_back(maria: Staff):
    ref = fake(maria)
    sorts(maria, Ruling.NAMESAKE, ref)
    sorts(maria, Ruling.IMPERSONATION, ref)
    assert maria.flag(FlagKind.IMPERSONATION).state is FlagState.IMPERSONATION

    takes_back(maria, ref)

    assert verdict(maria, ref) is Ruling.NAMESAKE
    assert maria.flag(FlagKind.IMPERSONATION).state is FlagState.NAMESAKE


def test_taking_back_restores_what_was_known_before(maria: Staff):
    refs = [each.item.ref for each in waiting(maria)]
    before = [(each.item.ref, each.assessment) for each in waiting(maria)]
    sorts(maria, Ruling.MINE, *refs)
    takes_back(maria, *refs)

    assert [(each.item.ref, each.assessment) for each in waiting(maria)] == before
    assert maria.flag(FlagKind.IMPERSONATION).undecided


def test_what_was_never_sorted_cannot_be_taken_back(maria: Staff):
    with pytest.raises(InputError, match="nothing to undo"):
        takes_back(maria, fake(maria))


@pytest.mark.parametrize("bad", [Ruling.HARMLESS, Ruling.SHARED, Ruling.REOPENED])
def test_one_bad_answer_keeps_none(maria: Staff, bad: Ruling):
    good, other, *_ = (each.item.ref for each in waiting(maria))

    with pytest.raises(InputError):
        sorting(maria).sort(maria.ref, {good: Ruling.MINE, other: bad})
    assert verdict(maria, good) is None


def test_nobody_sorts_what_is_anothers(maria: Staff):
    john = maria.world.joins(JOHN)

    with pytest.raises(InputError, match="There is no item"):
        sorting(maria).sort(john.ref, {fake(maria): Ruling.MINE})
    with pytest.raises(InputError, match="There is no item"):
        sorting(maria).undo(john.ref, (fake(maria),))
    assert verdict(maria, fake(maria)) is None


def test_every_sorting_and_every_taking_back_is_audited(maria: Staff):
    ref, *_ = unflagged(maria)
    sorts(maria, Ruling.MINE, ref)
    takes_back(maria, ref)

    entries = maria.world.state.audit.of(ref)
    assert [(each.actor, each.action, each.details) for each in entries] == [
        ("person", "sorted", {"ruling": "mine"}),
        ("person", "sorted", {"ruling": "reopened"}),
    ]
