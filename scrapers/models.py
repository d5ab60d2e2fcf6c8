"""The values that every source speaks: identities, requests, pages, readings and findings.

An `Identity` holds only the words a person agreed to be searched by. A picture is kept as hashes
that say where it grows lighter and darker: nobody can make the picture of them again.
"""

import codecs
import encodings
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from encodings.aliases import aliases
from enum import StrEnum
from hashlib import sha256
from pkgutil import iter_modules
from typing import Self, TypeAlias


class Kind(StrEnum):
    ACCOUNT = "account"
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One public trace, with a key that stays the same between visits.

    `key` is the canonical URL key. `account` is `platform:stable-id` where the platform tells
    one, else `platform:@handle`, and empty for a page. `account_aliases` are further account
    keys that name the same account. A bio is what an account says of itself; a snippet is what
    a result list shows of a page. `location` is what an account says in a field of its own;
    `private` is None where the source does not tell. `picture` is where an account's picture
    lies, `picture_hash` the network's own name for it, and `picture_print` what we keep of it
    (see `scrapers.models`), empty if we did not look. `exposed` names the kinds
    of private contact that were taken out before it was kept, and where (`phone:bio`); no source
    fills it. `says_missing` is True where the page of an account that exists also shows its
    site's words for one that does not.
    """

    key: str
    kind: Kind
    url: str
    account: str = ""
    account_aliases: tuple[str, ...] = ()
    title: str = ""
    snippet: str = ""
    name: str = ""
    handle: str = ""
    bio: str = ""
    location: str = ""
    links: tuple[str, ...] = ()
    picture: str = ""
    picture_hash: str = ""
    picture_print: str = ""
    exposed: tuple[str, ...] = ()
    private: bool | None = None
    says_missing: bool = False
    created_at: datetime | None = None
    counts: tuple[tuple[str, int], ...] = ()

    @property
    def platform(self) -> str:
        return self.account.partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Someone an own account follows or is followed by: read in memory, never stored."""

    name: str
    handle: str
    bio: str = ""

    def __repr__(self) -> str:
        return "Contact(…)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """All that a source may know of a person; `ref` is opaque and never leaves this machine.

    `names` are full written names, best first. `handles` are worth asking about: declared
    ones first, then guesses. `accounts` are account keys (`platform:@handle`) that the person
    declared as their own, and `pages` are the addresses of their own pages. `mail_hash` is the
    SHA-256 of the work mail address, in hexadecimal, and empty without a consent of its own.
    """

    ref: str
    names: tuple[str, ...]
    handles: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    organisation: str = ""
    mail_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """What a school district is asked for by, without anybody's name.

    `domains` are those of its own mail and pages.
    """

    name: str
    domains: tuple[str, ...] = ()


class Outcome(StrEnum):
    """Only a conclusive outcome speaks of the person; the others speak of the visit."""

    FOUND = "found"
    ABSENT = "absent"
    UNCHANGED = "unchanged"
    PARTIAL = "partial"
    BLOCKED = "blocked"
    LIMITED = "limited"
    UNREADABLE = "unreadable"
    FAILED = "failed"
    DECLINED = "declined"
    SKIPPED = "skipped"

    @property
    def conclusive(self) -> bool:
        return self in CONCLUSIVE


CONCLUSIVE = frozenset({Outcome.FOUND, Outcome.ABSENT, Outcome.UNCHANGED})


class QueryKind(StrEnum):
    """What a question is about; only some can prove that something is gone.

    DISTRICT is asked once for all staff, without anybody's name.
    """

    SEARCH = "search"
    DISTRICT = "district"
    PROFILE = "profile"
    PRESENCE = "presence"
    FOLLOWS = "follows"
    FOLLOWERS = "followers"
    PICTURE = "picture"

    @property
    def proves_absence(self) -> bool:
        """Rankings churn, so leaving a list proves nothing; an item's own address does."""
        return self in {QueryKind.PROFILE, QueryKind.PRESENCE}


class Media(StrEnum):
    """What kind of body is wanted; any other is left unread."""

    TEXT = "text"
    PICTURE = "picture"


MOST_HOPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A GET to make, or a POST of `body` where there is one: a JSON document.

    Credentials are added by the fetch tier and never stand here. A redirect of a POST is not
    followed, but is the answer.

    `hops` is how many redirects to follow (MOST_HOPS at most); with 0 the redirect itself is the
    answer, which is what a presence check that knows "302 means missing" wants. `led` says that
    a redirect led here, so a page may lie elsewhere than where its source is asked. Where a
    picture is wanted, text is taken, too: it may say why there is none.
    """

    url: str
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    hops: int = MOST_HOPS
    led: bool = False
    media: Media = Media.TEXT
    body: str = ""

    @property
    def method(self) -> str:
        return "POST" if self.body else "GET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is remembered of a page that was read, to tell whether it is still the same.

    `etag` and `last_modified` are the server's own words for it, empty where it has none. `asked`
    and `digest` stand for the request and for the answer; `version` is that of the reader.
    """

    asked: bytes
    digest: bytes
    version: int
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question to a source on behalf of `subject` (an identity's ref; empty: of nobody).

    Two queries with the same key are the same question. The key holds neither the page asked
    for (`page`, from 1) nor the address it is asked at, so page 2 continues page 1's question.
    `kept` is what we remember of the last answer, and `pages` how many pages to ask at most, None
    for as many as its source reads; neither makes another question of it.
    """

    source: str
    kind: QueryKind
    terms: tuple[str, ...]
    request: Request
    subject: str = ""
    page: int = 1
    kept: Kept | None = field(default=None, compare=False)
    pages: int | None = field(default=None, compare=False)
    key: str = field(init=False)

    def __post_init__(self) -> None:
        folded = (" ".join(term.casefold().split()) for term in self.terms)
        parts = (self.subject, self.source, self.kind, *folded)
        object.__setattr__(self, "key", sha256("\x1f".join(parts).encode()).hexdigest()[:32])


TOLD = re.compile(r"\bcharset\s{0,9}=\s{0,9}[\"']?([^\s\"';]+)", re.IGNORECASE)
# What a document says of its own encoding stands near its top.
SAID = re.compile(
    rb"(?:<meta\b[^<>]{0,300}?\bcharset|<\?xml\b[^<>]{0,200}?\bencoding)"
    rb"\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})",
    re.IGNORECASE,
)
SAID_WITHIN = 1024
# Encodings in which a letter takes more than one byte, or bytes of letters mean something else.
WIDE = ("utf-16", "utf16", "utf-32", "utf32", "utf-7", "ucs", "iso-2022", "iso2022", "hz")
LONGEST_ENCODING = 40
ENCODINGS = frozenset(aliases) | {each.name for each in iter_modules(encodings.__path__)}
# Python knows encodings that no page is written in; undoing punycode takes quadratic time.
NOT_OF_PAGES = ("idna", "punycode", "raw-unicode-escape", "unicode-escape")
# Browsers read these two as Windows writes them: where quotation marks would else be controls.
MEANT = {"ascii": "cp1252", "iso8859-1": "cp1252", **dict.fromkeys(NOT_OF_PAGES, "utf-8")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a server answered. Header names are lower-case; `url` is where redirects ended.

    `cut` says that the body is not all there (larger than we read, or no text), so that what is
    missing from it proves nothing.
    """

    url: str
    status: int
    body: bytes
    fetched_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False

    @property
    def charset(self) -> str:
        """The encoding that the server tells, else the document; UTF-8 where neither does."""
        told = TOLD.search(self.headers.get("content-type", ""))
        if told:
            return told[1]
        said = SAID.search(self.body, 0, SAID_WITHIN)
        name = said[1].decode() if said else ""
        # Whoever could read that needed one byte a letter.
        return "utf-8" if not name or _wide(name) else name

    @property
    def bytes(self) -> bytes:
        """The body in an encoding that spells ASCII as ASCII, to search without decoding it all."""
        return self.text.encode("utf-8", "replace") if _wide(self.charset) else self.body

    @property
    def text(self) -> str:
        spelled = encodings.normalize_encoding(self.charset[:LONGEST_ENCODING]).lower()
        try:
            # Python remembers every name that was ever looked up, also those that are none.
            known = codecs.lookup(spelled if spelled in ENCODINGS else "utf-8").name
            return self.body.decode(MEANT.get(known, known), "replace")
        except (LookupError, ValueError):  # no such encoding, or one that is not for pages
            return self.body.decode("utf-8", "replace")

    def json(self) -> object:
        """Raise ValueError where the body is not JSON."""
        parsed: object = json.loads(self.body)
        return parsed


def _wide(charset: str) -> bool:
    return charset.casefold().startswith(WIDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Only a conclusive reading speaks of the person; the rest speak of the visit.

    `follow` holds what to ask next: a query with the same key continues this question (its
    next page), any other is a question of its own. `note` is one clause for people, without
    text from the web. `retry_at` says when a limited source may be asked again. `kept` is what to
    remember of the page for the next visit, None where nothing can be told by it. `unparsed` says
    that the bytes alone decided: the page tells more, and whoever wants that parses it. `withheld`
    counts the accounts that were left out because they ask for it.
    """

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    contacts: tuple[Contact, ...] = ()
    follow: tuple[Query, ...] = ()
    note: str = ""
    retry_at: datetime | None = None
    kept: Kept | None = None
    unparsed: bool = False
    withheld: int = 0

    def joined(self, later: "Reading") -> "Reading":
        """Join two pages of one question: it is conclusive only if every page is."""
        both = replace(
            later,
            findings=self.findings + later.findings,
            contacts=self.contacts + later.contacts,
            follow=self.follow + later.follow,
            kept=None,  # it would speak of one page only
            withheld=self.withheld + later.withheld,
        )
        if not later.outcome.conclusive:
            gap = Outcome.PARTIAL if both.findings or both.contacts else later.outcome
            return replace(both, outcome=gap)
        if Outcome.PARTIAL in (self.outcome, later.outcome):
            return replace(both, outcome=Outcome.PARTIAL, note=self.note or later.note)
        found = both.findings or both.contacts
        return replace(both, outcome=Outcome.FOUND if found else later.outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """One page of an answer, and what was read in it: what a later reader can be tried on."""

    query: Query
    page: Page
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A query, what it came to, and when. `pages` are those that somebody wanted kept."""

    query: Query
    reading: Reading
    at: datetime
    pages: tuple[ReadPage, ...] = ()


VERSION = "1"
Cut: TypeAlias = tuple[float, float, float, float]
"""What is taken off at the left, the top, the right and the bottom, as shares of the side."""
# The whole picture; what is left when a border is undone; and what is left when somebody cuts it
# away from one corner or another.
CUTS: tuple[Cut, ...] = (
    (0.0, 0.0, 0.0, 0.0),
    (0.04, 0.04, 0.04, 0.04),
    (0.08, 0.08, 0.08, 0.08),
    (0.06, 0.06, 0.0, 0.0),
    (0.0, 0.06, 0.06, 0.0),
    (0.0, 0.0, 0.06, 0.06),
    (0.06, 0.0, 0.0, 0.06),
)
SHORT, LONG = 64, 256
_DIGITS = (SHORT + SHORT + LONG) // 4
_SHORT_DIGITS = SHORT // 4
_WRITTEN = re.compile(rf"{VERSION}:((?:[0-9a-f]{{{_DIGITS}}}){{{2 * len(CUTS)}}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One cut of a picture as three hashes: `dhash` and `phash` of 64 bits, `pdq` of 256."""

    dhash: int
    phash: int
    pdq: int

    @classmethod
    def read(cls, digits: str) -> Self:
        return cls(
            dhash=int(digits[:_SHORT_DIGITS], 16),
            phash=int(digits[_SHORT_DIGITS : 2 * _SHORT_DIGITS], 16),
            pdq=int(digits[2 * _SHORT_DIGITS :], 16),
        )

    @property
    def digits(self) -> str:
        return f"{self.dhash:016x}{self.phash:016x}{self.pdq:064x}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePrint:
    """A view for each of CUTS: of the picture, and of what a mirror shows of it."""

    straight: tuple[View, ...]
    mirrored: tuple[View, ...]

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return None for what is no print, or one of another version: none can be compared."""
        whole = _WRITTEN.fullmatch(text)
        if whole is None:
            return None
        pieces = (whole[1][at : at + _DIGITS] for at in range(0, len(whole[1]), _DIGITS))
        views = tuple(map(View.read, pieces))
        return cls(straight=views[: len(CUTS)], mirrored=views[len(CUTS) :])

    def written(self) -> str:
        return f"{VERSION}:" + "".join(view.digits for view in (*self.straight, *self.mirrored))
