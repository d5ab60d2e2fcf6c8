"""Write docs/sources.md from the sources' declarations: `python -m docs.sources`."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from scrapers.source import AccessMode, ApiKeySpec, Source, SourceInfo
from scrapers.urls.platforms import PLATFORMS
from tests.scrapers.known_sources import CONFIGURED, all_sources, written_sources

FILE = Path(__file__).with_suffix(".md")
FOREWORD = """\
# Sources

Everything Namesake can ask, as each source declares it. `make sources` writes this page; a test
fails when it is out of date. See also [how to add one](add-a-source.md). `HOST` is a server from
the configuration. Text is stored as long as our own rules say, unless a source sets a limit.

{live}

Prices and terms were not checked again for this page, and terms without a date were not read: ask
before you rely on them.
"""
NEVER = """\
**None of these {number} sources was ever run against the live service.** They were written from
published references and recorded answers; their canaries show whether those are right."""
SOME_HOST = CONFIGURED["base_url"].partition("://")[2]
HEADINGS = {
    "search": "Search engines",
    "profiles": "Profiles and pages",
}
SITES = """\
## Profile sites

One source per site, each an entry in `scrapers/sites/own.json`. An entry is *unproven* until its
canaries have passed on the live site; an unproven one never raises a flag. [Profile
sites](sources-catalogue.md) lists their addresses and says how they were chosen. `namesake sources
show NAME` prints what each one is based on.
"""
CLOSED = """\
## What is never read

{names}:
their terms forbid robots, and strangers see almost nothing there. Only title, snippet and address
of their accounts are known, as a search engine lists them.
"""


def page() -> str:
    written = sorted(written_sources(), key=lambda each: (_rank(each), each.name))
    names = {each.name for each in written}
    sites = [each for each in all_sources() if each.name not in names]
    told = "\n".join(
        [
            FOREWORD.format(live=_live(all_sources())),
            _overview(written),
            *(_chapter(*each) for each in groupby(written, key=lambda source: source.family)),
            f"{SITES}\n{_sites(sites)}",
            CLOSED.format(names=_listed(each.hosts[0] for each in PLATFORMS if each.closed)),
        ]
    )
    return told.replace(SOME_HOST, "HOST")


def _rank(source: Source) -> tuple[int, str]:
    """Put the families in the order of their headings, and new ones after them."""
    known = [*HEADINGS]
    return known.index(source.family) if source.family in known else len(known), source.family


def _live(sources: Iterable[Source]) -> str:
    several = list(sources)
    seen = sorted(each.name for each in several if each.info.seen_live)
    if not seen:
        return NEVER.format(number=len(several))
    return f"Of these {len(several)} sources, {_listed(seen)} were run against the live service."


def _overview(written: Iterable[Source]) -> str:
    head = "| source | name | consent | USD per 1,000 requests | key | text limit |\n"
    rows = (_row(each, each.info) for each in written)
    return f"## At a glance\n\n{head}|{'---|' * 6}\n{''.join(rows)}"


def _row(source: Source, told: SourceInfo) -> str:
    cells = (
        _cell(told.title),
        f"`{source.name}`",
        source.family,
        _price(told),
        _need(told.api_key),
        f"{told.retain_text_for.days} days" if told.retain_text_for else "none",
    )
    return f"| {' | '.join(cells)} |\n"


def _chapter(family: str, sources: Iterable[Source]) -> str:
    heading = HEADINGS.get(family, family.replace("-", " ").capitalize())
    told = (f"### {each.info.title}\n\n{''.join(_lines(each))}" for each in sources)
    return f"## {heading}\n\n" + "\n".join(told)


def _lines(source: Source) -> Iterator[str]:
    told = source.info
    if told.notice:
        yield f"**{told.notice}**\n\n"
    yield from _told(told)
    yield f"- *Queried at* {_origins(source)}, {_manners(source)}.\n"
    yield f"- *Terms*: {_terms(told)}.\n"
    yield f"- *Based on* {told.provenance}.{_live_since(told)}\n"


def _told(told: SourceInfo) -> Iterator[str]:
    yield f"- *Queried with* {told.asks}.\n"
    yield f"- *Discloses* {told.discloses}.\n"
    yield f"- *Sees* {told.sees}.\n"
    yield f"- *Cannot see* {told.cannot_see}.\n"


def _origins(source: Source) -> str:
    if any(origin.endswith("://*") for origin in source.crawl_policy.origins):
        return "whatever public host the address names"
    return _listed(f"`{each}`" for each in source.crawl_policy.origins)


def _manners(source: Source) -> str:
    pace = f"at most once in {source.crawl_policy.seconds_between:g} s"
    return f"{pace}; obeys robots.txt" if source.crawl_policy.access is AccessMode.PAGE else pace


def _price(told: SourceInfo) -> str:
    if told.usd_per_1000 is None:
        return "not known"
    return f"{told.usd_per_1000:f}" if told.usd_per_1000 else "free"


def _need(key: ApiKeySpec | None) -> str:
    """Say whether a key is needed, what it is called, and where it goes in the request."""
    if key is None:
        return "none"
    where = f"header `{key.header}`" if key.header else f"parameter `{key.param}`"
    called = f" `{key.name}`" if key.name else ""
    return f"{'needs' if key.required else 'takes'}{called} ({where})"


def _terms(told: SourceInfo) -> str:
    if told.terms is None:
        return "those of the site"
    read = f" (read on {told.terms.seen_on})" if told.terms.seen_on else ""
    return f"<{told.terms.url}>{read}"


def _live_since(told: SourceInfo) -> str:
    return f" *Run live*: {told.seen_live}." if told.seen_live else ""


def _sites(sites: Iterable[Source]) -> str:
    """State once what many sites share, then what differs for each."""
    groups: dict[str, list[Source]] = {}
    for each in sites:
        groups.setdefault("".join(_told(each.info)), []).append(each)
    return "\n".join(f"{told}\n{_names(alike)}" for told, alike in groups.items())


def _names(sites: Iterable[Source]) -> str:
    by_title = sorted(sites, key=lambda each: each.info.title.casefold())
    return f"{_listed(f'{each.info.title}{_live_day(each)}' for each in by_title)}.\n"


def _live_day(site: Source) -> str:
    seen = site.info.seen_live
    return f" (run live: {seen})" if seen else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").rstrip(".")


def _listed(names: Iterable[str]) -> str:
    *others, last = [*names] or [""]
    return f"{', '.join(others)} and {last}" if others else last


if __name__ == "__main__":
    FILE.write_text(page(), "utf-8")
