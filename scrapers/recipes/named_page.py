"""What an answer proves of the page that was asked for, before anybody reads its words."""

import re
from urllib.parse import urlsplit

from scrapers.canonical import account_keys, canonical_key
from scrapers.finding import Finding, Kind
from scrapers.outcome import Outcome
from scrapers.page import Page
from scrapers.places import Place, place_at
from scrapers.reading import Reading
from scrapers.recipes.page_questions import may_be_read
from scrapers.recipes.refusal import refusal, unreadable
from scrapers.recipes.robots_wishes import ASKED_NOT_TO, Wish, wishes_of_header
from scrapers.request import Query

GONE = frozenset({404, 410})
OK = 200
CLOSED = "it leads to a site whose terms forbid robots to read it"
# They lead elsewhere by trade, so what they lead to is the page that was meant.
SHORTENERS = frozenset(
    {
        *("bit.ly", "buff.ly", "cutt.ly", "fb.me", "goo.gl", "is.gd", "lnkd.in", "ow.ly", "rb.gy"),
        *("shorturl.at", "t.co", "t.ly", "tiny.cc", "tinyurl.com", "wp.me"),
    }
)
NO_PAGE = re.compile(r"/(?:404|error|missing|not-?found|unavailable)\b", re.IGNORECASE)


def not_there(query: Query, page: Page) -> Reading | None:
    """Return what the bytes of an answer prove, None where its words have to be read."""
    refused = refusal(page)
    if refused is not None:
        return refused
    if page.status in GONE:
        return Reading(outcome=Outcome.ABSENT)
    if Wish.UNLISTED in wishes_of_header(page):
        return Reading(outcome=Outcome.DECLINED, note=ASKED_NOT_TO)
    if not may_be_read(page.url):
        return Reading(outcome=Outcome.DECLINED, note=CLOSED)
    note = _no_page(page) or _led_away(query.request.url, page.url)
    return unreadable(note) if note else None


def named_page(query: Query, page: Page, home: str = "") -> Finding:
    """Return what is known of a page by its address; `home` is the one it says it has.

    What a page says of its own address counts only where the platform itself says it: else
    somebody could claim to be the page of another.
    """
    asked, ended = query.request.url, page.url
    shown = ended if _host(asked) in SHORTENERS else asked
    accounts = dict.fromkeys((*account_keys(shown), *account_keys(ended)))
    if home and _told_by_platform(shown, home):
        accounts |= dict.fromkeys(account_keys(home))
    account, *others = sorted(accounts, key=lambda each: ":@" in each) or [""]
    return Finding(
        key=canonical_key(shown),
        kind=Kind.ACCOUNT if account else Kind.PAGE,
        url=shown,
        account=account,
        account_aliases=tuple(others),
        handle=next((each.partition(":@")[2] for each in accounts if ":@" in each), ""),
    )


def names_its_site(asked: str, title: str, site: str) -> bool:
    """Say whether a page within a site has no title but the site's: "not found" looks like that."""
    seen = urlsplit(canonical_key(asked))
    labels = {_squashed(each) for each in (*(seen.hostname or "").split("."), site) if each}
    return seen.path != "/" and _squashed(title) in labels


def _no_page(page: Page) -> str:
    if page.status != OK:
        return f"it did not answer with a page (status {page.status})"
    return "" if page.body.strip() else "it sent an empty page"


def _led_away(asked: str, ended: str) -> str:
    """Return why a redirect to another page proves nothing, empty where it may lead to the same."""
    if canonical_key(asked) == canonical_key(ended) or _host(asked) in SHORTENERS:
        return ""
    if not _same_site(asked, ended):
        return "it leads to another site"
    before, after = urlsplit(asked).path.rstrip("/"), urlsplit(ended).path.rstrip("/")
    if before != after and f"{before}/".startswith(f"{after}/"):
        return "it leads up to a page above the one we asked for"
    if NO_PAGE.search(after):
        return "it leads to a page for what is not there"
    return _led_to_another(account_keys(asked), account_keys(ended))


def _led_to_another(asked: tuple[str, ...], ended: tuple[str, ...]) -> str:
    """Let an account's address lead from its id to its handle, but not to another handle."""
    if not asked or set(asked) & set(ended):
        return ""
    if not ended:
        return "it leads away from the account that we asked for"
    handles = all(":@" in each for each in (*asked, *ended))
    return "it leads to another account than the one we asked for" if handles else ""


def _told_by_platform(shown: str, home: str) -> bool:
    here, there = _place(shown), _place(home)
    if here is None or there is None or here.own or there.own:
        return False
    return here.platform is there.platform


def _same_site(asked: str, ended: str) -> bool:
    one, other = _host(canonical_key(asked)), _host(canonical_key(ended))
    if one == other:
        return True
    if any(place is not None and place.own for place in (_place(asked), _place(ended))):
        return False
    return one.endswith(f".{other}") or other.endswith(f".{one}")


def same_host(one: str, other: str) -> bool:
    return _host(canonical_key(one)) == _host(canonical_key(other))


def _squashed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _place(address: str) -> Place | None:
    return place_at(_host(canonical_key(address)))


def _host(address: str) -> str:
    return re.sub(r"^www\.", "", (urlsplit(address).hostname or "").lower())
