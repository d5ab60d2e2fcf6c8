"""Secret numbers of anybody: found, and taken out of what a page says.

Text that only looks like a secret must stay, so a bare run of digits is never enough. A social
security number is grouped or named as one, a card number has the length, the beginning and the
check digit of its network, any other number follows a word that says what it is.

It takes no knowledge of a person, so it runs in the process that parses, before anything leaves it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_plus

from scrapers.models import Outcome, Page, ParseResult, Query, Trace

NUMBER_REMOVED = "[number removed]"
_GAP = r"[ \u00a0.\-\u2010-\u2015\u2212]"
# What is between the word and its number. No two blanks stand side by side here, and none is given
# back: of two that could share a run of blanks, each would try every share of it.
_TO_NUMBER = r"\s*+(?:(?:no\.?|nr\.?|num\.?|number|#)\s*+)?(?:(?:is|was)\s*+)?(?:[:=#]\s*+)?"
_SOCIAL = re.compile(
    r"(?<![\w-])(?!000|666)\d{3}(?P<gap>[ \-\u2010-\u2015\u2212])(?!00)\d\d(?P=gap)(?!0000)\d{4}"
    r"(?![\w-])"
)
_SOCIAL_NAMED = re.compile(
    rf"\b(?:(?:ssn|social\s+security|itin|tax\s+id){_TO_NUMBER})"
    rf"(?P<number>\d{{3}}{_GAP}?\d\d{_GAP}?\d{{4}})\b",
    re.IGNORECASE,
)
_CARD = re.compile(rf"(?<![\w.-])\d(?:{_GAP}?\d){{12,18}}(?![\w-])")
_BANK = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_NAMED = re.compile(
    rf"\b(?:(?:(?:bank\s+|checking\s+|savings\s+)?(?:account|acct|a/c)|routing|aba|"
    rf"(?:driver'?s?\s+|teaching\s+|teacher\s+)?licen[cs]e|passport|permit|policy|medicare|"
    # A longer word is another word, unless "number" is written right behind it.
    rf"medicaid|debit\s+card|credit\s+card|card)(?:s?(?![^\W\d_])|(?=n(?:o|r|um))){_TO_NUMBER})"
    r"(?P<number>[A-Z]{0,3}[ -]?\d(?:[ -]?\d){5,})\b",
    re.IGNORECASE,
)
# Two years, or a day, after "license" are not a license number.
_YEARS = re.compile(r"(?:19|20)\d\d[ -](?:(?:19|20)\d\d|\d\d(?:[ -]\d\d)?)")
# How cards print their digits.
_GROUPED = {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3)}
_NETWORKS = (
    (re.compile(r"4"), {16, 19}),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), {16}),
    (re.compile(r"3[47]"), {15}),
    (re.compile(r"30[0-5]|36|3[89]"), {14}),
    (re.compile(r"6011|64[4-9]|65"), {16}),
    (re.compile(r"35(?:2[89]|[3-8])"), {16}),
    (re.compile(r"62"), {16, 17, 18, 19}),
)
_FEWEST_DIGITS = 6


def redact_numbers(text: str) -> str:
    """Take such numbers out of a text; what does not hold any comes back as it was."""
    if _has_few_digits(text):
        return text
    # What cannot be seen is taken out only where it hides something.
    bare = "".join(character for character in text if unicodedata.category(character) != "Cf")
    found = _replace_spans(bare, list_number_spans(bare), lambda _: NUMBER_REMOVED)
    return text if found == bare else found


def list_number_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return where such numbers stand, in order; none overlaps the one before it."""
    spans, at = [], 0
    for start, end in [] if _has_few_digits(text) else sorted(_find_secret_numbers(text)):
        if start >= at:
            spans.append((start, end))
            at = end
    return tuple(spans)


def overwrite_numbers(text: str, spans: Iterable[tuple[int, int]] | None = None) -> str:
    """Write nines over such numbers, so that a document keeps its form.

    Whoever has `spans` from another process need not look for them: what stands there loses its
    digits and nothing else, whatever the spans are.
    """
    return _replace_spans(
        text,
        list_number_spans(text) if spans is None else spans,
        lambda number: re.sub(r"\d", "9", number),
    )


def redact_url(url: str) -> str:
    """Take what an address asks for with such a number out of it; the rest of it stays."""
    path, mark, asked = url.partition("?")
    parameters = asked.split("&")
    kept = [parameter for parameter in parameters if not _is_secret_parameter(parameter)]
    if len(kept) == len(parameters):
        return url
    return f"{path}{mark}{'&'.join(kept)}" if kept else path


def _is_secret_parameter(parameter: str) -> bool:
    sentence = unquote_plus(parameter).replace("=", ": ").replace("_", " ")
    return redact_numbers(sentence) != sentence


def _has_few_digits(text: str) -> bool:
    return sum(map(str.isdecimal, text)) < _FEWEST_DIGITS


def _replace_spans(text: str, spans: Iterable[tuple[int, int]], by: Callable[[str], str]) -> str:
    pieces, at = [], 0
    for start, end in spans:
        if at <= start <= end:
            pieces += [text[at:start], by(text[start:end])]
            at = end
    return "".join((*pieces, text[at:]))


def _find_secret_numbers(text: str) -> Iterator[tuple[int, int]]:
    yield from (found.span() for found in _SOCIAL.finditer(text))
    yield from (found.span("number") for found in _SOCIAL_NAMED.finditer(text))
    yield from (found.span() for found in _CARD.finditer(text) if _is_card_number(found[0]))
    yield from (found.span() for found in _BANK.finditer(text) if _is_bank_account(found[0]))
    for found in _NAMED.finditer(text):
        if not _YEARS.fullmatch(found["number"]):
            yield found.span("number")


def _is_card_number(written: str) -> bool:
    groups = re.split(_GAP, written)
    number, shape = "".join(groups), tuple(map(len, groups))
    grouped = len(shape) == 1 or shape in _GROUPED
    known = any(begins.match(number) and len(number) in sizes for begins, sizes in _NETWORKS)
    return grouped and known and _has_valid_check_digit(number)


def _has_valid_check_digit(number: str) -> bool:
    """Compute the check digit of cards (ISO/IEC 7812)."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_bank_account(written: str) -> bool:
    """Compute the check digits of bank accounts (ISO 13616)."""
    plain = written.replace(" ", "")
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(entry, 36)) for entry in turned)) % 97 == 1


TEXT_FIELDS = ("title", "snippet", "name", "bio", "location")


def mask_numbers_in_result(result: ParseResult) -> ParseResult:
    """Mask what is found; an address that contains such a number is not followed.

    Contacts stay as they are: the student matcher compares them, and no one stores them.
    """
    if not result.traces and not result.follow:
        return result
    return replace(
        result,
        traces=tuple(map(mask_numbers_in_trace, result.traces)),
        follow=drop_queries_with_numbers(result.follow),
    )


def drop_queries_with_numbers(queries: Iterable[Query]) -> tuple[Query, ...]:
    return tuple(query for query in queries if redact_url(query.request.url) == query.request.url)


def mask_numbers_in_trace(trace: Trace) -> Trace:
    texts: dict[str, Any] = {field: redact_numbers(getattr(trace, field)) for field in TEXT_FIELDS}
    return replace(
        trace,
        **texts,
        key=redact_url(trace.key),
        url=redact_url(trace.url),
        links=tuple(map(redact_url, trace.links)),
    )


def find_numbers_in_body(body: bytes) -> ParseResult:
    """Return the places of the numbers in a page that is to be stored."""
    return ParseResult(outcome=Outcome.FOUND, secret_spans=list_number_spans(_decode(body)))


def overwrite_numbers_in_page(page: Page, spans: Iterable[tuple[int, int]]) -> Page:
    """Mask the numbers at such places of a page; everything else stays as received."""
    masked = overwrite_numbers(_decode(page.body), spans)
    return replace(page, body=masked.encode("utf-8", "surrogateescape"))


def _decode(body: bytes) -> str:
    return body.decode("utf-8", "surrogateescape")
