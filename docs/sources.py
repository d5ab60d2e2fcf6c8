"""Write the parts of docs/sources.md that the sources declare: `python -m docs.sources`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

from scrapers.sites.catalog import load_own_catalog
from scrapers.source import ApiKeySpec, Source, SourceInfo
from scrapers.urls.platforms import PLATFORMS
from tests.scrapers.known_sources import CONFIGURED, all_sources, written_sources

FILE = Path(__file__).with_suffix(".md")
PART = re.compile(r"(<!-- begin (\w+): make sources -->\n).*?(?=<!-- end -->)", re.DOTALL)
NEVER = """\
**None of these {number} sources was ever run against the live service.** They were written from
published references and recorded answers; their canaries show whether those are right."""
SOME_HOST = CONFIGURED["base_url"].partition("://")[2]
# Whose table in the configuration has another name.
TABLES = {
    "activitypub-server": "fediverse",
    "brave-news": "brave",
    "feeds": "pages",
    "mastodon-server": "fediverse",
    "stackoverflow-api": "stack_exchange",
    "wordpress-authors": "wordpress",
}
HEADINGS = {
    "search": "Search engines",
    "profiles": "Profiles and pages",
    "breaches": "Data breaches",
}
SILENT = """\
### Sites that are not asked

A search engine may list their accounts all the same.

"""
CLOSED = """\
{names}:
their terms forbid robots, and strangers see almost nothing there; or they are for adults, for
dating, or mostly children are there. Only title, snippet and address of their accounts are known,
as a search engine lists them.
"""


def build_page() -> str:
    written = sorted(
        written_sources(), key=lambda one_source: (_rank_family(one_source), one_source.name)
    )
    names = {one_source.name for one_source in written}
    sites = [one_source for one_source in all_sources() if one_source.name not in names]
    parts = {
        "overview": f"{_describe_live_runs(all_sources())}\n\n{_build_overview(written)}",
        "declared": "\n".join(
            _build_chapter(*group) for group in groupby(written, key=lambda source: source.family)
        ),
        "sites": "\n".join(
            [_build_site_groups(sites), _build_site_table(), SILENT + _build_silent_list()]
        ),
        "closed": CLOSED.format(
            names=_join_names(platform.hosts[0] for platform in PLATFORMS if platform.closed)
        ),
    }
    return fill_in({name: part.replace(SOME_HOST, "HOST") for name, part in parts.items()})


def fill_in(parts: Mapping[str, str]) -> str:
    """Return the page with these parts of it written anew."""

    def write(found: re.Match[str]) -> str:
        part = parts.get(found[2])
        return found[0] if part is None else f"{found[1]}\n{part}\n"

    return PART.sub(write, FILE.read_text("utf-8"))


def _rank_family(source: Source) -> tuple[int, str]:
    """Sort the families in the order of their headings, new ones last."""
    known = [*HEADINGS]
    return known.index(source.family) if source.family in known else len(known), source.family


def _describe_live_runs(sources: Iterable[Source]) -> str:
    several = list(sources)
    seen = sorted(source.name for source in several if source.info.seen_live)
    if not seen:
        return NEVER.format(number=len(several))
    return (
        f"Of these {len(several)} sources, {_join_names(seen)} were run against the live service."
    )


def _build_overview(written: Iterable[Source]) -> str:
    head = "| source | name | in the configuration | USD per 1,000 requests | key | pause |\n"
    rows = (_build_row(source, source.info) for source in written)
    return f"{head}|{'---|' * 6}\n{''.join(rows)}"


def _build_row(source: Source, info: SourceInfo) -> str:
    cells = (
        _clean_cell(_link_terms(info)),
        f"`{source.name}`",
        f"`sources.{find_table(source)}`",
        _format_price(info),
        _describe_key(info.api_key),
        f"{source.crawl_policy.seconds_between:g} s",
    )
    return f"| {' | '.join(cells)} |\n"


def find_table(source: Source) -> str:
    """Return the table of the configuration that turns it on."""
    return TABLES.get(source.name, source.name.removesuffix("-api").replace("-", "_"))


def _build_chapter(family: str, sources: Iterable[Source]) -> str:
    heading = HEADINGS.get(family, family.replace("-", " ").capitalize())
    parts = (
        f"#### {source.info.title}\n\n{''.join(_build_lines(source.info))}" for source in sources
    )
    return f"### {heading}\n\n" + "\n".join(parts)


def _build_lines(info: SourceInfo) -> Iterator[str]:
    if info.notice:
        yield f"**{info.notice}**\n\n"
    if info.terms and info.terms.as_of:
        yield f"By its terms of {info.terms.as_of:%B %-d, %Y}, {info.terms.clause}.\n\n"
    if info.retain_text_for:
        days = info.retain_text_for.days
        yield f"What it shows is stored for {days} days after the last time.\n\n"
    yield _build_declarations(info)


def _build_declarations(info: SourceInfo) -> str:
    return (
        f"- *Asks for* {info.asks}.\n"
        f"- *Discloses* {info.discloses}.\n"
        f"- *Cannot see* {info.cannot_see}.\n"
    )


def _format_price(info: SourceInfo) -> str:
    if info.usd_per_1000 is None:
        return "not known"
    return f"{info.usd_per_1000:f}" if info.usd_per_1000 else "free"


def _describe_key(key: ApiKeySpec | None) -> str:
    if key is None:
        return ""
    return f"`{key.name}`" if key.required else f"`{key.name}`, optional"


def _link_terms(info: SourceInfo) -> str:
    return f"[{info.title}]({info.terms.url})" if info.terms else info.title


def _build_site_groups(sites: Iterable[Source]) -> str:
    """State once what many sites share."""
    return "\n".join(dict.fromkeys(_build_declarations(site.info) for site in sites))


def _build_site_table() -> str:
    head = "| site | kind | an account's address |\n|---|---|---|\n"
    several = sorted(
        load_own_catalog().entries, key=lambda entry: (entry.category, entry.name.lower())
    )
    return head + "".join(
        f"| {entry.name}{'*' if entry.known_accounts else ''} | {entry.category} "
        f"| `{entry.format_profile_url('HANDLE').removeprefix('https://').rstrip('/')}` |\n"
        for entry in several
    )


def _build_silent_list() -> str:
    """Name the sites under each reason."""
    by_reason: dict[str, list[str]] = {}
    for silent in load_own_catalog().exclusions:
        by_reason.setdefault(silent.reason, []).append(silent.name)
    return "".join(
        f"- {_join_names(names)}: {reason}.\n" for reason, names in sorted(by_reason.items())
    )


def _clean_cell(text: str) -> str:
    return text.replace("|", "\\|").rstrip(".")


def _join_names(names: Iterable[str]) -> str:
    *others, last = [*names] or [""]
    return f"{', '.join(others)} and {last}" if others else last


if __name__ == "__main__":
    FILE.write_text(build_page(), "utf-8")
