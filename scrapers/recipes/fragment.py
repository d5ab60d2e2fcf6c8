"""Scraps of HTML inside JSON, such as a bio: their words and their links, without a parser.

A scrap is short and its text is kept as one line, so that dropping its tags in linear time does. It
is never shown as markup.
"""

import re
from html import unescape

from scrapers.recipes.shape import LONGEST_TEXT, tidy, web_address

# Every alternative has a bound or ends at its first closing mark: no text can make it slow.
_BREAK = re.compile(r"<(?:br|/p|/li|/div)\b[^<>]{0,50}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z!][^<>]{0,3000}>", re.IGNORECASE)
_ADDRESS = re.compile(
    r"<a\b[^<>]{0,1000}?\bhref\s{0,3}=\s{0,3}([\"'])([^\"'<>]{1,2048})\1", re.IGNORECASE
)
_BARE = re.compile(r"https?://[^\s<>\"'()\[\]]{1,2048}", re.IGNORECASE)
MOST_LINKS = 20


def plain_text(scrap: str) -> str:
    """Return the words of a scrap in one line."""
    short = scrap[: LONGEST_TEXT * 4]
    return tidy(unescape(_TAG.sub("", _BREAK.sub(" ", short))))


def links_in(scrap: str) -> tuple[str, ...]:
    """Return the addresses that a scrap links to or, where it has no links, spells out."""
    short = scrap[: LONGEST_TEXT * 4]
    found = [unescape(match[1]) for match in _ADDRESS.findall(short)]
    return web_links(found or _BARE.findall(unescape(short)))


def web_links(found: list[str]) -> tuple[str, ...]:
    """Return those that are addresses of the web, each once."""
    seen = (web_address(link) for link in found)
    return tuple(dict.fromkeys(link for link in seen if link))[:MOST_LINKS]
