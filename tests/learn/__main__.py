"""`python -m tests.learn BUNDLE...`: what districts saw of the real services, against our readers.

Prints what was seen and what differs from the last time, adds the skeletons as fixtures, and sets
the day on which a site was seen. Exits with 1 if a reader does not understand what was seen.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from monitor.app.first_contact_recorder import describe_request
from monitor.domain.first_contact import ProbeReport
from scrapers.models import Outcome, Query, QueryKind, Request
from scrapers.parsers.answer_skeleton import Mask
from scrapers.parsers.presence import list_mark_digests
from scrapers.probes import METHODS, list_probes
from scrapers.sites.presence_source import PresenceSource
from scrapers.source import Source
from tests.learn.bundles import BundleError, SeenSource, read_bundle, read_seen, write_seen
from tests.learn.replay import REPLAYED_KINDS, replay
from tests.scrapers.known_sources import all_sources

SEEN = Path(__file__).parent / "seen"
CATALOG = Path(__file__).parents[2] / "scrapers" / "facts" / "sites.json"
KINDS = {method: kind for kind, method in METHODS.items()}


@click.command(help=__doc__)
@click.argument("bundles", nargs=-1, required=True, type=click.Path(path_type=Path))
def main(bundles: tuple[Path, ...]) -> None:
    sources = {source.name: source for source in all_sources()}
    try:
        seen = [one for path in bundles for one in read_bundle(path)]
    except BundleError as error:
        raise click.ClickException(str(error)) from error
    failed = False
    for one in seen:
        click.echo(f"{one.source}: {one.verdict} on {one.on}")
        source = sources.get(one.source)
        if source is None:
            click.echo(f"  a {one.kind} that an operator named, so nothing is kept")
            continue
        failed = failed or any(find_faults(source, one))
        for line in (
            *list_differences(load_seen(SEEN, one.source), one, source),
            *learn(source, one),
        ):
            click.echo(f"  {line}")
    sys.exit(failed)


def load_seen(folder: Path, name: str) -> SeenSource | None:
    file = folder / f"{name}.json"
    return read_seen(file.read_bytes()) if file.exists() else None


def learn(
    source: Source, seen: SeenSource, folder: Path = SEEN, catalog: Path = CATALOG
) -> Iterator[str]:
    """Keep what a reader understands as a fixture, and say what it does not understand."""
    faults = tuple(find_faults(source, seen))
    yield from faults
    before = load_seen(folder, seen.source)
    if faults or seen.status != "proven" or (before is not None and before.on > seen.on):
        yield "not kept: only what is proven, understood and not older than what is here"
        return
    folder.mkdir(exist_ok=True)
    (folder / f"{seen.source}.json").write_bytes(write_seen(seen))
    yield f"kept in {folder.name}/{seen.source}.json"
    if isinstance(source, PresenceSource):
        text = catalog.read_text("utf-8")
        catalog.write_text(set_seen_on(text, source.entry.name, seen.on.isoformat()), "utf-8")
        yield f"seen_on is {seen.on} in {catalog.name}"
    else:
        yield f"set `seen_live=date({seen.on:%Y, %-m, %-d})` in the declaration of {source.name}"


def set_seen_on(catalog: str, name: str, day: str) -> str:
    """Return a catalog with the day on which a site was seen; nothing else in it changes."""
    before, mark, entry = catalog.partition(f'"name": "{name}"')
    if not mark:
        return catalog
    head, key, rest = entry.partition('"seen_on": "')
    return before + mark + head + key + day + rest[rest.index('"') :]


def find_faults(source: Source, seen: SeenSource) -> Iterator[str]:
    """Yield each answer that was understood then, and whose skeleton is not understood now.

    Of the refusal of a broken request, that is to see that it is one.
    """
    for report in seen.reports:
        answer = report.answer
        if answer is None or answer.kind not in REPLAYED_KINDS or answer.is_partial:
            continue
        is_refusal = report.expects == Outcome.UNREADABLE
        is_read = Outcome(report.outcome).is_conclusive
        if not report.verdict.is_understood or not (is_read or is_refusal):
            continue
        result = replay(source, build_query(source, report), answer)
        same = result.outcome == report.outcome
        if not (same if is_read else not result.outcome.is_conclusive):
            yield (
                f"NOT UNDERSTOOD: {report.method} ({report.expects}, page {report.page}) was"
                f" {report.outcome}, and its skeleton is {result.outcome} {result.note}"
            )


def build_query(source: Source, report: ProbeReport) -> Query:
    """Return a query of the kind that was asked: a known account as its term, or a form of it."""
    asked = (report.method, report.expects)
    queries = [p.query for p in list_probes(source, "nonce") if (p.method, p.expects) == asked]
    paths = [describe_request(query, Mask.from_query(query))["path"] for query in queries]
    if queries:
        path = report.request["path"]
        return queries[paths.index(path) if path in paths else 0]
    address = f"{source.crawl_policy.origins[0].replace('*.', '')}/"
    return Query(
        source=source.name,
        kind=KINDS.get(report.method, QueryKind.PROFILE),
        terms=tuple(report.request["terms"]),
        request=Request(url=address),
        page=report.page,
    )


def list_differences(before: SeenSource | None, seen: SeenSource, source: Source) -> Iterator[str]:
    """Yield what is new and what is gone since the fixture: names, fields, and marks of ours."""
    if before is None:
        yield "never seen before"
        return
    known = {report.key: report for report in before.reports}
    for report in seen.reports:
        earlier = known.get(report.key)
        if earlier is None or earlier.answer is None or report.answer is None:
            continue
        parts = (
            ("names", earlier.answer.names, report.answer.names),
            ("fields", earlier.fields, report.fields),
            ("marks", *(_name_marks(source, e.marks) for e in (earlier.answer, report.answer))),
            ("not read", earlier.answer.unread, report.answer.unread),
        )
        for title, old, new in parts:
            yield from _compare(f"{report.method} ({report.expects}) {title}", old, new)


def _name_marks(source: Source, digests: Iterable[str]) -> tuple[str, ...]:
    """Return the marks themselves, as far as our catalog still has them."""
    rule = source.entry.rule if isinstance(source, PresenceSource) else None
    marks = {digest: mark for mark, digest in list_mark_digests(rule)} if rule else {}
    return tuple(marks.get(digest, digest) for digest in digests)


def _compare(title: str, old: Iterable[str], new: Iterable[str]) -> Iterator[str]:
    gone, added = sorted({*old} - {*new}), sorted({*new} - {*old})
    if gone or added:
        yield f"{title}: {' '.join((*(f'-{e}' for e in gone), *(f'+{e}' for e in added)))}"


if __name__ == "__main__":
    main()
