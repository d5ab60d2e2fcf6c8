"""The content of the made-up web: profiles, accounts, who follows whom, and pages.

The days of the story.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Protocol, TypeAlias, TypeVar

from msgspec import convert

ALWAYS = 10_000


class DatedEntry(Protocol):
    @property
    def since(self) -> int: ...
    @property
    def until(self) -> int: ...


D = TypeVar("D", bound=DatedEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoProfile:
    """Someone's page on one of the eight sites. `since` and `until` are weeks, both included."""

    site: str
    handle: str
    name: str
    bio: str = ""
    town: str = ""
    links: tuple[str, ...] = ()
    followers: int = 0
    since: int = 1
    until: int = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """An account on the network behind the AppView, as it looks in its weeks.

    `followers` and `posts` are added to what the made-up world itself holds.
    """

    id: str
    handle: str
    name: str
    created: datetime
    bio: str = ""
    picture: str = ""
    followers: int = 0
    posts: int = 0
    since: int = 1
    until: int = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFollow:
    """`who` follows all of `whom`; both are ids of accounts."""

    who: str
    whom: tuple[str, ...]
    since: int = 1
    until: int = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPage:
    """A page that the search engine has read.

    `age` is in days, in the first week, and None where the engine knows no date. Its address is
    `tracked` where it carries a campaign that differs every week. After `listed_until` the page
    still exists, but the engine no longer lists it.
    """

    url: str
    title: str
    text: str
    age: int | None = None
    tracked: bool = False
    listed_until: int = ALWAYS
    since: int = 1
    until: int = ALWAYS


DemoEntry: TypeAlias = DemoProfile | DemoAccount | DemoFollow | DemoPage


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoContents:
    profiles: tuple[DemoProfile, ...] = ()
    accounts: tuple[DemoAccount, ...] = ()
    follows: tuple[DemoFollow, ...] = ()
    pages: tuple[DemoPage, ...] = ()

    def filter_by_week(self, week: int) -> "DemoContents":
        """Keep what exists in a week."""
        return DemoContents(
            profiles=_filter_by_week(self.profiles, week),
            accounts=_filter_by_week(self.accounts, week),
            follows=_filter_by_week(self.follows, week),
            pages=_filter_by_week(self.pages, week),
        )

    def add_entry(self, entry: DemoEntry) -> "DemoContents":
        match entry:
            case DemoProfile():
                return replace(self, profiles=(*self.profiles, entry))
            case DemoAccount():
                return replace(self, accounts=(*self.accounts, entry))
            case DemoFollow():
                return replace(self, follows=(*self.follows, entry))
            case DemoPage():
                return replace(self, pages=(*self.pages, entry))

    def remove_entry(self, entry: DemoEntry) -> "DemoContents":
        return DemoContents(
            profiles=tuple(profile for profile in self.profiles if profile != entry),
            accounts=tuple(account for account in self.accounts if account != entry),
            follows=tuple(one_entry for one_entry in self.follows if one_entry != entry),
            pages=tuple(page for page in self.pages if page != entry),
        )

    def find_profile(self, site: str, handle: str) -> DemoProfile | None:
        wanted = (site, handle.casefold())
        return next(
            (profile for profile in self.profiles if (profile.site, profile.handle) == wanted), None
        )


@cache
def load_demo_contents() -> DemoContents:
    """Read the world of the story."""
    folder = files("monitor.demo") / "web"
    contents: dict[str, object] = {}
    for name in ("profiles", "accounts", "pages"):
        contents |= tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))
    return convert(contents, DemoContents)


def _filter_by_week(entries: Iterable[D], week: int) -> tuple[D, ...]:
    return tuple(entry for entry in entries if entry.since <= week <= entry.until)


FIRST_SWEEP = datetime(2026, 9, 14, 11, 0, tzinfo=UTC)
LAST_WEEK = 3


def compute_sweep_time(week: int) -> datetime:
    """Return the Monday morning of a week of the story; the first is week 1."""
    return FIRST_SWEEP + timedelta(weeks=week - 1)
