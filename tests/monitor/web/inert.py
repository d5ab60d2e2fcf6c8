"""What a page must be, whatever strangers write: text that reads as it looks, and nothing live."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from bs4 import BeautifulSoup, Tag

from monitor.domain.finding import Finding

FIELDS = ("title", "snippet", "name", "handle", "bio")
# Where a page of ours may lead: to us, to the office or a reviewer by mail, or to an address as
# it stands in a finding.
OURS = re.compile(r"/(?![/\\])|#|mailto:(?:privacy|ana|bo)@cedarvalley\.example")
LINKED = ("href", "src", "action", "formaction", "data", "poster", "srcset", "background")
# Line breaks are the page's own; the rest of these reorders, hides or commands.
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def poisoned(finding: Finding, texts: list[str], **more: str) -> Finding:
    """Have the account say something else wherever an account says something."""
    words = dict(zip(FIELDS, texts, strict=False))
    return replace(finding, portrait=replace(finding.portrait, **words, **more))


def live(page: BeautifulSoup, known: set[str]) -> Iterator[str]:
    """Yield all that would run, load or lead away; `known` is where a reader may be led."""
    for tag in page.find_all():
        assert isinstance(tag, Tag)
        yield from (f"{tag.name} {name}" for name in tag.attrs if name.startswith("on"))
        yield from _loading(tag)
        for name in LINKED:
            to = str(tag.get(name, ""))
            if to and not OURS.match(to) and to not in known:
                yield f"{tag.name} leads to {to}"


def _loading(tag: Tag) -> Iterator[str]:
    # Charts and icons are drawings of ours, and have no part that runs or leads anywhere.
    drawn = tag.name == "svg" and {"chart", "icon"} & set(tag.get("class") or ())
    if tag.name in {"iframe", "object", "embed", "base", "style", "img", "math"}:
        yield tag.name
    if tag.name == "svg" and not drawn:
        yield "svg"
    if tag.name == "script" and not str(tag.get("src", "")).startswith("/static/"):
        yield "a script of its own"
    if tag.name == "meta" and str(tag.get("http-equiv", "")).casefold() == "refresh":
        yield "a page that reloads itself"


def hidden(text: str) -> Iterator[str]:
    """Yield each character that no reader sees and that changes what they do see."""
    for character in text:
        if unicodedata.category(character) in UNSEEN and character not in "\n\r\t":
            yield f"U+{ord(character):04X}"
