"""A key a day for what machines send each other: once it is destroyed, nobody opens what is left.

PostgreSQL keeps what was deleted, in its log and its backups. So no secret of a machine opens it:
batches are sealed with a random key that a home makes each day, and passes to each worker sealed
to a key pair of that process. A pair is never written anywhere, and gone after a day at most.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from monitor.db.atomic_files import PRIVATE_MODE, write_file
from monitor.domain.errors import CannotWriteError, DatabaseError
from monitor.domain.serialization import decode_json, encode_json
from monitor.fleet.db.postgres import FleetConnection
from monitor.fleet.db.seal import FleetSeal, WorkerSeal

LOG = logging.getLogger(__name__)
DAY_KEYS_FILE = "day-keys"
KEY_LASTS = timedelta(days=1)
# What was sealed in its last hour is there for another one.
DESTROYED_AFTER = KEY_LASTS + timedelta(hours=2)
HANDED_OUT_EVERY = timedelta(seconds=1)
PAIR_PLACE = "key pair"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayKey:
    id: str
    key: str = field(repr=False)
    made_at: datetime


class HomeDayKeys:
    """The keys of a machine with districts, in a file beside them; its threads share them."""

    def __init__(
        self,
        folder: Path,
        seal: FleetSeal,
        connection: FleetConnection,
        read_time: Callable[[], datetime],
    ) -> None:
        self._path = folder / DAY_KEYS_FILE
        self._seal = seal
        self._connection = connection
        self._read_time = read_time
        self._lock = threading.Lock()
        self._keys: tuple[DayKey, ...] | None = None
        self._handed_out_at: datetime | None = None

    def take_current(self) -> DayKey:
        """Return today's key, which all workers have that can be reached."""
        with self._lock:
            now = self._read_time()
            keys = self._load(now)
            if keys and now - keys[-1].made_at < KEY_LASTS:
                return keys[-1]
            new = DayKey(id=token_hex(8), key=token_hex(32), made_at=now)
            self._keys = (*keys, new)
            write_file(self._path, encode_json(self._keys), PRIVATE_MODE)
            self._hand_out(now)
            return new

    def find_seal(self, key_id: str) -> FleetSeal:
        """Return what opens a batch of a day. Raises DatabaseError for a day whose key is gone."""
        with self._lock:
            for known in self._load(self._read_time()):
                if known.id == key_id:
                    return FleetSeal(known.key)
        raise DatabaseError("The key of its day was destroyed.")

    def hand_out(self) -> None:
        """Pass the keys to workers that started since."""
        with self._lock:
            now = self._read_time()
            if self._handed_out_at is None or now - self._handed_out_at >= HANDED_OUT_EVERY:
                self._hand_out(now)

    def destroy_old(self) -> None:
        with self._lock:
            self._load(self._read_time())

    def _hand_out(self, now: datetime) -> None:
        self._handed_out_at = now
        for key in self._load(now):
            rows = self._connection.fetch_rows(
                """SELECT worker, public, signature FROM namesake.worker_pairs AS pair
                WHERE NOT EXISTS (SELECT FROM namesake.day_keys AS known
                    WHERE known.public = pair.public AND known.id = %s)""",
                key.id,
            )
            for row in rows:
                public, signed = row["public"], row["signature"]
                if not self._seal.is_signed_by(row["worker"], PAIR_PLACE, public, signed):
                    LOG.error("key_pair_refused", extra={"worker": row["worker"]})
                    continue
                self._connection.execute(
                    """INSERT INTO namesake.day_keys (id, public, wrapped) VALUES (%s, %s, %s)
                    ON CONFLICT DO NOTHING""",
                    *(key.id, public, self._seal.wrap_key(bytes.fromhex(key.key), public, key.id)),
                )

    def _load(self, now: datetime) -> tuple[DayKey, ...]:
        """Read the keys once, and destroy those that are old."""
        if self._keys is None:
            try:
                self._keys = decode_json(self._path.read_bytes(), tuple[DayKey, ...])
            except FileNotFoundError:
                self._keys = ()
            except (OSError, ValueError) as error:
                reason = f"{self._path} cannot be read. Delete it: what was sent is sent again."
                raise CannotWriteError(reason) from error
        young = tuple(key for key in self._keys if now - key.made_at < DESTROYED_AFTER)
        if young != self._keys:
            self._keys = young
            write_file(self._path, encode_json(young), PRIVATE_MODE)
        return young


class WorkerDayKeys:
    """The keys that a machine that asks was passed, in memory alone; its threads share them."""

    def __init__(
        self, seal: WorkerSeal, connection: FleetConnection, read_time: Callable[[], datetime]
    ) -> None:
        self.seal = seal
        self._connection = connection
        self._read_time = read_time
        self._lock = threading.Lock()
        self._pair = X25519PrivateKey.generate()
        self._made_at = read_time()
        self._seals: Mapping[str, tuple[FleetSeal, datetime]] = {}

    def publish(self) -> None:
        """Say to which key pair keys are to be sealed; to another one each day."""
        with self._lock:
            now = self._read_time()
            if now - self._made_at >= KEY_LASTS:
                self._pair, self._made_at = X25519PrivateKey.generate(), now
                self._seals = {
                    key_id: known
                    for key_id, known in self._seals.items()
                    if now - known[1] < DESTROYED_AFTER
                }
            public = self._pair.public_key().public_bytes_raw()
        signature = self.seal.sign(PAIR_PLACE, public)
        self._connection.execute(
            "SELECT namesake.publish_pair(%s, %s, %s)", *(self.seal.worker, public, signature)
        )

    def find_seal(self, key_id: str) -> FleetSeal | None:
        """Return what opens a batch; None as long as its home has not passed us the key."""
        with self._lock:
            if key_id in self._seals:
                return self._seals[key_id][0]
            pair = self._pair
        found = self._connection.fetch_row(
            "SELECT namesake.load_day_key(%s, %s) AS wrapped",
            *(key_id, pair.public_key().public_bytes_raw()),
        )
        if found is None or found["wrapped"] is None:
            return None
        seal = FleetSeal(self.seal.unwrap_key(found["wrapped"], pair, key_id).hex())
        with self._lock:
            self._seals = {**self._seals, key_id: (seal, self._read_time())}
        return seal
