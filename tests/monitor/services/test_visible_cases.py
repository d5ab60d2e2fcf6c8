"""The queue of IT names nobody; a case is opened one by one, written down, and then handled."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.db.review_index import ReviewFilter
from monitor.db.review_notes import ReviewNoteKind
from monitor.demo.district import JOHN, MARIA, ROSA, THOMAS
from monitor.domain.case import Case
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.person import Reviewer
from monitor.domain.vocabulary import CaseKind, CaseState, Decision, Side
from monitor.services.answers import DecisionInput
from monitor.services.outbox import send_due
from monitor.services.review import (
    add_review_note,
    assign_case,
    count_opened_cases,
    decide_viewed_cases,
    queue_review_question,
    release_case,
    undo_own_decisions,
)
from monitor.services.review_access import VIEW_LASTS, load_opened_case, record_case_views
from monitor.services.visible_cases import (
    PAGE_SIZE,
    count_review_cases,
    list_allowed_decisions,
    list_open_waves,
    load_queue_page,
)
from tests.cases import forget
from tests.monitor.services.world import IMPOSTOR, REVIEWERS, Staff, World, account

ANA, BO = (Reviewer(address=one_reviewer) for one_reviewer in REVIEWERS)
ANY = ReviewFilter()


@pytest.fixture
def maria(world_of) -> Staff:
    """Somebody who is impersonated, and has shared it with IT."""
    world = world_of(families=("bluesky",))
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    maria.rules(fake(maria), Decision.SHARED)
    world.later(minutes=1)
    return maria


def fake(maria: Staff) -> Case:
    return maria.case(CaseKind.IMPERSONATION)


def test_a_case_is_news_to_reviewers_since_it_opened_to_them(maria: Staff):
    now = maria.world.clock.now()

    assert count_opened_cases(maria.world.app, now - timedelta(hours=1)) == 1
    assert count_opened_cases(maria.world.app, now) == 0


def seen(maria: Staff) -> str:
    return fake(maria).revision


def queue(maria: Staff):
    return maria.world.app


def handling(maria: Staff):
    return maria.world.app


def rows(maria: Staff, reviewer: Reviewer = ANA):
    return load_queue_page(queue(maria), reviewer, ANY, 1).rows


@pytest.fixture
def ref(maria: Staff) -> str:
    """A case that Ana has opened."""
    record_case_views(queue(maria), ANA, [fake(maria).id])
    return fake(maria).id


def acts(maria: Staff) -> list[tuple[str, str]]:
    return [
        (entry.actor, entry.action)
        for entry in maria.world.state.audit.list_entries_of_subjects((fake(maria).id,))
    ]


def test_the_list_tells_nothing_by_which_its_person_could_be_known(maria: Staff):
    (row,) = rows(maria)

    told = repr(row)
    assert row.school == MARIA.person.school
    for word in ("Maria", "Delgado", "delgad0", MARIA.person.mail, maria.id, "Volcanoes"):
        assert word not in told


def test_looking_at_the_list_is_no_look_at_anybody(maria: Staff):
    before = acts(maria)

    rows(maria)

    assert acts(maria) == before


def test_a_case_is_shown_to_who_opened_it_and_to_nobody_else(maria: Staff, ref: str):
    assert load_opened_case(queue(maria), ANA, ref).person == "Maria Delgado"
    assert load_opened_case(queue(maria), BO, ref) is None
    assert acts(maria)[-1] == (ANA.id, "viewed")


def test_a_look_lasts_for_a_while(maria: Staff, ref: str):
    maria.world.clock.at += VIEW_LASTS - timedelta(seconds=1)
    assert load_opened_case(queue(maria), ANA, ref)

    maria.world.later(seconds=1)

    assert load_opened_case(queue(maria), ANA, ref) is None


def test_what_is_not_open_to_it_is_neither_listed_nor_opened(maria: Staff):
    maria.rules(fake(maria), Decision.UNSHARED)

    assert rows(maria) == ()
    with pytest.raises(NotPermittedError):
        record_case_views(queue(maria), ANA, [fake(maria).id])
    assert "viewed" not in [action for _, action in acts(maria)]


def test_of_several_cases_none_is_opened_if_one_is_not_open(maria: Staff):
    shared = fake(maria)
    closed = replace(forget(shared), id="another", relation="x")
    maria.world.state.cases.insert_case(closed)

    with pytest.raises(NotPermittedError):
        record_case_views(queue(maria), ANA, [shared.id, closed.id])

    assert load_opened_case(queue(maria), ANA, shared.id) is None


@pytest.mark.parametrize("ends", ["sharing", "consent"])
def test_an_opened_case_closes_at_once_with_its_reason(maria: Staff, ref: str, ends: str):
    if ends == "consent":
        maria.withdraws()
    else:
        maria.rules(fake(maria), Decision.UNSHARED)

    with pytest.raises(NotPermittedError):
        load_opened_case(queue(maria), ANA, ref)
    for deed in deeds(maria, ref):
        with pytest.raises(NotPermittedError):
            deed()
    page = load_queue_page(queue(maria), ANA, ANY, 1)
    assert (page.total, page.schools) == (0, ())


def deeds(maria: Staff, ref: str, by: Reviewer = ANA):
    do = handling(maria)
    return (
        lambda: assign_case(do, by, ref, ""),
        lambda: release_case(do, by, ref),
        lambda: add_review_note(do, by, ref, "Looked at it."),
        lambda: queue_review_question(do, by, ref, "Is it yours?"),
        lambda: decide_viewed_cases(
            do, by, {ref: seen(maria)}, DecisionInput(decision=Decision.HARMLESS, by=by.id)
        ),
        lambda: undo_own_decisions(do, by, [ref]),
    )


def test_nothing_is_done_with_a_case_that_one_has_not_opened(maria: Staff, ref: str):
    for deed in deeds(maria, ref, BO):
        with pytest.raises(InputError, match="Look at it again"):
            deed()


def test_nobody_reviews_what_is_about_themselves(maria: Staff):
    own = Reviewer(address=maria.mail, person_id=maria.id)
    ref = fake(maria).id

    assert rows(maria, own) == ()
    assert sum(count_review_cases(queue(maria), own).values()) == 0
    with pytest.raises(NotPermittedError, match="about you"):
        record_case_views(queue(maria), own, [ref])
    maria.world.state.access_log.record_access(own.id, ref, maria.world.clock.at + VIEW_LASTS)
    for deed in deeds(maria, ref, own):
        with pytest.raises(NotPermittedError, match="about you"):
            deed()


def test_a_case_is_taken_by_one_reviewer_and_given_back(maria: Staff, ref: str):
    assign_case(handling(maria), ANA, ref, "")
    assert rows(maria)[0].taken_by == ANA.address

    release_case(handling(maria), ANA, ref)

    assert rows(maria)[0].taken_by == ""
    assert [act for _, act in acts(maria)][-2:] == ["assigned", "unassigned"]


def test_who_looked_before_another_took_it_cannot_take_it_unknowing(maria: Staff, ref: str):
    record_case_views(queue(maria), BO, [ref])
    assign_case(handling(maria), ANA, ref, "")

    with pytest.raises(InputError, match="changed"):
        assign_case(handling(maria), BO, ref, "")
    with pytest.raises(InputError, match="changed"):
        release_case(handling(maria), BO, ref)
    assign_case(handling(maria), BO, ref, ANA.id)

    assert rows(maria)[0].taken_by == BO.address


def test_a_note_is_sealed_and_its_persons_to_read(maria: Staff, ref: str):
    add_review_note(handling(maria), ANA, ref, "  Called the platform. ")

    (remark,) = maria.world.state.review_notes.list_review_notes_of_person(maria.id)
    assert (remark.kind, remark.text, remark.by) == (
        ReviewNoteKind.NOTE,
        "Called the platform.",
        ANA.address,
    )
    assert "platform" not in repr(maria.world.state.audit.list_entries())
    with pytest.raises(InputError):
        add_review_note(handling(maria), ANA, ref, " \n")


def test_the_person_is_asked_by_email_instead_of_guessing(maria: Staff, ref: str):
    queue_review_question(handling(maria), ANA, ref, "Is it the account of your band?")
    send_due(maria.world.app)

    (email,) = maria.emails_of("reviewer-question")
    assert "Is it the account of your band?" in email.text
    assert ANA.address in email.text
    assert rows(maria)[0].asked_at == maria.world.clock.at


def test_the_person_is_asked_once_a_week_at_most_whoever_asks(maria: Staff, ref: str):
    queue_review_question(handling(maria), ANA, ref, "Is it yours?")
    maria.world.later(days=6, hours=23)
    record_case_views(queue(maria), BO, [ref])
    with pytest.raises(InputError, match="within the last week"):
        queue_review_question(handling(maria), BO, ref, "Is it yours?")

    maria.world.later(hours=1)
    record_case_views(queue(maria), BO, [ref])
    queue_review_question(handling(maria), BO, ref, "Is it yours?")

    send_due(maria.world.app)
    assert len(maria.emails_of("reviewer-question")) == 2


def test_the_person_is_emailed_each_step_of_it_and_no_note(maria: Staff, ref: str):
    add_review_note(handling(maria), ANA, ref, "Called the platform.")
    maria.world.later(minutes=1)
    for decision, note in (
        (Decision.IMPERSONATION, "It has her photo."),
        (Decision.REPORTED, ""),
    ):
        entry = DecisionInput(decision=decision, by=ANA.id, note=note)
        record_case_views(queue(maria), ANA, [ref])
        decide_viewed_cases(handling(maria), ANA, {ref: seen(maria)}, entry)
        maria.world.later(minutes=1)
    send_due(maria.world.app)

    decided, reported = (email.text for email in maria.emails_of("reviewer-question"))
    assert "IT said: It pretends to be you. Next, by " in decided
    assert ": IT reports it to the platform. Your answer overrules that." in decided
    assert "It has her photo." in decided
    assert "Answer now:" in decided
    assert "IT reported it to the platform. Next, by " in reported
    assert "Why:" not in reported


def test_a_ruling_is_the_reviewers_own_and_can_be_undone_by_them(maria: Staff, ref: str):
    decide_viewed_cases(
        handling(maria),
        ANA,
        {ref: seen(maria)},
        DecisionInput(decision=Decision.REPORTED, by=ANA.id, note="By form."),
    )
    assert fake(maria).state is CaseState.REPORTED
    assert {entry.by for entry in maria.world.state.cases.list_decisions(ref)} == {
        maria.id,
        ANA.id,
    }

    undo_own_decisions(handling(maria), ANA, [ref])

    assert fake(maria).state is CaseState.OPEN
    assert fake(maria).shared_at
    with pytest.raises(InputError):
        undo_own_decisions(handling(maria), ANA, [ref])


def test_one_undo_takes_back_one_entry(maria: Staff, ref: str):
    for decision in (Decision.REPORTED, Decision.REMOVED):
        decide_viewed_cases(
            handling(maria), ANA, {ref: seen(maria)}, DecisionInput(decision=decision, by=ANA.id)
        )

    undo_own_decisions(handling(maria), ANA, [ref])

    assert fake(maria).state is CaseState.REPORTED
    assert fake(maria).shared_at


def test_only_what_is_possible_now_is_offered(maria: Staff, ref: str):
    decide_viewed_cases(
        handling(maria),
        ANA,
        {ref: seen(maria)},
        DecisionInput(decision=Decision.REPORTED, by=ANA.id),
    )

    allowed = set(list_allowed_decisions(fake(maria), maria.world.clock.at))
    # Where nobody answers, it is reported by the next way.
    assert {Decision.REPORTED, Decision.REMOVED, Decision.REFUSED} <= allowed
    assert not {Decision.REMOVAL_ASKED, Decision.REMOVAL_DONE, Decision.UNLINKED} & allowed


def test_undoing_takes_back_nobody_elses_word(maria: Staff, ref: str):
    decide_viewed_cases(
        handling(maria),
        ANA,
        {ref: seen(maria)},
        DecisionInput(decision=Decision.IMPERSONATION, by=ANA.id),
    )
    maria.world.later(minutes=1)
    maria.rules(fake(maria), Decision.REPORTED)

    undo_own_decisions(handling(maria), ANA, [ref])

    assert fake(maria).get_verdict(Side.IT) is None
    assert fake(maria).state is CaseState.REPORTED
    with pytest.raises(InputError, match="changed"):
        undo_own_decisions(handling(maria), ANA, [ref])


def test_who_read_another_state_rules_on_none(maria: Staff, ref: str):
    before = seen(maria)
    maria.rules(fake(maria), Decision.NAMESAKE)

    with pytest.raises(InputError, match="changed"):
        decide_viewed_cases(
            handling(maria),
            ANA,
            {ref: before},
            DecisionInput(decision=Decision.IMPERSONATION, by=ANA.id),
        )
    assert fake(maria).state is CaseState.NAMESAKE


@pytest.mark.parametrize(
    "decision", [Decision.SHARED, Decision.MINE, Decision.FAMILY, Decision.REOPENED]
)
def test_some_words_are_their_persons_alone(maria: Staff, ref: str, decision: Decision):
    assert decision not in list_allowed_decisions(fake(maria), maria.world.clock.at)
    with pytest.raises(NotPermittedError):
        decide_viewed_cases(
            handling(maria), ANA, {ref: seen(maria)}, DecisionInput(decision=decision, by=ANA.id)
        )


def test_evidence_is_of_what_its_person_shared_only(maria: Staff, ref: str):
    assert load_opened_case(queue(maria), ANA, ref).is_shared
    maria.rules(fake(maria), Decision.UNSHARED)
    maria.rules(fake(maria), Decision.IMPERSONATION)

    assert not load_opened_case(queue(maria), ANA, ref).is_shared


def test_a_page_beyond_the_last_is_the_last(maria: Staff):
    page = load_queue_page(queue(maria), ANA, ANY, 99)

    assert (page.number, page.last, page.total) == (1, 1, 1)
    assert len(page.rows) <= PAGE_SIZE


def test_a_reviewer_who_left_the_list_is_shown_by_ref(maria: Staff):
    assert queue(maria).config.district.find_reviewer_address(ANA.id) == ANA.address
    assert queue(maria).config.district.find_reviewer_address("reviewer-gone") == "reviewer-gone"


def wave_of_three(world: World) -> list[Staff]:
    """Let three colleagues meet an account under their name; the last one's copies her bio."""
    joined = [world.joins(person) for person in (JOHN, THOMAS, ROSA)]
    world.sweep()
    world.a_week_later()
    for at, member in enumerate((JOHN, THOMAS, ROSA)):
        name = member.person.name
        made = replace(
            IMPOSTOR,
            id=f"wave-{at}",
            handle=f"zz{at}.skies.example",
            name=f"{name.given} {name.family}",
            bio=account("rosa").bio,
            picture="",
        )
        world.internet = world.internet.add_entry(made)
    world.sweep()
    return joined


def test_a_wave_is_a_number_and_a_network_and_only_once_a_case_of_it_is_open(world_of):
    world = world_of(families=("bluesky",))
    *_, rosa = wave_of_three(world)

    assert list_open_waves(world.app, ANA) == ()

    rosa.rules(fake(rosa), Decision.SHARED)
    world.later(minutes=1)
    (wave,) = list_open_waves(world.app, ANA)

    assert (wave.size, wave.platform) == (3, "bluesky")
    assert wave.latest_at == IMPOSTOR.created


def test_an_old_wave_is_no_longer_news(world_of):
    world = world_of(families=("bluesky",))
    *_, rosa = wave_of_three(world)
    rosa.rules(fake(rosa), Decision.SHARED)
    world.later(weeks=6)

    assert list_open_waves(world.app, ANA) == ()
