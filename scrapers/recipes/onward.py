"""Where the next page of a list lies, as a `Link` header says (RFC 8288), and whose that is."""

import re
from urllib.parse import urljoin, urlsplit

from scrapers.page import Page
from scrapers.recipes.shape import web_address

LONGEST_HEADER = 8192
_LINK = re.compile(r"<([^<>]{1,2048})>([^<]*)")
_NEXT = re.compile(r";\s*rel\s*=\s*(?:\"(?:[^\"]*\s)?next(?:\s[^\"]*)?\"|next\b)", re.IGNORECASE)


def next_link(page: Page) -> str:
    """Return the address of the next page as it is told, or nothing where there is none."""
    header = page.headers.get("link", "")[:LONGEST_HEADER]
    found = (address for address, told in _LINK.findall(header) if _NEXT.search(told))
    return next(found, "")


def at_home(asked: str, onward: str) -> str:
    """Return an address that an answer leads to, made whole; nothing where it leads elsewhere.

    The fetch tier would refuse another origin anyway; here it is an answer we do not understand.
    """
    if not onward:
        return ""
    try:
        whole = web_address(urljoin(asked, onward))
        same = urlsplit(whole)[:2] == urlsplit(asked)[:2]
    except ValueError:
        return ""
    return whole if same else ""
