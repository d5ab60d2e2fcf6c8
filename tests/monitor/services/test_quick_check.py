"""A check of the person at the keyboard: the self-check of the service, without a district."""

from datetime import timedelta

import pytest

from monitor.db.sweeps import SourceRun
from monitor.demo.district import MARIA
from monitor.domain.errors import InputError
from monitor.domain.reason import read_note
from monitor.domain.vocabulary import CaseKind, GapKind
from monitor.services.coverage import describe_shared_failure
from monitor.services.due_jobs import stop_running_sweep
from monitor.services.quick_check import (
    QuickCheckAnswers,
    add_own_person,
    build_quick_check_view,
    list_asked_handles,
    run_quick_check,
)
from monitor.services.sweeps import STOPPED_EARLY
from reports.reason_rendering import render_reason
from scrapers.models import Outcome
from tests.monitor.services.world import World

COPY = "https://bsky.app/profile/mariadelgad0.skies.example"
OWN = "https://bsky.app/profile/mariadelgado.skies.example"
ANSWERS = QuickCheckAnswers(
    name=MARIA.person.name, school=MARIA.person.school, places=MARIA.person.places, own=(OWN,)
)


@pytest.fixture
def world(world_of) -> World:
    world = world_of("chalkboard", families=("bluesky", "searxng"))
    world.web.week = 2
    return world


def checked(world: World, answers: QuickCheckAnswers = ANSWERS):
    person = add_own_person(world.app, answers)
    return build_quick_check_view(world.app, run_quick_check(world.app, person.id))


def test_a_first_check_flags_who_copies_an_account_that_was_named(world):
    view = checked(world)

    (case,) = view.cases
    assert (case.kind, case.finding.url) == (CaseKind.IMPERSONATION, COPY)
    assert "Its username is yours, but the o is replaced by the digit 0." in map(
        render_reason, case.reasons
    )
    assert [entry.url for entry in view.own] == [OWN]
    assert (view.coverage.checked, view.coverage.gaps, view.trouble) == (3, (), None)


def test_without_an_account_named_the_copy_is_a_question(world):
    view = checked(world, QuickCheckAnswers(name=MARIA.person.name))

    assert view.cases == ()
    assert COPY in {question.url for question in view.questions}
    assert not view.has_own_accounts


def test_a_check_that_is_stopped_shows_what_it_has_found_and_what_it_left_unasked(world):
    def stop(visit):
        if visit.query.subject and visit.result.traces:
            stop_running_sweep(world.app)

    world.meanwhile = stop
    view = checked(world)

    assert view.cases or view.questions or view.about or view.own
    assert GapKind.PARTIAL in {gap.outcome for gap in view.coverage.gaps}
    assert {gap.note for gap in view.coverage.gaps} == {read_note(STOPPED_EARLY)}
    assert world.state.sweeps.list_open_sweeps() == ()


def test_a_check_that_is_stopped_at_once_has_checked_nothing(world):
    person = add_own_person(world.app, ANSWERS)
    stop_running_sweep(world.app)

    view = build_quick_check_view(world.app, run_quick_check(world.app, person.id))

    assert view.is_empty
    assert view.coverage.checked == 0
    assert {gap.outcome for gap in view.coverage.gaps} == {GapKind.SKIPPED}


@pytest.mark.parametrize(
    "address", ["not an address", "ftp://files.example/x", "https://localhost"]
)
def test_an_address_that_is_none_is_told_before_anything_is_asked(world, address):
    with pytest.raises(InputError, match="is not the address of a profile or page"):
        add_own_person(world.app, QuickCheckAnswers(name=MARIA.person.name, own=(address,)))

    assert world.web.visits == []


def test_addresses_of_one_account_or_of_a_page_are_told_apart(world):
    own = (OWN, "bsky.app/profile/MariaDelgado.skies.example", "https://delgado.example/about")

    person = add_own_person(world.app, QuickCheckAnswers(name=MARIA.person.name, own=own))

    assert person.accounts == ("bluesky:@mariadelgado.skies.example",)
    assert person.pages == ("https://delgado.example/about",)


def test_the_handles_that_sites_are_asked_for_are_those_given_and_guesses(world):
    answers = QuickCheckAnswers(name=MARIA.person.name, handles=("@bandteacher",))

    assert list_asked_handles(world.app, add_own_person(world.app, answers)) == (
        "bandteacher",
        "mariadelgado",
        "maria.delgado",
        "mdelgado",
    )


def test_the_consent_of_a_check_ends_with_it(world):
    person = add_own_person(world.app, ANSWERS)

    now = world.clock.now()
    assert world.state.consents.can_query_person(person.id, now)
    assert not world.state.consents.can_query_person(person.id, now + timedelta(hours=1))


def runs(world, note: str, failed: int, total: int) -> tuple[SourceRun, ...]:
    return tuple(
        SourceRun(
            source=f"site-{number}",
            outcome=Outcome.FAILED if number < failed else Outcome.ABSENT,
            at=world.clock.now(),
            note=note if number < failed else "",
            since=None,
            asked=1,
            answered=0,
        )
        for number in range(total)
    )


@pytest.mark.parametrize(
    ("note", "failed", "told"),
    [
        (
            "no-connection",
            57,
            "57 of 61 sources could not be reached. Is the network up?",
        ),
        ("no-such-name", 61, "61 of 61 sources could not be reached. Is DNS up?"),
        ("it hung up", 40, "40 of 61 sources could not be reached: it hung up."),
        ("", 40, "40 of 61 sources could not be reached."),
        ("no-such-name", 3, ""),
        ("", 0, ""),
    ],
)
def test_what_most_sources_fail_at_is_one_sentence(world, note, failed, told):
    said = describe_shared_failure(runs(world, note, failed, 61))

    assert (render_reason(said) if said else "") == told
