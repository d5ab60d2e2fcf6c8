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
sites](sources-catalog.md) lists their addresses and says how they were chosen. `namesake sources
show NAME` prints what each one is based on.
"""
CLOSED = """\
## What is never read

{names}:
their terms forbid robots, and strangers see almost nothing there. Only title, snippet and address
of their accounts are known, as a search engine lists them.
"""


def build_page() -> str:
    written = sorted(written_sources(), key=lambda each: (_rank_family(each), each.name))
    names = {each.name for each in written}
    sites = [each for each in all_sources() if each.name not in names]
    page = "\n".join(
        [
            FOREWORD.format(live=_describe_live_runs(all_sources())),
            _build_overview(written),
            *(_build_chapter(*each) for each in groupby(written, key=lambda source: source.family)),
            f"{SITES}\n{_build_site_groups(sites)}",
            CLOSED.format(names=_join_names(each.hosts[0] for each in PLATFORMS if each.closed)),
        ]
    )
    return page.replace(SOME_HOST, "HOST")


def _rank_family(source: Source) -> tuple[int, str]:
    """Sort the families in the order of their headings, new ones last."""
    known = [*HEADINGS]
    return known.index(source.family) if source.family in known else len(known), source.family


def _describe_live_runs(sources: Iterable[Source]) -> str:
    several = list(sources)
    seen = sorted(each.name for each in several if each.info.seen_live)
    if not seen:
        return NEVER.format(number=len(several))
    return (
        f"Of these {len(several)} sources, {_join_names(seen)} were run against the live service."
    )


def _build_overview(written: Iterable[Source]) -> str:
    head = "| source | name | consent | USD per 1,000 requests | key | text limit |\n"
    rows = (_build_row(each, each.info) for each in written)
    return f"## At a glance\n\n{head}|{'---|' * 6}\n{''.join(rows)}"


def _build_row(source: Source, info: SourceInfo) -> str:
    cells = (
        _clean_cell(info.title),
        f"`{source.name}`",
        source.family,
        _format_price(info),
        _describe_key(info.api_key),
        f"{info.retain_text_for.days} days" if info.retain_text_for else "none",
    )
    return f"| {' | '.join(cells)} |\n"


def _build_chapter(family: str, sources: Iterable[Source]) -> str:
    heading = HEADINGS.get(family, family.replace("-", " ").capitalize())
    parts = (f"### {each.info.title}\n\n{''.join(_build_lines(each))}" for each in sources)
    return f"## {heading}\n\n" + "\n".join(parts)


def _build_lines(source: Source) -> Iterator[str]:
    info = source.info
    if info.notice:
        yield f"**{info.notice}**\n\n"
    yield from _build_declarations(info)
    yield f"- *Queried at* {_describe_origins(source)}, {_describe_pace(source)}.\n"
    yield f"- *Terms*: {_format_terms(info)}.\n"
    yield f"- *Based on* {info.provenance}.{_describe_live_run(info)}\n"


def _build_declarations(info: SourceInfo) -> Iterator[str]:
    yield f"- *Queried with* {info.asks}.\n"
    yield f"- *Discloses* {info.discloses}.\n"
    yield f"- *Sees* {info.sees}.\n"
    yield f"- *Cannot see* {info.cannot_see}.\n"


def _describe_origins(source: Source) -> str:
    if any(origin.endswith("://*") for origin in source.crawl_policy.origins):
        return "whatever public host the address names"
    return _join_names(f"`{each}`" for each in source.crawl_policy.origins)


def _describe_pace(source: Source) -> str:
    pace = f"at most once in {source.crawl_policy.seconds_between:g} s"
    return f"{pace}; obeys robots.txt" if source.crawl_policy.access is AccessMode.PAGE else pace


def _format_price(info: SourceInfo) -> str:
    if info.usd_per_1000 is None:
        return "not known"
    return f"{info.usd_per_1000:f}" if info.usd_per_1000 else "free"


def _describe_key(key: ApiKeySpec | None) -> str:
    """Say whether a key is needed, what it is called, and where it goes in the request."""
    if key is None:
        return "none"
    where = f"header `{key.header}`" if key.header else f"parameter `{key.param}`"
    called = f" `{key.name}`" if key.name else ""
    return f"{'needs' if key.required else 'takes'}{called} ({where})"


def _format_terms(info: SourceInfo) -> str:
    if info.terms is None:
        return "those of the site"
    read = f" (read on {info.terms.seen_on})" if info.terms.seen_on else ""
    return f"<{info.terms.url}>{read}"


def _describe_live_run(info: SourceInfo) -> str:
    return f" *Run live*: {info.seen_live}." if info.seen_live else ""


def _build_site_groups(sites: Iterable[Source]) -> str:
    """State once what many sites share, then what differs for each."""
    groups: dict[str, list[Source]] = {}
    for each in sites:
        groups.setdefault("".join(_build_declarations(each.info)), []).append(each)
    return "\n".join(f"{shared}\n{_list_titles(several)}" for shared, several in groups.items())


def _list_titles(sites: Iterable[Source]) -> str:
    by_title = sorted(sites, key=lambda each: each.info.title.casefold())
    return f"{_join_names(f'{each.info.title}{_format_live_day(each)}' for each in by_title)}.\n"


def _format_live_day(site: Source) -> str:
    seen = site.info.seen_live
    return f" (run live: {seen})" if seen else ""


def _clean_cell(text: str) -> str:
    return text.replace("|", "\\|").rstrip(".")


def _join_names(names: Iterable[str]) -> str:
    *others, last = [*names] or [""]
    return f"{', '.join(others)} and {last}" if others else last


if __name__ == "__main__":
    FILE.write_text(build_page(), "utf-8")
