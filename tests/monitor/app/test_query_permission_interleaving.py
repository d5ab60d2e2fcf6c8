"""Whenever somebody takes back a word, nothing is stored about them afterwards."""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from monitor.app.query_permission import QueryPermission
from monitor.demo.district import MARIA
from monitor.domain.consent import Consent
from monitor.domain.errors import InputError
from monitor.domain.vocabulary import ConsentChannel, Scope
from monitor.services.consent_end import record_departure, withdraw_consent
from monitor.services.consent_renewal import drop_consent_scopes, pause_checks
from monitor.services.erasure import erase_disowned_person, erase_person
from monitor.services.job_kinds import run_self_check
from monitor.services.outbox import send_due
from tests.monitor.services.interleaved import Moments, Parrot, nothing, rows_of, watched
from tests.monitor.services.world import World

RUNS = 10_000
BOTH = frozenset({Scope.SEARCH, Scope.PROFILES})


@dataclass
class Scene:
    """One district, in which person after person is swept and interrupted."""

    world: World
    parrot: Parrot
    moments: Moments

    def somebody(self) -> str:
        """Enrol a further person of the same names, as an invitation would."""
        ref = self.world.refs()
        state, now = self.world.state, self.world.clock.at
        state.people.insert_person(replace(MARIA.person, id=ref, mail=f"{ref}@cedarvalley.example"))
        state.consents.insert_consent(
            Consent(
                person_id=ref,
                text_version="1",
                text_hash="",
                scopes=BOTH,
                given_at=now,
                expires_at=now + timedelta(days=365),
            )
        )
        return ref

    def checks(self, person: str) -> None:
        """Sweep one person, write what follows of it, and send what is due."""
        rounds = self.world.app
        # Who was erased before it began is not enrolled any more, and that is said.
        with suppress(InputError):
            run_self_check(rounds.copy_with(crawler=self.parrot), person)
        send_due(self.world.app)


@pytest.fixture
def scene(world_of, monkeypatch) -> Scene:
    world = world_of("chalkboard", families=("searxng",))
    service = world.app
    parrot = Parrot(QueryPermission(db=world.state, clock=world.clock, sources=service.sources))
    maria = world.joins(MARIA, scopes=BOTH)
    world.meanwhile = parrot.listen
    world.sweep()
    maria.withdraws()
    return Scene(world, parrot, watched(monkeypatch))


def withdrawn(scene: Scene, ref: str) -> None:
    withdraw_consent(scene.world.app, ref, ConsentChannel.PORTAL)


def left(scene: Scene, ref: str) -> None:
    record_departure(scene.world.app, ref)


def erased(scene: Scene, ref: str) -> None:
    withdraw_consent(scene.world.app, ref, ConsentChannel.PORTAL)
    erase_person(scene.world.app, ref)


def disowned(scene: Scene, ref: str) -> None:
    erase_disowned_person(scene.world.app, ref)


def paused(scene: Scene, ref: str) -> None:
    until = scene.world.clock.at + timedelta(days=9)
    pause_checks(scene.world.app, ref, until, ConsentChannel.PORTAL)


def search_dropped(scene: Scene, ref: str) -> None:
    only = frozenset({Scope.PROFILES})
    drop_consent_scopes(scene.world.app, ref, only, ConsentChannel.PORTAL)


def profiles_dropped(scene: Scene, ref: str) -> None:
    only = frozenset({Scope.SEARCH})
    drop_consent_scopes(scene.world.app, ref, only, ConsentChannel.PORTAL)


ACTS: tuple[Callable[[Scene, str], None], ...] = (
    *(withdrawn, left, erased, disowned, paused),
    *(search_dropped, profiles_dropped),
)
# What an act leaves to be asked, by the names of the sources.
STILL_ASKED = {search_dropped: {"chalkboard"}, profiles_dropped: {"searxng"}}


def stored_afterwards(scene: Scene, act: Callable[[Scene, str], None], at: int) -> set[str]:
    """Let an act fall before a transaction of a sweep; name what was stored of it all the same."""
    person = scene.somebody()
    known: list[frozenset[tuple[str, str]]] = []

    def interrupt() -> None:
        act(scene, person)
        scene.parrot.asked.clear()
        scene.world.post.accepted.clear()
        known.append(rows_of(scene.world, person))

    scene.moments.arm(at, interrupt)
    scene.checks(person)
    scene.moments.arm(0, nothing)
    if not known:
        return set()
    gone = set(scene.world.app.sources) - STILL_ASKED.get(act, set())
    new = {source for source, _ in rows_of(scene.world, person) - known[0]}
    asked = {query.source for query in scene.parrot.asked if query.subject}
    sent = {one_sent.envelope.kind for one_sent in scene.world.post.accepted} & {
        "digest",
        "self-check",
    }
    if act in STILL_ASKED:
        return (new | asked) & gone
    return new | asked | sent


def test_an_undisturbed_sweep_stores_something(scene: Scene):
    person = scene.somebody()

    scene.checks(person)

    assert {"searxng", "chalkboard", "finding"} <= {
        source for source, _ in rows_of(scene.world, person)
    }


def test_nothing_is_stored_asked_or_told_after_a_word_is_taken_back(scene: Scene, share):
    scene.moments.arm(0, nothing)
    scene.checks(scene.somebody())
    transactions = scene.moments.passed
    assert transactions > len(ACTS), "each act is tried at several moments"
    drawn = random.Random(6)  # noqa: S311 - the same again is the point
    runs = [(drawn.choice(ACTS), drawn.randint(1, transactions)) for _ in range(RUNS)]

    stored = [
        (act.__name__, at, found)
        for act, at in share(runs, of=125)
        for found in [stored_afterwards(scene, act, at)]
        if found
    ]

    assert stored == []
