"""A check that a person asks for at the portal: asked by whoever may use the network."""

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace

from monitor.db.database import State
from monitor.db.events import Recorded
from monitor.db.sweeps import RunRequest, Sweep, SweepKind
from monitor.domain.events import EventKind
from monitor.domain.evidence import Label
from monitor.domain.schedule import HEARD_WITHIN, next_check
from monitor.errors import NotPermittedError, TooSoonError
from monitor.services.digests import SOMEBODY_ELSE
from monitor.services.findings import title_of
from monitor.services.ports import NewRef, Now
from monitor.services.presenters import Telling
from reports.emails.sections import ChangeLine
from reports.pages.check import CheckState, CheckView, FoundLine, SourceLine, SourceState
from scrapers.models import Finding

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking:
    """The service works alone, and is to be woken; here it is only asked, and looked on at."""

    state: State
    telling: Telling
    now: Now
    new_ref: NewRef

    def ask(self, ref: str) -> None:
        """Ask for a check now; one that is under way already is not asked for twice."""
        now = self.now()
        if not self.state.consents.asks(ref, now):
            reason = "Your consent has ended or is paused, so we cannot search for you."
            raise NotPermittedError(reason)
        with self.state.write():
            if self._waiting(ref) is None:
                self._refuse_too_soon(ref)
                self.state.requests.add(
                    RunRequest(
                        ref=self.new_ref(), kind=SweepKind.SELFCHECK, asked_at=now, person=ref
                    )
                )
                self.state.audit.append(now, ref, "asked-check", ref, {})

    def view(self, ref: str, refused: str = "") -> CheckView:
        """Show the check that is under way, else what the last one came to.

        `refused` is why another one was refused just now.
        """
        return replace(self._view(ref), refused=refused)

    def _view(self, ref: str) -> CheckView:
        zone = self.state.people.get(ref).zone
        request = self._waiting(ref)
        if request is not None:
            return self._under_way(request, zone)
        sweep = self.state.sweeps.latest(SweepKind.SELFCHECK, ref)
        if sweep is None or sweep.closed_at is None:
            return CheckView(state=CheckState.NEVER, zone=zone)
        return self._ended(sweep, zone)

    def _waiting(self, ref: str) -> RunRequest | None:
        latest = self.state.requests.latest_of(ref)
        return latest if latest is not None and latest.done_at is None else None

    def _refuse_too_soon(self, ref: str) -> None:
        last = self.state.sweeps.latest(SweepKind.SELFCHECK, ref)
        if last and last.closed_at and next_check(last.closed_at, self.now()):
            reason = "You had a check within the last hour. The page says when you can check again."
            raise TooSoonError(reason)

    def _under_way(self, request: RunRequest, zone: str) -> CheckView:
        progress = self.state.requests.progress(request.ref)
        sweep, now = self._running(request), self.now()
        believed = {name for name, state in progress.items() if SourceState(state).believed}
        findings = tuple(self._so_far(sweep, believed)) if sweep else ()
        found = Counter(source for source, _ in findings)
        answers = self.state.journal.answers(sweep.ref, sweep.person) if sweep else {}
        return CheckView(
            state=CheckState.RUNNING if progress else CheckState.WAITING,
            zone=zone,
            asked_at=request.asked_at,
            seconds=int((now - request.asked_at).total_seconds()),
            ahead=0 if progress else self.state.requests.checks_before(request),
            sources=tuple(
                SourceLine(
                    source=source,
                    state=SourceState(state),
                    answers=answers.get(source, 0),
                    found=found[source],
                )
                for source, state in progress.items()
            ),
            found=tuple(_found(source, each) for source, each in findings[:MOST_SHOWN]),
            more=max(len(findings) - MOST_SHOWN, 0),
            answers=self.state.journal.count(sweep.ref) if sweep else 0,
            judged=len(self.state.sweeps.runs(sweep.ref)) if sweep else 0,
            unheard=not progress and now - request.asked_at > HEARD_WITHIN,
        )

    def _running(self, request: RunRequest) -> Sweep | None:
        sweep = self.state.sweeps.latest(SweepKind.SELFCHECK, request.person)
        return None if sweep is None or sweep.closed_at is not None else sweep

    def _so_far(self, sweep: Sweep, believed: Container[str]) -> Iterator[tuple[str, Finding]]:
        """Yield what was read so far, each trace once, by the source that showed it first."""
        met: set[str] = set()
        for staged in self.state.journal.showing(sweep.ref, sweep.person):
            source = staged.visit.query.source
            for finding in staged.visit.reading.findings:
                if source in believed and finding.key not in met:
                    met.add(finding.key)
                    yield source, finding

    def _ended(self, sweep: Sweep, zone: str) -> CheckView:
        ended = sweep.closed_at or sweep.started_at
        items = self.state.items.of(sweep.person)
        unknown = (each for each in items if self._asks(each.ref))
        flags = self.state.flags.of_person(sweep.person)
        return CheckView(
            state=CheckState.ENDED,
            zone=zone,
            asked_at=sweep.started_at,
            ended_at=ended,
            next_at=next_check(ended, self.now()),
            coverage=self.telling.coverage(self.state.sweeps.runs(sweep.ref)),
            changes=tuple(self._changes(sweep)),
            first=all(item.first_seen >= sweep.started_at for item in items),
            to_sort=sum(1 for _ in unknown),
            flags=sum(1 for flag in flags if flag.undecided),
        )

    def _asks(self, item: str) -> bool:
        label = self.state.items.label(item) or Label.UNKNOWN
        return label is Label.UNKNOWN and self.state.items.verdict(item) is None

    def _changes(self, sweep: Sweep) -> Iterator[ChangeLine]:
        for each in self.state.events.of_sweep(sweep.ref):
            label = self.state.items.label(each.event.item) or Label.UNKNOWN
            if label not in SOMEBODY_ELSE and _tells(each):
                yield self.telling.change(each)


def _tells(recorded: Recorded) -> bool:
    return recorded.event.kind is not EventKind.FLAPPING


def _found(source: str, finding: Finding) -> FoundLine:
    return FoundLine(title=title_of(finding), url=finding.url, source=source)
