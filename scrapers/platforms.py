"""The platforms whose addresses we can read: which part of a URL names the account."""

import tomllib
from importlib.resources import files

import msgspec
from msgspec import Struct

NO_NAMES: frozenset[str] = frozenset()


class Shape(Struct, frozen=True, array_like=True):
    """The path and query of a profile, with one group for what names it, and its one home."""

    pattern: str
    home: str


class Rewrite(Struct, frozen=True, array_like=True):
    pattern: str
    spelling: str


class Platform(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of `platforms.toml`.

    `id` is the shape of profiles named by an id that stays when the handle changes, `legacy` that
    of an older name space, kept apart from the handles. `hosts[0]` stands for all hosts, unless
    they are servers of a federation. `subhosts` is a pattern of labels before the host that show
    the same thing (`uk.linkedin.com`). Any other label is the handle where `in_host`, or where
    `label` says at which path the host itself shows it; where `sites`, it is a place of its own.
    `feed` is the address of what an account publishes, by its handle.
    A `closed` one shows strangers next to nothing, and its terms forbid robots to read that.
    The first `folds` segments of a path ignore case. `keeps` are the only query parameters that
    tell two pages apart; None is none of them, or on somebody's own place all that are no tracking.
    """

    name: str
    hosts: tuple[str, ...]
    id: Shape | None = None
    legacy: Shape | None = None
    handle: Shape | None = None
    subhosts: str = ""
    in_host: bool = False
    label: str = ""
    sites: bool = False
    federated: bool = False
    closed: bool = False
    feed: str = ""
    folds: int = 1
    keeps: frozenset[str] | None = None
    rewrites: tuple[Rewrite, ...] = ()
    reserved: frozenset[str] = NO_NAMES

    def names(self, handle: str) -> bool:
        """Say whether a word that stands in the place of a handle can be one."""
        return bool(handle) and handle not in RESERVED and handle not in self.reserved


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


RESERVED = _words(
    "about accounts ads api app apps assets blog business careers cdn community contact create"
    " dashboard developers dialog directory discover docs download email events explore features"
    " feed forum gaming groups hashtag help home index.html intent jobs join legal live login"
    " logout mail marketplace media messages messenger news notifications p pages people pin"
    " plugins policies premium press pricing privacy public reel reels register robots.txt search"
    " security settings share sharer shop signin signup sitemap.xml static status store stories"
    " support tag tags terms topic topics trending upload user users watch www"
)
SPOKEN_NAMES = {"twitter": "x", "bsky": "bluesky", "fb": "facebook", "ig": "instagram"}


def _platforms() -> tuple[Platform, ...]:
    tables = tomllib.loads((files("scrapers") / "platforms.toml").read_text("utf-8"))
    return tuple(
        msgspec.convert({"name": name, **table}, Platform) for name, table in tables.items()
    )


PLATFORMS = _platforms()
BY_NAME = {platform.name: platform for platform in PLATFORMS}
BY_HOST = {host: platform for platform in PLATFORMS for host in platform.hosts}
