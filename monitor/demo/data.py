"""What stands on the made-up web: profiles, accounts, who follows whom, and pages.

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


class Dated(Protocol):
    @property
    def since(self) -> int: ...
    @property
    def until(self) -> int: ...


D = TypeVar("D", bound=Dated)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Somebody's page on one of the eight sites. `since` and `until` are weeks, both included."""

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
class Account:
    """An account on the network behind the AppView, as it looks in the weeks it stands for.

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
class Follow:
    """`who` follows all of `whom`; both are ids of accounts."""

    who: str
    whom: tuple[str, ...]
    since: int = 1
    until: int = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPage:
    """A page that the search engine has read.

    `age` is in days, in the first week, and None where the engine knows no date. Its address is
    `tracked` where it carries a campaign that differs every week. After `listed_until` the page
    still stands, but the engine lists it no more.
    """

    url: str
    title: str
    text: str
    age: int | None = None
    tracked: bool = False
    listed_until: int = ALWAYS
    since: int = 1
    until: int = ALWAYS


Trace: TypeAlias = Profile | Account | Follow | WebPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    profiles: tuple[Profile, ...] = ()
    accounts: tuple[Account, ...] = ()
    follows: tuple[Follow, ...] = ()
    pages: tuple[WebPage, ...] = ()

    def at(self, week: int) -> "Traces":
        """Keep what stands in a week."""
        return Traces(
            profiles=_standing(self.profiles, week),
            accounts=_standing(self.accounts, week),
            follows=_standing(self.follows, week),
            pages=_standing(self.pages, week),
        )

    def plus(self, trace: Trace) -> "Traces":
        match trace:
            case Profile():
                return replace(self, profiles=(*self.profiles, trace))
            case Account():
                return replace(self, accounts=(*self.accounts, trace))
            case Follow():
                return replace(self, follows=(*self.follows, trace))
            case WebPage():
                return replace(self, pages=(*self.pages, trace))

    def minus(self, trace: Trace) -> "Traces":
        return Traces(
            profiles=tuple(each for each in self.profiles if each != trace),
            accounts=tuple(each for each in self.accounts if each != trace),
            follows=tuple(each for each in self.follows if each != trace),
            pages=tuple(each for each in self.pages if each != trace),
        )

    def profile(self, site: str, handle: str) -> Profile | None:
        wanted = (site, handle.casefold())
        return next((each for each in self.profiles if (each.site, each.handle) == wanted), None)


@cache
def planted() -> Traces:
    """Read the world of the story."""
    folder = files("monitor.demo") / "web"
    told: dict[str, object] = {}
    for name in ("profiles", "accounts", "pages"):
        told |= tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))
    return convert(told, Traces)


def _standing(traces: Iterable[D], week: int) -> tuple[D, ...]:
    return tuple(each for each in traces if each.since <= week <= each.until)


FIRST_SWEEP = datetime(2026, 9, 14, 11, 0, tzinfo=UTC)
LAST_WEEK = 3


def sweep_at(week: int) -> datetime:
    """Return the Monday morning of a week of the story; the first is week 1."""
    return FIRST_SWEEP + timedelta(weeks=week - 1)
