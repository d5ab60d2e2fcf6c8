"""Asking now: one person's self-check, a sweep of everybody, or the sources' own health."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.live import Live
from rich.table import Table

from monitor.build import Service
from monitor.cli.desk import Desk, as_json, pass_desk
from monitor.daemon import Doorbell
from monitor.errors import BusyError, UnavailableError
from monitor.flows.parts import Watch
from monitor.store.lock import StateLock
from monitor.store.requests import RunRequest
from monitor.store.sweeps import Sweep, SweepKind

POLL_SECONDS = 0.5
COLUMNS = 4
MARKS = {"waiting": "·", "asking": "→", "done": "✓", "blocked": "✗"}


@click.command()
@click.argument("person")
@as_json
@pass_desk
def check(desk: Desk, person: str, *, as_json: bool) -> None:
    """Check one person now; the result goes to them by letter, and only to them."""
    with desk.service() as service:
        service.state.people.get(person)
        sweep = _asked(desk, service, SweepKind.SELFCHECK, person)
        _tell(desk, service, sweep, as_json=as_json)


@click.command()
@click.option("--dry-run", is_flag=True, help="Count what would be asked; ask nothing.")
@as_json
@pass_desk
def sweep(desk: Desk, *, dry_run: bool, as_json: bool) -> None:
    """Sweep everybody who agreed, for this week; one that was cut short is taken up."""
    with desk.service() as service:
        if dry_run:
            _tell_plan(desk, service, as_json=as_json)
            return
        done = _asked(desk, service, SweepKind.SWEEP)
        _tell(desk, service, done, as_json=as_json)


@click.group()
def sources() -> None:
    """See which sources are asked and how they are doing."""


@sources.command("list")
@as_json
@pass_desk
def list_(desk: Desk, *, as_json: bool) -> None:
    """List every source with its manners and its last outcome."""
    with desk.service() as service:
        health = {each.source: each for each in service.state.health.all()}
        rows = [
            {
                "source": source.name,
                "family": source.family,
                "origins": source.etiquette.origins,
                "seconds_between": source.etiquette.seconds_between,
                "outcome": known.outcome if (known := health.get(source.name)) else None,
                "since": known.since if known else None,
                "proven_at": known.proven_at if known else None,
            }
            for source in service.sources.values()
        ]
    if as_json:
        desk.output.json(rows)
        return
    desk.output.table(
        ("source", "asked at", "pace", "outcome", "since", "proven"),
        (
            (
                row["source"],
                ", ".join(source.etiquette.origins),
                f"{source.etiquette.seconds_between:g} s",
                row["outcome"] or "not asked yet",
                row["since"],
                row["proven_at"] or "unproven",
            )
            for row, source in zip(rows, service.sources.values(), strict=True)
        ),
    )


@sources.command("check")
@as_json
@pass_desk
def check_(desk: Desk, *, as_json: bool) -> None:
    """Ask every source its canaries now: nothing is asked about anybody."""
    with desk.asking() as service:
        verdicts = service.canaries.ask()
    if as_json:
        desk.output.json(verdicts)
        return
    desk.output.table(
        ("source", "standing", "note"),
        ((each.source, each.trust.standing, each.trust.note) for each in verdicts),
    )


def _asked(desk: Desk, service: Service, kind: SweepKind, person: str = "") -> Sweep:
    """Run it here; or, where the daemon holds the folder, ask the daemon and look on."""
    with _display(desk) as watch:
        try:
            with StateLock(desk.config.state):
                service.rounds.begin()
                done = (
                    service.rounds.check(person, watch) if person else service.rounds.sweep(watch)
                )
                service.rounds.write()
                return done
        except BusyError:
            _wait(
                desk,
                service,
                RunRequest(ref=service.new_ref(), kind=kind, person=person, asked_at=service.now()),
                watch,
            )
    latest = service.state.sweeps.latest(kind, person)
    if latest is None:
        reason = "The daemon did not run it; `namesake due` shows what it is at."
        raise UnavailableError(reason)
    return latest


def _wait(desk: Desk, service: Service, request: RunRequest, watch: Watch) -> None:
    service.state.requests.add(request)
    Doorbell(desk.config.state).ring()
    while True:
        for source, state in service.state.requests.progress(request.ref).items():
            watch(source, state)
        served = service.state.requests.get(request.ref)
        if served is None or served.done_at:
            return
        time.sleep(POLL_SECONDS)


@contextmanager
def _display(desk: Desk) -> Iterator[Watch]:
    """Show each source as it goes from waiting to done, where there is a terminal to show it."""
    states: dict[str, str] = {}
    if not desk.output.console.is_terminal:
        yield states.__setitem__
        return
    with Live(console=desk.output.console, transient=True, refresh_per_second=8) as live:

        def watch(source: str, state: str) -> None:
            states[source] = state
            live.update(_progress(states))

        yield watch


def _progress(states: dict[str, str]) -> Table:
    """Lay the sources out in columns, so that sixty fit on a screen."""
    counts = Counter(states.values())
    title = ", ".join(f"{counts[each]} {each}" for each in MARKS if counts[each])
    grid = Table.grid(padding=(0, 3))
    grid.title = title
    cells = [f"{MARKS.get(state, '·')} {source}" for source, state in sorted(states.items())]
    for start in range(0, len(cells), COLUMNS):
        grid.add_row(*cells[start : start + COLUMNS])
    return grid


def _tell(desk: Desk, service: Service, sweep: Sweep, *, as_json: bool) -> None:
    """Tell the operator how it went, and nothing of what was found."""
    runs = service.state.sweeps.runs(sweep.ref)
    if as_json:
        desk.output.json({"sweep": sweep, "coverage": runs})
        return
    checked = sum(1 for run in runs if run.outcome.conclusive)
    if sweep.closed_at is None:
        desk.output.say("Stopped before the end; the next start takes it up where it stood.")
    desk.output.say(f"{checked} of {len(runs)} sources checked.")
    gaps = [run for run in runs if not run.outcome.conclusive]
    if gaps:
        desk.output.table(
            ("could not be checked", "because", "since", "note"),
            ((run.source, run.outcome, run.since, run.note) for run in gaps),
        )


def _tell_plan(desk: Desk, service: Service, *, as_json: bool) -> None:
    counts = Counter(query.source for query in service.rounds.planned())
    people = len(service.state.consents.live(service.now()))
    if as_json:
        desk.output.json({"people": people, "questions": counts})
        return
    desk.output.table(("source", "questions"), sorted(counts.items()))
    desk.output.say(f"{counts.total()} questions about {people} people; nothing was asked.")
