"""Is there such an account? Only what a rule proves is an answer; the rest is "could not tell"."""

import re
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from scrapers.models import Outcome, Page, ParseResult
from scrapers.parsers.block_detection import (
    build_unreadable_result,
    detect_block,
    detect_block_around_body,
    detect_refusal,
    is_distinctive_mark,
    is_rate_limited,
)
from scrapers.urls.canonical import get_bare_host

ACCOUNT_PLACEHOLDER = "{account}"
REDIRECTS = range(300, 400)
BOTH_SHOWN = "page-says-both"
# In what someone says of themselves, brackets and quotes would be escaped.
_ONLY_IN_MARKUP = re.compile("[<>\"]|='")


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceRule:
    """What the page of an account shows ("e_") and what is shown in its place ("m_").

    A string may hold `{account}`. `m_string` may be empty only where the codes differ.
    `e_others` and `m_others` are strings that count as the first one does; `m_codes` are further
    statuses of what is shown for a missing account, for lists that know its words alone.

    A missing rule with a redirect's code is met by the redirect itself where that is what was
    asked for. Where redirects were followed it means: led away to the front page.
    """

    e_code: int
    e_string: str
    m_code: int
    m_string: str
    e_others: tuple[str, ...] = ()
    m_others: tuple[str, ...] = ()
    m_codes: tuple[int, ...] = ()

    @property
    def is_name_only(self) -> bool:
        """Say whether a page shows an account by naming it, as one that misses it may do, too."""
        return self.e_string == ACCOUNT_PLACEHOLDER and not self.e_others


def check_presence(rule: PresenceRule, asked_url: str, handle: str, page: Page) -> ParseResult:
    """Return FOUND (without traces) or ABSENT if the rule proves it and it is no wall.

    A page that has the status and shows the site's own words is no wall, whatever else it says.
    Anyone who runs an account can write the site's words for "no such account" into their bio, so a
    page that shows both is FOUND, with the note BOTH_SHOWN; unless what speaks against the
    account is markup, which no one can write there, and what speaks for it is not.
    """
    exists = _find_mark(page, handle, (rule.e_code,), (rule.e_string, *rule.e_others))
    missing = _find_mark(
        page, handle, (rule.m_code, *rule.m_codes), (rule.m_string, *rule.m_others)
    )
    if missing and rule.is_name_only:
        exists = None
    proof = _weigh_marks(exists, missing)
    if (
        proof
        and is_distinctive_mark(proof[1])
        and detect_block_around_body(page) is None
        and not is_rate_limited(page)
    ):
        return ParseResult(outcome=proof[0])
    refused = detect_refusal(page)
    if refused is not None and not _is_expected_refusal(rule, refused, page):
        return refused
    if missing is None and rule.m_code in REDIRECTS and _is_front_page_redirect(asked_url, page):
        proof = _weigh_marks(exists, "")
    if proof:
        return ParseResult(outcome=proof[0])
    if exists is not None and _can_be_owner_words(missing, exists):
        return ParseResult(outcome=Outcome.FOUND, note=BOTH_SHOWN)
    if exists is not None:
        return build_unreadable_result(BOTH_SHOWN)
    empty = not page.body.strip()
    return build_unreadable_result("page-empty" if empty else f"page-says-neither:{page.status}")


def list_shown_marks(rule: PresenceRule, handle: str, page: Page) -> tuple[str, ...]:
    """Return a digest of each mark of the rule that a page shows, whatever its status."""
    return tuple(
        digest for mark, digest in list_mark_digests(rule) if _has_mark(page, mark, handle)
    )


def list_mark_digests(rule: PresenceRule) -> tuple[tuple[str, str], ...]:
    """Return the marks of a rule, and a short name of each that tells nothing of it."""
    marks = (rule.e_string, *rule.e_others, rule.m_string, *rule.m_others)
    return tuple((mark, sha256(mark.encode()).hexdigest()[:12]) for mark in marks if mark)


def build_impossible_handle(nonce: str, source: str, length: int = 14) -> str:
    """Return a handle that no one has, in letters that every site allows."""
    drawn = sha256(f"{nonce}\x1f{source}".encode()).digest()
    return "".join(chr(ord("a") + byte % 26) for byte in drawn[:length])


def _find_mark(
    page: Page, handle: str, codes: tuple[int, ...], marks: tuple[str, ...]
) -> str | None:
    """Return the first of `marks` that the page shows with one of the codes."""
    if page.status not in codes:
        return None
    return next((mark for mark in marks if _has_mark(page, mark, handle)), None)


def _weigh_marks(exists: str | None, missing: str | None) -> tuple[Outcome, str] | None:
    """Return what one mark proves; None if there is none, or one on either side."""
    if exists is not None and missing is None:
        return Outcome.FOUND, exists
    if missing is not None and exists is None:
        return Outcome.ABSENT, missing
    return None


def _can_be_owner_words(missing: str | None, exists: str) -> bool:
    """Tell whether the words against an account may be its owner's own, and do not outweigh it."""
    if missing is None:
        return False
    return not _is_markup_only(missing) or _is_markup_only(exists)


def _is_markup_only(mark: str) -> bool:
    return _ONLY_IN_MARKUP.search(mark) is not None


def _is_expected_refusal(rule: PresenceRule, refused: ParseResult, page: Page) -> bool:
    """Say whether the rule itself names this refusal: a 403 with words for "no such account"."""
    named = refused.outcome is Outcome.BLOCKED and page.status == rule.m_code
    return named and bool(rule.m_string) and detect_block(page) is None


def _has_mark(page: Page, mark: str, handle: str) -> bool:
    """Sites spell a handle as its owner does, so a mark that holds one is compared without case."""
    if not mark.isascii() or not handle.isascii():
        named = mark.replace(ACCOUNT_PLACEHOLDER, handle)
        same = ACCOUNT_PLACEHOLDER not in mark
        return mark in page.text if same else named.casefold() in page.text.casefold()
    if ACCOUNT_PLACEHOLDER not in mark:
        return mark.encode() in page.searchable_bytes
    return (
        mark.replace(ACCOUNT_PLACEHOLDER, handle).lower().encode() in page.searchable_bytes.lower()
    )


def _is_front_page_redirect(asked_url: str, page: Page) -> bool:
    ours, theirs = urlsplit(asked_url), urlsplit(page.url)
    same_site = get_bare_host(asked_url) == get_bare_host(page.url)
    return same_site and ours.path.strip("/") != "" and theirs.path.strip("/") == ""
