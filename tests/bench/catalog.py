"""What reading a large list of sites costs: `python -m tests.bench.catalog` prints it.

Two lists of made-up sites, one in each form, with faults, doubles and patterns strewn in, are
read as `namesake sources import` reads them, our own entries being there already. Lists named on
the command line are read as well: `python -m tests.bench.catalog FILE [FILE ...]`.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from scrapers.sites.catalog import load_own_catalog
from scrapers.sites.importers import KnownSites, SiteImport, SiteListFormat, import_site_list

SITES = 6_000
# One in so many has a fault, is listed twice, wants a pattern, or stands under one host.
BROKEN, DOUBLE, PATTERN, SHARED = 40, 25, 10, 8


def origin(number: int) -> str:
    return f"https://site{number % 300 if number % SHARED == 0 else number}.example"


def address(number: int) -> str:
    """Return where accounts stand; now and then where those of the last site do."""
    original = number - 1 if number % DOUBLE == 0 else number
    return f"{origin(original)}/members{original}"


def pattern(number: int) -> str:
    return f"^[a-z][a-z0-9_]{{2,{number % 20 + 5}}}$"


def with_four_values(number: int) -> dict[str, object]:
    site: dict[str, object] = {
        "name": f"Site {number}",
        "uri_check": f"{address(number)}/{{account}}",
        "e_code": 200,
        "e_string": f'<div class="profile-{number}">',
        "m_code": 404,
        "m_string": "No such member",
        "known": ["somebody", f"site{number}"],
        "cat": "hobby",
    }
    return site if number % BROKEN else site | {"e_code": "200"}


def by_check(number: int) -> dict[str, object]:
    site: dict[str, object] = {
        "urlMain": origin(number),
        "tags": ["us", "hobby"],
        "usernameClaimed": f"site{number}",
        "usernameUnclaimed": "noonewouldeverusethis7",
    }
    if number // 100 % 2:
        return site | {"engine": "Boards", "urlSubpath": f"/board{number}"}
    if number % PATTERN == 0:
        site["regexCheck"] = pattern(number)
    site["url"] = f"{address(number)}/{{username}}"
    site["checkType"] = "status_code"
    return site if number % BROKEN else site | {"disabled": True}


BOARDS = {
    "checkType": "message",
    "absenceStrs": ["The specified member cannot be found", "No member of that name"],
    "presenseStrs": ["memberHeader", "profilePage"],
    "url": "{urlMain}{urlSubpath}/members/?username={username}",
}


def made_up(sites: int) -> Iterator[tuple[str, bytes]]:
    numbers = range(1, sites + 1)
    yield (
        SiteListFormat.WHATSMYNAME,
        _written({"sites": [with_four_values(number) for number in numbers]}),
    )
    named = {f"Site {number}": by_check(number) for number in numbers}
    yield (
        SiteListFormat.MAIGRET,
        _written({"sites": named, "engines": {"Boards": {"site": BOARDS}}}),
    )


def measured(name: str, content: bytes) -> str:
    known = KnownSites.from_entries(load_own_catalog().entries)
    began = perf_counter()
    found = import_site_list(name, content, known)
    return f"{name}: {told(found)} in {perf_counter() - began:.2f} s\n"


def told(found: SiteImport) -> str:
    used, doubles, refused = len(found.entries), len(found.duplicates), len(found.exclusions)
    every = used + doubles + refused
    reasons = Counter(exclusion.reason for exclusion in found.exclusions)
    listed = "; ".join(f"{count} {reason}" for reason, count in reasons.most_common())
    return f"{every} entries, {used} usable, {doubles} doubles, {refused} refused ({listed})"


def main() -> None:
    for name, content in made_up(SITES):
        sys.stdout.write(measured(name, content))
    for file in sys.argv[1:]:
        sys.stdout.write(measured(file, Path(file).read_bytes()))


def _written(data: object) -> bytes:
    return json.dumps(data, indent=2).encode()


if __name__ == "__main__":
    main()
