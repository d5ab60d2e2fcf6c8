"""What the bytes of a page tell before anybody parses it: is it markup, does it say much."""

import re

from scrapers.page import Page

# Enough for any profile page; what stands beyond is not parsed.
LARGEST_DOCUMENT = 524_288
_OPENING = b"\xef\xbb\xbf \t\r\n"
# Each alternative succeeds wherever it begins to look, at the end of the text at the latest, so no
# character is looked at twice: it takes linear time, whatever is left unclosed.
_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(script|style|template|head)\b.*?(?:</\1\b[^<>]*>?|\Z)"
    r"|</?[a-z!?][^<>]*>?",
    re.IGNORECASE | re.DOTALL,
)


def is_markup(page: Page) -> bool:
    kind = page.headers.get("content-type", "").partition(";")[0].strip().lower()
    if "json" in kind:
        return False
    return "html" in kind or page.body[:512].lstrip(_OPENING)[:1] == b"<"


def visible_words(text: str) -> int:
    """Count the words that a page shows, near enough to tell a page that says little."""
    return len(_UNSEEN.sub(" ", text).split())
