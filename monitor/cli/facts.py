"""Facts about the world outside: how old they are, and signed updates of them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path

import click
from msgspec import to_builtins

from monitor.cli.context import CliContext, json_option, pass_cli_context
from monitor.db.fact_updates import MOST_BYTES, FactUpdateStore, VerifiedUpdate
from monitor.domain.errors import InputError
from monitor.services.fact_ages import list_facts
from scrapers.facts.fact import DatedFact, FactReliability, list_fact_kinds

RESTART = "Restart the service and the portal to use them."


@click.command()
@click.argument("kind", required=False)
@json_option
@pass_cli_context
def facts(context: CliContext, *, kind: str | None, as_json: bool) -> None:
    """Show how old facts about sites are, or list those of a KIND.

    A fact is stale if no one has looked at its page for 180 days, or ever. Stale facts are still
    used, and marked.
    """
    if kind is not None and kind not in list_fact_kinds():
        reason = f"There are no facts called {kind!r}, only: {', '.join(list_fact_kinds())}."
        raise InputError(reason)
    installed, now = _open_store(context).load_update(), context.environment.clock.now()
    shown = [entry for entry in list_facts(installed) if kind in {None, entry[0]}]
    if as_json:
        told = [
            {"kind": of, "key": key, "is_stale": fact.is_stale(now), **to_builtins(fact)}
            for of, key, fact in shown
        ]
        context.output.print_json(
            {"made_on": installed.made_on, "fault": installed.fault, "facts": told}
        )
        return
    if kind is None:
        columns = ("kind", "facts", "stale", "last look", *map(str, FactReliability))
        context.output.print_table(columns, _build_kind_rows(shown, now))
    else:
        named = ("fact", "known", "looked at", "text of", "stale", "from")
        context.output.print_table(
            named, (_build_fact_row(key, fact, now) for _, key, fact in shown)
        )
    origin = f"These are the facts of {installed.made_on}."
    context.output.print_line(installed.fault or origin)


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--back", is_flag=True, help="Go back to the facts before the last update.")
@click.option("--dry-run", is_flag=True, help="Check FILE and say what it changes. Save nothing.")
@json_option
@pass_cli_context
def update(
    context: CliContext, file: Path | None, *, back: bool, dry_run: bool, as_json: bool
) -> None:
    """Install a signed update of these facts, or go --back.

    It may change when someone looked, prices, and addresses on hosts that a fact already has. Exits
    with 65 if FILE is not signed with the key under [facts], is older, or changes anything else.
    """
    store = _open_store(context)
    if back == (file is not None) or (back and dry_run):
        raise click.UsageError("Give either FILE or --back, and --dry-run with FILE only.")
    if file is None:
        made_on = store.remove_update()
        if as_json:
            context.output.print_json({"made_on": made_on})
        else:
            context.output.print_line(f"The facts of {made_on} count again. {RESTART}")
        return
    new = store.check_update(_read_file(file), context.environment.clock.now().date())
    if not dry_run:
        store.install_update(new)
    if as_json:
        told = {"made_on": new.made_on, "changes": new.changes, "unknown": new.unknown}
        context.output.print_json({**told, "saved": not dry_run})
        return
    for sentence in _describe_update(new):
        context.output.print_line(sentence)
    context.output.print_line("Nothing was saved." if dry_run else RESTART)


def _open_store(context: CliContext) -> FactUpdateStore:
    return FactUpdateStore(context.config.state, context.config.facts.key)


def _read_file(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror}).") from error


def _build_kind_rows(
    entries: Iterable[tuple[str, str, DatedFact]], now: datetime
) -> Iterator[tuple[object, ...]]:
    for kind, group in groupby(entries, lambda entry: entry[0]):
        facts_of_kind = [fact for _, _, fact in group]
        stale = sum(fact.is_stale(now) for fact in facts_of_kind)
        last = max(filter(None, (fact.seen_on for fact in facts_of_kind)), default="never")
        known = Counter(fact.known for fact in facts_of_kind)
        yield kind, len(facts_of_kind), stale, last, *(known[part] for part in FactReliability)


def _build_fact_row(key: str, fact: DatedFact, now: datetime) -> tuple[object, ...]:
    stale = "yes" if fact.is_stale(now) else "no"
    return key, fact.known, fact.seen_on or "never", fact.as_of or "", stale, fact.source


def _describe_update(new: VerifiedUpdate) -> Iterator[str]:
    yield f"Update of {new.made_on}:"
    for kind, facts_of_kind in new.changes.items():
        for key, changed in facts_of_kind.items():
            told = ", ".join(f"{name} {value}" for name, value in changed.items())
            yield f"  {kind}.{key}: {told}"
    if new.unknown:
        yield f"Not in this version, so left out: {', '.join(new.unknown)}."
