"""One question, as data: what is asked, on whose behalf, and the request that asks it."""

from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256


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
