"""What a SearXNG tells of itself at `/config`: which engines it asks, and how they are asked.

It does not tell which of them read result pages instead of asking an API; the lists below do, for
the engines that stand in the settings of SearXNG 2026.8.22. An engine that an operator renamed is
known by the first word of its name.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from scrapers.recipes.shape import flag, lacks, record, rows, text

ASKED_BY_DEFAULT = "general"
# They ask an API that its owner offers for that.
BY_API = frozenset(
    {
        *("braveapi", "deepl", "elasticsearch", "encyclosearch", "exaapi", "google cse", "jina"),
        *("keenable", "lemmy communities", "lemmy users", "lemmy posts", "lemmy comments"),
        *("libretranslate", "marginalia", "mastodon users", "mastodon hashtags", "mwmbl"),
        *("mymemory translated", "openlibrary", "tagesschau", "tootfinder", "wikibooks"),
        *("wikidata", "wikinews", "wikipedia", "wikiquote", "wikisource", "wikispecies"),
        *("wikiversity", "wikivoyage", "wolframalpha_api", "yacy", "yandex api"),
    }
)
# They read the pages that are made for people, whose terms mostly forbid it.
SCRAPED = frozenset(
    {
        *("360search", "baidu", "bing", "boardreader", "brave", "chinaso", "crowdview", "dogpile"),
        *("duckduckgo", "fireball", "gmx", "google", "grokipedia", "heexy", "infospace", "iseek"),
        *("luxxle", "mojeek", "naver", "neosearch", "privacywall", "quark", "qwant", "reloado"),
        *("resulthunter", "reuters", "searchtoday", "searchzee", "seekninja", "seznam", "sogou"),
        *("startpage", "startpagina", "swisscows", "tiger", "tineye", "tusksearch", "vuhuv"),
        *("wolframalpha", "yahoo", "yandex", "yep", "zapmeta"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The engines of an instance by their names: those switched on, and those asked by default."""

    on: frozenset[str]
    by_default: frozenset[str]


def engines_in(answer: Mapping[str, object]) -> Listed:
    """Read the list of engines; raises ShapeError."""
    found = [record(row, "an engine") for row in rows(answer, "engines")]
    if not found:
        lacks("its engines")
    on = {text(row, "name"): rows(row, "categories") for row in found if flag(row, "enabled")}
    by_default = (name for name, categories in on.items() if ASKED_BY_DEFAULT in categories)
    return Listed(on=frozenset(on), by_default=frozenset(by_default))


def scraping(names: Iterable[str]) -> tuple[str, ...]:
    """Return what we call those of the engines that read result pages, each once."""
    return tuple(sorted({word for name in names for word in _scraped(name)}))


def warning(names: Iterable[str]) -> str:
    """Say which engines read result pages, in our words; empty where we know of none."""
    known = scraping(names)
    if not known:
        return ""
    return (
        f"it reads the result pages of {', '.join(known)} instead of asking an API:"
        " whether their terms allow it is for you to see to"
    )


def _scraped(name: str) -> Iterator[str]:
    plain = name.casefold().strip()
    first = plain.replace(".", " ").partition(" ")[0]
    if plain not in BY_API and first in SCRAPED:
        yield first
