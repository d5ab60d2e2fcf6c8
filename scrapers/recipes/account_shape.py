"""Where the JSON of an API keeps what it tells of an account."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from scrapers.canonical import account_key, account_keys, canonical_key
from scrapers.finding import Finding, Kind
from scrapers.recipes.fragment import plain_text, web_links
from scrapers.recipes.json_card import addresses
from scrapers.recipes.picture_address import picture_in
from scrapers.recipes.shape import (
    ShapeError,
    inside,
    lacks,
    moment,
    optional_text,
    web_address,
)

ID = re.compile(r"[\w:.-]{1,128}")
HANDLE = re.compile(r"[^\s/?#\x00-\x1f]{1,128}")
LONGEST_COUNT = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountShape:
    """Each field is a path in the answer, such as `snippet.title`; empty where an API has none.

    `id` stays when the handle changes. It must be there if it is named, and so must the handle,
    unless there is an id and some have no handle (`handle_optional`). `url` may be missing from an
    answer; then `shown_at` says where an account is shown, by its `{handle}` or `{id}`.
    Where there is neither id nor handle, the address tells the account. `echo` is what repeats
    the question. `markup` holds the texts (`name`, `bio`) that are scraps of HTML, and
    `always` those that no account lacks. `gone` are values of `state` that mean that the site has
    closed the account.
    """

    id: str = ""
    handle: str = ""
    handle_optional: bool = False
    url: str = ""
    shown_at: str = ""
    name: str = ""
    bio: str = ""
    location: str = ""
    picture: str = ""
    created: str = ""
    state: str = ""
    echo: str = ""
    links: tuple[str, ...] = ()
    counts: tuple[tuple[str, str], ...] = ()
    markup: frozenset[str] = frozenset()
    always: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()

    def finding(self, platform: str, shown: Mapping[str, object]) -> Finding:
        """Read strictly: raise ShapeError where what makes an account is missing."""
        stable, handle = self.stable(shown), self.handle_in(shown)
        url = self._address(shown, stable, handle)
        keyed = (f"{platform}:{stable}",) if stable else ()
        handled = (account_key(platform, handle),) if handle else ()
        account, *others = (*keyed, *handled, *account_keys(url)) or ("",)
        if not account.startswith(f"{platform}:"):
            lacks(self.url)
        aliases = dict.fromkeys(others)
        picture = web_address(_optional(shown, self.picture))
        return Finding(
            key=canonical_key(url),
            kind=Kind.ACCOUNT,
            url=url,
            account=account,
            account_aliases=tuple(alias for alias in aliases if alias != account),
            name=self._text(shown, "name"),
            handle=handle or (account.partition(":@")[2] if not stable else ""),
            bio=self._text(shown, "bio"),
            location=_optional(shown, self.location),
            links=web_links([link for path in self.links for link in _links(shown, path)]),
            picture=picture,
            picture_hash=picture_in(picture),
            created_at=_created(shown, self.created),
            counts=tuple(_counts(shown, self.counts)),
        )

    def stable(self, shown: Mapping[str, object]) -> str:
        if not self.id:
            return ""
        holder, key = inside(shown, self.id)
        value = holder.get(key)
        number = isinstance(value, int) and not isinstance(value, bool) and value > 0
        text = str(value) if number else value
        if not isinstance(text, str) or not ID.fullmatch(text):
            lacks(key)
        return text

    def handle_in(self, shown: Mapping[str, object]) -> str:
        if not self.handle:
            return ""
        handle = _optional(shown, self.handle).removeprefix("@")
        if not handle and self.id and self.handle_optional:
            return ""
        if not HANDLE.fullmatch(handle):
            lacks(self.handle)
        return handle

    def answers(self, term: str, shown: Mapping[str, object]) -> bool:
        """Say whether an account is the one that was asked for."""
        handle = self.handle_in(shown)
        nameless = self.handle_optional and not handle
        told = (handle, self.stable(shown), _optional(shown, self.echo))
        return nameless or term.casefold() in {each.casefold() for each in told if each}

    def closed(self, shown: Mapping[str, object]) -> bool:
        return bool(self.state) and _optional(shown, self.state) in self.gone

    def _address(self, shown: Mapping[str, object], stable: str, handle: str) -> str:
        url = web_address(_optional(shown, self.url))
        if url:
            return url
        if not self.shown_at:
            lacks(self.url)
        return self.shown_at.format(id=quote(stable), handle=quote(handle))

    def _text(self, shown: Mapping[str, object], field: str) -> str:
        path = self.name if field == "name" else self.bio
        told = _optional(shown, path)
        if not told and field in self.always:
            lacks(path)
        return plain_text(told) if field in self.markup else told


def _optional(shown: Mapping[str, object], path: str) -> str:
    if not path:
        return ""
    holder, key = inside(shown, path)
    return optional_text(holder, key)


def _links(shown: Mapping[str, object], path: str) -> Iterator[str]:
    holder, key = inside(shown, path)
    yield from addresses(holder.get(key))


def _created(shown: Mapping[str, object], path: str) -> datetime | None:
    """Read an ISO 8601 time, or seconds since 1970; a strange one says nothing of the answer."""
    if not path:
        return None
    holder, key = inside(shown, path)
    value = holder.get(key)
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        return moment(holder, key)
    except (ShapeError, ValueError, OverflowError, OSError):
        return None


def _counts(
    shown: Mapping[str, object], wanted: tuple[tuple[str, str], ...]
) -> Iterator[tuple[str, int]]:
    """Yield what is counted; some APIs spell numbers as text."""
    for name, path in wanted:
        holder, key = inside(shown, path)
        value = holder.get(key)
        spelt = isinstance(value, str) and value.isascii() and value.isdigit()
        if isinstance(value, str) and spelt and len(value) <= LONGEST_COUNT:
            yield name, int(value)
        elif isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            yield name, value
        elif value is not None:
            lacks(key)
