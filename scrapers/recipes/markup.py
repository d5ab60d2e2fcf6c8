"""Markup of strangers, read by Beautiful Soup within bounds.

It costs whatever its author wants it to: only the child of `scrapers.parsing` may come here.
"""

import re

from bs4 import BeautifulSoup

from scrapers.recipes.document import LARGEST_DOCUMENT

HEAD_ENDS = re.compile(r"</head\s*>|<body[\s>]", re.IGNORECASE)
DOCTYPE = re.compile(r"<!DOCTYPE", re.IGNORECASE)


class DoctypeError(ValueError):
    """A feed has no need of a DOCTYPE; entities are declared in one."""


def head(text: str) -> BeautifulSoup:
    """Return the head alone: parsing it takes a hundredth of what the whole page takes."""
    end = HEAD_ENDS.search(text[:LARGEST_DOCUMENT])
    return whole(text[: end.start()] if end else text)


def whole(text: str) -> BeautifulSoup:
    return BeautifulSoup(text[:LARGEST_DOCUMENT], "lxml")


def xml(text: str) -> BeautifulSoup:
    """Parse a feed; raise DoctypeError where it holds a DOCTYPE, wherever it stands."""
    if DOCTYPE.search(text[:LARGEST_DOCUMENT]):
        raise DoctypeError
    return BeautifulSoup(text[:LARGEST_DOCUMENT], "xml")
