"""What is in a sealed batch, and in a sealed answer: the same for the side that asks and the other.

Queries carry names, so a batch is sealed under the fleet key, and each answer under a key that
was made for its batch and travels in it.
"""

from dataclasses import dataclass, field
from secrets import token_urlsafe

from monitor.app.sources import PortableSources
from monitor.domain.errors import DatabaseError
from monitor.fleet.db.mailbox import READABLE_FORMATS
from monitor.fleet.db.seal import FleetSeal
from scrapers.crawl.routing import CrawlQuery, HostManners
from scrapers.models import CrawlPriority, CrawlResult

# Large enough that a batch costs little, small enough that a sweep has one or two at each host.
BATCH_SIZE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchBody:
    """A district's queries to one host, and all that is needed to ask them in its name.

    `picture_subjects` are the people who agreed that their profile pictures are compared.
    """

    format: int
    district: str
    contact: str
    sources: PortableSources
    keeps_pages: bool
    picture_subjects: tuple[str, ...]
    manners: HostManners
    priority: CrawlPriority
    queries: tuple[CrawlQuery, ...]
    answer_key: str = field(repr=False, default_factory=lambda: token_urlsafe(32))

    def __post_init__(self) -> None:
        if self.format not in READABLE_FORMATS:
            reason = f"A batch has the form {self.format}: upgrade this machine, too."
            raise DatabaseError(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBody:
    """One of both: a query's result, or the query, which goes on at another host."""

    result: CrawlResult | None = None
    handed_back: CrawlQuery | None = None


BATCH_PLACE = "batch"


def seal_answer(body: BatchBody, number: int, answer: AnswerBody) -> bytes:
    return FleetSeal(body.answer_key).encrypt(f"answer {number}", answer)


def open_answer(body: BatchBody, number: int, blob: bytes) -> AnswerBody:
    return FleetSeal(body.answer_key).decrypt(f"answer {number}", blob, AnswerBody)


def tag_person(seal: FleetSeal, district: str, person_id: str) -> str:
    """Name a person for the list of those who have withdrawn."""
    return seal.hash_name("person", district, person_id)


def tag_departure(seal: FleetSeal, district: str, person_id: str) -> str:
    """Name a person who has left for good, so that an older copy of the district hears of it."""
    return seal.hash_name("left", district, person_id)


def tag_district(seal: FleetSeal, district: str) -> str:
    return seal.hash_name("district", district)


def name_lock(seal: FleetSeal, host: str) -> str:
    return seal.hash_name("host", host)
