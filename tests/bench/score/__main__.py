"""Measure the detection rules without a district: `python -m tests.bench.score --jsonl`."""

import gc
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import click
import msgspec

from monitor.cli.context import escape_controls
from monitor.domain.detection.weights import load_own_weights
from monitor.domain.errors import InputError
from monitor.domain.names.frequency import load_census
from scrapers.http.clock import SystemClock
from tests.bench.score.rows import collect_schools, read_profile
from tests.bench.score.scorers import Ask, Profile, ProfileLabel, Row, Scored, scorers


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What every row has, whatever it asks."""

    id: str | int
    ask: Ask


# Raises DecodeError or InputError where a line is not what its question needs.
Answerer = Callable[[bytes], Scored]


@click.command()
@click.option(
    "--jsonl", is_flag=True, required=True, expose_value=False, help="JSON lines in and out."
)
def score() -> None:
    """Score rows of names, handles or profiles from standard input.

    docs/detection.md lists the fields. Each good line gets one answer, in order. A line that cannot
    be read is named on standard error, and the exit code is 65.
    """
    lines = sys.stdin.buffer.readlines()
    ready = answerers(SystemClock().now(), lines)
    # The tables stay until the end: nothing is won by looking through them again and again.
    gc.freeze()
    bad = answer(lines, *ready)
    if bad:
        click.echo(f"score: {bad} of the lines could not be scored; all others were.", err=True)
        sys.exit(InputError.exit_code)


def answerers(now: datetime, lines: Iterable[bytes]) -> tuple[Answerer, Answerer]:
    """Return who answers questions about names and handles, and who those about profiles.

    All `lines` are looked through for the schools of each district.
    """
    table = scorers(load_census())
    whose = ProfileLabel(
        counts=load_census(),
        weights=load_own_weights(),
        now=now,
        schools=collect_schools(_read_profiles(lines)),
    )
    rows, anything = msgspec.json.Decoder(Row), msgspec.json.Decoder(dict[str, object])

    def names_and_handles(line: bytes) -> Scored:
        row = rows.decode(line)
        return table[row.ask](row.staff, row.found)

    return names_and_handles, lambda line: whose(read_profile(anything.decode(line)))


def _read_profiles(lines: Iterable[bytes]) -> Iterator[Profile]:
    """Yield the profiles with a roster; what cannot be read is told when it is answered."""
    decoder = msgspec.json.Decoder(dict[str, object])
    for line in lines:
        with suppress(msgspec.DecodeError, InputError, RecursionError):
            row = decoder.decode(line)
            if row.get("ask") == Ask.LABEL and row.get("roster"):
                yield read_profile(row)


def answer(lines: Iterable[bytes], names_and_handles: Answerer, profiles: Answerer) -> int:
    """Print one answer a line, and return how many lines could not be scored."""
    decoder = msgspec.json.Decoder(Asked)
    bad = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            asked = decoder.decode(line)
            ask = profiles if asked.ask is Ask.LABEL else names_and_handles
            sys.stdout.write(_answer(asked, ask(line)))
        # Lists inside lists, thousands deep, are a fault of the line, too.
        except (msgspec.DecodeError, InputError, RecursionError) as error:
            bad += 1
            click.echo(
                f"score: Line {number} cannot be scored: {escape_controls(str(error))}.", err=True
            )
    return bad


def _answer(asked: Asked, scored: Scored) -> str:
    """Write plain ASCII: a terminal obeys no letter of it."""
    said = {"id": asked.id, "score": scored.score, "label": scored.label, "reasons": scored.reasons}
    return f"{json.dumps(said)}\n"


if __name__ == "__main__":
    score()
