"""The words of a search: quoted names, and the words next to them.

Terms are names, any of which may match, and last the words next to them, if any.
"""

from collections.abc import Iterator

from scrapers.models import Identity
from scrapers.parsers.text import extract_family_name

SearchTerms = tuple[str, ...]

MOST_PLACES = 3
# More names in one question would leave no room for other words.
MOST_NAMES = 4
# Words that begin so are commands to one engine or another.
COMMAND_MARKS = "!:<?-+~"


def build_search_terms(identity: Identity) -> Iterator[SearchTerms]:
    """Yield the best name in every context, and each other name in one."""
    names, contexts = _list_searchable_names(identity), _list_contexts(identity)
    for rank, name in enumerate(names):
        for context in contexts if rank == 0 else contexts[:1]:
            yield (name, context)


def build_merged_terms(identity: Identity) -> Iterator[SearchTerms]:
    """Yield the same, best first, with the other names in one question: each one costs."""
    best, others = _list_searchable_names(identity)[:1], _list_searchable_names(identity)[1:]
    contexts = _list_contexts(identity)
    alone = [(name, context) for name in best for context in contexts]
    yield from alone[:1]
    for start in range(0, len(others), MOST_NAMES):
        yield (*others[start : start + MOST_NAMES], contexts[0])
    yield from alone[1:]


def split_terms(terms: SearchTerms) -> tuple[SearchTerms, SearchTerms]:
    """Return the names, and the words next to them."""
    return (terms[:-1], terms[-1:]) if len(terms) > 1 else (terms, ())


def format_search_query(
    terms: SearchTerms, *, most_words: int = 50, most_characters: int = 400
) -> str:
    """Return the question as an engine reads it: the names, and as much beside them as fits."""
    names, contexts = ([_split_term(term) for term in part] for part in split_terms(terms))
    question = " OR ".join(f'"{" ".join(name)}"' for name in names)
    if len(names) > 1:
        question = f"({question})"
    room = most_words - len(question.split())
    for word in [plain for context in contexts for plain in _strip_commands(context)][
        : max(room, 0)
    ]:
        if len(question) + 1 + len(word) > most_characters:
            break
        question = f"{question} {word}"
    return question


def _list_searchable_names(identity: Identity) -> list[str]:
    return [name for name in identity.names if extract_family_name(name)]


def _list_contexts(identity: Identity) -> list[str]:
    contexts = (identity.organization, *identity.places[:MOST_PLACES])
    return [context for context in contexts if context.strip()] or [""]


def _split_term(term: str) -> list[str]:
    return term.replace('"', " ").split()


def _strip_commands(context: list[str]) -> Iterator[str]:
    for word in context:
        if stripped := word.lstrip(COMMAND_MARKS):
            yield stripped
