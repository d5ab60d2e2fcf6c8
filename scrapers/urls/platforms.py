"""The platforms whose addresses we can read: which part of a URL names the account.

Where on its platform an address leads: each page and each profile spelled in one way.
"""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote

from msgspec import Struct, structs

from scrapers.facts.fact import DatedFact, load_facts
from scrapers.urls.spelling import SAFE_CHARACTERS, normalize_path, normalize_query, normalize_route

NO_RESERVED_NAMES: frozenset[str] = frozenset()


class ProfileShape(Struct, frozen=True, array_like=True):
    """The path and query of a profile, with one group for what names it, and its one home."""

    pattern: str
    home: str


class PathRewrite(Struct, frozen=True, array_like=True):
    pattern: str
    spelling: str


class Platform(DatedFact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of the facts about platforms, whose key is its `name`.

    `id` is the shape of profiles named by an id that stays when the handle changes, `legacy` that
    of an older name space, separate from the handles. `hosts[0]` replaces all hosts, unless they
    are servers of a federation. `subhosts` is a pattern of labels before the host that show
    the same thing ("uk.linkedin.com"). Any other label is the handle where `in_host`, or where
    `label` says at which path the host itself shows it; where `sites`, it is a place of its own.
    `feed` is the address of what an account publishes, by its handle.
    A `closed` one is never visited: its terms forbid it to robots, and show strangers next to
    nothing, or it is for adults, for dating, or mostly children are there. One for adults or for
    dating is `intimate`: that someone may be there is for no one else to know.
    The first `folds` segments of a path ignore case. `keeps` are the only query parameters that
    tell two pages apart; None is none of them, or on someone's own place all that are no tracking.
    """

    name: str = ""
    hosts: tuple[str, ...]
    id: ProfileShape | None = None
    legacy: ProfileShape | None = None
    handle: ProfileShape | None = None
    subhosts: str = ""
    in_host: bool = False
    label: str = ""
    sites: bool = False
    federated: bool = False
    closed: bool = False
    intimate: bool = False
    feed: str = ""
    folds: int = 1
    keeps: frozenset[str] | None = None
    rewrites: tuple[PathRewrite, ...] = ()
    reserved: frozenset[str] = NO_RESERVED_NAMES

    def can_be_handle(self, handle: str) -> bool:
        """Tell whether a word in the place of a handle can be one."""
        return bool(handle) and handle not in RESERVED_NAMES and handle not in self.reserved


def _split_words(text: str) -> frozenset[str]:
    return frozenset(text.split())


RESERVED_NAMES = _split_words(
    "about accounts ads api app apps assets blog business careers cdn community contact create"
    " dashboard developers dialog directory discover docs download email events explore features"
    " feed forum gaming groups hashtag help home index.html intent jobs join legal live login"
    " logout mail marketplace media messages messenger news notifications p pages people pin"
    " plugins policies premium press pricing privacy public reel reels register robots.txt search"
    " security settings share sharer shop signin signup sitemap.xml static status store stories"
    " support tag tags terms topic topics trending upload user users watch www"
)
SPOKEN_NAMES = {"twitter": "x", "bsky": "bluesky", "fb": "facebook", "ig": "instagram"}


PLATFORMS = tuple(
    structs.replace(platform, name=name)
    for name, platform in load_facts("platforms", Platform).items()
)
PLATFORMS_BY_NAME = {platform.name: platform for platform in PLATFORMS}
PLATFORMS_BY_HOST = {host: platform for platform in PLATFORMS for host in platform.hosts}


# On any page that searches, the words searched for tell two pages apart.
SEARCH_PATHS = re.compile(r"/(?:search|results|find|s)\b", re.IGNORECASE)
SEARCH_PARAMS = frozenset({"k", "keyword", "keywords", "q", "query", "search_query", "term"})


@dataclass(frozen=True, slots=True)
class PlatformPlace:
    """A platform, and the label before its host that names someone's own place there."""

    platform: Platform
    label: str = ""

    @property
    def has_own_host(self) -> bool:
        """Tell whether it keeps its host: pages that someone made, on their own host."""
        return bool(self.label) and not self.platform.label

    def choose_host(self, seen: str) -> str:
        return seen if self.has_own_host or self.platform.federated else self.platform.hosts[0]


@dataclass(frozen=True, slots=True)
class ProfileLocation:
    """The name of an account in an address, and the address of the profile."""

    account: str
    home: str


def is_intimate_platform(name: str) -> bool:
    platform = PLATFORMS_BY_NAME.get(name)
    return platform is not None and platform.intimate


def find_platform_place(host: str) -> PlatformPlace | None:
    """Return whose host this is, or None where we know no platform there."""
    if host in PLATFORMS_BY_HOST:
        return PlatformPlace(PLATFORMS_BY_HOST[host])
    label, _, rest = host.partition(".")
    platform = PLATFORMS_BY_HOST.get(rest)
    if platform is None:
        return None
    if platform.subhosts and re.fullmatch(platform.subhosts, label):
        return PlatformPlace(platform)
    owned = platform.in_host or platform.label or platform.sites
    return PlatformPlace(platform, label) if owned and platform.can_be_handle(label) else None


def normalize_place_url(place: PlatformPlace, host: str, seen: SplitResult) -> str:
    """Return host, path and query of an address on a platform, in their one spelling."""
    platform, path, fragment = place.platform, seen.path, seen.fragment
    if fragment.startswith("!/") and path in {"", "/"}:
        path, fragment = fragment[1:], ""
    path = normalize_path(path)
    if place.has_own_host:
        query = normalize_query(seen.query, platform.keeps)
        return place.choose_host(host) + _join_target(path, query) + normalize_route(fragment)
    if place.label:
        path = platform.label.format(place.label) + path.rstrip("/")
    keeps = platform.keeps or frozenset()
    query = normalize_query(
        seen.query, keeps | SEARCH_PARAMS if SEARCH_PATHS.match(path) else keeps
    )
    target = _apply_rewrites(platform, _fold_segments(platform, _join_target(path, query)))
    named = match_profile(platform, host, target)
    return named.home if named else place.choose_host(host) + target


def match_profile(platform: Platform, host: str, target: str) -> ProfileLocation | None:
    """Return whose profile a path and query show: not whose post."""
    shapes = (("", platform.id), ("", platform.legacy), ("@", platform.handle))
    for mark, shape in shapes:
        match = re.fullmatch(shape.pattern, target, re.IGNORECASE | re.DOTALL) if shape else None
        if shape is None or match is None:
            continue
        named = match[1] if shape is platform.id else _lowercase_segment(match[1])
        if not mark:
            return ProfileLocation(named, platform.hosts[0] + shape.home.format(named))
        if platform.federated:
            return _build_federated_profile(platform, shape.home, host, named)
        if platform.can_be_handle(unquote(named)):
            return ProfileLocation(f"@{named}", platform.hosts[0] + shape.home.format(named))
    return None


def _build_federated_profile(
    platform: Platform, home: str, host: str, named: str
) -> ProfileLocation:
    """Name an account at its own server, where we know that one: others show it, too."""
    name, _, server = named.partition("@")
    if not server or server in platform.hosts:
        host, named = server or host, name
    return ProfileLocation(f"@{name}@{server or host}", host + home.format(named))


def _join_target(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _fold_segments(platform: Platform, target: str) -> str:
    path, mark, query = target.partition("?")
    segments = path.split("/")
    head = [segment.lower() for segment in segments[: platform.folds + 1]]
    return "/".join(head + segments[platform.folds + 1 :]) + mark + query


def _apply_rewrites(platform: Platform, target: str) -> str:
    for rewrite in platform.rewrites:
        target = re.sub(rewrite.pattern, rewrite.spelling, target)
    return target


def _lowercase_segment(segment: str) -> str:
    plain = unquote(segment)
    # What is not UTF-8 inside cannot be lowered as letters.
    return segment.lower() if "\ufffd" in plain else quote(plain.lower(), safe=SAFE_CHARACTERS)
