"""Ask now: one person's self-check, or a sweep of everybody.

The process that holds the state folder does the work. Progress and results say that a source
answered, never what it said.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

import click
from rich.live import Live
from rich.table import Table
from rich.text import Text

from monitor.cli.context import Desk, Output, as_json, inert, pass_desk
from monitor.db.files import StateLock
from monitor.db.sweeps import CanaryCheck, RunRequest, SourceRun, Sweep, SweepKind
from monitor.domain.failures import Failure, fold_failures
from monitor.errors import BusyError, NotPermittedError, UnavailableError
from monitor.scheduler.daemon import Doorbell
from monitor.service import Service
from monitor.services.ports import Watch, unwatched
from monitor.services.sweeps import Stage
from scrapers.http.clock import Clock
from scrapers.models import Outcome

COLUMNS = 4
MARKS: Mapping[str, str] = {
    Stage.WAITING: "·",
    Stage.TESTING: "→",
    Stage.ASKING: "→",
    Stage.DONE: "✓",
    Stage.STOPPED: "✗",
    Stage.BLOCKED: "✗",
    Stage.DOUBTED: "✗",
}


@contextmanager
def display(output: Output) -> Iterator[Watch]:
    if not output.console.is_terminal:
        yield unwatched
        return
    states: dict[str, str] = {}
    with Live(console=output.console, transient=True, refresh_per_second=8) as live:

        def watch(source: str, state: str) -> None:
            states[source] = state
            live.update(laid_out(states))

        yield watch


def laid_out(states: Mapping[str, str]) -> Table:
    """Lay the sources out in columns, so that sixty fit on a screen."""
    counts = Counter(states.values())
    grid = Table.grid(padding=(0, 3))
    grid.title = Text(", ".join(f"{counts[each]} {each}" for each in MARKS if counts[each]))
    marked = ((MARKS.get(state, "·"), source) for source, state in sorted(states.items()))
    cells = [Text(f"{mark} {inert(source)}") for mark, source in marked]
    for start in range(0, len(cells), COLUMNS):
        grid.add_row(*cells[start : start + COLUMNS])
    return grid


POLL_SECONDS = 0.5
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# The service looks every 20 seconds, and at once when it is woken.
PICKED_UP_WITHIN = 5 * MINUTE
# A sweep should be over after half a day, and says so in the letters where it is not.
FINISHED_WITHIN: Mapping[SweepKind, timedelta] = {
    SweepKind.SELFCHECK: HOUR,
    SweepKind.CANARIES: HOUR,
    SweepKind.SWEEP: 24 * HOUR,
}
WANTED: Mapping[SweepKind, str] = {
    SweepKind.SELFCHECK: "check this person",
    SweepKind.CANARIES: "test the sources",
    SweepKind.SWEEP: "run the sweep",
}


@dataclass(slots=True)
class Waiting:
    """The wait of a command for whoever holds the folder: it says for what, and has an end."""

    clock: Clock
    service: Service
    request: RunRequest
    _begun: bool = False
    _ahead: int = 0
    _latest: float = 0.0
    _until: float = 0.0

    def begin(self) -> None:
        _say(
            "Another Namesake process is using the state folder. "
            f"Waiting for it to {WANTED[self.request.kind]}."
        )
        self._latest = self.clock.monotonic() + FINISHED_WITHIN[self.request.kind].total_seconds()
        self._until = self._pick_up_by

    def go_on(self) -> None:
        """Wait a moment; raise UnavailableError where the wait has lasted too long."""
        requests = self.service.state.requests
        ahead = requests.checks_before(self.request)
        if not self._begun and requests.progress(self.request.ref):
            self._begun = True
            allowed = FINISHED_WITHIN[self.request.kind]
            self._until = self.clock.monotonic() + allowed.total_seconds()
            _say("It has started.")
        elif not self._begun and (ahead != self._ahead or self._other_sweep):
            self._ahead = ahead
            self._until = self._pick_up_by
        if self.clock.monotonic() >= self._until:
            raise UnavailableError(self._given_up())
        self.clock.sleep(POLL_SECONDS)

    @property
    def _pick_up_by(self) -> float:
        return min(self.clock.monotonic() + PICKED_UP_WITHIN.total_seconds(), self._latest)

    @property
    def _other_sweep(self) -> bool:
        """Tell whether a sweep is under way, which another one has to wait for."""
        kind = self.request.kind
        return kind is SweepKind.SWEEP and any(
            each.kind is kind for each in self.service.state.sweeps.open()
        )

    def _given_up(self) -> str:
        if self._begun:
            hours = FINISHED_WITHIN[self.request.kind] // HOUR
            return (
                f"The service did not finish this within {hours} hour{'s' if hours > 1 else ''}. "
                "It is still working on it. See `namesake jobs`."
            )
        self.service.state.requests.remove(self.request.ref)
        return "The service did not pick this up. The request was canceled. See `namesake jobs`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Something that a command wants asked, and the request by which others learn of it."""

    desk: Desk
    service: Service
    request: RunRequest

    @classmethod
    def of(cls, desk: Desk, service: Service, kind: SweepKind) -> Self:
        """Want something of that kind now, about everybody or everything."""
        request = RunRequest(ref=service.new_ref(), kind=kind, asked_at=service.now())
        return cls(desk=desk, service=service, request=request)

    def about(self, *, person: str = "", source: str = "") -> Self:
        return replace(self, request=replace(self.request, person=person, source=source))

    def run(self, here: Callable[[Watch], object]) -> None:
        """Do it here; or, while another holds the folder, ask them to and look on."""
        lock = StateLock(self.desk.config.state)
        if _taken(lock):
            with display(self.desk.output) as watch:
                self._here(lock, lambda: here(watch))
            return
        self.service.state.requests.add(self.request)
        Doorbell(self.desk.config.state).ring()
        waiting = Waiting(self.desk.outside.clock, self.service, self.request)
        waiting.begin()
        with display(self.desk.output) as watch:
            while not self._served(watch):
                # They may end before they come to it, and then nobody would.
                if _taken(lock):
                    self._here(lock, lambda: self._instead(here, watch))
                    return
                waiting.go_on()
        self._see_that_it_was_done()

    def _here(self, lock: StateLock, work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            lock.release()

    def _see_that_it_was_done(self) -> None:
        known = self.service.state.requests.get(self.request.ref)
        if known is not None and known.note:
            raise UnavailableError(known.note)

    def _instead(self, here: Callable[[Watch], object], watch: Watch) -> None:
        if not self._served(watch):
            self.service.state.requests.remove(self.request.ref)
            here(watch)

    def _served(self, watch: Watch) -> bool:
        requests = self.service.state.requests
        for source, state in requests.progress(self.request.ref).items():
            watch(source, state)
        known = requests.get(self.request.ref)
        return known is None or known.done_at is not None


def asked(desk: Desk, service: Service, kind: SweepKind, person: str = "") -> Sweep:
    """Run a sweep, or the self-check of one person, to its end."""

    def here(watch: Watch) -> None:
        rounds = service.rounds
        rounds.begin()
        if person:
            rounds.check(person, watch)
        else:
            rounds.sweep(watch)
        rounds.write()

    Asking.of(desk, service, kind).about(person=person).run(here)
    latest = service.state.sweeps.latest(kind, person)
    if latest is None:
        reason = "The service did not pick this up. See `namesake jobs`."
        raise UnavailableError(reason)
    return latest


def tried(desk: Desk, service: Service, source: str = "") -> tuple[CanaryCheck, ...]:
    """Ask the canaries of one source, or of all; what was cut short is left out."""
    began = service.now()

    def here(watch: Watch) -> None:
        service.rounds.begin()
        service.canaries.ask(source, watch)

    Asking.of(desk, service, SweepKind.CANARIES).about(source=source).run(here)
    checks = service.state.canary_checks.since(began)
    return tuple(each for each in checks if source in {"", each.source})


def _taken(lock: StateLock) -> bool:
    try:
        lock.acquire()
    except BusyError:
        return False
    return True


def _say(sentence: str) -> None:
    """Say it beside the output, which may be read by a program."""
    click.echo(f"namesake: {sentence}", err=True)


# In a check of one person, found or absent would tell what exists about them.
CHECKED = "checked"


def told(outcome: Outcome) -> str:
    """Say what went wrong with the visits, or merely that nothing did."""
    return CHECKED if outcome.conclusive else outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """`since` is when the source stopped being checkable, None while it could be checked."""

    source: str
    outcome: str
    since: datetime | None
    note: str

    @classmethod
    def of(cls, run: SourceRun) -> Self:
        return cls(source=run.source, outcome=told(run.outcome), since=run.since, note=run.note)


@click.command()
@click.argument("person")
@as_json
@pass_desk
def check(desk: Desk, person: str, *, as_json: bool) -> None:
    """Check one person now. Only that person receives the result, by email."""
    with desk.service() as service:
        service.state.people.get(person)
        if not service.state.consents.asks(person, service.now()):
            reason = "Consent has expired or is paused; no search was run."
            raise NotPermittedError(reason)
        service.state.audit.append(service.now(), "operator", "asked-check", person, {})
        done = asked(desk, service, SweepKind.SELFCHECK, person)
        _tell(desk, service, done, as_json=as_json)


@click.command()
@click.option("--dry-run", is_flag=True, help="Count the queries. Send none.")
@as_json
@pass_desk
def sweep(desk: Desk, *, dry_run: bool, as_json: bool) -> None:
    """Run this week's sweep for everyone with consent. Resumes a sweep that was interrupted."""
    with desk.service() as service:
        if dry_run:
            _tell_plan(desk, service, as_json=as_json)
            return
        done = asked(desk, service, SweepKind.SWEEP)
        _tell(desk, service, done, as_json=as_json)


def _tell(desk: Desk, service: Service, sweep: Sweep, *, as_json: bool) -> None:
    """Tell the operator how it went, and nothing of what was found."""
    runs = service.state.sweeps.runs(sweep.ref)
    if as_json:
        desk.output.json({"sweep": sweep, "coverage": [Covered.of(run) for run in runs]})
        return
    checked = sum(1 for run in runs if run.outcome.conclusive)
    if sweep.closed_at is None:
        desk.output.say("Stopped before the end. The next start resumes it.")
    desk.output.say(f"{checked} of {len(runs)} sources checked.")
    failures = (
        Failure(source=run.source, outcome=run.outcome, since=run.since or run.at, note=run.note)
        for run in runs
        if not run.outcome.conclusive
    )
    groups = fold_failures(failures, len(runs))
    if groups:
        desk.output.table(
            ("not checked", "reason", "since", "note"),
            ((each.subject, each.outcome, each.since, each.explanation) for each in groups),
        )


def _tell_plan(desk: Desk, service: Service, *, as_json: bool) -> None:
    counts = Counter(query.source for query in service.rounds.planned())
    people = len(service.state.consents.asking(service.now()))
    if as_json:
        desk.output.json({"people": people, "questions": counts})
        return
    desk.output.table(("source", "queries"), sorted(counts.items()))
    desk.output.say(f"{counts.total()} queries about {people} people. Nothing was sent.")
