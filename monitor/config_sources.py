"""The part of the configuration that says which sources are asked."""

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
    """`canary` is an account that surely exists: the network's own, never a private person's."""

    enabled: bool = True
    url: Text = "https://public.api.bsky.app"
    canary: Text = "bsky.app"
    allow_private: tuple[Text, ...] = ()


class CatalogueConfig(Budgeted, frozen=True, kw_only=True):
    """`files` are further catalogues in the WhatsMyName format; each site has the same budget."""

    own: bool = True
    files: tuple[Path, ...] = ()


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


class SourcesConfig(Section, frozen=True, kw_only=True):
    """An engine is asked where its table is there; the others unless they are turned off."""

    brave: BraveConfig | None = None
    gdelt: EngineConfig | None = None
    google: GoogleConfig | None = None
    kagi: EngineConfig | None = None
    mojeek: EngineConfig | None = None
    serper: SerperConfig | None = None
    searxng: SearxNGConfig | None = None
    bluesky: BlueskyConfig = BlueskyConfig()
    catalogue: CatalogueConfig = CatalogueConfig()
