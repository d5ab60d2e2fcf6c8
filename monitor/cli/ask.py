"""Asking now: one person's self-check, or a sweep of everybody."""

from collections import Counter

import click

from monitor.cli.asking import asked
from monitor.cli.coverage import Covered
from monitor.cli.desk import Desk, as_json, pass_desk
from monitor.errors import NotPermittedError
from monitor.service import Service
from monitor.store.sweeps import Sweep, SweepKind


@click.command()
@click.argument("person")
@as_json
@pass_desk
def check(desk: Desk, person: str, *, as_json: bool) -> None:
    """Check one person now; the result goes to them by letter, and only to them."""
    with desk.service() as service:
        service.state.people.get(person)
        if not service.state.consents.asks(person, service.now()):
            reason = "This person's consent has ended, or rests: nothing is asked about them."
            raise NotPermittedError(reason)
        done = asked(desk, service, SweepKind.SELFCHECK, person)
        _tell(desk, service, done, as_json=as_json)


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
    people = len(service.state.consents.asking(service.now()))
    if as_json:
        desk.output.json({"people": people, "questions": counts})
        return
    desk.output.table(("source", "questions"), sorted(counts.items()))
    desk.output.say(f"{counts.total()} questions about {people} people; nothing was asked.")
