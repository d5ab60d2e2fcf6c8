"""Check now: one person's self-check, or a sweep of everyone.

The service does the work, and the command watches it. Progress and results say that a source
answered, never what it said.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import click
from rich.live import Live
from rich.table import Table
from rich.text import Text

from monitor.app import App
from monitor.cli.context import CliContext, Output, escape_controls
from monitor.db.jobs import Job, build_request
from monitor.db.state_folder_lock import StateFolderLock
from monitor.db.sweeps import CanaryCheck, Sweep
from monitor.domain.errors import NotPermittedError, UnavailableError
from monitor.domain.source_failures import SourceFailure, fold_failures
from monitor.domain.vocabulary import SourceStage, SweepKind
from monitor.scheduler.daemon import WakeSocket
from monitor.services.clock_check import describe_wait
from monitor.services.job_kinds import CANARIES, SWEEP, JobQueue, find_job_queue
from monitor.services.self_check import SELF_CHECK
from monitor.services.sweeps import ProgressListener, ignore_progress
from reports.labels.office import REQUESTED_RUNS
from reports.reason_rendering import render_note, render_phrase
from scrapers.http.clock import Clock
from scrapers.models import Outcome
from scrapers.source_discovery import discover_built_in_sources

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
def show_progress(output: Output) -> Iterator[ProgressListener]:
    """Show it on a terminal, and nowhere else."""
    if not output.is_terminal:
        yield ignore_progress
        return
    states: dict[str, str] = {}
    with Live(console=output.console, transient=True, refresh_per_second=8) as live:

        def show_source_state(source: str, state: str) -> None:
            states[source] = state
            live.update(build_progress_table(states))

        yield show_source_state


def build_progress_table(states: Mapping[str, str]) -> Table:
    """Lay the sources out in columns, so that sixty fit on a screen."""
    counts = Counter(states.values())
    grid = Table.grid(padding=(0, 3))
    grid.title = Text(", ".join(f"{counts[mark]} {mark}" for mark in STAGE_MARKS if counts[mark]))
    marked = ((STAGE_MARKS.get(state, "·"), source) for source, state in sorted(states.items()))
    cells = [Text(f"{mark} {escape_controls(source)}") for mark, source in marked]
    for start in range(0, len(cells), COLUMNS):
        grid.add_row(*cells[start : start + COLUMNS])
    return grid


POLL_SECONDS = 0.5
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# The service looks every 20 seconds, and at once when it is woken.
PICKED_UP_WITHIN = 5 * MINUTE
# systemd starts a service that has ended again within seconds.
BACK_WITHIN = 2 * MINUTE
# A sweep should finish within half a day; otherwise the emails say that it did not.
FINISHED_WITHIN: Mapping[JobQueue | None, timedelta] = {
    JobQueue.CHECKS: HOUR,
    JobQueue.SWEEPS: 24 * HOUR,
}
NOT_RUNNING = (
    "The service, which runs all searches, is not running. Start it with `systemctl start "
    "namesake` or `namesake run`, and try again."
)
IT_STAYS = "Your request is saved: the service does it once when it runs again."


@dataclass(slots=True)
class RequestWait:
    """Wait for the service to do what was requested: say for what, and stop at a deadline."""

    clock: Clock
    app: App
    request: Job
    _has_started: bool = False
    _checks_ahead: int = 0
    _latest_deadline: float = 0.0
    _deadline: float = 0.0
    _gone_at: float | None = None

    def announce_wait(self, *, is_known: bool) -> None:
        known = " It was already requested." if is_known else ""
        print_status(f"Waiting for the service to {REQUESTED_RUNS[self.request.name]}.{known}")
        self._latest_deadline = self.clock.monotonic() + self._allowed.total_seconds()
        self._deadline = self._pick_up_deadline

    def wait_once(self) -> None:
        """Wait a moment; raise UnavailableError where the wait has lasted too long."""
        requests = self.app.db.jobs
        ahead = requests.count_checks_before(self.request)
        if not self._has_started and requests.load_progress(self.request.subject):
            self._has_started = True
            self._deadline = self.clock.monotonic() + self._allowed.total_seconds()
            print_status("It has started.")
        elif not self._has_started and (ahead != self._checks_ahead or self._is_sweep_running):
            self._checks_ahead = ahead
            self._deadline = self._pick_up_deadline
        now = self.clock.monotonic()
        if is_service_running(self.app):
            if self._gone_at is not None:
                print_status("The service is back.")
                self._gone_at = None
                self._deadline = max(self._deadline, self._pick_up_deadline)
        elif self._gone_at is None:
            self._gone_at = now
            minutes = BACK_WITHIN // MINUTE
            print_status(f"The service has stopped. {IT_STAYS} Waiting {minutes} minutes for it.")
        elif now - self._gone_at >= BACK_WITHIN.total_seconds():
            raise UnavailableError(f"The service did not come back. {IT_STAYS}")
        if self.clock.monotonic() >= self._deadline:
            raise UnavailableError(self._give_up())
        self.clock.sleep(POLL_SECONDS)

    @property
    def _allowed(self) -> timedelta:
        return FINISHED_WITHIN[find_job_queue(self.request.name)]

    @property
    def _pick_up_deadline(self) -> float:
        return min(self.clock.monotonic() + PICKED_UP_WITHIN.total_seconds(), self._latest_deadline)

    @property
    def _is_sweep_running(self) -> bool:
        """Tell whether a sweep is under way, which another one has to wait for."""
        return find_job_queue(self.request.name) is JobQueue.SWEEPS and any(
            open_sweep.kind is SweepKind.SWEEP
            for open_sweep in self.app.db.sweeps.list_open_sweeps()
        )

    def _give_up(self) -> str:
        if self._has_started:
            hours = self._allowed // HOUR
            return (
                f"The service did not finish this within {hours} hour{'s' if hours > 1 else ''}. "
                "It is still working on it. See `namesake status --jobs`."
            )
        return (
            "The service has not started this yet. Your request is saved, and will be done in its "
            "turn. See `namesake status --jobs`."
        )


def is_service_running(app: App) -> bool:
    return StateFolderLock(app.config.state).is_locked()


def require_service(app: App) -> None:
    """Raise UnavailableError where no service would do what a command wants."""
    if reason := describe_wait(app):
        raise UnavailableError(reason)
    if not is_service_running(app):
        raise UnavailableError(NOT_RUNNING)


def request_run(context: CliContext, app: App, wanted: Job) -> Job:
    """Have the service do it, and look on until it is done; return the request.

    It is there to stay, whatever becomes of the service and of who waits; whoever wants the same
    meanwhile waits for the same. Raises UnavailableError if no service runs, or the wait is over.
    """
    require_service(app)
    request = app.db.jobs.find_or_insert_request(wanted)
    WakeSocket(app.config.state).wake_daemon()
    waiting = RequestWait(context.environment.clock, app, request)
    waiting.announce_wait(is_known=request.subject != wanted.subject)
    with show_progress(context.output) as watch:
        while not _is_served(app, request, watch):
            waiting.wait_once()
    served = app.db.jobs.find_request(request.subject)
    if served is not None and served.note:
        raise UnavailableError(served.note)
    return request


def _is_served(app: App, request: Job, watch: ProgressListener) -> bool:
    for source, state in app.db.jobs.load_progress(request.subject).items():
        watch(source, state)
    found = app.db.jobs.find_request(request.subject)
    return found is None or found.done_at is not None


def new_request(app: App, name: str, person_id: str = "", source: str = "") -> Job:
    return build_request(name, app.ids.new_id(), app.clock.now(), person_id, source)


def request_sweep(context: CliContext, app: App, person_id: str = "") -> Sweep:
    """Have the service run a sweep, or the self-check of one person, to its end."""
    name, kind = (SELF_CHECK, SweepKind.SELFCHECK) if person_id else (SWEEP, SweepKind.SWEEP)
    request_run(context, app, new_request(app, name, person_id))
    latest = app.db.sweeps.find_latest_sweep(kind, person_id)
    if latest is None:
        raise UnavailableError("The service did not do this. See `namesake status --jobs`.")
    return latest


def request_self_tests(context: CliContext, app: App, source: str = "") -> tuple[CanaryCheck, ...]:
    """Have the canaries of one source asked, or of all; what was cut short is left out."""
    request = request_run(context, app, new_request(app, CANARIES, source=source))
    checks = app.db.canary_checks.list_canary_checks_since(request.asked_at or request.due_at)
    return tuple(canary_check for canary_check in checks if source in {"", canary_check.source})


def print_status(sentence: str) -> None:
    """Print to standard error, since a program may read the output."""
    click.echo(f"namesake: {sentence}", err=True)


def describe_unknown_source(app: App, source: str) -> str:
    """Say why a name is not that of a source that is asked."""
    if source in discover_built_in_sources():
        return f"{source} is turned off. Add it under [sources] to use it."
    listed = "`namesake sources list` lists the sources in use"
    return f"There is no source {source!r}; {listed} ({len(app.sources)})."


# In a check of one person, found or absent would tell what exists about them.
CHECKED = "checked"


def describe_outcome(outcome: Outcome) -> str:
    """Say what went wrong with the visits, or merely that nothing did."""
    return CHECKED if outcome.is_conclusive else outcome


def run_check(context: CliContext, person: str | None, *, as_json: bool) -> None:
    """Have one person checked, or everyone, and say how it went."""
    with context.open_app() as app:
        if person is not None:
            app.db.people.load_person(person)
            if not app.db.consents.can_query_person(person, app.clock.now()):
                raise NotPermittedError("Consent has expired or is paused; no search was run.")
            require_service(app)
            app.db.audit.append_entry(app.clock.now(), "operator", "check-requested", person, {})
        done = request_sweep(context, app, person or "")
        print_sweep(context, app, done, as_json=as_json)


def print_sweep(context: CliContext, app: App, sweep: Sweep, *, as_json: bool) -> None:
    """Tell the operator how it went, and nothing of what was found."""
    runs = app.db.sweeps.list_source_runs(sweep.id)
    if as_json:
        # `since` is when the source stopped being checkable.
        coverage = [
            {
                "source": run.source,
                "outcome": describe_outcome(run.outcome),
                "since": run.since,
                "note": render_note(run.note),
            }
            for run in runs
        ]
        context.output.print_json({"sweep": sweep, "coverage": coverage})
        return
    checked = sum(1 for run in runs if run.outcome.is_conclusive)
    if sweep.closed_at is None:
        context.output.print_line("Stopped before the end. The next start resumes it.")
    context.output.print_line(f"{checked} of {len(runs)} sources checked.")
    failures = (
        SourceFailure(
            source=run.source,
            outcome=run.outcome,
            since=run.since or run.at,
            note=render_note(run.note),
        )
        for run in runs
        if not run.outcome.is_conclusive
    )
    groups = fold_failures(failures, len(runs))
    if groups:
        context.output.print_table(
            ("not checked", "reason", "since", "note"),
            (
                (
                    f"each of {group.count} places (of {group.total})"
                    if group.is_folded
                    else group.source,
                    group.outcome,
                    group.since,
                    render_phrase(group.explanation) if group.explanation else "",
                )
                for group in groups
            ),
        )
