"""One entry as its file spells it: a JSON object of which nothing is certain."""

from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

Row = Mapping[str, object]

NOWHERE = SplitResult("", "", "", "", "")


def text(row: Row, key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def texts(row: Row, key: str) -> tuple[str, ...]:
    """Return the texts of a list; one text stands for a list of one."""
    value = row.get(key)
    if isinstance(value, str):
        return (value,)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def number(row: Row, key: str) -> int:
    value = row.get(key)
    return value if isinstance(value, int) else 0


def numbers(row: Row, key: str) -> tuple[int, ...]:
    value = row.get(key)
    return tuple(each for each in value if isinstance(each, int)) if isinstance(value, list) else ()


def headers(row: Row) -> Mapping[str, str]:
    value = row.get("headers")
    return value if isinstance(value, dict) else {}


def place(address: str) -> SplitResult:
    """Take an address apart; one that cannot be is nowhere."""
    try:
        return urlsplit(address)
    except ValueError:
        return NOWHERE
