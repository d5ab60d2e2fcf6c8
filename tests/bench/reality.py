"""What our parser makes of real pages, and what upstream lists say of our sources.

`python -m tests.bench.reality FOLDER ...`, or the folders that `NAMESAKE_REALITY` names (`A:B`).
A folder is a checkout that you have: of SearXNG, WhatsMyName, Maigret or Sherlock, of which
`tests.bench.reality_lists` tells, or any other, whose pages are read. Nothing is fetched, and
nothing of a page is kept. `--show KIND` lists the pages behind a figure.
"""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from subprocess import run
from time import process_time

from scrapers.models import Outcome, Page, ParseResult
from scrapers.parsers.pages import PAGES_SOURCE, build_page_queries
from scrapers.profiles.web_pages import WebPageSource
from tests.bench.reality_lists import compare_lists, is_list
from tests.bench.reality_pages import RealPage, Shown, list_pages, read_shown, squash

SOURCE = WebPageSource()
HTML = {"content-type": "text/html"}
WHEN = datetime(2026, 11, 30, tzinfo=UTC)
# A page that shows fewer is a fragment, or empties itself until its scripts run.
FEWEST_WORDS = 60
TAKEN, REFUSED, MISSED, WALLED, CRASHED = "taken", "refused", "missed", "walled", "crashed"
# Shares of all pages that may be wrong.
BARS = {TAKEN: 0.005, REFUSED: 0.005, MISSED: 0.005, WALLED: 0.0, CRASHED: 0.0}
WORDS = {
    TAKEN: "subject taken from somebody else",
    REFUSED: "refused though readable",
    MISSED: "names missed",
    WALLED: "false walls",
    CRASHED: "crashes",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What became of one page; `fault` is a key of `WORDS`, empty where there is none."""

    page: RealPage
    is_article: bool
    fault: str
    told: str
    cpu_s: float


def read_page(page: RealPage) -> Reading:
    text = Page(url="", status=200, body=page.body, fetched_at=WHEN, headers=HTML).text
    shown = read_shown(page, text)
    answer = Page(url=shown.url, status=200, body=page.body, fetched_at=WHEN, headers=HTML)
    queries = build_page_queries(PAGES_SOURCE, (answer.url,), "reality")
    if not queries:  # a platform that we do not read: the page counts as one of somebody's own
        answer = Page(
            url="https://page.example/a/b",
            status=200,
            body=page.body,
            fetched_at=WHEN,
            headers=HTML,
        )
        queries = build_page_queries(PAGES_SOURCE, (answer.url,), "reality")
    began = process_time()
    try:
        result = SOURCE.parse_response(queries[0], answer)
        if result.unparsed:
            result = SOURCE.parse_body(queries[0], answer)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
        fault, told = CRASHED, repr(error)[:200]
    else:
        fault, told = find_fault(result, shown)
    return Reading(
        page=page, is_article=shown.is_article, fault=fault, told=told, cpu_s=process_time() - began
    )


def find_fault(result: ParseResult, shown: Shown) -> tuple[str, str]:
    if result.outcome is not Outcome.FOUND:
        is_readable = shown.titles and shown.words >= FEWEST_WORDS and shown.is_robots_free
        fault = WALLED if result.outcome is Outcome.BLOCKED else REFUSED
        return fault if is_readable else "", result.note
    (trace,) = result.traces
    name = squash(trace.name)
    told = f"{trace.name} {trace.links}"
    if name in shown.others - shown.titles:
        return TAKEN, told
    if shown.is_article and any(_strip(link) in shown.other_links for link in trace.links):
        return TAKEN, told
    stands = any(name in title or title in name for title in shown.titles)
    return MISSED if shown.titles and not (name and stands) else "", told


def _strip(address: str) -> str:
    return address.partition("://")[2].removeprefix("www.").rstrip("/")


def describe(readings: Sequence[Reading]) -> Iterator[str]:
    """Yield the shares for each corpus, and for all; of article pages alone where that differs."""
    for name in (*dict.fromkeys(reading.page.corpus for reading in readings), ""):
        own = [reading for reading in readings if name in {"", reading.page.corpus}]
        cpu = 1000 * sum(reading.cpu_s for reading in own) / max(len(own), 1)
        yield f"{name or 'all'}: {len(own)} pages, {cpu:.2f} ms of CPU each"
        for fault, words in WORDS.items():
            count = sum(reading.fault == fault for reading in own)
            verdict = "" if count <= BARS[fault] * len(own) else " <- over the bar"
            yield f"  {words}: {count} ({count / max(len(own), 1):.2%}){verdict}"
        articles = [reading for reading in own if reading.is_article]
        taken = sum(reading.fault == TAKEN for reading in articles)
        yield f"  of {len(articles)} articles: {taken} ({taken / max(len(articles), 1):.2%}) taken"


def find_commit(folder: Path) -> str:
    """Return the commit of a checkout, empty where a folder is none."""
    asked = run(
        ["git", "-C", str(folder), "log", "-1", "--format=%H of %cs"],  # noqa: S607 - whichever git is there
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip()


def measure(folders: Iterable[Path]) -> list[Reading]:
    return [read_page(page) for folder in folders for page in list_pages(folder)]


def report(folders: Sequence[Path], shown: Iterable[str]) -> Iterator[str]:
    """Yield what is known as soon as it is: of lists first, and of pages folder by folder."""
    for folder in folders:
        yield f"{folder.name}: {find_commit(folder) or 'no checkout'}"
        if is_list(folder):
            yield from compare_lists(folder)
    readings: list[Reading] = []
    for folder in (folder for folder in folders if not is_list(folder)):
        readings += measure([folder])
        yield f"{folder.name} is read"
    yield from describe(readings) if readings else ()
    yield from (
        f"{reading.fault}: {reading.page.corpus}/{reading.page.place}: {reading.told}"
        for reading in readings
        if reading.fault in shown
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m tests.bench.reality")
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--show", nargs="*", default=(), choices=tuple(WORDS), metavar="KIND")
    asked = parser.parse_args(arguments)
    named = os.environ.get("NAMESAKE_REALITY", "")
    folders = asked.folders or [Path(folder) for folder in named.split(os.pathsep) if folder]
    if not folders:
        parser.error("name the folders of corpora, or set $NAMESAKE_REALITY")
    for line in report(folders, asked.show):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
