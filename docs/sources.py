"""Writes docs/sources.md from what the sources declare: `python -m docs.sources`."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from scrapers.source import Access, Declaration, Key, Source
from scrapers.urls.platforms import PLATFORMS
from tests.scrapers.known_sources import CONFIGURED, all_sources, written_sources

FILE = Path(__file__).with_suffix(".md")
FOREWORD = """\
# Sources

Everything that Namesake can ask, as each source declares it. This page is made by `make sources`; a
test fails when it is out of date. [How to add one](add-a-source.md) stands elsewhere. `HOST` is a
server that the configuration names.

{live}

No price, and no terms, were looked up again when this page was made: ask before you rely on one.
"""
NEVER = """\
**None of these {number} sources was ever run against the live service.** They were written to
published references and recorded answers; their canaries tell in the field whether that holds."""
SOME_HOST = CONFIGURED["base_url"].partition("://")[2]
HEADINGS = {
    "search": "Search engines",
    "profiles": "Profiles and pages",
}
CATALOGUE = """\
## The catalogue

One source a site, each an entry in `scrapers/catalogue/own.json`. An entry is *unproven* until its
canaries have passed in the field, and an unproven one never raises a flag. [The presence
catalogue](sources-catalogue.md) says how its entries were chosen.
"""
CLOSED = """\
## What is never read

{names}:
their terms forbid robots to read them, and strangers see next to nothing there. Of their accounts
only title, snippet and address are known, as a search engine lists them.
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
            f"{CATALOGUE}\n{_catalogue(sites)}",
            CLOSED.format(names=_listed(each.hosts[0] for each in PLATFORMS if each.closed)),
        ]
    )
    return told.replace(SOME_HOST, "HOST")


def _rank(source: Source) -> tuple[int, str]:
    """Put the families in the order of their headings, and whatever is new after them."""
    known = [*HEADINGS]
    return known.index(source.family) if source.family in known else len(known), source.family


def _live(sources: Iterable[Source]) -> str:
    several = list(sources)
    seen = sorted(each.name for each in several if each.declaration.seen_live)
    if not seen:
        return NEVER.format(number=len(several))
    return f"Of these {len(several)} sources, {_listed(seen)} were run against the live service."


def _overview(written: Iterable[Source]) -> str:
    head = "| source | name | consent | USD a 1,000 requests | key | text kept for | run live |\n"
    rows = (_row(each, each.declaration) for each in written)
    return f"## At a glance\n\n{head}|{'---|' * 7}\n{''.join(rows)}"


def _row(source: Source, told: Declaration) -> str:
    cells = (
        _cell(told.title),
        f"`{source.name}`",
        source.family,
        _price(told),
        _need(told.key),
        f"{told.retain_text_for.days} days" if told.retain_text_for else "no limit of its own",
        _day(told),
    )
    return f"| {' | '.join(cells)} |\n"


def _chapter(family: str, sources: Iterable[Source]) -> str:
    heading = HEADINGS.get(family, family.replace("-", " ").capitalize())
    told = (f"### {each.declaration.title}\n\n{''.join(_lines(each))}" for each in sources)
    return f"## {heading}\n\n" + "\n".join(told)


def _lines(source: Source) -> Iterator[str]:
    told = source.declaration
    if told.notice:
        yield f"**{told.notice}**\n\n"
    yield from _told(told)
    yield f"- *It is asked at* {_origins(source)}, {_manners(source)}.\n"
    yield f"- *It costs* {_cost(told)}.\n"
    yield f"- *Its terms*: {_terms(told)}. What it tells is kept {_time(told)}.\n"
    yield f"- *What the reader rests on*: {told.provenance}. *Run live*: {_day(told)}.\n"


def _told(told: Declaration) -> Iterator[str]:
    yield f"- *It is asked for* {told.asks}.\n"
    yield f"- *That discloses* {told.discloses}.\n"
    yield f"- *It sees* {told.sees}.\n"
    yield f"- *It cannot see* {told.cannot_see}.\n"


def _origins(source: Source) -> str:
    if any(origin.endswith("://*") for origin in source.etiquette.origins):
        return "whatever public host the address names"
    return _listed(f"`{each}`" for each in source.etiquette.origins)


def _manners(source: Source) -> str:
    pace = f"at most once in {source.etiquette.seconds_between:g} s"
    return f"{pace}; robots.txt binds it" if source.etiquette.access is Access.PAGE else pace


def _cost(told: Declaration) -> str:
    price = f"{_price(told)} US dollars a 1,000 requests"
    key = told.key
    where = ""
    if key is not None:
        place = f"the header `{key.header}`" if key.header else f"the parameter `{key.param}`"
        called = f" (`{key.name}`)" if key.name else ""
        where = f", and {'needs' if key.required else 'may have'} a key{called}, put into {place}"
    if told.usd_per_1000 is None:
        return f"what nobody has looked up{where}"
    return (price if told.usd_per_1000 else "nothing") + where


def _price(told: Declaration) -> str:
    if told.usd_per_1000 is None:
        return "not known"
    return f"{told.usd_per_1000:f}" if told.usd_per_1000 else "none"


def _need(key: Key | None) -> str:
    if key is None:
        return "none"
    return "needed" if key.required else "optional"


def _time(told: Declaration) -> str:
    days = told.retain_text_for.days if told.retain_text_for else 0
    return f"for {days} days at most" if days else "as long as our own rules say"


def _terms(told: Declaration) -> str:
    if told.terms is None:
        return "those of the site"
    read = f"read on {told.terms.seen_on}" if told.terms.seen_on else "nobody has read them yet"
    return f"<{told.terms.url}> ({read})"


def _day(told: Declaration) -> str:
    return told.seen_live.isoformat() if told.seen_live else "never"


def _catalogue(sites: Iterable[Source]) -> str:
    """Say once what is the same for many sites, and then of each what is its own."""
    groups: dict[str, list[Source]] = {}
    for each in sites:
        groups.setdefault("".join(_told(each.declaration)), []).append(each)
    return "\n".join(f"{told}\n{_table(alike)}" for told, alike in groups.items())


def _table(sites: Iterable[Source]) -> str:
    head = "| site | asked at | what its marks rest on | run live |\n|---|---|---|---|\n"
    rows = (
        f"| {each.declaration.title} (`{each.name}`) | {_origins(each)}"
        f" | {_cell(each.declaration.provenance)} | {_day(each.declaration)} |\n"
        for each in sorted(sites, key=lambda each: each.name)
    )
    return head + "".join(rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").rstrip(".")


def _listed(names: Iterable[str]) -> str:
    *others, last = [*names] or [""]
    return f"{', '.join(others)} and {last}" if others else last


if __name__ == "__main__":
    FILE.write_text(page(), "utf-8")
