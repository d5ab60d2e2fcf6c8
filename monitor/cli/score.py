"""Scoring rows of names and handles: for measuring the rules, without a district."""

import json
import sys
from collections.abc import Iterable, Mapping

import click
import msgspec

from monitor.census import census
from monitor.cli.output import inert
from monitor.domain.scorers import scorers
from monitor.domain.scoring import Ask, Row, Scored, Scorer
from monitor.errors import InputError


@click.command()
@click.option(
    "--jsonl", is_flag=True, required=True, expose_value=False, help="JSON lines in and out."
)
def score() -> None:
    """Score rows of names or handles from standard input; docs/detection.md has the fields.

    Each good line is answered, in order. A line that cannot be read is named on standard error,
    and the exit code is 65.
    """
    bad = answer(sys.stdin.buffer, scorers(census()))
    if bad:
        reason = f"{bad} of the lines could not be scored; all others were."
        raise InputError(reason)


def answer(lines: Iterable[bytes], table: Mapping[Ask, Scorer]) -> int:
    """Print one answer a line, and return how many lines could not be scored."""
    decoder = msgspec.json.Decoder(Row)
    bad = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = decoder.decode(line)
            sys.stdout.write(_answer(row, table[row.ask](row.staff, row.found)))
        except (msgspec.DecodeError, InputError) as error:
            bad += 1
            click.echo(f"namesake: Line {number} cannot be scored: {inert(str(error))}.", err=True)
    return bad


def _answer(row: Row, scored: Scored) -> str:
    """Write plain ASCII: a terminal obeys no letter of it."""
    said = {"id": row.id, "score": scored.score, "label": scored.label, "reasons": scored.reasons}
    return f"{json.dumps(said)}\n"
