"""A private contact that is shown no longer: proved like any absence, by an own address, twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.exposure.cleaned import Exposed
from monitor.domain.exposure.contacts import ContactKind
from scrapers.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Unshown:
    """A kind of contact that a question showed once, and shows no longer.

    `since` is when that was first proved, None where only half an answer left it out.
    """

    kind: ContactKind
    since: datetime | None


def kinds_in(finding: Finding) -> frozenset[ContactKind]:
    return frozenset(Exposed.read(each).kind for each in finding.exposed)


def left_out(
    known: Iterable[Unshown], before: Finding, after: Finding, at: datetime | None
) -> tuple[Unshown, ...]:
    """Return what a question leaves out now of all that it ever showed of a finding.

    `at` is None where the answer proves nothing; the proofs then begin anew with the next one.
    """
    since = {each.kind: each.since for each in known}
    gone = (kinds_in(before) | since.keys()) - kinds_in(after)
    return tuple(Unshown(kind=kind, since=at and (since.get(kind) or at)) for kind in sorted(gone))
