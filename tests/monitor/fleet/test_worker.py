"""A machine that asks does what it is permitted, and no more."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.domain.errors import DatabaseError
from monitor.fleet.batches import BatchSeal
from monitor.fleet.db.mailbox import SealedBatch
from monitor.fleet.db.seal import FleetSeal
from monitor.fleet.fence import PERMISSION_LASTS, Fence
from monitor.fleet.worker import BatchGuard
from scrapers.models import CrawlPriority
from tests.monitor.fleet.world import FLEET_KEY, NOW, build_batch_body

SECOND = timedelta(seconds=1)
SEAL = BatchSeal(seal=FleetSeal(FLEET_KEY), id=7, district="cedar", lock="alpha")


@dataclass
class FakeMailbox:
    """Says of each batch what a test has put there."""

    permissions: dict[int, bytes] = field(default_factory=dict)
    urgent: frozenset[str] = frozenset()

    def read_permissions(self, batches: Iterable[int]) -> dict[int, bytes]:
        return {number: self.permissions[number] for number in batches}

    def list_urgent_locks(self) -> frozenset[str]:
        return self.urgent


@dataclass
class World:
    """A guard that holds one batch of two queries, and a clock that a test moves."""

    now: datetime = NOW
    mailbox: FakeMailbox = field(default_factory=FakeMailbox)

    def __post_init__(self) -> None:
        self.batch = SealedBatch(
            id=7,
            district="cedar",
            lock="alpha",
            day_key="day",
            body=SEAL.seal_body(build_batch_body()),
            permission=SEAL.permit([0, 1], NOW),
        )
        mailbox: Any = self.mailbox
        self.guard = BatchGuard(mailbox, Fence(end=lambda: None), lambda: self.now)

    def hears(self, permission: bytes) -> None:
        self.mailbox.permissions[7] = permission
        self.guard.look()


@pytest.fixture
def world() -> Iterable[World]:
    made = World()
    with made.guard.hold(made.batch, SEAL):
        yield made


def test_what_a_home_takes_back_is_asked_no_more(world: World) -> None:
    assert world.guard.permits(7, 1)
    world.hears(SEAL.permit([0], NOW + SECOND))

    assert world.guard.permits(7, 0)
    assert not world.guard.permits(7, 1)


def test_an_older_permission_that_is_put_back_counts_for_nothing(world: World) -> None:
    older = SEAL.permit([0, 1], NOW)
    world.hears(SEAL.permit([0], NOW + SECOND))
    world.hears(older)

    assert not world.guard.permits(7, 1)


def test_what_another_key_sealed_permits_nothing(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    forger = BatchSeal(seal=FleetSeal(FLEET_KEY[::-1]), id=7, district="cedar", lock="alpha")
    world.hears(SEAL.permit([0], NOW + SECOND))
    world.hears(forger.permit([0, 1], NOW + 2 * SECOND))

    assert not world.guard.permits(7, 1)
    assert [record.getMessage() for record in caplog.records] == ["batch_refused"]


def test_without_word_of_its_home_a_batch_is_put_away(world: World) -> None:
    world.now = NOW + PERMISSION_LASTS - SECOND
    assert not world.guard.gives_way(world.batch, CrawlPriority.FIRST)
    world.now += SECOND

    assert not world.guard.permits(7, 0)
    assert world.guard.gives_way(world.batch, CrawlPriority.FIRST)
    world.hears(SEAL.permit([0], world.now))
    assert world.guard.permits(7, 0)


def test_a_permission_of_a_day_to_come_permits_nothing(world: World) -> None:
    world.hears(SEAL.permit([0, 1], NOW + timedelta(days=1)))

    assert not world.guard.permits(7, 0)


def test_a_batch_that_was_moved_to_another_host_is_refused(world: World) -> None:
    moved = SealedBatch(
        id=7,
        district="cedar",
        lock="beta",
        day_key="day",
        body=world.batch.body,
        permission=world.batch.permission,
    )
    seal = BatchSeal.for_batch(SEAL.seal, moved)
    with pytest.raises(DatabaseError), world.guard.hold(moved, seal):
        pass


def test_what_is_not_held_is_not_permitted(world: World) -> None:
    assert not world.guard.permits(8, 0)
    assert world.guard.has_lapsed(8)
