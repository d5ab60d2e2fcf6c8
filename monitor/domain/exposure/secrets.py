"""Numbers that nobody may keep: of social security, of payment cards, of accounts and licences.

They are taken out before anything is stored. What merely looks like one has to stay: the ids in
addresses, dates, phone numbers, numbers of books. So a bare run of digits is never enough: a social
security number is grouped or named as one, a card number has the length, the beginning and the
check digit of its network, any other number stands behind a word that says what it is.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from urllib.parse import unquote_plus

REMOVED = "[number removed]"
_GAP = r"[ \u00a0.\-\u2010-\u2015\u2212]"
_NUMBER = r"(?:\s*(?:no\.?|nr\.?|num\.?|number|#))?\s*(?:is|was)?\s*[:=#]?\s*"
_SOCIAL = re.compile(
    r"(?<![\w-])(?!000|666)\d{3}(?P<gap>[ \-\u2010-\u2015\u2212])(?!00)\d\d(?P=gap)(?!0000)\d{4}"
    r"(?![\w-])"
)
_SOCIAL_NAMED = re.compile(
    rf"\b(?:(?:ssn|social\s+security|itin|tax\s+id){_NUMBER})"
    rf"(?P<number>\d{{3}}{_GAP}?\d\d{_GAP}?\d{{4}})\b",
    re.IGNORECASE,
)
_CARD = re.compile(rf"(?<![\w.-])\d(?:{_GAP}?\d){{12,18}}(?![\w-])")
_BANK = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_NAMED = re.compile(
    rf"\b(?:(?:(?:bank\s+|checking\s+|savings\s+)?(?:account|acct|a/c)|routing|aba|"
    rf"(?:driver'?s?\s+|teaching\s+|teacher\s+)?licen[cs]e|passport|permit|policy|medicare|"
    rf"medicaid|debit\s+card|credit\s+card|card){_NUMBER})"
    r"(?P<number>[A-Z]{0,3}[ -]?\d(?:[ -]?\d){5,})\b",
    re.IGNORECASE,
)
# Two years, or a day, behind "licence" are no number of one.
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


def redacted(text: str) -> str:
    """Take such numbers out of a text; what does not hold any comes back as it was."""
    if _free(text):
        return text
    # What cannot be seen is taken out only where it hides something.
    bare = "".join(each for each in text if unicodedata.category(each) != "Cf")
    found = _replaced(bare, lambda _: REMOVED)
    return text if found == bare else found


def blotted(text: str) -> str:
    """Write nines over such numbers, so that a document keeps its form."""
    return text if _free(text) else _replaced(text, lambda number: re.sub(r"\d", "9", number))


def redacted_address(url: str) -> str:
    """Take what an address asks for with such a number out of it; the rest of it stays."""
    path, mark, asked = url.partition("?")
    told = asked.split("&")
    kept = [each for each in told if not _secret(each)]
    if len(kept) == len(told):
        return url
    return f"{path}{mark}{'&'.join(kept)}" if kept else path


def _secret(parameter: str) -> bool:
    sentence = unquote_plus(parameter).replace("=", ": ").replace("_", " ")
    return redacted(sentence) != sentence


def _free(text: str) -> bool:
    return sum(letter.isdecimal() for letter in text) < _FEWEST_DIGITS


def _replaced(text: str, by: Callable[[str], str]) -> str:
    pieces, at = [], 0
    for start, end in sorted(_secrets(text)):
        if start >= at:
            pieces += [text[at:start], by(text[start:end])]
            at = end
    return "".join((*pieces, text[at:]))


def _secrets(text: str) -> Iterator[tuple[int, int]]:
    yield from (found.span() for found in _SOCIAL.finditer(text))
    yield from (found.span("number") for found in _SOCIAL_NAMED.finditer(text))
    yield from (found.span() for found in _CARD.finditer(text) if _is_card(found[0]))
    yield from (found.span() for found in _BANK.finditer(text) if _is_account(found[0]))
    for found in _NAMED.finditer(text):
        if not _YEARS.fullmatch(found["number"]):
            yield found.span("number")


def _is_card(written: str) -> bool:
    groups = re.split(_GAP, written)
    number, shape = "".join(groups), tuple(map(len, groups))
    grouped = len(shape) == 1 or shape in _GROUPED
    known = any(begins.match(number) and len(number) in sizes for begins, sizes in _NETWORKS)
    return grouped and known and _checks(number)


def _checks(number: str) -> bool:
    """Compute the check digit of cards (ISO/IEC 7812)."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_account(written: str) -> bool:
    """Compute the check digits of bank accounts (ISO 13616)."""
    plain = written.replace(" ", "")
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(each, 36)) for each in turned)) % 97 == 1
