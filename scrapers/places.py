"""Where on its platform an address leads: each page and each profile spelled in one way."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote

from scrapers.platforms import BY_HOST, Platform
from scrapers.spelling import RAW, spelled_path, spelled_query, spelled_route

# On any page that searches, the words searched for tell two pages apart.
SEARCHES = re.compile(r"/(?:search|results|find|s)\b", re.IGNORECASE)
SEARCHED = frozenset({"k", "keyword", "keywords", "q", "query", "search_query", "term"})


@dataclass(frozen=True, slots=True)
class Place:
    """A platform, and the label before its host that names somebody's own place there."""

    platform: Platform
    label: str = ""

    @property
    def own(self) -> bool:
        """Say whether it keeps its host: pages that somebody made, on a host of theirs."""
        return bool(self.label) and not self.platform.label

    def host(self, seen: str) -> str:
        return seen if self.own or self.platform.federated else self.platform.hosts[0]


@dataclass(frozen=True, slots=True)
class Named:
    """What an address calls an account by, and where the profile stands."""

    account: str
    home: str


def place_at(host: str) -> Place | None:
    """Return whose host this is, or None where we know no platform there."""
    if host in BY_HOST:
        return Place(BY_HOST[host])
    label, _, rest = host.partition(".")
    platform = BY_HOST.get(rest)
    if platform is None:
        return None
    if platform.subhosts and re.fullmatch(platform.subhosts, label):
        return Place(platform)
    owned = platform.in_host or platform.label or platform.sites
    return Place(platform, label) if owned and platform.names(label) else None


def spelled_place(place: Place, host: str, seen: SplitResult) -> str:
    """Return host, path and query of an address on a platform, in their one spelling."""
    platform, path, fragment = place.platform, seen.path, seen.fragment
    if fragment.startswith("!/") and path in {"", "/"}:
        path, fragment = fragment[1:], ""
    path = spelled_path(path)
    if place.own:
        query = spelled_query(seen.query, platform.keeps)
        return place.host(host) + _target(path, query) + spelled_route(fragment)
    if place.label:
        path = platform.label.format(place.label) + path.rstrip("/")
    keeps = platform.keeps or frozenset()
    query = spelled_query(seen.query, keeps | SEARCHED if SEARCHES.match(path) else keeps)
    target = _rewritten(platform, _folded(platform, _target(path, query)))
    named = profile_at(platform, host, target)
    return named.home if named else place.host(host) + target


def profile_at(platform: Platform, host: str, target: str) -> Named | None:
    """Return whose profile a path and query show: not whose post."""
    shapes = (("", platform.id), ("", platform.legacy), ("@", platform.handle))
    for mark, shape in shapes:
        match = re.fullmatch(shape.pattern, target, re.IGNORECASE) if shape else None
        if shape is None or match is None:
            continue
        named = match[1] if shape is platform.id else _lowered(match[1])
        if not mark:
            return Named(named, platform.hosts[0] + shape.home.format(named))
        if platform.federated:
            return _federated(platform, shape.home, host, named)
        if platform.names(unquote(named)):
            return Named(f"@{named}", platform.hosts[0] + shape.home.format(named))
    return None


def _federated(platform: Platform, home: str, host: str, named: str) -> Named:
    """Name an account at its own server, where we know that one: others show it, too."""
    name, _, server = named.partition("@")
    if not server or server in platform.hosts:
        host, named = server or host, name
    return Named(f"@{name}@{server or host}", host + home.format(named))


def _target(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _folded(platform: Platform, target: str) -> str:
    path, mark, query = target.partition("?")
    segments = path.split("/")
    head = [each.lower() for each in segments[: platform.folds + 1]]
    return "/".join(head + segments[platform.folds + 1 :]) + mark + query


def _rewritten(platform: Platform, target: str) -> str:
    for each in platform.rewrites:
        target = re.sub(each.pattern, each.spelling, target)
    return target


def _lowered(segment: str) -> str:
    plain = unquote(segment)
    # What is not UTF-8 inside cannot be lowered as letters.
    return segment.lower() if "\ufffd" in plain else quote(plain.lower(), safe=RAW)
