"""What is in a sealed batch, and in a sealed answer: the same for the side that asks and the other.

Queries carry names, so a batch and its answers are sealed under a key of its day.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from monitor.app.sources import PortableSources
from monitor.domain.errors import DatabaseError
from monitor.fleet.db.batch_mailbox import BATCH_FORMAT, BATCH_LASTS, SealedBatch
from monitor.fleet.db.seal import FleetSeal
from monitor.fleet.fence import CLOCKS_DIFFER_BY, PERMISSION_LASTS
from scrapers.crawl.routing import CrawlQuery, HostManners
from scrapers.models import CrawlPriority, CrawlResult

# Large enough that a batch costs little, small enough that a sweep has one or two at each host.
BATCH_SIZE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchBody:
    """A district's queries to one host, and all that is needed to ask them in its name.

    `picture_subjects` are the people who agreed that their profile pictures are compared.
    """

    format: int = BATCH_FORMAT
    sent_at: datetime
    district: str
    contact: str
    sources: PortableSources
    keeps_pages: bool
    picture_subjects: tuple[str, ...]
    manners: HostManners
    priority: CrawlPriority
    queries: tuple[CrawlQuery, ...]

    def __post_init__(self) -> None:
        if self.format != BATCH_FORMAT:
            reason = f"A batch has the form {self.format}: upgrade this machine, too."
            raise DatabaseError(reason)

    def is_current(self, now: datetime) -> bool:
        """Tell whether it was sent lately, and not put back by whoever kept a copy."""
        return -CLOCKS_DIFFER_BY <= now - self.sent_at <= BATCH_LASTS + CLOCKS_DIFFER_BY


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBody:
    """One of both: a query's result, or the query, which goes on at another host."""

    result: CrawlResult | None = None
    handed_back: CrawlQuery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Which queries of a batch may be asked, by their numbers, and until when.

    The home renews it as long as it wants answers. So no machine that has it needs to hear of who
    leaves: it is told anew, or it must stop.
    """

    issued_at: datetime
    until: datetime
    numbers: frozenset[int]

    def is_valid(self, now: datetime) -> bool:
        """Tell whether it counts, also if it comes from a machine whose clock is a little off."""
        return self.issued_at - CLOCKS_DIFFER_BY <= now < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSeal:
    """Seals what is about one batch: it counts for that id, district and host alone."""

    seal: FleetSeal
    id: int
    district: str
    lock: str

    @classmethod
    def for_batch(cls, seal: FleetSeal, batch: SealedBatch) -> Self:
        return cls(seal=seal, id=batch.id, district=batch.district, lock=batch.lock)

    def seal_body(self, body: BatchBody) -> bytes:
        return self.seal.encrypt(self._name("batch"), body)

    def open_body(self, blob: bytes) -> BatchBody:
        return self.seal.decrypt(self._name("batch"), blob, BatchBody)

    def permit(self, numbers: Iterable[int], now: datetime) -> bytes:
        permission = Permission(
            issued_at=now, until=now + PERMISSION_LASTS, numbers=frozenset(numbers)
        )
        return self.seal.encrypt(self._name("permission"), permission)

    def open_permission(self, blob: bytes) -> Permission:
        return self.seal.decrypt(self._name("permission"), blob, Permission)

    def seal_answer(self, number: int, answer: AnswerBody) -> bytes:
        return self.seal.encrypt(self._name(f"answer {number}"), answer)

    def open_answer(self, number: int, blob: bytes) -> AnswerBody:
        return self.seal.decrypt(self._name(f"answer {number}"), blob, AnswerBody)

    def _name(self, part: str) -> str:
        return f"{part} {self.id} {self.district} {self.lock}"


def draw_batch_id() -> int:
    """Return an id that no batch has or had."""
    return secrets.randbits(62)


def tag_district(seal: FleetSeal, district: str) -> str:
    return seal.hash_name("district", district)


def name_lock(seal: FleetSeal, host: str) -> str:
    return seal.hash_name("host", host)
