"""Turning what is known into the lines of a letter: the one place where findings are disclosed."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.domain.assessment import Label
from monitor.domain.flag import Flag, FlagKind, Severity
from monitor.domain.item import Item
from monitor.store.events import Recorded
from monitor.store.state import State
from monitor.store.sweeps import SourceRun
from reports import words
from reports.lines import (
    AsideLine,
    ChangeLine,
    Coverage,
    FlagLine,
    Gap,
    QuestionLine,
)
from scrapers.finding import Finding

WHAT = {
    FlagKind.IMPERSONATION: "This account may be pretending to be you.",
    FlagKind.STUDENT_LINK: "Your account looks linked to accounts of students.",
    FlagKind.EXPOSED_CONTACT: "Private contact details stand beside your name.",
    FlagKind.OWN_ACCOUNT_CHANGED: "Your own account has changed. If it was not you, act now.",
}
TAKEN_OVER = {Severity.HIGH: "Your own account may have been taken over."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    state: State

    def flag(self, flag: Flag) -> FlagLine:
        item = self.state.items.get(flag.item)
        what = WHAT[flag.kind]
        if flag.kind is FlagKind.OWN_ACCOUNT_CHANGED:
            what = TAKEN_OVER.get(flag.severity, what)
        return FlagLine(
            kind=words.FlagKind(flag.kind),
            severity=words.Severity(flag.severity),
            what=what,
            url=item.portrait.url,
            first_seen=item.first_seen,
            last_seen=item.last_seen,
            ref=flag.ref,
            platform=item.portrait.platform,
            title=_title(item.portrait),
            reasons=flag.reasons,
            lowered_by=flag.lowered_by,
        )

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
            reasons=assessment.reasons if assessment else (),
        )

    def aside(self, item: Item) -> AsideLine:
        assessment = self.state.items.assessment(item.ref)
        reasons = assessment.reasons if assessment else ()
        return AsideLine(
            url=item.portrait.url,
            reason=" ".join(reasons[:2]),
            title=_title(item.portrait),
        )

    def coverage(self, runs: Iterable[SourceRun]) -> Coverage:
        known = tuple(runs)
        gaps = tuple(
            Gap(
                source=run.source,
                outcome=words.GapKind(run.outcome),
                since=run.since or run.at,
                note=run.note,
            )
            for run in known
            if not run.outcome.conclusive
        )
        return Coverage(checked=len(known) - len(gaps), total=len(known), gaps=gaps)


def _title(portrait: Finding) -> str:
    if portrait.name and portrait.handle:
        return f"{portrait.name} (@{portrait.handle.removeprefix('@')})"
    return portrait.name or portrait.title or portrait.handle
