"""Ask now: one person's self-check, or a sweep of everyone.

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

from monitor.app import App
from monitor.cli.context import CliContext, Output, escape_controls, json_option, pass_cli_context
from monitor.db.files import StateFolderLock
from monitor.db.sweeps import CanaryCheck, RunRequest, SourceRun, Sweep
from monitor.domain.errors import BusyError, NotPermittedError, UnavailableError
from monitor.domain.failures import SourceFailure, fold_failures
from monitor.domain.vocabulary import SourceStage, SweepKind
from monitor.scheduler.daemon import WakeSocket
from monitor.services.job_kinds import preview_sweep, run_full_sweep, run_self_check
from monitor.services.jobs import run_mail_and_cleanup, run_upkeep, take_over_jobs
from monitor.services.sweeps import ProgressListener, ignore_progress, run_canaries
from reports.labels import REQUESTED_RUNS
from scrapers.http.clock import Clock
from scrapers.models import Outcome

COLUMNS = 4
STAGE_MARKS: Mapping[str, str] = {
    SourceStage.WAITING: "·",
    SourceStage.TESTING: "→",
    SourceStage.ASKING: "→",
    SourceStage.DONE: "✓",
    SourceStage.STOPPED: "✗",
    SourceStage.BLOCKED: "✗",
    SourceStage.DOUBTED: "✗",
}


@contextmanager
def show_progress(
    output: Output, listener: ProgressListener = ignore_progress
) -> Iterator[ProgressListener]:
    """Show it on a terminal; `listener` gets it in any case."""
    if not output.is_terminal:
        yield listener
        return
    states: dict[str, str] = {}
    with Live(console=output.console, transient=True, refresh_per_second=8) as live:

        def show_source_state(source: str, state: str) -> None:
            listener(source, state)
            states[source] = state
            live.update(build_progress_table(states))

        yield show_source_state


def build_progress_table(states: Mapping[str, str]) -> Table:
    """Lay the sources out in columns, so that sixty fit on a screen."""
    counts = Counter(states.values())
    grid = Table.grid(padding=(0, 3))
    grid.title = Text(", ".join(f"{counts[each]} {each}" for each in STAGE_MARKS if counts[each]))
    marked = ((STAGE_MARKS.get(state, "·"), source) for source, state in sorted(states.items()))
    cells = [Text(f"{mark} {escape_controls(source)}") for mark, source in marked]
    for start in range(0, len(cells), COLUMNS):
        grid.add_row(*cells[start : start + COLUMNS])
    return grid


POLL_SECONDS = 0.5
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# The service looks every 20 seconds, and at once when it is woken.
PICKED_UP_WITHIN = 5 * MINUTE
# A sweep should finish within half a day; otherwise the emails say that it did not.
FINISHED_WITHIN: Mapping[SweepKind, timedelta] = {
    SweepKind.SELFCHECK: HOUR,
    SweepKind.CANARIES: HOUR,
    SweepKind.SWEEP: 24 * HOUR,
}


@dataclass(slots=True)
class RequestWait:
    """Wait for the process that uses the folder: say for what, and stop at a deadline."""

    clock: Clock
    app: App
    request: RunRequest
    _has_started: bool = False
    _checks_ahead: int = 0
    _latest_deadline: float = 0.0
    _deadline: float = 0.0

    def announce_wait(self) -> None:
        _print_status(
            "Another Namesake process is using the state folder. "
            f"Waiting for it to {REQUESTED_RUNS[self.request.kind]}."
        )
        self._latest_deadline = (
            self.clock.monotonic() + FINISHED_WITHIN[self.request.kind].total_seconds()
        )
        self._deadline = self._pick_up_deadline

    def wait_once(self) -> None:
        """Wait a moment; raise UnavailableError where the wait has lasted too long."""
        requests = self.app.db.run_requests
        ahead = requests.count_checks_before(self.request)
        if not self._has_started and requests.load_progress(self.request.id):
            self._has_started = True
            allowed = FINISHED_WITHIN[self.request.kind]
            self._deadline = self.clock.monotonic() + allowed.total_seconds()
            _print_status("It has started.")
        elif not self._has_started and (ahead != self._checks_ahead or self._is_sweep_running):
            self._checks_ahead = ahead
            self._deadline = self._pick_up_deadline
        if self.clock.monotonic() >= self._deadline:
            raise UnavailableError(self._give_up())
        self.clock.sleep(POLL_SECONDS)

    @property
    def _pick_up_deadline(self) -> float:
        return min(self.clock.monotonic() + PICKED_UP_WITHIN.total_seconds(), self._latest_deadline)

    @property
    def _is_sweep_running(self) -> bool:
        """Tell whether a sweep is under way, which another one has to wait for."""
        kind = self.request.kind
        return kind is SweepKind.SWEEP and any(
            each.kind is kind for each in self.app.db.sweeps.list_open_sweeps()
        )

    def _give_up(self) -> str:
        if self._has_started:
            hours = FINISHED_WITHIN[self.request.kind] // HOUR
            return (
                f"The service did not finish this within {hours} hour{'s' if hours > 1 else ''}. "
                "It is still working on it. See `namesake jobs`."
            )
        self.app.db.run_requests.delete_run_request(self.request.id)
        return "The service did not pick this up. The request was canceled. See `namesake jobs`."


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRunner:
    """Something that a command wants asked, and the request by which others learn of it."""

    context: CliContext
    app: App
    request: RunRequest
    listener: ProgressListener = ignore_progress

    @classmethod
    def create_request(cls, context: CliContext, app: App, kind: SweepKind) -> Self:
        """Want something of that kind now, about everyone or everything."""
        request = RunRequest(id=app.ids.new_id(), kind=kind, asked_at=app.clock.now())
        return cls(context=context, app=app, request=request)

    def narrow_to(self, *, person_id: str = "", source: str = "") -> Self:
        return replace(self, request=replace(self.request, person_id=person_id, source=source))

    def run_or_delegate(self, work: Callable[[ProgressListener], object]) -> None:
        """Do it here; or, while another holds the folder, ask them to and look on."""
        lock = StateFolderLock(self.context.config.state)
        if try_lock(lock):
            with show_progress(self.context.output, self.listener) as watch:
                self._run_locked(lock, lambda: work(watch))
            return
        self.app.db.run_requests.insert_run_request(self.request)
        WakeSocket(self.context.config.state).wake_daemon()
        waiting = RequestWait(self.context.environment.clock, self.app, self.request)
        waiting.announce_wait()
        with show_progress(self.context.output, self.listener) as watch:
            while not self._is_served(watch):
                # They may end before they reach it, and then no process would.
                if try_lock(lock):
                    self._run_locked(lock, lambda: self._run_if_unserved(work, watch))
                    return
                waiting.wait_once()
        self._check_completed()

    def _run_locked(self, lock: StateFolderLock, work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            lock.release()

    def _check_completed(self) -> None:
        request = self.app.db.run_requests.find_run_request(self.request.id)
        if request is not None and request.note:
            raise UnavailableError(request.note)

    def _run_if_unserved(
        self, work: Callable[[ProgressListener], object], watch: ProgressListener
    ) -> None:
        if not self._is_served(watch):
            self.app.db.run_requests.delete_run_request(self.request.id)
            work(watch)

    def _is_served(self, watch: ProgressListener) -> bool:
        requests = self.app.db.run_requests
        for source, state in requests.load_progress(self.request.id).items():
            watch(source, state)
        request = requests.find_run_request(self.request.id)
        return request is None or request.done_at is not None


def run_sweep_now(
    context: CliContext,
    app: App,
    kind: SweepKind,
    person_id: str = "",
    listener: ProgressListener = ignore_progress,
) -> Sweep:
    """Run a sweep, or the self-check of one person, to its end."""

    def run_here(watch: ProgressListener) -> None:
        rounds = app
        take_over_jobs(rounds)
        if person_id:
            run_self_check(rounds, person_id, watch)
        else:
            run_full_sweep(rounds, watch)
        run_mail_and_cleanup(rounds)
        run_upkeep(rounds)

    runner = RequestRunner.create_request(context, app, kind).narrow_to(person_id=person_id)
    replace(runner, listener=listener).run_or_delegate(run_here)
    latest = app.db.sweeps.find_latest_sweep(kind, person_id)
    if latest is None:
        reason = "The service did not pick this up. See `namesake jobs`."
        raise UnavailableError(reason)
    return latest


def run_self_tests_now(context: CliContext, app: App, source: str = "") -> tuple[CanaryCheck, ...]:
    """Ask the canaries of one source, or of all; what was cut short is left out."""
    began = app.clock.now()

    def run_here(watch: ProgressListener) -> None:
        take_over_jobs(app)
        run_canaries(app, source, watch)

    RequestRunner.create_request(context, app, SweepKind.CANARIES).narrow_to(
        source=source
    ).run_or_delegate(run_here)
    checks = app.db.canary_checks.list_canary_checks_since(began)
    return tuple(each for each in checks if source in {"", each.source})


def try_lock(lock: StateFolderLock) -> bool:
    try:
        lock.acquire()
    except BusyError:
        return False
    return True


def _print_status(sentence: str) -> None:
    """Say it beside the output, which may be read by a program."""
    click.echo(f"namesake: {sentence}", err=True)


# In a check of one person, found or absent would tell what exists about them.
CHECKED = "checked"


def describe_outcome(outcome: Outcome) -> str:
    """Say what went wrong with the visits, or merely that nothing did."""
    return CHECKED if outcome.is_conclusive else outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """`since` is when the source stopped being checkable, None while it could be checked."""

    source: str
    outcome: str
    since: datetime | None
    note: str

    @classmethod
    def from_run(cls, run: SourceRun) -> Self:
        return cls(
            source=run.source, outcome=describe_outcome(run.outcome), since=run.since, note=run.note
        )


@click.command()
@click.argument("person")
@json_option
@pass_cli_context
def check(context: CliContext, person: str, *, as_json: bool) -> None:
    """Check one person now. Only that person receives the result, by email."""
    with context.open_app() as app:
        app.db.people.load_person(person)
        if not app.db.consents.can_query_person(person, app.clock.now()):
            reason = "Consent has expired or is paused; no search was run."
            raise NotPermittedError(reason)
        app.db.audit.append_entry(app.clock.now(), "operator", "check-requested", person, {})
        done = run_sweep_now(context, app, SweepKind.SELFCHECK, person)
        print_sweep(context, app, done, as_json=as_json)


@click.command()
@click.option("--dry-run", is_flag=True, help="Count the queries. Send none.")
@json_option
@pass_cli_context
def sweep(context: CliContext, *, dry_run: bool, as_json: bool) -> None:
    """Run this week's sweep for everyone with consent. Resumes a sweep that was interrupted."""
    with context.open_app() as app:
        if dry_run:
            _print_plan(context, app, as_json=as_json)
            return
        done = run_sweep_now(context, app, SweepKind.SWEEP)
        print_sweep(context, app, done, as_json=as_json)


def print_sweep(context: CliContext, app: App, sweep: Sweep, *, as_json: bool) -> None:
    """Tell the operator how it went, and nothing of what was found."""
    runs = app.db.sweeps.list_source_runs(sweep.id)
    if as_json:
        context.output.print_json(
            {"sweep": sweep, "coverage": [CoverageRow.from_run(run) for run in runs]}
        )
        return
    checked = sum(1 for run in runs if run.outcome.is_conclusive)
    if sweep.closed_at is None:
        context.output.print_line("Stopped before the end. The next start resumes it.")
    context.output.print_line(f"{checked} of {len(runs)} sources checked.")
    failures = (
        SourceFailure(
            source=run.source, outcome=run.outcome, since=run.since or run.at, note=run.note
        )
        for run in runs
        if not run.outcome.is_conclusive
    )
    groups = fold_failures(failures, len(runs))
    if groups:
        context.output.print_table(
            ("not checked", "reason", "since", "note"),
            ((each.subject, each.outcome, each.since, each.explanation) for each in groups),
        )


def _print_plan(context: CliContext, app: App, *, as_json: bool) -> None:
    counts = Counter(query.source for query in preview_sweep(app))
    people = len(app.db.consents.list_queryable_person_ids(app.clock.now()))
    if as_json:
        context.output.print_json({"people": people, "questions": counts})
        return
    context.output.print_table(("source", "queries"), sorted(counts.items()))
    context.output.print_line(f"{counts.total()} queries about {people} people. Nothing was sent.")
