"""The part of the configuration that says which sources are asked."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

Text = Annotated[str, Meta(min_length=1)]


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the file; a key it does not know is refused, since it is most likely a typo."""


class Budgeted(Section, frozen=True, kw_only=True):
    """How many requests the source gets on one UTC day and in one ISO week; none is no limit.

    Its canaries count, so that a budget they use up leaves nothing for people.
    """

    per_day: Annotated[int, Meta(ge=1)] | None = None
    per_week: Annotated[int, Meta(ge=1)] | None = None

    @property
    def contradicts_itself(self) -> bool:
        if self.per_day is None or self.per_week is None:
            return False
        return self.per_week < self.per_day


class SearxNGConfig(Budgeted, frozen=True, kw_only=True):
    """`canary` is a query that this instance surely has a result for."""

    url: Text
    engines: tuple[Text, ...] = ()
    canary: Text = "wikipedia"
    allow_private: tuple[Text, ...] = ()


class BlueskyConfig(Budgeted, frozen=True, kw_only=True):
    """`canary` is an account that surely exists: the network's own, never a private person's.

    `pictures` is the one origin at which the network keeps the pictures of its profiles.
    """

    enabled: bool = True
    url: Text = "https://public.api.bsky.app"
    pictures: Text = "https://cdn.bsky.app"
    canary: Text = "bsky.app"
    allow_private: tuple[Text, ...] = ()


class CatalogueConfig(Budgeted, frozen=True, kw_only=True):
    """`files` are further catalogues in the WhatsMyName format; each site has the same budget."""

    own: bool = True
    files: tuple[Path, ...] = ()


class PagesConfig(Budgeted, frozen=True, kw_only=True):
    """Own pages that people named, their feeds, and the first `hits` of each answer of a search.

    `known_page` and `known_feed` are an institution's, which surely exist: the canaries.
    """

    hits: Annotated[int, Meta(ge=0, le=10)] = 3
    known_page: Text = "https://www.iana.org/about"
    known_feed: Text = "https://planet.debian.org/rss20.xml"


class EngineConfig(Budgeted, frozen=True, kw_only=True):
    """A search engine that is asked because its table is there; its key never stands in the file.

    `url` is for a gateway of your own that stands before it, and `canary` for a query that surely
    has a result; left empty, both are the engine's usual ones.
    """

    url: str = ""
    canary: str = ""
    allow_private: tuple[Text, ...] = ()


class BraveConfig(EngineConfig, frozen=True, kw_only=True):
    """`news` is a source of its own, with a budget as large, and paid for as such."""

    news: bool = True


class SerperConfig(EngineConfig, frozen=True, kw_only=True):
    """`notice_read` says that somebody has read what this engine resells, and stands by it."""

    notice_read: bool = False


class GoogleConfig(EngineConfig, frozen=True, kw_only=True):
    """`engine` is the id (`cx`) of the search engine that you made at Google."""

    engine: Text


class ProfilesConfig(Budgeted, frozen=True, kw_only=True):
    """An API of profiles that is asked because its table is there.

    `canary` is an account that surely exists (`@handle`): the service's own, never a private
    person's. `seconds_between` is the pause after each answer; the usual one is what strangers
    may ask, and with a key it can be shorter. What is left empty is as the source comes.
    """

    url: str = ""
    canary: str = ""
    seconds_between: Annotated[float, Meta(ge=0.1, le=3600)] | None = None
    allow_private: tuple[Text, ...] = ()


class StackExchangeConfig(ProfilesConfig, frozen=True, kw_only=True):
    """`sites` are called as the API calls them; the budget is for all of them together."""

    sites: tuple[Text, ...] = ("stackoverflow",)


class Dialect(StrEnum):
    """How a server of the fediverse answers strangers."""

    MASTODON = "mastodon"
    ACTIVITYPUB = "activitypub"


class ServerConfig(ProfilesConfig, frozen=True, kw_only=True):
    """One server of the fediverse. `domain` stands in its handles, where it is not its host.

    `pictures` are the origins at which it keeps pictures, where these are not its own.
    """

    url: Text
    domain: str = ""
    pictures: tuple[Text, ...] = ()
    speaks: Dialect = Dialect.MASTODON


class SiteConfig(ProfilesConfig, frozen=True, kw_only=True):
    """One WordPress site: `url` is where it begins."""

    url: Text


class SourcesConfig(Section, frozen=True, kw_only=True):
    """What has a table is asked; Bluesky and the catalogue are unless they are turned off."""

    brave: BraveConfig | None = None
    gdelt: EngineConfig | None = None
    google: GoogleConfig | None = None
    kagi: EngineConfig | None = None
    mojeek: EngineConfig | None = None
    serper: SerperConfig | None = None
    searxng: SearxNGConfig | None = None
    bluesky: BlueskyConfig = BlueskyConfig()
    github: ProfilesConfig | None = None
    gitlab: ProfilesConfig | None = None
    gravatar: ProfilesConfig | None = None
    youtube: ProfilesConfig | None = None
    stack_exchange: StackExchangeConfig | None = None
    fediverse: tuple[ServerConfig, ...] = ()
    wordpress: tuple[SiteConfig, ...] = ()
    catalogue: CatalogueConfig = CatalogueConfig()
    pages: PagesConfig | None = None
