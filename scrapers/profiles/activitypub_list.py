"""Collections of ActivityPub: whom an account follows, page by page, where it shows that."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote, urlsplit

from scrapers.finding import Contact
from scrapers.outcome import Outcome
from scrapers.profiles.activitypub_actor import kinds_of, linked
from scrapers.reading import Reading
from scrapers.recipes.contact_list import contacts_in_list
from scrapers.recipes.fragment import plain_text
from scrapers.recipes.shape import count, lacks, optional_text, rows, web_address
from scrapers.request import Query

COLLECTIONS = frozenset({"Collection", "OrderedCollection"})
PAGES = frozenset({"CollectionPage", "OrderedCollectionPage"})
# How servers say that a list is its owner's own business; 401 is what they say to all strangers.
MAY_HIDE = frozenset({403})
HIDDEN = "the account does not show its contacts to strangers"


def listed(query: Query, answer: Mapping[str, object]) -> Reading:
    """Read a collection or one of its pages; a collection may hold its first page in itself."""
    if COLLECTIONS.intersection(kinds_of(answer)):
        return _collection(query, answer)
    if not PAGES.intersection(kinds_of(answer)):
        lacks("type")
    return _page(query, answer)


def _collection(query: Query, answer: Mapping[str, object]) -> Reading:
    first = answer.get("first")
    if first is not None and count(answer, "totalItems") == 0:
        return Reading(outcome=Outcome.ABSENT)
    if isinstance(first, Mapping) and _items(first) is not None:
        return _page(query, first)
    if first is not None:
        return contacts_in_list(query, (), linked(answer, "first"))
    if _items(answer) is not None:
        return _page(query, answer)
    # Whatever it counts: snac shows a zero to all who may not see, be it true or not.
    return Reading(outcome=Outcome.DECLINED, note=HIDDEN)


def _page(query: Query, answer: Mapping[str, object]) -> Reading:
    items = _items(answer)
    if items is None:
        lacks("items")
    return contacts_in_list(query, _contacts(items), linked(answer, "next"))


def _items(answer: Mapping[str, object]) -> Sequence[object] | None:
    for key in ("orderedItems", "items"):
        if answer.get(key) is not None:
            # What JSON-LD compacts to one value was a list of one.
            single = isinstance(answer[key], str | dict)
            return [answer[key]] if single else rows(answer, key)
    return None


def _contacts(items: Sequence[object]) -> Iterator[Contact]:
    """Yield who is listed: most servers list addresses alone, which end in the user's name."""
    for item in items:
        actor = item if isinstance(item, dict) else {"id": item}
        address = web_address(optional_text(actor, "id"))
        if not address:
            lacks("an account")
        yield Contact(
            name=plain_text(optional_text(actor, "name")),
            handle=_handle(address, optional_text(actor, "preferredUsername")),
            bio=plain_text(optional_text(actor, "summary")),
        )


def _handle(address: str, username: str) -> str:
    try:
        seen = urlsplit(address)
    except ValueError:
        return username
    last = unquote(seen.path.rstrip("/").rpartition("/")[2]).removeprefix("@")
    return f"{username or last}@{seen.netloc}"
