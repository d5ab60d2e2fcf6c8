"""A request for public records: which actions by IT, from which days, under which number.

Counsel decides what is given out. One reviewer proposes what counsel said, and another confirms it.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from monitor.domain.errors import InputError
from monitor.domain.vocabulary import RecordKind

# A number, perhaps behind a few letters: a name does not fit, and stays out of the audit log.
_REFERENCE = re.compile(r"(?:[A-Za-z]{1,4}-)?[0-9][0-9-]{0,10}")
MAX_SPAN = timedelta(days=366)


class RecordsRequestError(InputError):
    """A request cannot be proposed as it is; `field` is the one to change."""

    def __init__(self, sentence: str, *, field: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsRequest:
    """What counsel decided to give out; both days belong to it, in the district's time zone."""

    reference: str
    kinds: tuple[RecordKind, ...]
    first_day: date
    last_day: date

    def __post_init__(self) -> None:
        if not _REFERENCE.fullmatch(self.reference):
            sentence = "Give the number of the request, such as PR-2026-014, and no name."
            raise RecordsRequestError(sentence, field="reference")
        if not self.kinds:
            sentence = "Choose what counsel decided to give out."
            raise RecordsRequestError(sentence, field="kinds")
        if not timedelta(0) <= self.last_day - self.first_day < MAX_SPAN:
            sentence = (
                f"Choose a last day that follows the first by less than {MAX_SPAN.days} days."
            )
            raise RecordsRequestError(sentence, field="last_day")
