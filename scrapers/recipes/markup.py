"""HTML of strangers, read by Beautiful Soup within bounds."""

import re

from bs4 import BeautifulSoup

from scrapers.page import Page

# Enough for any profile page; what stands beyond is not parsed.
LARGEST_DOCUMENT = 524_288
HEAD_ENDS = re.compile(r"</head\s*>|<body[\s>]", re.IGNORECASE)


def is_markup(page: Page) -> bool:
    kind = page.headers.get("content-type", "").partition(";")[0].strip().lower()
    if "json" in kind:
        return False
    return "html" in kind or page.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def head(text: str) -> BeautifulSoup:
    """Return the head alone: parsing it takes a hundredth of what the whole page takes."""
    end = HEAD_ENDS.search(text[:LARGEST_DOCUMENT])
    return whole(text[: end.start()] if end else text)


def whole(text: str) -> BeautifulSoup:
    return BeautifulSoup(text[:LARGEST_DOCUMENT], "lxml")


def visible_text(text: str) -> str:
    soup = whole(text)
    for hidden in soup.find_all(["script", "style", "template", "head"]):
        hidden.extract()
    return soup.get_text(" ", strip=True)
