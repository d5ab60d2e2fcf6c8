"""The words that a search engine is asked: a quoted name, and what stands beside it."""

from collections.abc import Iterator

from scrapers.identity import Identity
from scrapers.recipes.words import family_name

Terms = tuple[str, ...]

MOST_PLACES = 3
# Words that begin so are commands to one engine or another.
COMMANDS = "!:<?-+~"


def search_terms(identity: Identity) -> Iterator[Terms]:
    """Yield the best name in every context, and each other name in one."""
    contexts = (identity.organisation, *identity.places[:MOST_PLACES])
    known = [context for context in contexts if context.strip()] or [""]
    for rank, name in enumerate(identity.names):
        for context in known if rank == 0 else known[:1]:
            if family_name(name):
                yield (name, context)


def asked(terms: Terms, *, most_words: int = 50, most_characters: int = 400) -> str:
    """Return the question as an engine reads it: the name, and as much beside it as fits."""
    name, *contexts = (term.replace('"', " ").split() for term in terms)
    question = f'"{" ".join(name)}"'
    room = most_words - len(name)
    for word in [plain for context in contexts for plain in _plain(context)][: max(room, 0)]:
        if len(question) + 1 + len(word) > most_characters:
            break
        question = f"{question} {word}"
    return question


def _plain(context: list[str]) -> Iterator[str]:
    for word in context:
        if stripped := word.lstrip(COMMANDS):
            yield stripped
