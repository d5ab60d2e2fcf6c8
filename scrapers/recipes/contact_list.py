"""Lists of contacts that are read page by page, until they end or lead nowhere."""

from collections.abc import Iterable
from dataclasses import replace

from scrapers.finding import Contact
from scrapers.outcome import Outcome
from scrapers.reading import Reading
from scrapers.recipes.onward import at_home
from scrapers.request import Query

# A few thousand contacts; an account with more is not one whose contacts tell anything.
LAST_PAGE = 50
# The page before it told where the list is.
FIRST_OF_LIST = 2
CIRCLE = "its list leads round in a circle"
ELSEWHERE = "its list goes on at another server"
TOO_LONG = f"only the first {LAST_PAGE} pages of the list were read"


def contacts_in_list(
    query: Query, contacts: Iterable[Contact], onward: str, hidden: str = ""
) -> Reading:
    """Return what one page of a list came to, and ask for the next, at the address `onward`.

    With `hidden`, a list that begins with nobody, and was said to hold somebody, is kept from us.
    """
    shown = tuple(contacts)
    if not onward and not shown and hidden and query.page == FIRST_OF_LIST:
        return Reading(outcome=Outcome.DECLINED, note=hidden)
    if not onward:
        return Reading(outcome=Outcome.FOUND if shown else Outcome.ABSENT, contacts=shown)
    note = _trouble(query, onward)
    if note:
        return Reading(outcome=Outcome.PARTIAL, contacts=shown, note=note)
    request = replace(query.request, url=at_home(query.request.url, onward), params=())
    follow = replace(query, page=query.page + 1, request=request)
    return Reading(outcome=Outcome.FOUND, contacts=shown, follow=(follow,))


def _trouble(query: Query, onward: str) -> str:
    address = at_home(query.request.url, onward)
    if not address:
        return ELSEWHERE
    if address == query.request.url:
        return CIRCLE
    return TOO_LONG if query.page >= LAST_PAGE else ""
