"""From the pictures that were looked at to the profiles that show them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from scrapers.finding import Finding
from scrapers.reading import Visit
from scrapers.request import QueryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Prints:
    """What the pictures of one settlement came to, by the key of the profile that shows each.

    Empty where there is no picture, or one that says nothing; None where we could not look.
    """

    by_key: Mapping[str, str | None] = field(default_factory=dict)

    @classmethod
    def of(cls, visits: Iterable[Visit]) -> Self:
        looked = (each for each in visits if each.query.kind is QueryKind.PICTURE)
        return cls(by_key={each.query.terms[0]: _print_in(each) for each in looked})

    def on(self, finding: Finding, before: Finding | None) -> Finding:
        """Return the finding with its picture's print, or the last known if we could not look."""
        told = self.by_key.get(finding.key, "")
        if told is None:
            told = before.picture_print if before else ""
        return replace(finding, picture_print=told)


def _print_in(visit: Visit) -> str | None:
    """Take nothing but the print of what comes from a process that opened a stranger's picture."""
    reading, (key, *_) = visit.reading, visit.query.terms
    if not reading.outcome.conclusive:
        return None
    return next((each.picture_print for each in reading.findings if each.key == key), "")
