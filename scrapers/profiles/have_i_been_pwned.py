"""Have I Been Pwned: the data breaches that a work email address was part of.

Asked only for people who agreed to it, and only by their work address: by the address itself, or by
k-anonymity, so that it never leaves this machine. No leaked data comes back: only which breaches,
when, and what kinds of data were in them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha1
from urllib.parse import quote

from scrapers.models import Breach, Identity, Outcome, Page, ParseResult, Query, QueryKind, Request
from scrapers.parsers.block_detection import build_unreadable_result, detect_refusal
from scrapers.parsers.json_fields import (
    ShapeError,
    clean_text,
    get_optional_flag,
    parse_json,
    raise_shape_error,
    require_flag,
    require_list,
    require_object,
    require_text,
)
from scrapers.parsers.presence import build_impossible_handle
from scrapers.profile_api import JSON_HEADERS, DenialRule, check_denials
from scrapers.source import ApiKeySpec, ApiSource, Canary, SourceFamily, SourceInfo, TermsOfService

SOURCE_INFO = SourceInfo(
    title="Have I Been Pwned",
    asks="the work email address itself, of people who agreed to that",
    discloses="the work email address, to Have I Been Pwned",
    sees="in which known data breaches the address was, when, and what kinds of data leaked",
    cannot_see=(
        "the leaked data, breaches that no one has loaded there, and sensitive ones: those are "
        "shown to the owner of the address alone"
    ),
    provenance="the documentation of Have I Been Pwned's API, version 3",
    terms=TermsOfService(url="https://haveibeenpwned.com/API/v3#AcceptableUse"),
    # A subscription by the month, not a price for each request.
    usd_per_1000=None,
    api_key=ApiKeySpec(name="have-i-been-pwned-key", header="hibp-api-key"),
)
RANGE_INFO = replace(
    SOURCE_INFO,
    asks="six of the 40 characters of a hash of the work email address, of people who agreed",
    discloses="six characters of a hash, which hundreds of known addresses share",
)
PREFIX_LENGTH = 6
# The service's own example of an address in breaches; those for tests may stand in no range.
RANGE_ACCOUNT = "test@example.com"

OK, NOT_FOUND = 200, 404
# The service's own addresses for tests; each is there for one kind of answer.
TEST_DOMAIN = "hibp-integration-tests.com"
NO_BREACHES = "breach-unnamed"
DENIALS = (
    DenialRule(status=401, path="message", outcome=Outcome.BLOCKED, note="key-refused"),
    DenialRule(status=403, path="message", outcome=Outcome.BLOCKED, note="key-or-plan-refused"),
)
MOST_BREACHES = 1000
MOST_DATA_CLASSES = 60
LONGEST_WORDS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class HaveIBeenPwned(ApiSource):
    """`known_account` is an address that is in a breach: the service's own for tests.

    The smallest plan allows ten requests a minute. With `k_anonymity`, which larger plans have, a
    first question learns the names of the breaches, and a second reads what all breaches are:
    whoever asked for these alone would tell whose they are.
    """

    base_url: str = "https://haveibeenpwned.com"
    name: str = "have-i-been-pwned"
    platform: str = ""
    info: SourceInfo = SOURCE_INFO
    k_anonymity: bool = False
    known_account: str = f"account-exists@{TEST_DOMAIN}"
    seconds_between: float = 6.5
    family: SourceFamily = SourceFamily.BREACHES
    version: int = 2

    def build_queries(self, identity: Identity) -> Iterator[Query]:
        if identity.mail:
            yield self._build_query(identity.mail, identity.person_id)

    def build_canaries(self, nonce: str) -> Iterable[Canary]:
        nobody = f"{build_impossible_handle(nonce, self.name)}@{TEST_DOMAIN}"
        yield Canary(query=self._build_query(nobody, ""), expects=Outcome.ABSENT)
        yield Canary(query=self._build_query(self.known_account, ""), expects=Outcome.FOUND)

    def parse_response(self, query: Query, page: Page) -> ParseResult:
        """Take "not found" for no breach, in the service's own words alone."""
        refused = check_denials(DENIALS, page) or detect_refusal(page)
        if refused is not None:
            return refused
        try:
            if page.status == NOT_FOUND:
                # Believe an empty body, or the service's own words: a page is some other server's.
                if page.body.strip():
                    answer = require_object(parse_json(page), "an answer")
                    if answer.get("statusCode") != NOT_FOUND:
                        raise_shape_error("statusCode")
                return ParseResult(outcome=Outcome.ABSENT)
            if page.status != OK:
                return build_unreadable_result(f"query-refused:{page.status}")
            address, *names = query.terms
            if self.k_anonymity and not names:
                return self._build_range_result(query, _find_names(parse_json(page), address))
            breaches = tuple(_parse_breaches(parse_json(page), names))
        except ShapeError as error:
            return build_unreadable_result(str(error))
        outcome = Outcome.FOUND if breaches else Outcome.ABSENT
        return ParseResult(outcome=outcome, breaches=breaches)

    def _build_range_result(self, query: Query, names: tuple[str, ...]) -> ParseResult:
        """Say whether there are breaches; what they are, the next question tells."""
        if not names:
            return ParseResult(outcome=Outcome.ABSENT)
        if not query.subject:  # no one wants to know which breaches a canary was part of
            return ParseResult(outcome=Outcome.FOUND)
        request = replace(query.request, url=f"{self.base_url.rstrip('/')}/api/v3/breaches")
        onward = replace(query, terms=(*query.terms, *names), request=request)
        return ParseResult(outcome=Outcome.FOUND, follow=(onward,))

    def _build_query(self, address: str, subject: str) -> Query:
        asked = quote(address, safe="")
        if self.k_anonymity:
            asked = f"range/{_hash_address(address)[:PREFIX_LENGTH]}"
        return Query(
            source=self.name,
            kind=QueryKind.BREACHES,
            terms=(address,),
            request=Request(
                url=f"{self.base_url.rstrip('/')}/api/v3/breachedaccount/{asked}",
                params=() if self.k_anonymity else (("truncateResponse", "false"),),
                headers=JSON_HEADERS,
            ),
            subject=subject,
        )


def _hash_address(address: str) -> str:
    spelled = address.strip().lower().encode()
    return sha1(spelled, usedforsecurity=False).hexdigest().upper()


def _find_names(answer: object, address: str) -> tuple[str, ...]:
    """Return the names of the breaches of one of the addresses that share the prefix."""
    rows = require_list({"suffixes": answer}, "suffixes")
    if not rows:
        raise_shape_error("suffixes")  # of each prefix, hundreds are known
    suffix = _hash_address(address)[PREFIX_LENGTH:]
    for row in rows:
        shown = require_object(row, "a suffix")
        if require_text(shown, "hashSuffix").upper() == suffix:
            names = require_list(shown, "websites")
            return tuple(require_text({"name": name}, "name") for name in names)
    return ()


def _parse_breaches(answer: object, names: Sequence[str]) -> Iterator[Breach]:
    """Yield the breaches of those names, or all where none are given."""
    rows = require_list({"breaches": answer}, "breaches")
    if names:
        wanted = {name.casefold() for name in names}
        listed = (require_object(row, "a breach") for row in rows)
        rows = [row for row in listed if require_text(row, "Name").casefold() in wanted]
        if len(rows) < len(wanted):
            raise ShapeError(NO_BREACHES)
    if not rows or len(rows) > MOST_BREACHES:
        raise ShapeError(NO_BREACHES if not rows else "it names more breaches than there are")
    for row in rows:
        shown = require_object(row, "a breach")
        from_malware = (
            get_optional_flag(shown, "IsMalware"),
            get_optional_flag(shown, "IsStealerLog"),
        )
        breach = Breach(
            name=require_text(shown, "Name")[:LONGEST_WORDS],
            title=require_text(shown, "Title")[:LONGEST_WORDS],
            happened_on=_parse_day(shown, "BreachDate"),
            data=tuple(_parse_data_classes(shown)),
            verified=require_flag(shown, "IsVerified"),
            fabricated=require_flag(shown, "IsFabricated"),
            spam_list=require_flag(shown, "IsSpamList"),
            from_malware=any(from_malware),
        )
        # Neither is given to others than the address's owner; here they would be in a work mailbox.
        if not require_flag(shown, "IsSensitive") and not require_flag(shown, "IsRetired"):
            yield breach


def _parse_day(shown: Mapping[str, object], key: str) -> date:
    try:
        return date.fromisoformat(require_text(shown, key))
    except ValueError:
        raise_shape_error(key)


def _parse_data_classes(shown: Mapping[str, object]) -> Iterator[str]:
    rows = require_list(shown, "DataClasses")
    if not rows:
        raise_shape_error("DataClasses")
    for row in rows[:MOST_DATA_CLASSES]:
        words = clean_text(row)[:LONGEST_WORDS] if isinstance(row, str) else ""
        if not words:
            raise_shape_error("DataClasses")
        yield words
