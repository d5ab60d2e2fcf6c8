"""A consent that goes on: scopes change, it rests, it is renewed; words for oneself change."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.demo.district import BETH, MARIA
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.vocabulary import (
    ConsentAction,
    ConsentChannel,
    ConsentPhase,
    Decision,
    EventKind,
    Scope,
)
from monitor.services.answers import record_feedback
from monitor.services.consent_renewal import (
    ConsentAnswer,
    drop_consent_scopes,
    load_consent_status,
    pause_checks,
    renew_consent,
    resume_checks,
)
from monitor.services.consent_terms import hash_district_terms
from monitor.services.digests import queue_weekly_digest
from monitor.services.due_jobs import run_due_sweeps
from monitor.services.name_changes import confirm_name_change, list_name_changes
from monitor.services.own_details import edit_profile
from tests.monitor.services.fakes import DEFERRED
from tests.monitor.services.held import lifts_hold, places_hold
from tests.monitor.services.world import Staff, World

BOTH = frozenset({Scope.SEARCH, Scope.PROFILES})
PROFILES = frozenset({Scope.PROFILES})
DAY = timedelta(days=1)


def answers(world: World, staff: Staff, scopes: frozenset[Scope]) -> None:
    answer = ConsentAnswer(
        scopes=scopes,
        seen_text_hash=hash_district_terms(world.app),
        channel=ConsentChannel.PORTAL,
    )
    renew_consent(world.app, staff.id, answer)


def pauses(world: World, staff: Staff, **span: float) -> None:
    until = world.clock.at + timedelta(**span)
    pause_checks(world.app, staff.id, until, ConsentChannel.PORTAL)


def drops_search(world: World, staff: Staff) -> None:
    drop_consent_scopes(world.app, staff.id, PROFILES, ConsentChannel.PORTAL)


def sources_of(world: World, staff: Staff) -> set[str]:
    return {
        sighting.source for sighting in world.state.sightings.list_sightings_of_person(staff.id)
    }


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA, scopes=BOTH)
    world.sweep()
    return maria


def test_a_dropped_scope_is_asked_no_more_and_what_only_it_showed_is_forgotten(
    world: World, maria: Staff
):
    assert "searxng" in sources_of(world, maria)
    everything = set(maria.findings)

    drops_search(world, maria)
    world.forgets_visits()
    world.a_week_later()

    assert world.sweep() == []
    assert [query for query in world.asked_about("delgado") if "searx" in query] == []
    assert "searxng" not in sources_of(world, maria)
    assert set(maria.findings) < everything
    assert all(
        world.state.sightings.list_sightings_of_finding(finding.id)
        for finding in maria.findings.values()
    )


def test_what_is_theirs_by_their_own_word_outlives_the_scope_that_showed_it(
    world: World, maria: Staff
):
    found = next(
        finding
        for finding in maria.findings.values()
        if {
            sighting.source
            for sighting in world.state.sightings.list_sightings_of_finding(finding.id)
        }
        == {"searxng"}
    )
    record_feedback(world.app, maria.id, {found.id: Decision.MINE})

    drops_search(world, maria)

    assert found.portrait.url in maria.findings


def test_a_scope_that_is_agreed_to_again_begins_in_silence(world: World, maria: Staff):
    before = set(maria.findings)
    drops_search(world, maria)
    answers(world, maria, BOTH)
    world.a_week_later()

    assert world.sweep() == []
    assert set(maria.findings) == before


def test_a_scope_dropped_in_the_middle_of_a_sweep_settles_nothing(world: World):
    maria = world.joins(MARIA, scopes=BOTH)

    def drop(visit):
        if visit.query.subject and visit.query.source == "searxng":
            world.meanwhile = lambda _visit: None
            drops_search(world, maria)

    world.meanwhile = drop
    world.sweep()

    assert sources_of(world, maria) == {"bluesky", "chalkboard"}
    assert {query.source for query in world.state.queries.list_queries_of_person(maria.id)} == {
        "bluesky",
        "chalkboard",
    }


def test_nobody_widens_by_narrowing_and_nobody_agrees_to_nothing(world: World, maria: Staff):
    consenting = world.app
    with pytest.raises(InputError, match="agree to the current consent text"):
        drop_consent_scopes(consenting, maria.id, BOTH | {Scope.PHOTOS}, ConsentChannel.PORTAL)
    with pytest.raises(InputError, match="Choose at least one"):
        drop_consent_scopes(consenting, maria.id, frozenset(), ConsentChannel.PORTAL)
    with pytest.raises(InputError, match="Choose at least one"):
        answers(world, maria, frozenset())


def test_narrowing_prolongs_nothing_and_answering_lasts_a_year(world: World, maria: Staff):
    given = world.state.consents.find_latest_consent(maria.id)
    world.later(days=100)
    drops_search(world, maria)
    assert world.state.consents.find_latest_consent(maria.id).expires_at == given.expires_at

    answers(world, maria, BOTH)

    assert (
        world.state.consents.find_latest_consent(maria.id).expires_at == world.clock.at + 365 * DAY
    )
    acts = [consent.act for consent in world.state.consents.list_consents(maria.id)]
    assert acts == [ConsentAction.GIVEN, ConsentAction.NARROWED, ConsentAction.RENEWED]


def test_a_text_that_was_not_shown_is_not_agreed_to(world: World, maria: Staff):
    old = ConsentAnswer(
        scopes=BOTH, seen_text_hash="of-another-text", channel=ConsentChannel.PORTAL
    )

    with pytest.raises(InputError, match="read it again"):
        renew_consent(world.app, maria.id, old)


def test_each_change_is_told_to_whoever_reads_the_mailbox(world: World, maria: Staff):
    pauses(world, maria, days=20)
    world.writes()

    told = maria.emails_of("consent-changed")[-1]
    assert "You paused Namesake" in told.text
    assert "Open this page and press its button" in told.text


def test_while_somebody_pauses_nothing_is_asked_no_digest_goes_and_all_is_kept(
    world: World, maria: Staff
):
    before = maria.findings
    queue_weekly_digest(world.app, maria.id)
    pauses(world, maria, days=20)
    world.forgets_visits()
    world.a_week_later()

    assert world.sweep() == []
    world.on_monday()

    assert world.asked_about("maria") == []
    assert maria.findings == before
    assert maria.emails_of("digest") == []
    assert load_consent_status(world.app, maria.id).phase is ConsentPhase.PAUSED


def test_a_pause_ends_by_itself_and_nothing_seems_to_have_happened(world: World, maria: Staff):
    pauses(world, maria, days=20)
    world.later(days=21)
    world.forgets_visits()

    assert world.sweep() == []
    world.on_monday()

    assert world.asked_about("maria")
    assert len(maria.emails_of("digest")) == 1


def test_whoever_resumes_early_is_asked_about_at_once(world: World, maria: Staff):
    pauses(world, maria, days=200)
    resume_checks(world.app, maria.id, ConsentChannel.PORTAL)

    assert world.state.consents.list_queryable_person_ids(world.clock.at) == (maria.id,)
    with pytest.raises(InputError, match="not paused"):
        resume_checks(world.app, maria.id, ConsentChannel.PORTAL)


@pytest.mark.parametrize("days", [0, -1, 366])
def test_a_pause_has_an_end_within_a_year(world: World, maria: Staff, days):
    with pytest.raises(InputError, match="within one year"):
        pauses(world, maria, days=days)


def test_a_second_proof_waits_until_a_pause_is_over(world: World, maria: Staff):
    finding = next(iter(maria.findings.values()))
    world.state.jobs.ensure_job("second-proof", finding.id, world.clock.at)
    pauses(world, maria, days=20)

    run_due_sweeps(world.app)

    (due,) = (job for job in world.state.jobs.list_jobs() if job.subject == finding.id)
    assert due.due_at == world.clock.at + 20 * DAY


def test_whoever_has_left_neither_pauses_nor_answers(world: World, maria: Staff):
    world.post.answer = DEFERRED
    maria.withdraws()

    with pytest.raises(NotPermittedError, match="needs a new invitation"):
        pauses(world, maria, days=3)
    with pytest.raises(NotPermittedError, match="needs a new invitation"):
        answers(world, maria, BOTH)


def test_what_a_new_name_shows_is_found_now_and_the_old_one_goes_on(world: World):
    beth = world.joins(BETH)
    world.sweep()
    before = set(beth.findings)
    person = world.state.people.load_person(beth.id)
    married = replace(
        person.name, family="Lindqvist", former_families=("Novak", *person.name.former_families)
    )

    edit_profile(world.app, replace(person, name=married))
    (waiting,) = list_name_changes(world.app)
    confirm_name_change(world.app, waiting.id, "ops@cedarvalley.example")
    world.forgets_visits()
    world.a_week_later()

    assert {kind for _, kind, _ in world.sweep()} <= {EventKind.FOUND_NOW}
    assert world.asked_about("lindqvist")
    assert world.asked_about("novak")
    assert before <= set(beth.findings)


def test_a_handle_that_is_taken_back_takes_what_it_alone_showed_along(world: World):
    beth = world.joins(BETH, accounts=())
    world.sweep()
    person = world.state.people.load_person(beth.id)
    shown = {url for url in beth.findings if "bethnovak" in url}
    assert shown

    renamed = replace(person.name, given="Elizabeth", nicknames=())
    edit_profile(world.app, replace(person, name=renamed, handles=("bethreads",)))
    world.a_week_later()

    assert world.sweep() == []
    assert beth.told == []
    assert beth.cases == ()
    assert not {url for url in beth.findings if "bethnovak" in url}


def test_what_a_handle_alone_showed_goes_with_it_once_a_hold_is_lifted(world: World):
    beth = world.joins(BETH, accounts=())
    world.sweep()
    person = world.state.people.load_person(beth.id)
    shown = {url for url in beth.findings if "bethnovak" in url}
    renamed = replace(person.name, given="Elizabeth", nicknames=())

    for given_again in (True, False):
        places_hold(world.app, beth.id, "a lawsuit")
        edit_profile(world.app, replace(person, name=renamed, handles=("bethreads",)))
        world.a_week_later()
        world.sweep()
        assert shown <= set(beth.findings)
        if given_again:
            edit_profile(world.app, person)
        lifts_hold(world.app, beth.id, "It was settled.")
        assert bool({url for url in beth.findings if "bethnovak" in url}) is given_again


def test_the_address_and_the_district_are_not_a_persons_to_edit(world: World, maria: Staff):
    person = world.state.people.load_person(maria.id)

    edited = edit_profile(
        world.app,
        replace(person, mail="ceo@elsewhere.example", organization="Elsewhere", role="principal"),
    )

    assert (edited.mail, edited.organization) == (person.mail, person.organization)
    assert world.state.people.load_person(maria.id).role == "principal"


@pytest.mark.parametrize(
    "fault", [{"zone": "Mars/Olympus"}, {"name": replace(MARIA.person.name, family=" ")}]
)
def test_words_that_cannot_be_used_change_nothing(world: World, maria: Staff, fault):
    person = world.state.people.load_person(maria.id)

    with pytest.raises(InputError):
        edit_profile(world.app, replace(person, **fault))

    assert world.state.people.load_person(maria.id) == person
