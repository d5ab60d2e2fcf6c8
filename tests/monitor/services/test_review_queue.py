"""The queue of IT names nobody; a flag is opened one by one, written down, and then handled."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from monitor.db.review import RemarkKind, Wanted
from monitor.demo.district import MARIA
from monitor.domain.flag import Flag, FlagKind, FlagState, Ruling
from monitor.errors import InputError, NotPermittedError
from monitor.services.notifications import Reviewer
from monitor.services.review_queue import LOOK_LASTS, PAGE
from tests.monitor.services.world import REVIEWERS, Staff, account

IMPOSTOR = replace(account("impersonator", week=2), since=1)
ANA, BO = (Reviewer(address=each) for each in REVIEWERS)
ANY = Wanted()


@pytest.fixture
def maria(world_of) -> Staff:
    """Somebody who is impersonated, and has shared it with IT."""
    world = world_of(families=("bluesky",))
    world.internet = world.internet.shows(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    maria.rules(fake(maria), Ruling.SHARED)
    world.later(minutes=1)
    return maria


def fake(maria: Staff) -> Flag:
    return maria.flag(FlagKind.IMPERSONATION)


def queue(maria: Staff):
    return maria.world.service.casework.queue


def handling(maria: Staff):
    return maria.world.service.casework.handling


def rows(maria: Staff, reviewer: Reviewer = ANA):
    return queue(maria).page(reviewer, ANY, 1).rows


@pytest.fixture
def ref(maria: Staff) -> str:
    """A flag that Ana has opened."""
    queue(maria).open(ANA, [fake(maria).ref])
    return fake(maria).ref


def acts(maria: Staff) -> list[tuple[str, str]]:
    return [(each.actor, each.action) for each in maria.world.state.audit.of(fake(maria).ref)]


def test_the_list_tells_nothing_by_which_its_person_could_be_known(maria: Staff):
    (row,) = rows(maria)

    told = repr(row)
    assert row.school == MARIA.person.school
    for word in ("Maria", "Delgado", "delgad0", MARIA.person.mail, maria.ref, "Volcanoes"):
        assert word not in told


def test_looking_at_the_list_is_no_look_at_anybody(maria: Staff):
    before = acts(maria)

    rows(maria)

    assert acts(maria) == before


def test_a_flag_is_shown_to_who_opened_it_and_to_nobody_else(maria: Staff, ref: str):
    assert queue(maria).shown(ANA, ref).fields.name == "Maria Delgado"
    assert queue(maria).shown(BO, ref) is None
    assert acts(maria)[-1] == (ANA.ref, "viewed")


def test_a_look_lasts_for_a_while(maria: Staff, ref: str):
    maria.world.clock.at += LOOK_LASTS - timedelta(seconds=1)
    assert queue(maria).shown(ANA, ref)

    maria.world.later(seconds=1)

    assert queue(maria).shown(ANA, ref) is None


def test_what_is_not_open_to_it_is_neither_listed_nor_opened(maria: Staff):
    maria.rules(fake(maria), Ruling.REOPENED)

    assert rows(maria) == ()
    with pytest.raises(NotPermittedError):
        queue(maria).open(ANA, [fake(maria).ref])
    assert "viewed" not in [action for _, action in acts(maria)]


def test_of_several_flags_none_is_opened_if_one_is_not_open(maria: Staff):
    shared = fake(maria)
    closed = replace(shared, ref="another", relation="x", shared_at=None)
    maria.world.state.flags.add(closed)

    with pytest.raises(NotPermittedError):
        queue(maria).open(ANA, [shared.ref, closed.ref])

    assert queue(maria).shown(ANA, shared.ref) is None


@pytest.mark.parametrize("ends", ["sharing", "consent"])
def test_an_opened_flag_closes_at_once_with_its_reason(maria: Staff, ref: str, ends: str):
    if ends == "consent":
        maria.withdraws()
    else:
        maria.rules(fake(maria), Ruling.REOPENED)

    with pytest.raises(NotPermittedError):
        queue(maria).shown(ANA, ref)
    for deed in deeds(maria, ref):
        with pytest.raises(NotPermittedError):
            deed()
    assert queue(maria).page(ANA, ANY, 1).total == 0
    assert queue(maria).schools() == ()


def deeds(maria: Staff, ref: str, by: Reviewer = ANA):
    do = handling(maria)
    return (
        lambda: do.take(by, ref, ""),
        lambda: do.give_back(by, ref),
        lambda: do.note(by, ref, "Looked at it."),
        lambda: do.ask(by, ref, "Is it yours?"),
        lambda: do.rule(by, {ref: "open"}, Ruling.HARMLESS),
        lambda: do.undo(by, [ref]),
    )


def test_nothing_is_done_with_a_flag_that_one_has_not_opened(maria: Staff, ref: str):
    for deed in deeds(maria, ref, BO):
        with pytest.raises(InputError, match="Look at it again"):
            deed()


def test_nobody_reviews_what_is_about_themselves(maria: Staff):
    own = Reviewer(address=maria.mail, person=maria.ref)
    ref = fake(maria).ref

    (row,) = rows(maria, own)
    assert row.own
    with pytest.raises(NotPermittedError, match="about you"):
        queue(maria).open(own, [ref])
    maria.world.state.looks.open(own.ref, ref, maria.world.clock.at + LOOK_LASTS)
    for deed in deeds(maria, ref, own):
        with pytest.raises(NotPermittedError, match="about you"):
            deed()


def test_a_flag_is_taken_by_one_reviewer_and_given_back(maria: Staff, ref: str):
    handling(maria).take(ANA, ref, "")
    assert rows(maria)[0].taken_by == ANA.address

    handling(maria).give_back(ANA, ref)

    assert rows(maria)[0].taken_by == ""
    assert [act for _, act in acts(maria)][-2:] == ["took", "gave-back"]


def test_who_looked_before_another_took_it_cannot_take_it_unknowing(maria: Staff, ref: str):
    queue(maria).open(BO, [ref])
    handling(maria).take(ANA, ref, "")

    with pytest.raises(InputError, match="changed"):
        handling(maria).take(BO, ref, "")
    with pytest.raises(InputError, match="changed"):
        handling(maria).give_back(BO, ref)
    handling(maria).take(BO, ref, ANA.ref)

    assert rows(maria)[0].taken_by == BO.address


def test_a_note_is_sealed_and_its_persons_to_read(maria: Staff, ref: str):
    handling(maria).note(ANA, ref, "  Called the platform. ")

    (remark,) = maria.world.state.remarks.of_person(maria.ref)
    assert (remark.kind, remark.text, remark.by) == (
        RemarkKind.NOTE,
        "Called the platform.",
        ANA.address,
    )
    assert "platform" not in repr(maria.world.state.audit.all())
    with pytest.raises(InputError):
        handling(maria).note(ANA, ref, " \n")


def test_the_person_is_asked_by_letter_instead_of_guessing(maria: Staff, ref: str):
    handling(maria).ask(ANA, ref, "Is it the account of your band?")
    maria.world.service.posting.send_due()

    (letter,) = maria.letters_of("asked")
    assert "Is it the account of your band?" in letter.text
    assert ANA.address in letter.text
    assert rows(maria)[0].asked_at == maria.world.clock.at


def test_the_person_is_asked_once_a_week_at_most_whoever_asks(maria: Staff, ref: str):
    handling(maria).ask(ANA, ref, "Is it yours?")
    maria.world.later(days=6, hours=23)
    queue(maria).open(BO, [ref])
    with pytest.raises(InputError, match="within the last week"):
        handling(maria).ask(BO, ref, "Is it yours?")

    maria.world.later(hours=1)
    queue(maria).open(BO, [ref])
    handling(maria).ask(BO, ref, "Is it yours?")

    maria.world.service.posting.send_due()
    assert len(maria.letters_of("asked")) == 2


def test_a_ruling_is_the_reviewers_own_and_can_be_undone_by_them(maria: Staff, ref: str):
    handling(maria).rule(ANA, {ref: "open"}, Ruling.REMOVED, "They answered.")
    assert fake(maria).state is FlagState.REMOVED
    assert {each.by for each in queue(maria).shown(ANA, ref).history} == {maria.ref, ANA.ref}

    handling(maria).undo(ANA, [ref])

    assert fake(maria).state is FlagState.OPEN
    assert fake(maria).shared_at
    with pytest.raises(InputError):
        handling(maria).undo(ANA, [ref])


def test_a_ruling_of_several_steps_is_undone_as_one_while_the_clock_goes_on(maria: Staff, ref: str):
    began, ticks, do = maria.world.clock.at, count(), handling(maria)
    deciding = replace(
        do.reviewing.deciding, now=lambda: began + next(ticks) * timedelta(milliseconds=1)
    )
    do = replace(do, reviewing=replace(do.reviewing, deciding=deciding))
    do.rule(ANA, {ref: "open"}, Ruling.REMOVED)

    do.undo(ANA, [ref])

    assert fake(maria).state is FlagState.OPEN
    assert fake(maria).shared_at


def test_only_what_is_possible_now_is_offered(maria: Staff, ref: str):
    handling(maria).rule(ANA, {ref: "open"}, Ruling.REPORTED)

    assert queue(maria).shown(ANA, ref).rulings == (Ruling.REMOVED, Ruling.REFUSED)


def test_undoing_takes_back_nobody_elses_word(maria: Staff, ref: str):
    handling(maria).rule(ANA, {ref: "open"}, Ruling.IMPERSONATION)
    maria.world.later(minutes=1)
    maria.rules(fake(maria), Ruling.REPORTED)

    with pytest.raises(InputError, match="changed"):
        handling(maria).undo(ANA, [ref])
    assert fake(maria).state is FlagState.REPORTED


def test_who_read_another_state_rules_on_none(maria: Staff, ref: str):
    maria.rules(fake(maria), Ruling.NAMESAKE)

    with pytest.raises(InputError, match="changed"):
        handling(maria).rule(ANA, {ref: "open"}, Ruling.IMPERSONATION)
    assert fake(maria).state is FlagState.NAMESAKE


@pytest.mark.parametrize("ruling", [Ruling.SHARED, Ruling.MINE, Ruling.FAMILY, Ruling.REOPENED])
def test_some_words_are_their_persons_alone(maria: Staff, ref: str, ruling: Ruling):
    assert ruling not in queue(maria).shown(ANA, ref).rulings
    with pytest.raises(NotPermittedError):
        handling(maria).rule(ANA, {ref: "open"}, ruling)


def test_evidence_is_of_what_its_person_shared_only(maria: Staff, ref: str):
    assert queue(maria).shown(ANA, ref).evidence
    maria.rules(fake(maria), Ruling.REOPENED)
    maria.rules(fake(maria), Ruling.IMPERSONATION)

    assert not queue(maria).shown(ANA, ref).evidence


def test_a_page_beyond_the_last_is_the_last(maria: Staff):
    page = queue(maria).page(ANA, ANY, 99)

    assert (page.number, page.last, page.total) == (1, 1, 1)
    assert len(page.rows) <= PAGE


def test_a_reviewer_who_left_the_list_is_shown_by_ref(maria: Staff):
    assert queue(maria).name(ANA.ref) == ANA.address
    assert queue(maria).name("reviewer-gone") == "reviewer-gone"
