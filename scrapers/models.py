"""The values that every source uses: identities, requests, pages, answers and traces.

An `Identity` holds only the words a person agreed to be searched by. A picture is stored as hashes
that say where it gets lighter and darker: no one can restore the picture from them.
"""

import codecs
import encodings
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from encodings.aliases import aliases
from enum import IntEnum, StrEnum
from hashlib import sha256
from pkgutil import iter_modules
from typing import Self, TypeAlias


class CrawlPriority(IntEnum):
    """Someone waits for a self-check; no one waits for a sweep."""

    FIRST = 0
    USUAL = 1


class TraceKind(StrEnum):
    ACCOUNT = "account"
    PAGE = "page"


class NetworkLabel(StrEnum):
    """What a network says of an account: it knows whose it is, or that it imitates somebody."""

    VERIFIED = "verified"
    IMPERSONATION = "impersonation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One public trace, with a key that stays the same between visits.

    `key` is the canonical URL key. `account` is `platform:stable-id` where the platform tells
    one, else `platform:@handle`, and empty for a page. `account_aliases` are further account
    keys that name the same account. A bio is what an account says of itself; a snippet is what
    a result list shows of a page. `location` is what an account says in a field of its own;
    `private` is None where the source does not tell. `picture` is the address of an account's
    picture, `picture_hash` the network's own name for it, and `picture_print` what we store of it
    (see `scrapers.models`), empty if we did not look. `exposed` names the kinds of private contact
    details that were removed before it was stored, and where (`phone:bio`), `harms` which lists of
    harmful words a page met, and `withheld` why nothing but its address and times is kept; no
    source fills these.
    `says_missing` is True if the page of an account that exists also shows its site's words for one
    that does not. `network_labels` are what its network says of an account, in our own words.
    """

    key: str
    kind: TraceKind
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
    harms: tuple[str, ...] = ()
    withheld: str = ""
    private: bool | None = None
    says_missing: bool = False
    network_labels: tuple[NetworkLabel, ...] = ()
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
class Breach:
    """A data breach that an address was part of: what happened to others' copy of its data.

    `name` is what its source knows it by and never changes, `title` what people call it. `data`
    are the kinds of data that leaked, in the words of the source; no leaked data is ever here. An
    unverified breach may not have happened, and a fabricated one did most likely not. A spam list
    was collected to send advertising; what malware collected came from people's own devices.
    """

    name: str
    title: str
    happened_on: date
    data: tuple[str, ...]
    verified: bool = True
    fabricated: bool = False
    spam_list: bool = False
    from_malware: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """All that a source may know of a person; `person_id` is opaque and never leaves this machine.

    `names` are full written names, best first. `handles` are worth asking about: declared
    ones first, then guesses; `own_handles` are the declared ones alone. `phrases` are how students
    call the person: they count only word for word. `accounts` are account
    keys (`platform:@handle`) that the person declared as their own, and `pages` are the addresses
    of their own pages. `alert_feeds` are secret addresses that they pasted. `mail_hash` is the
    SHA-256 of the work mail address, in hexadecimal, and empty without a consent of its own. So is
    `mail`, the address itself, which another consent covers.
    """

    person_id: str
    names: tuple[str, ...]
    handles: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    organization: str = ""
    school: str = ""
    own_handles: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    alert_feeds: tuple[str, ...] = field(default=(), repr=False)
    mail_hash: str = ""
    mail: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """What a school district is asked for by, without anyone's name.

    `schools` are their names as people write them, `domains` those of its own mail and pages.
    """

    name: str
    domains: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()


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
    def is_conclusive(self) -> bool:
        return self in CONCLUSIVE_OUTCOMES


CONCLUSIVE_OUTCOMES = frozenset({Outcome.FOUND, Outcome.ABSENT, Outcome.UNCHANGED})


class QueryKind(StrEnum):
    """What a query is about; only some can prove that something is gone.

    DISTRICT is asked once for all staff, without anyone's name. PEOPLE_SEARCH asks a search engine
    for people-search sites that list a person. BREACHES asks by a person's work address for data
    breaches: its answer has no traces.
    """

    SEARCH = "search"
    PEOPLE_SEARCH = "people-search"
    DISTRICT = "district"
    PROFILE = "profile"
    PRESENCE = "presence"
    FOLLOWS = "follows"
    FOLLOWERS = "followers"
    PICTURE = "picture"
    BREACHES = "breaches"

    @property
    def proves_absence(self) -> bool:
        """Rankings churn, so leaving a list proves nothing; a finding's own address does."""
        return self in {QueryKind.PROFILE, QueryKind.PRESENCE}


class MediaKind(StrEnum):
    """What kind of body is wanted; any other is left unread."""

    TEXT = "text"
    PICTURE = "picture"


MOST_HOPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A GET to make, or a POST of `body` where there is one: JSON, or as `content-type` says.

    The HTTP layer adds credentials; they are never here. A redirect of a POST is not
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
    media: MediaKind = MediaKind.TEXT
    body: str = ""

    @property
    def method(self) -> str:
        return "POST" if self.body else "GET"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFingerprint:
    """What is stored of a page that was read, to tell whether it is still the same.

    `etag` and `last_modified` are the server's own words for it, empty where it has none. `asked`
    and `digest` are hashes of the request and of the answer; `version` is that of the parser.
    """

    asked: bytes
    digest: bytes
    version: int
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query to a source on behalf of `subject` (an identity's id; empty: of no one).

    Two requests with the same key are the same query. The key holds neither the page asked
    for (`page`, from 1) nor the address it is asked at, so page 2 continues page 1's query.
    `kept` is what we store of the last answer, and `pages` how many pages to ask at most, None for
    as many as its source reads; neither makes it another query.
    """

    source: str
    kind: QueryKind
    terms: tuple[str, ...]
    request: Request
    subject: str = ""
    page: int = 1
    kept: PageFingerprint | None = field(default=None, compare=False)
    pages: int | None = field(default=None, compare=False)
    key: str = field(init=False)

    def __post_init__(self) -> None:
        folded = (" ".join(term.casefold().split()) for term in self.terms)
        parts = (self.subject, self.source, self.kind, *folded)
        object.__setattr__(self, "key", sha256("\x1f".join(parts).encode()).hexdigest()[:32])


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainRecords:
    """What the name service says of a domain: FOUND, ABSENT, or FAILED if it could not be asked.

    `addresses` are those of its web server on the public internet, `mail_servers` take its email.
    """

    outcome: Outcome
    addresses: tuple[str, ...] = ()
    mail_servers: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedNames:
    """The host names in a log of certificates that hold a word; FAILED and so on as elsewhere."""

    outcome: Outcome
    names: tuple[str, ...] = ()
    note: str = ""


HEADER_CHARSET = re.compile(r"\bcharset\s{0,9}=\s{0,9}[\"']?([^\s\"';]+)", re.IGNORECASE)
# A document names its encoding near its top.
DOCUMENT_CHARSET = re.compile(
    rb"(?:<meta\b[^<>]{0,300}?\bcharset|<\?xml\b[^<>]{0,200}?\bencoding)"
    rb"\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})",
    re.IGNORECASE,
)
DOCUMENT_CHARSET_WITHIN = 1024
# Encodings in which a letter takes more than one byte, or bytes of letters mean something else.
WIDE_CHARSETS = ("utf-16", "utf16", "utf-32", "utf32", "utf-7", "ucs", "iso-2022", "iso2022", "hz")
LONGEST_ENCODING = 40
ENCODINGS = frozenset(aliases) | {module.name for module in iter_modules(encodings.__path__)}
# Python knows encodings that no page is written in; undoing punycode takes quadratic time.
CODECS_NOT_FOR_PAGES = ("idna", "punycode", "raw-unicode-escape", "unicode-escape")
# Browsers read these two as Windows writes them: where quotation marks would else be controls.
CODEC_REPLACEMENTS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    **dict.fromkeys(CODECS_NOT_FOR_PAGES, "utf-8"),
}


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
        declared = HEADER_CHARSET.search(self.headers.get("content-type", ""))
        if declared:
            return declared[1]
        in_document = DOCUMENT_CHARSET.search(self.body, 0, DOCUMENT_CHARSET_WITHIN)
        name = in_document[1].decode() if in_document else ""
        # A reader of that text needs one byte a letter.
        return "utf-8" if not name or _is_wide_charset(name) else name

    @property
    def searchable_bytes(self) -> bytes:
        """The body in an encoding that spells ASCII as ASCII, to search without decoding it all."""
        return self.text.encode("utf-8", "replace") if _is_wide_charset(self.charset) else self.body

    @property
    def text(self) -> str:
        spelled = encodings.normalize_encoding(self.charset[:LONGEST_ENCODING]).lower()
        try:
            # Python remembers every name that was ever looked up, also those that are none.
            codec = codecs.lookup(spelled if spelled in ENCODINGS else "utf-8").name
            return self.body.decode(CODEC_REPLACEMENTS.get(codec, codec), "replace")
        except (LookupError, ValueError):  # no such encoding, or one that is not for pages
            return self.body.decode("utf-8", "replace")

    def decode_json(self) -> object:
        """Raise ValueError where the body is not JSON."""
        parsed: object = json.loads(self.body)
        return parsed


def _is_wide_charset(charset: str) -> bool:
    return charset.casefold().startswith(WIDE_CHARSETS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseResult:
    """Only a conclusive answer is about the person; the others are about the visit.

    `follow` holds what to ask next: a query with the same key continues this query (its
    next page), any other is a query of its own. `note` is one clause for people, without
    text from the web. `retry_at` says when a limited source may be asked again. `kept` is what to
    store of the page for the next visit, None if that would be no help. `unparsed` says that the
    bytes alone decided; parse the page to learn more. `withheld` counts the accounts that were left
    out because they ask for it. `picture_copy` is a JPEG of the picture that was asked for;
    `breaches` are all that an address was part of. `secret_spans` are the places of secret numbers
    in a page that was searched for nothing else.
    """

    outcome: Outcome
    traces: tuple[Trace, ...] = ()
    contacts: tuple[Contact, ...] = ()
    follow: tuple[Query, ...] = ()
    note: str = ""
    retry_at: datetime | None = None
    kept: PageFingerprint | None = None
    unparsed: bool = False
    withheld: int = 0
    picture_copy: bytes = b""
    breaches: tuple[Breach, ...] = ()
    secret_spans: tuple[tuple[int, int], ...] = ()

    def merge_next_page(self, next_page: "ParseResult") -> "ParseResult":
        """Join two pages of one query: it is conclusive only if every page is."""
        both = replace(
            next_page,
            traces=self.traces + next_page.traces,
            contacts=self.contacts + next_page.contacts,
            follow=self.follow + next_page.follow,
            kept=None,  # it would speak of one page only
            withheld=self.withheld + next_page.withheld,
        )
        if not next_page.outcome.is_conclusive:
            gap = Outcome.PARTIAL if both.traces or both.contacts else next_page.outcome
            return replace(both, outcome=gap)
        if Outcome.PARTIAL in (self.outcome, next_page.outcome):
            return replace(both, outcome=Outcome.PARTIAL, note=self.note or next_page.note)
        found = both.traces or both.contacts
        return replace(both, outcome=Outcome.FOUND if found else next_page.outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPage:
    """One page of an answer, and what was read in it: what a later reader can be tried on."""

    query: Query
    page: Page
    result: ParseResult


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlResult:
    """A query, its result, and when. `pages` are those to store.

    `shared` says that it was not asked: another district had the answer lately.
    """

    query: Query
    result: ParseResult
    at: datetime
    pages: tuple[ParsedPage, ...] = ()
    shared: bool = False


PRINT_VERSION = "2"
Crop: TypeAlias = tuple[float, float, float, float]
"""What is taken off at the left, the top, the right and the bottom, as shares of the side."""
# The whole picture; what is left when its edges are cut away on all sides; and what is left when
# someone cuts it away from one corner or another, a little or more.
_LITTLE, _MORE = 0.06, 0.12
CROPS: tuple[Crop, ...] = (
    *((even, even, even, even) for even in (0.0, 0.04, 0.08, 0.12, 0.16)),
    *(
        corner
        for off in (_LITTLE, _MORE)
        for corner in (
            (off, off, 0.0, 0.0),
            (0.0, off, off, 0.0),
            (0.0, 0.0, off, off),
            (off, 0.0, 0.0, off),
        )
    ),
)
SHORT_HASH_BITS, LONG_HASH_BITS = 64, 256
_CROP_DIGITS = (SHORT_HASH_BITS + SHORT_HASH_BITS + LONG_HASH_BITS) // 4
_SHORT_HASH_DIGITS = SHORT_HASH_BITS // 4
_PRINT_TEXT = re.compile(rf"{PRINT_VERSION}:((?:[0-9a-f]{{{_CROP_DIGITS}}}){{{2 * len(CROPS)}}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class CropHashes:
    """One cut of a picture as three hashes: `dhash` and `phash` of 64 bits, `pdq` of 256."""

    dhash: int
    phash: int
    pdq: int

    @classmethod
    def from_hex(cls, digits: str) -> Self:
        return cls(
            dhash=int(digits[:_SHORT_HASH_DIGITS], 16),
            phash=int(digits[_SHORT_HASH_DIGITS : 2 * _SHORT_HASH_DIGITS], 16),
            pdq=int(digits[2 * _SHORT_HASH_DIGITS :], 16),
        )

    @property
    def hex_digits(self) -> str:
        return f"{self.dhash:016x}{self.phash:016x}{self.pdq:064x}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePrint:
    """A view for each of CUTS: of the picture, and of what a mirror shows of it."""

    straight: tuple[CropHashes, ...]
    mirrored: tuple[CropHashes, ...]

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """Return None for what is no print, or one of another version: none can be compared."""
        whole = _PRINT_TEXT.fullmatch(text)
        if whole is None:
            return None
        pieces = (whole[1][at : at + _CROP_DIGITS] for at in range(0, len(whole[1]), _CROP_DIGITS))
        views = tuple(map(CropHashes.from_hex, pieces))
        return cls(straight=views[: len(CROPS)], mirrored=views[len(CROPS) :])

    def to_text(self) -> str:
        return f"{PRINT_VERSION}:" + "".join(
            view.hex_digits for view in (*self.straight, *self.mirrored)
        )
