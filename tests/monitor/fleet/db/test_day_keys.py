"""What PostgreSQL keeps of a batch is opened by nobody once the key of its day is destroyed."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from monitor.domain.errors import DatabaseError
from monitor.fleet.db.day_keys import (
    DAY_KEYS_FILE,
    DESTROYED_AFTER,
    KEY_LASTS,
    HomeDayKeys,
    WorkerDayKeys,
)
from monitor.fleet.db.postgres import FleetConnection
from monitor.fleet.db.seal import FleetSeal, WorkerSeal
from tests.monitor.fleet.world import FLEET_KEY, NOW

HOME = FleetSeal(FLEET_KEY)
HOUR = timedelta(hours=1)


class FakeDatabase(FleetConnection):
    """The two tables through which keys are passed on."""

    def __init__(self) -> None:
        self.pairs: dict[bytes, tuple[str, bytes]] = {}
        self.keys: dict[tuple[str, bytes], bytes] = {}

    def execute(self, statement: str, *values: object) -> int:
        match values:
            case (str(worker), bytes(public), bytes(signature)) if "publish_pair" in statement:
                self.pairs[public] = worker, signature
            case (str(name), bytes(public), bytes(wrapped)):
                self.keys[name, public] = wrapped
        return 1

    def fetch_rows(self, _: str, *values: object) -> list[dict[str, object]]:
        (name,) = values
        return [
            {"worker": worker, "public": public, "signature": signature}
            for public, (worker, signature) in self.pairs.items()
            if (name, public) not in self.keys
        ]

    def fetch_row(self, _: str, *values: object) -> dict[str, object] | None:
        name, public = values
        assert isinstance(name, str)
        assert isinstance(public, bytes)
        return {"wrapped": self.keys.get((name, public))}


class Machines:
    """A home, as many workers as a test starts, and a clock that it moves."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.folder = folder
        self.database = FakeDatabase()
        self.home = self.start_home()

    def read_time(self) -> datetime:
        return self.now

    def start_home(self) -> HomeDayKeys:
        return HomeDayKeys(self.folder, HOME, self.database, self.read_time)

    def start_worker(self, seal: WorkerSeal | None = None) -> WorkerDayKeys:
        own = seal or WorkerSeal(HOME.derive_worker_key("west"))
        worker = WorkerDayKeys(own, self.database, self.read_time)
        worker.publish()
        return worker

    def seals(self, text: str) -> tuple[str, bytes]:
        """Seal something as a home does today."""
        key = self.home.take_current()
        return key.id, FleetSeal(key.key).encrypt("batch", text)


@pytest.fixture
def machines(tmp_path: Path) -> Machines:
    return Machines(tmp_path)


def opens(worker: WorkerDayKeys, sealed: tuple[str, bytes]) -> str | None:
    seal = worker.find_seal(sealed[0])
    return None if seal is None else seal.decrypt("batch", sealed[1], str)


def test_a_worker_opens_what_a_home_sealed_today(machines: Machines) -> None:
    worker = machines.start_worker()
    assert opens(worker, machines.seals("Rosa")) == "Rosa"


def test_a_worker_that_starts_later_is_passed_the_key_soon(machines: Machines) -> None:
    sealed = machines.seals("Rosa")
    worker = machines.start_worker()
    assert opens(worker, sealed) is None
    machines.now += timedelta(seconds=2)
    machines.home.hand_out()
    assert opens(worker, sealed) == "Rosa"


def test_no_secret_that_is_stored_opens_what_postgresql_keeps(machines: Machines) -> None:
    """Of a process that ended, all rows ever written, and each secret of each machine."""
    machines.start_worker()
    name, blob = machines.seals("Rosa")
    thief = WorkerSeal(HOME.derive_worker_key("west"))
    wrapped = list(machines.database.keys.values())
    assert len(wrapped) == 1
    for row in wrapped:
        with pytest.raises(DatabaseError):
            thief.unwrap_key(row, X25519PrivateKey.generate(), name)
    for seal in (HOME, thief, HOME.derive_home_seal()):
        with pytest.raises(DatabaseError):
            seal.decrypt("batch", blob, str)
    machines.now += DESTROYED_AFTER
    machines.home.destroy_old()
    with pytest.raises(DatabaseError, match="was destroyed"):
        machines.home.find_seal(name)
    assert name not in (machines.folder / DAY_KEYS_FILE).read_text("utf-8")


def test_each_day_has_a_key_of_its_own_and_the_last_hour_can_still_be_opened(
    machines: Machines,
) -> None:
    worker = machines.start_worker()
    machines.now += KEY_LASTS - timedelta(minutes=1)
    before = machines.seals("Rosa")
    machines.now += KEY_LASTS
    after = machines.seals("Ana")
    assert before[0] != after[0]
    machines.now = machines.now + HOUR
    assert machines.home.find_seal(before[0]).decrypt("batch", before[1], str) == "Rosa"
    assert opens(worker, after) == "Ana"


def test_a_home_that_starts_again_still_opens_what_it_sent(machines: Machines) -> None:
    name, blob = machines.seals("Rosa")
    again = machines.start_home()
    assert again.find_seal(name).decrypt("batch", blob, str) == "Rosa"
    assert again.take_current().id == name
    assert (machines.folder / DAY_KEYS_FILE).stat().st_mode & 0o77 == 0


def test_a_key_pair_that_no_worker_signed_is_passed_nothing(
    machines: Machines, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever owns the database would have the keys sealed to a pair of theirs."""
    theirs = X25519PrivateKey.generate().public_key().public_bytes_raw()
    machines.database.pairs[theirs] = "west", b"forged"
    machines.seals("Rosa")
    assert machines.database.keys == {}
    assert [record.getMessage() for record in caplog.records] == ["key_pair_refused"]


def test_a_key_that_no_home_sealed_is_refused(machines: Machines) -> None:
    worker = machines.start_worker()
    (public,) = machines.database.pairs
    forger = FleetSeal("whoever owns the database has another key")
    machines.database.keys["today", public] = forger.wrap_key(bytes(32), public, "today")
    with pytest.raises(DatabaseError, match="by no machine with districts"):
        worker.find_seal("today")


def test_a_worker_has_another_pair_each_day(machines: Machines) -> None:
    worker = machines.start_worker()
    machines.now += KEY_LASTS
    worker.publish()
    worker.publish()
    assert len(machines.database.pairs) == 2
    assert opens(worker, machines.seals("Rosa")) == "Rosa"
