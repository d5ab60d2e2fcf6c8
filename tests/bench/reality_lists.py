"""What lists and engines that others keep say of our sites and sources, against what we say.

Read from checkouts of WhatsMyName, Maigret, Sherlock (sites) and SearXNG (engines). They are no
proof: who differs may be wrong, but each difference is worth a look at the site itself.
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from scrapers.parsers.presence import REDIRECTS
from scrapers.sites.catalog import CatalogError, SiteEntry, load_own_catalog, split_address
from scrapers.urls.platforms import PLATFORMS_BY_HOST
from tests.scrapers.known_sources import all_sources

SITE_LISTS = {
    "WhatsMyName": "wmn-data.json",
    "Maigret": "maigret/resources/data.json",
    "Sherlock": "sherlock_project/resources/data.json",
}
ENGINES = "searx/engines"
NOT_FOUND = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamRule:
    """`found` and `missing` are the words for an account that is there, and for one that is not.

    `off` says why the list itself does not ask, empty where it does.
    """

    name: str
    address: str
    found: str = ""
    missing: str = ""
    missing_code: int = 0
    off: str = ""

    @property
    def host(self) -> str:
        return find_site(urlsplit(self.address.replace("{account}", "x")).hostname or "")


def find_site(host: str) -> str:
    """Return the last labels of a host, near enough to whose it is."""
    labels = host.lower().split(".")
    several = 3 if len(labels) > 2 and labels[-2] in {"co", "com", "org", "ac"} else 2
    return ".".join(labels[-several:])


def list_address_shapes(entry: SiteEntry) -> frozenset[str]:
    """Return the shapes of where a site is asked and of where it is shown."""
    shown = normalize_template(entry.uri_pretty or entry.uri_check)
    # A POST may go to one address for all sites of a server.
    return frozenset((shown,) if entry.body else (normalize_template(entry.uri_check), shown))


def normalize_template(template: str) -> str:
    """Return one spelling of host, path and parameters."""
    where = split_address(template)
    asked = "&".join(sorted(where.query.split("&")))
    bare = where.netloc.lower().removesuffix(":443").removesuffix(":80")
    bare = bare.removeprefix("www.").removeprefix("m.")
    platform = PLATFORMS_BY_HOST.get(bare)
    host = bare if platform is None or platform.federated else platform.hosts[0]
    return f"{host}{where.path.rstrip('/').lower()}?{asked}#{where.fragment}"


def is_list(folder: Path) -> bool:
    return (folder / ENGINES).is_dir() or any((folder / at).is_file() for at in SITE_LISTS.values())


def compare_lists(folder: Path) -> Iterator[str]:
    for name, place in SITE_LISTS.items():
        if (folder / place).is_file():
            rules = list(read_rules(name, json.loads((folder / place).read_bytes())))
            yield from compare_sites(name, rules, load_own_catalog().entries)
    if (folder / ENGINES).is_dir():
        yield from compare_engines(folder / ENGINES)


def read_rules(name: str, data: Mapping[str, object]) -> Iterator[UpstreamRule]:
    rows = data["sites"] if name != "Sherlock" else data
    several = rows.items() if isinstance(rows, dict) else ((row["name"], row) for row in rows)  # type: ignore[attr-defined]  # a list of objects
    for site, row in several:
        if isinstance(row, dict):
            address = str(row.get("uri_check") or row.get("urlProbe") or row.get("url") or "")
            address = address.replace("{username}", "{account}").replace("{}", "{account}")
            address = address.replace("{urlMain}", str(row.get("urlMain", "")))
            address = address.replace("{urlSubpath}", str(row.get("urlSubpath", "")))
            yield UpstreamRule(
                name=site,
                address=address,
                **READERS[name](row),  # type: ignore[arg-type]  # by name
            )


def _read_whatsmyname(row: Mapping[str, object]) -> dict[str, object]:
    return {
        "found": row.get("e_string", ""),
        "missing": row.get("m_string", ""),
        "missing_code": row.get("m_code", 0),
        "off": "said to be invalid" if row.get("valid") is False else "",
    }


def _read_maigret(row: Mapping[str, object]) -> dict[str, object]:
    kind = row.get("checkType")
    return {
        "found": " or ".join(map(str, row.get("presenseStrs") or ())),  # type: ignore[call-overload]  # a list
        "missing": " or ".join(map(str, row.get("absenceStrs") or ())),  # type: ignore[call-overload]  # a list
        "missing_code": NOT_FOUND
        if kind == "status_code"
        else 302
        if kind == "response_url"
        else 0,
        "off": "off" if row.get("disabled") else "",
    }


def _read_sherlock(row: Mapping[str, object]) -> dict[str, object]:
    kind, words = row.get("errorType"), row.get("errorMsg", "")
    return {
        "missing": " or ".join(words) if isinstance(words, list) else words,
        "missing_code": row.get("errorCode") or (NOT_FOUND if kind == "status_code" else 0),
    }


READERS = {"WhatsMyName": _read_whatsmyname, "Maigret": _read_maigret, "Sherlock": _read_sherlock}


def compare_sites(
    name: str, rules: Iterable[UpstreamRule], entries: Iterable[SiteEntry]
) -> Iterator[str]:
    by_host: dict[str, list[UpstreamRule]] = {}
    for rule in rules:
        by_host.setdefault(rule.host, []).append(rule)
    lines: list[str] = []
    marks: list[str] = []
    known, own = 0, list(entries)
    for entry in own:
        theirs = by_host.get(find_site(urlsplit(entry.format_check_url("x")).hostname or ""), [])
        known += bool(theirs)
        differing = [list(list_differences(rule, entry)) for rule in theirs]
        # A site may stand in a list several times: one that agrees is enough.
        lines += [f"  {entry.name}: {'; '.join(differing[0])}"] if theirs and all(differing) else []
        alike = [rule for rule, one in zip(theirs, differing, strict=True) if not one]
        if alike and not any(has_same_mark(rule, entry) for rule in alike):
            marks.append(f"  {entry.name}: {alike[0].found[:60]!r}, ours {entry.rule.e_string!r}")
    yield f"{name}: {known} of our {len(own)} sites; {len(lines)} asked or answered differently"
    yield from lines
    yield f"{name}: {len(marks)} known there by other words"
    yield from marks


def has_same_mark(rule: UpstreamRule, entry: SiteEntry) -> bool:
    """Say whether one mark holds the other, or the list has none."""
    theirs, ours = rule.found, (entry.rule.e_string, *entry.rule.e_others)
    return not theirs or any(mark in theirs or theirs in mark for mark in ours)


def list_differences(rule: UpstreamRule, entry: SiteEntry) -> Iterator[str]:
    if rule.off:
        yield f"they: {rule.off}"
    try:
        moved = normalize_template(rule.address) not in list_address_shapes(entry)
    except (CatalogError, ValueError):
        moved = True
    if moved:
        yield f"they ask {rule.address}, we {entry.uri_check}"
    ours = {entry.rule.m_code, *entry.rule.m_codes}
    redirects = rule.missing_code in REDIRECTS and ours & set(REDIRECTS)
    if rule.missing_code and rule.missing_code not in ours and not redirects:
        yield f"they: missing is {rule.missing_code} {rule.missing[:60]!r}, we: {entry.rule.m_code}"


def compare_engines(folder: Path) -> Iterator[str]:
    """Yield, for each of our hosts, which engines ask there, and whether by an official API."""
    engines = [read_engine(path) for path in sorted(folder.glob("*.py"))]
    yield f"SearXNG: {len(engines)} engines"
    for source in all_sources():
        for origin in source.crawl_policy.origins:
            host = urlsplit(origin).hostname or ""
            for engine, hosts, official in engines:
                near = sorted(one for one in hosts if find_site(one) == find_site(host))
                if near and official != "unknown":
                    asks = "as we do" if host in near else f"at {', '.join(near)}, we at {host}"
                    yield f"  {source.name}: {engine} asks {asks}; use_official_api: {official}"


def read_engine(path: Path) -> tuple[str, frozenset[str], object]:
    """Return an engine's name, the hosts that its values name, and what it says of its API."""
    hosts: set[str] = set()
    official: object = "unknown"
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.FunctionDef):
            source = ast.unparse(node)
            if source.startswith("about ="):
                says = re.search(r"'use_official_api': (\w+)", source)
                official = says[1] if says else official
            else:
                hosts |= set(re.findall(r"https?://([\w.-]+\w)", source))
    return path.stem, frozenset(hosts), official
