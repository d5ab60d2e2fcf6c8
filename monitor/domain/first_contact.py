"""What a source's answers say about our readers, and what has changed since: only verdicts.

All values here may leave the machine: they hold skeletons, counts and public words alone.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from scrapers.models import Outcome, ParseResult

# An answer that takes longer makes a sweep of hundreds of people late.
SLOW_SECONDS = 10.0


class Verdict(StrEnum):
    """The verdict on an answer, or on a source with all its answers; the first is the worst."""

    CHANGED = "changed"
    CREDULOUS = "credulous"
    SILENT = "silent"
    LOGIN = "login"
    WALL = "wall"
    REFUSED = "refused"
    MOVED = "moved"
    CUT = "cut"
    LATE = "late"
    LIMITED = "limited"
    UNREACHED = "unreached"
    ROBOTS = "robots"
    NOT_ASKED = "not-asked"
    LENIENT = "lenient"
    FIELDS_GONE = "fields-gone"
    NEW_KEYS = "new-keys"
    UNDERSTOOD = "understood"

    @property
    def is_understood(self) -> bool:
        return self in {
            *(Verdict.UNDERSTOOD, Verdict.NEW_KEYS, Verdict.FIELDS_GONE),
            Verdict.LENIENT,
        }

    @property
    def is_of_that_day(self) -> bool:
        """Tell whether it may be the network's or the day's fault, and says nothing of a change."""
        return self in {
            *(Verdict.UNREACHED, Verdict.CUT, Verdict.LATE),
            *(Verdict.LIMITED, Verdict.NOT_ASKED),
        }


class Contacted(Protocol):
    """Whatever has been asked: `version` counts changes of what reads its answers."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> int: ...


class ContactStatus(StrEnum):
    PROVEN = "proven"
    CHANGED = "changed"
    NEVER_PROVEN = "never-proven"


BY_NOTE: Mapping[str, Verdict] = {
    "captcha": Verdict.WALL,
    "browser-check": Verdict.WALL,
    "cookie-wall": Verdict.WALL,
    "login-wall": Verdict.LOGIN,
    "answer-late": Verdict.LATE,
    "answer-cut-off": Verdict.CUT,
    "connection-lost": Verdict.CUT,
    "page-large": Verdict.CUT,
    "redirected-away": Verdict.MOVED,
    "redirect-loop": Verdict.MOVED,
    "robots": Verdict.ROBOTS,
    "robots-unknown": Verdict.ROBOTS,
}
BY_OUTCOME: Mapping[Outcome, Verdict] = {
    Outcome.BLOCKED: Verdict.REFUSED,
    Outcome.LIMITED: Verdict.LIMITED,
    Outcome.FAILED: Verdict.UNREACHED,
    Outcome.UNREADABLE: Verdict.CHANGED,
    Outcome.SKIPPED: Verdict.NOT_ASKED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerShape:
    """What was recorded of one answer. `marks` are digests of those of our marks that it shows.

    `names` are the names in it, `unread` those that the reader left alone, and `missing` what it
    asked for and was not there. `is_page` is a page where data was promised,
    `is_cut` is an answer that did not come whole, `is_partial` one that is not told as a whole.
    """

    status: int
    seconds: float
    size: int
    content_type: str
    kind: str
    headers: Mapping[str, str | int] = field(default_factory=dict)
    is_page: bool = False
    is_cut: bool = False
    is_partial: bool = False
    names: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    tree: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RedirectChain:
    """Where redirects led: addresses with marks in place of words, `is_moved` to another site."""

    addresses: tuple[str, ...] = ()
    is_moved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeReport:
    """One request and its result; `answer` is None if there was none.

    `expects` is found or absent, or unreadable for a request that is broken.

    `request` is its form: keys without values; `robots` is what robots.txt says, if it was asked.
    `fields` are those that were read in the answer.
    `new` and `gone` are names that the last understood answer did not have, or had.
    """

    method: str
    expects: str
    page: int
    request: Mapping[str, Any]
    robots: str
    verdict: Verdict
    outcome: str
    note: str = ""
    redirects: RedirectChain = RedirectChain()
    answer: AnswerShape | None = None
    fields: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, int, str]:
        """What it has in common with the same probe of another time."""
        return (self.method, self.expects, self.page, self.request["path"])

    @property
    def is_slow(self) -> bool:
        return self.answer is not None and self.answer.seconds >= SLOW_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactTimes:
    """When a source was last asked so, and when all was last understood, None for never."""

    source: str
    at: datetime
    verdict: Verdict
    proven_at: datetime | None

    def find_status(self, contradicted_since: datetime | None = None) -> ContactStatus:
        """Say how it stands; a source that a sweep could not read since has changed, too."""
        if self.proven_at is None:
            return ContactStatus.NEVER_PROVEN
        contradicted = contradicted_since is not None and contradicted_since > self.proven_at
        holds = self.verdict.is_understood or self.verdict.is_of_that_day
        return ContactStatus.PROVEN if holds and not contradicted else ContactStatus.CHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceContact(ContactTimes):
    """The last first contact with a source; `proven_at` is when all was last understood.

    It is None where that never was, or nothing that surely exists is known there. `kind` and
    `reader` are the class and the version of what reads its answers. `understood` has the last
    report of each probe that was, which the next one is held against.
    """

    kind: str
    reader: int
    reports: tuple[ProbeReport, ...]
    understood: tuple[ProbeReport, ...] = ()


def judge_probe(
    expects: Outcome, result: ParseResult, answer: AnswerShape | None, redirects: RedirectChain
) -> Verdict:
    """Say what an answer means, from what was known before and what our reader made of it."""
    verdict = BY_NOTE.get(result.note.partition(":")[0]) or _judge_redirects(redirects)
    if verdict is None and answer is not None and expects is Outcome.UNREADABLE:
        verdict = _judge_refusal(result)
    if verdict is None and answer is not None and result.outcome is Outcome.UNREADABLE:
        verdict = _judge_unread_answer(answer)
    verdict = verdict or BY_OUTCOME.get(result.outcome)
    if verdict is not None:
        return verdict
    if result.outcome is expects:
        return Verdict.UNDERSTOOD
    opposites = {Outcome.FOUND: Verdict.CREDULOUS, Outcome.ABSENT: Verdict.SILENT}
    # A part of a list, or an account that asks not to be read, is understood, too.
    return opposites.get(result.outcome, Verdict.UNDERSTOOD)


def _judge_refusal(result: ParseResult) -> Verdict:
    """Say whether the refusal of a broken request was seen as one; a server may also stumble."""
    if result.outcome is Outcome.LIMITED:
        return Verdict.LIMITED
    is_believed = result.outcome.is_conclusive or result.outcome is Outcome.PARTIAL
    return Verdict.LENIENT if is_believed else Verdict.UNDERSTOOD


def _judge_redirects(redirects: RedirectChain) -> Verdict | None:
    """Say where they led, whatever was found there; None for nowhere in particular."""
    if any("login" in address or "signin" in address for address in redirects.addresses):
        return Verdict.LOGIN
    return Verdict.MOVED if redirects.is_moved else None


def _judge_unread_answer(answer: AnswerShape) -> Verdict:
    if answer.is_cut:
        return Verdict.CUT
    if answer.is_page:
        return Verdict.REFUSED
    is_empty = answer.kind == "empty" or answer.tree in ({}, ["0 rows"])
    return Verdict.SILENT if is_empty else Verdict.CHANGED


def _compare_report(report: ProbeReport, before: ProbeReport | None) -> ProbeReport:
    if before is None or before.answer is None or report.answer is None:
        return report
    if before.answer.kind != report.answer.kind:
        return report
    names = set(report.answer.names)
    new = tuple(sorted(names - set(before.answer.names)))
    gone = tuple(sorted(set(before.answer.names) - names))
    verdict = report.verdict
    if verdict is Verdict.UNDERSTOOD and report.expects == Outcome.FOUND:
        lost = set(before.fields) - set(report.fields)
        verdict = Verdict.NEW_KEYS if new else verdict
        verdict = Verdict.FIELDS_GONE if lost or gone else verdict
    return replace(report, verdict=verdict, new=new, gone=gone)


def assess_contact(
    source: Contacted, at: datetime, reports: Iterable[ProbeReport], before: SourceContact | None
) -> SourceContact:
    """Say how a source stands: as its worst answer, and proven where something known was found."""
    known = {report.key: report for report in (before.understood if before else ())}
    compared = tuple(_compare_report(report, known.get(report.key)) for report in reports)
    known |= {report.key: report for report in compared if report.verdict.is_understood}
    verdict = _find_worst(report.verdict for report in compared)
    found = any(
        report.expects == Outcome.FOUND and report.verdict.is_understood for report in compared
    )
    proven = verdict.is_understood and found
    return SourceContact(
        source=source.name,
        kind=type(source).__name__,
        reader=source.version,
        at=at,
        verdict=verdict,
        proven_at=at if proven else before.proven_at if before else None,
        reports=compared,
        understood=tuple(known.values()),
    )


def _find_worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Pictures and the like may not have been asked for; where nothing was, that is the verdict."""
    order = list(Verdict)
    seen = sorted(verdicts, key=order.index)
    asked = [verdict for verdict in seen if verdict is not Verdict.NOT_ASKED]
    return next(iter((*asked, *seen)), Verdict.NOT_ASKED)


def group_by_verdict(contacts: Collection[SourceContact]) -> Mapping[Verdict, tuple[str, ...]]:
    return {
        verdict: names
        for verdict in Verdict
        if (names := tuple(c.source for c in contacts if c.verdict is verdict))
    }
