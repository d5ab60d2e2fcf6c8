"""The words of a search: quoted names, and the words next to them.

Terms are names, handles (`@jdoe`), or phrases that count word for word (`=Ms Doe`), any of which
may match, then the words next to them, if any, and last the sites to look into
(`site:facebook.com`).
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from scrapers.models import Identity
from scrapers.parsers.text import extract_family_name

SearchTerms = tuple[str, ...]

MOST_PLACES = 3
# More names in one query would leave no room for other words.
MOST_NAMES = 4
MOST_HANDLES = 3
# A shorter handle belongs to someone everywhere.
SHORTEST_HANDLE = 5
HANDLE_MARK = "@"
PHRASE_MARK = "="
SITE_OPERATOR = "site:"
EITHER_PHRASE = " OR "
# No one may read these but a search engine; an engine lists few pages of each unless it is asked
# for them by name. One query looks into one group.
CLOSED_NETWORKS = (
    ("facebook.com", "instagram.com", "threads.com", "tiktok.com", "snapchat.com"),
    ("x.com", "linkedin.com", "youtube.com", "reddit.com", "ratemyteachers.com"),
)
# Where students make accounts about their teachers.
STUDENT_NETWORKS = (
    *("facebook.com", "instagram.com", "threads.com", "tiktok.com", "snapchat.com"),
    *("x.com", "youtube.com", "reddit.com"),
)
PEOPLE_SEARCH_SITES = (
    *("whitepages.com", "spokeo.com", "truepeoplesearch.com", "fastpeoplesearch.com"),
    *("beenverified.com", "radaris.com"),
)
# What Brave bears in one query. Google drops what is beyond its words, the sites first.
MOST_WORDS, MOST_CHARACTERS = 50, 400
MOST_GOOGLE_WORDS = 32
# Words that begin so are commands to one engine or another.
COMMAND_MARKS = "!:<?-+~"
# What students leave off a school's name, as long as so many words of it are left.
SHORTEST_SCHOOL = 2
SCHOOL_LEVELS = frozenset(
    {"school", "high", "middle", "elementary", "primary", "intermediate", "junior", "senior"}
)


class QueryOperators(StrEnum):
    """What a query to an engine can ask for.

    SITES knows `site:`, PLAIN does not; NEWS lists articles, so no account is looked for there.
    """

    SITES = "sites"
    PLAIN = "plain"
    NEWS = "news"


def build_search_terms(identity: Identity, operators: QueryOperators) -> Iterator[SearchTerms]:
    """Yield the best name in every context, and each other name in one; then sites and handles."""
    names, contexts = _list_searchable_names(identity), _list_contexts(identity)
    for rank, name in enumerate(names):
        for context in contexts if rank == 0 else contexts[:1]:
            yield (name, context)
    for group in _list_site_groups(operators):
        yield from ((name, "", *group) for name in names[:1])
    if operators is not QueryOperators.NEWS and contexts[0]:
        context = _name_school_shortly(identity) or contexts[0]
        yield from ((phrase, context) for phrase in _list_phrase_terms(identity)[:1])
    yield from ((handle,) for handle in _list_handle_terms(identity, operators))


def build_merged_terms(identity: Identity, operators: QueryOperators) -> Iterator[SearchTerms]:
    """Yield the same, best first, with what can share a query in one: each one costs."""
    names, (context, *more) = _list_searchable_names(identity), _list_contexts(identity)
    if names:
        yield (names[0], context)
        for group in _list_site_groups(operators):
            yield (*names[:MOST_NAMES], "", *group)
        yield from _build_phrase_terms(identity, operators, context)
    for start in range(1, len(names), MOST_NAMES):
        yield (*names[start : start + MOST_NAMES], context)
    if names and more:
        yield (names[0], _join_phrases(more) if len(more) > 1 else more[0])
    if handles := _list_handle_terms(identity, operators):
        yield (*handles, "")


def _build_phrase_terms(
    identity: Identity, operators: QueryOperators, context: str
) -> Iterator[SearchTerms]:
    """Yield how students call the person beside the school: on the closed networks, then openly.

    Without the school they are anybody's. It is called as they call it, which its whole name holds.
    """
    phrases, context = _list_phrase_terms(identity), _name_school_shortly(identity) or context
    if not phrases or not context or operators is QueryOperators.NEWS:
        return
    if operators is QueryOperators.SITES:
        yield (*phrases, context, *(f"{SITE_OPERATOR}{site}" for site in STUDENT_NETWORKS))
    yield (*phrases, context)


def build_people_search_terms(
    identity: Identity, operators: QueryOperators
) -> Iterator[SearchTerms]:
    """Yield the query whether people-search sites list the person, by name and town."""
    if operators is QueryOperators.SITES:
        sites = tuple(f"{SITE_OPERATOR}{site}" for site in PEOPLE_SEARCH_SITES)
        town = next(iter(_list_places(identity)), "")
        yield from ((name, town, *sites) for name in _list_searchable_names(identity)[:1])


def split_terms(terms: SearchTerms) -> tuple[SearchTerms, SearchTerms]:
    """Return the names, and the words next to them, without the sites."""
    worded = tuple(term for term in terms if not term.startswith(SITE_OPERATOR))
    return (worded[:-1], worded[-1:]) if len(worded) > 1 else (worded, ())


def is_handle_term(term: str) -> bool:
    """Tell whether a term is a handle that is searched for by itself, and no name."""
    return term.startswith(HANDLE_MARK)


def list_readable_terms(terms: SearchTerms) -> SearchTerms:
    """Return the terms as people read them, without empty ones and our mark of a phrase."""
    return tuple(term.removeprefix(PHRASE_MARK) for term in terms if term)


def is_phrase_term(term: str) -> bool:
    """Tell whether a term is a phrase that counts word for word, and no name."""
    return term.startswith(PHRASE_MARK)


def format_search_query(
    terms: SearchTerms, *, most_words: int = MOST_WORDS, most_characters: int = MOST_CHARACTERS
) -> str:
    """Return the query as an engine reads it: the names, and as much beside them as fits."""
    names, contexts = split_terms(terms)
    phrases = [" ".join(_split_term(name.lstrip(HANDLE_MARK + PHRASE_MARK))) for name in names]
    sites = [term for term in terms if term.startswith(SITE_OPERATOR)]
    group = EITHER_PHRASE.join(sites)
    tail = f" ({group})" if len(sites) > 1 else f" {group}" if sites else ""
    # The words beside phrases that are anybody's are as much needed as the first phrase.
    beside = " ".join(contexts) if names and is_phrase_term(names[0]) else ""
    while len(phrases) > 1:
        whole = f"({_join_phrases(phrases)}) {beside}{tail}"
        if len(whole) <= most_characters and len(whole.split()) <= most_words:
            break
        phrases.pop()  # the last names are the least likely
    query = _join_phrases(phrases)
    if len(phrases) > 1:
        query = f"({query})"
    room = most_words - len(f"{query}{tail}".split())
    for words in [part for context in contexts for part in _split_context(context)]:
        count = len(words.split())
        if count > room or len(query) + len(tail) + 1 + len(words) > most_characters:
            break
        query, room = f"{query} {words}", room - count
    return f"{query}{tail}"


def _list_searchable_names(identity: Identity) -> list[str]:
    return [
        name
        for name in identity.names
        if extract_family_name(name)
        and not name.startswith((SITE_OPERATOR, HANDLE_MARK, PHRASE_MARK))
    ]


def _list_contexts(identity: Identity) -> list[str]:
    """Return the school as a phrase, then the district and the places as words."""
    school = " ".join(_split_term(identity.school))
    phrases = [f'"{school}"'] if school else []
    return [*phrases, *_clean_contexts((identity.organization,)), *_list_places(identity)] or [""]


def _name_school_shortly(identity: Identity) -> str:
    around = " ".join((identity.organization, *identity.places))
    short = shorten_school(identity.school, around)
    return f'"{short}"' if short else ""


def shorten_school(school: str, around: str = "") -> str:
    """Return "Oak Hill" for Oak Hill Elementary School, "Larch Middle" for Larch Middle School.

    What would be left may not be a name `around` it, as its district's or town's.
    """
    words = _split_term(school)
    while len(words) > SHORTEST_SCHOOL and words[-1].casefold() in SCHOOL_LEVELS:
        if " ".join(words[:-1]).casefold() in around.casefold():
            break
        words.pop()
    return " ".join(words)


def _list_places(identity: Identity) -> list[str]:
    return _clean_contexts(identity.places[:MOST_PLACES])


def _clean_contexts(contexts: Iterable[str]) -> list[str]:
    words = (" ".join(_split_term(context)).replace(EITHER_PHRASE, " or ") for context in contexts)
    return [word for word in words if word and not word.startswith(SITE_OPERATOR)]


def _list_site_groups(operators: QueryOperators) -> Iterator[SearchTerms]:
    """Yield the closed networks to look into; without `site:`, once no site but the name alone."""
    if operators is QueryOperators.PLAIN:
        yield ()
    elif operators is QueryOperators.SITES:
        for sites in CLOSED_NETWORKS:
            yield tuple(f"{SITE_OPERATOR}{site}" for site in sites)


def _list_handle_terms(identity: Identity, operators: QueryOperators) -> list[str]:
    if operators is QueryOperators.NEWS:
        return []
    long_enough = (handle for handle in identity.own_handles if len(handle) >= SHORTEST_HANDLE)
    return [f"{HANDLE_MARK}{handle}" for handle in long_enough][:MOST_HANDLES]


def _list_phrase_terms(identity: Identity) -> list[str]:
    return [f"{PHRASE_MARK}{phrase}" for phrase in identity.phrases]


def _join_phrases(phrases: Iterable[str]) -> str:
    return EITHER_PHRASE.join(f'"{phrase}"' for phrase in phrases)


def _split_term(term: str) -> list[str]:
    return term.replace('"', " ").split()


def _split_context(context: str) -> list[str]:
    """Return what may be left out word by word; phrases stay whole."""
    phrases = [" ".join(_split_term(part)) for part in context.split(EITHER_PHRASE)]
    if len(phrases) > 1:
        return [f"({_join_phrases(phrases)})"]
    if len(context) > 1 and context.startswith('"') and context.endswith('"'):
        return [f'"{phrases[0]}"'] if phrases[0] else []
    return [stripped for word in _split_term(context) if (stripped := word.lstrip(COMMAND_MARKS))]
