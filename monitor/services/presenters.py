"""Turning what is known into the lines of a letter: the one place where findings are disclosed."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.db.database import State
from monitor.db.events import Recorded
from monitor.db.sweeps import Course, SourceRun
from monitor.domain.detection import rules
from monitor.domain.detection.assessment import Assessment
from monitor.domain.evidence import Axis, Evidence, Label
from monitor.domain.failures import Failure, FailureGroup, fold_failures
from monitor.domain.flag import Flag, FlagKind, FlagState, Ruling, Severity
from monitor.domain.item import Item
from monitor.domain.source_trust import WITHHELD
from reports import labels as words
from reports.emails.sections import (
    AsideLine,
    ChangeLine,
    Coverage,
    DecidedLine,
    FlagLine,
    Gap,
    OwnLine,
    QuestionLine,
    WaitingLine,
)
from scrapers.models import Finding

WHAT = {
    FlagKind.IMPERSONATION: "This account may be pretending to be you.",
    FlagKind.STUDENT_LINK: "Your account seems to be linked to student accounts.",
    FlagKind.EXPOSED_CONTACT: "Private contact details appear next to your name.",
    FlagKind.OWN_ACCOUNT_CHANGED: "Your own account has changed. If it was not you, act now.",
}
OWN = frozenset({FlagKind.STUDENT_LINK, FlagKind.OWN_ACCOUNT_CHANGED})
# These speak of who sees a flag, or take another ruling back.
UNSPOKEN = frozenset({Ruling.SHARED, Ruling.REOPENED})
DECIDED = {
    FlagState.MINE: "It is yours",
    FlagState.NAMESAKE: "It is someone else with your name",
    FlagState.HARMLESS: "It is harmless",
    FlagState.IMPERSONATION: "It pretends to be you",
    FlagState.REPORTED: "It pretends to be you and was reported",
    FlagState.REMOVED: "It pretended to be you and was taken down",
    FlagState.REFUSED: "It pretends to be you, and the platform left it up",
    FlagState.STUDENT_LINK: "It is linked to students",
    FlagState.UNLINKED: "It was linked to students but no longer is",
    FlagState.EXPLAINED: "There is a good reason for it",
    FlagState.FAMILY: "They are family",
    FlagState.GONE: "They are gone: we looked twice, days apart",
}
UNFINISHED = frozenset({Course.ASKED, Course.LATE})
TAKEN_OVER = {Severity.HIGH: "Your own account may have been taken over."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    state: State

    def flag(self, flag: Flag) -> FlagLine:
        item = self.state.items.get(flag.item)
        what = WHAT[flag.kind]
        if flag.kind is FlagKind.OWN_ACCOUNT_CHANGED:
            what = TAKEN_OVER.get(flag.severity, what)
        # An own account is no news: what is seen there is.
        first_seen = flag.opened_at if flag.kind in OWN else item.first_seen
        return FlagLine(
            kind=words.FlagKind(flag.kind),
            severity=words.Severity(flag.severity),
            what=what,
            url=item.portrait.url,
            first_seen=first_seen,
            last_seen=max(first_seen, item.last_seen),
            ref=flag.ref,
            platform=item.portrait.platform,
            title="" if flag.kind is FlagKind.STUDENT_LINK else _title(item.portrait),
            reasons=flag.reasons,
            lowered_by=flag.lowered_by,
            earlier=self._earlier(flag),
            item=flag.item,
        )

    def _earlier(self, flag: Flag) -> str:
        """Say what was ruled before a change opened the flag again."""
        judgements = self.state.flags.judgements(flag.ref)
        said = [each for each in judgements if each.at < flag.opened_at]
        spoken = [each.ruling for each in said if each.ruling not in UNSPOKEN]
        return f"Earlier decision, before it changed: {spoken[-1]}." if spoken else ""

    def change(self, recorded: Recorded) -> ChangeLine:
        event = recorded.event
        item = self.state.items.get(event.item)
        label = self.state.items.label(event.item) or Label.UNKNOWN
        return ChangeLine(
            event=words.EventKind(event.kind),
            whose=words.Whose(label),
            url=recorded.url,
            at=event.at,
            ref=event.item,
            platform=item.portrait.platform,
            title=_title(item.portrait),
            fields=event.fields,
        )

    def question(self, item: Item) -> QuestionLine:
        assessment = self.state.items.assessment(item.ref)
        return QuestionLine(
            url=item.portrait.url,
            ref=item.ref,
            title=_title(item.portrait),
            platform=item.portrait.platform,
            snippet=item.portrait.bio or item.portrait.snippet,
            reasons=_reasons(assessment) if assessment else (),
        )

    def own(self, item: Item) -> OwnLine:
        return OwnLine(
            url=item.portrait.url,
            platform=item.portrait.platform,
            title=_title(item.portrait),
        )

    def waiting(self, flag: Flag) -> WaitingLine:
        portrait = self.state.items.get(flag.item).portrait
        return WaitingLine(
            kind=words.FlagKind(flag.kind),
            url=portrait.url,
            since=flag.notified_at or flag.opened_at,
            ref=flag.ref,
            platform=portrait.platform,
        )

    def decided(self, flag: Flag) -> DecidedLine | None:
        """Tell what others decided, and how what is pursued fares; one's own word needs no echo."""
        if flag.ruled_at is None or flag.undecided:
            return None
        by = self._decided_by(flag)
        if by == "You" and not flag.pursued:
            return None
        portrait = self.state.items.get(flag.item).portrait
        return DecidedLine(
            kind=words.FlagKind(flag.kind),
            url=portrait.url,
            what=DECIDED[flag.state],
            by=by,
            at=flag.ruled_at,
            ref=flag.ref,
            platform=portrait.platform,
        )

    def _decided_by(self, flag: Flag) -> str:
        """Say who had the last word; nobody had it where something ended by itself."""
        if flag.state is FlagState.GONE:
            return ""
        by = self.state.flags.judgements(flag.ref)[-1].by
        return "You" if by == flag.person else "IT"

    def aside(self, item: Item) -> AsideLine:
        assessment = self.state.items.assessment(item.ref)
        return AsideLine(
            url=item.portrait.url,
            reason=_against(assessment) if assessment else "",
            title=_title(item.portrait),
        )

    def coverage(self, runs: Iterable[SourceRun]) -> Coverage:
        known = tuple(runs)
        failures = tuple(
            Failure(
                source=run.source,
                outcome=run.course if run.course in UNFINISHED else run.outcome,
                since=run.since or run.at,
                note=run.note,
            )
            for run in known
            if run.course in UNFINISHED or not run.outcome.conclusive
        )
        gaps = tuple(gap_of(each) for each in fold_failures(failures, len(known)))
        withheld = tuple(run.source for run in known if run.note == WITHHELD)
        checked = len(known) - len(failures)
        return Coverage(checked=checked, total=len(known), gaps=gaps, withheld=withheld)


def gap_of(group: FailureGroup) -> Gap:
    return Gap(
        source=group.subject,
        outcome=words.GapKind(group.outcome),
        since=group.since,
        note=group.explanation,
        count=group.count,
    )


def speaking_for(assessment: Assessment) -> tuple[str, ...]:
    """Return what speaks for the person, strongest first."""
    return tuple(each.told for each in _told(assessment) if each.bits >= 0)


def speaking_against(assessment: Assessment) -> tuple[str, ...]:
    """Return what speaks for somebody else, strongest first."""
    return tuple(each.told for each in _told(assessment) if each.bits < 0)


def _reasons(assessment: Assessment) -> tuple[str, ...]:
    """Return what speaks for the person first; each half stands strongest first already."""
    return (*speaking_for(assessment), *speaking_against(assessment))


def _told(assessment: Assessment) -> tuple[Evidence, ...]:
    return tuple(each for each in assessment.evidence if not _unalike(each))


def _against(assessment: Assessment) -> str:
    """Say what best tells the other one apart; that there are others, only for want of it."""
    doubts = [each for each in assessment.evidence if each.bits < 0 and not _unalike(each)]
    told = [each.told for each in doubts if each.rule != rules.NAMESAKES.name]
    return next(iter((*told, *(each.told for each in doubts))), "")


def _unalike(each: Evidence) -> bool:
    """Tell whether it speaks against an imitation only, which does not tell whose it is."""
    return each.axis is Axis.IMITATION and each.bits < 0


def _title(portrait: Finding) -> str:
    """Add the handle only where the address does not show it."""
    handle = portrait.handle.removeprefix("@")
    if portrait.name and handle and handle.casefold() not in portrait.url.casefold():
        return f"{portrait.name} (@{handle})"
    return portrait.name or portrait.title or portrait.handle
