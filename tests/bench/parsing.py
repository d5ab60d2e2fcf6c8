"""What parsing a page apart costs: `python -m tests.bench.parsing` prints the figures.

An ordinary profile of 60 KB is read twice over: its head alone, as most are, and to its end, as one
is whose body tells machines something.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time

from scrapers.models import Identity, Page
from scrapers.parsers.presence import PresenceRule
from scrapers.sandbox.client import SandboxParser
from scrapers.sites.catalog import SiteEntry
from scrapers.sites.presence_source import PresenceSource
from tests.bench.cost import peak_mebibytes

RULE = PresenceRule(e_code=200, e_string="class=card", m_code=404, m_string="")
SOURCE = PresenceSource(
    entry=SiteEntry(name="Alpha", uri_check="https://alpha.example/{account}", rule=RULE)
)
HEAD = (
    "<!doctype html><html><head><title>Jane Doe (@jdoe) | Alpha</title>"
    '<meta property="og:title" content="Jane Doe"></head><body class=card>'
)
ME = '<a rel="me" href="https://jane.example/">me</a>'
ROW = "<div class=row><a href='/p/1'>post</a><p>Some words that a person wrote here</p></div>\n"
SIZE = 60_000
RUNS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Milliseconds a page, and the child's peak so far in MiB."""

    name: str
    wall: float
    ours: float
    childs: float
    peak: float

    def told(self) -> str:
        return (
            f"{self.name}: wall {self.wall:.2f} ms, processor {self.ours:.2f} ms here and "
            f"{self.childs:.2f} ms in the child, whose peak is {self.peak:.0f} MiB\n"
        )


def measured(runs: int) -> Iterator[str]:
    with SandboxParser(children=1) as parser:
        began = perf_counter()
        _parse(parser, page(""))
        yield f"a child starts, and reads its first page, in {perf_counter() - began:.2f} s\n"
        for name, body in (("the head", ""), ("the whole page", ME)):
            yield cost(parser, name, page(body), runs).told()


def cost(parser: SandboxParser, name: str, answer: Page, runs: int) -> Cost:
    (pid,) = parser.child_pids
    wall, ours, childs = perf_counter(), process_time(), worked(pid)
    for _ in range(runs):
        _parse(parser, answer)
    milli = 1000 / runs
    return Cost(
        name=name,
        wall=(perf_counter() - wall) * milli,
        ours=(process_time() - ours) * milli,
        childs=(worked(pid) - childs) * milli,
        peak=peak_mebibytes(pid),
    )


def page(body: str) -> Page:
    text = (HEAD + body + ROW * (SIZE // len(ROW))).encode()
    kind = {"content-type": "text/html; charset=utf-8"}
    when = datetime(2026, 11, 2, tzinfo=UTC)
    return Page(
        url="https://alpha.example/jdoe", status=200, body=text, fetched_at=when, headers=kind
    )


def worked(pid: int) -> float:
    """Return the seconds of processor that a process has used, as Linux tells them."""
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def _parse(parser: SandboxParser, answer: Page) -> None:
    (query,) = SOURCE.build_queries(Identity(person_id="p", names=(), handles=("jdoe",)))
    (trace,) = parser.parse_body(SOURCE, query, answer).traces
    if trace.name != "Jane Doe":
        raise ValueError(trace.name)


if __name__ == "__main__":
    for line in measured(RUNS):
        sys.stdout.write(line)
