"""How long a district's comparison takes: `python -m tests.bench.diffing` prints the figures."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter

from monitor.domain.snapshot_diff import (
    Snapshot,
    apply_parse_result,
    diff_snapshots,
    key_by_anchor,
    list_material_changes,
)
from scrapers.models import Outcome, ParseResult, Trace, TraceKind
from tests.bench.cost import peak_mebibytes

QUERIES = 10_000
FINDINGS = 30


def traces(query: int, week: int) -> tuple[Trace, ...]:
    """Make an answer in which most findings are told as older, and some are others, every week."""
    return tuple(
        replace(
            account(query, number + FINDINGS * week if number % 10 == 0 else number),
            snippet=f"{week} weeks ago",
            links=(f"https://week{week}.example",) if number % 10 == 1 else (),
        )
        for number in range(FINDINGS)
    )


def account(query: int, number: int) -> Trace:
    url = f"https://site{number}.example/people/{query}"
    return Trace(
        key=url,
        kind=TraceKind.ACCOUNT,
        url=url,
        account=f"site{number}:{query}",
        account_aliases=(f"site{number}:@person{query}",),
        title=f"Person {query} on Site {number}",
        name=f"Person {query}",
        handle=f"person{query}",
        bio="Teaches the fifth grade, plays the banjo, and reads more than is good for anyone.",
        counts=(("followers", number), ("posts", 12)),
    )


def weeks() -> Iterator[tuple[Snapshot, ParseResult]]:
    """Yield one query after the other, so that what is measured is time and not memory."""
    for query in range(QUERIES):
        reading = ParseResult(outcome=Outcome.FOUND, traces=traces(query, 2))
        yield key_by_anchor(traces(query, 1)), reading


def main() -> None:
    spent = changes = told = 0.0
    for before, reading in weeks():
        started = perf_counter()
        for change in diff_snapshots(before, apply_parse_result(before, reading)):
            changes += 1
            if change.before and change.after:
                told += bool(list_material_changes(change.before, change.after))
        spent += perf_counter() - started
    sys.stdout.write(
        f"{QUERIES:,} queries of {FINDINGS} findings: {spent:.2f} s\n"
        f"{changes:,.0f} raw changes, {told:,.0f} of them material, "
        f"peak {peak_mebibytes():.0f} MiB\n"
    )


if __name__ == "__main__":
    main()
