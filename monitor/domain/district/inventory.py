"""The district, its schools and their official accounts: all that is asked in its own name.

What is not on this list, and looks like none of it, is never asked in the district's name.
"""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, zip_longest
from urllib.parse import urlsplit

from monitor.domain.handles.handles import extract_local_part
from monitor.domain.handles.lookalike import (
    HandleChange,
    HandleEdit,
    HandleLookalike,
    LookalikeKind,
    compare_handles,
)
from monitor.domain.names.normalize import fold_text, squash_text
from monitor.domain.reason import Name, Reason
from scrapers.models import Query, QueryKind
from scrapers.urls.canonical import canonicalize_url, extract_account_keys

# Who the queries about the district are asked for. No person has such an ID.
DISTRICT_SUBJECT = "district"
# A shorter handle belongs to someone everywhere.
SHORTEST_HANDLE = 6
_LONGEST_HANDLE = 30
_WORD = re.compile(r"[^\W_]+")
_HANDLE_SHAPE = re.compile(r"@?[A-Za-z][\w.-]{2,39}")
_YEAR = re.compile(r"(?:19|20)\d\d")
# How people write the kind of a school or a district in a handle; the longest phrase goes first.
_KIND_FORMS = (
    ("unified school district", ("usd", "unified", "schools")),
    ("independent school district", ("isd", "schools")),
    ("consolidated school district", ("csd", "schools")),
    ("community school district", ("csd", "schools")),
    ("public school district", ("schools", "psd")),
    ("community schools", ("schools", "cs")),
    ("county schools", ("countyschools", "schools")),
    ("public schools", ("publicschools", "schools", "ps")),
    ("city schools", ("cityschools", "schools")),
    ("area schools", ("schools",)),
    ("school district", ("schools", "sd")),
    ("senior high school", ("highschool", "hs")),
    ("junior high school", ("juniorhigh", "jhs")),
    ("high school", ("highschool", "high", "hs")),
    ("middle school", ("middleschool", "middle", "ms")),
    ("intermediate school", ("intermediate",)),
    ("elementary school", ("elementary", "elem", "es")),
    ("primary school", ("primary",)),
    ("charter school", ("charter",)),
    ("elementary", ("elementary", "elem", "es")),
    ("academy", ("academy",)),
    ("schools", ("schools",)),
    ("school", ("school",)),
)
# What an office, a team or an impostor of one adds. With any other word, a name may be a person's
# or a student's, and is not ours to list: there are no titles, no clubs and no class years here.
INSTITUTION_WORDS = frozenset(
    _WORD.findall(
        "the official real page account new news updates update info information alerts alert "
        "online help helpdesk support office admin administration district school schools public "
        "athletics sports football basketball volleyball baseball softball soccer wrestling track "
        "band choir orchestra theatre theater library counseling enrollment registration jobs "
        "careers payroll hr facebook instagram twitter tiktok of for at in usa backup 1 2 3 x"
    )
)
_HANDLE_AFFIXES = ("{}official", "official{}", "{}_official", "real{}", "the{}", "{}news", "{}info")
_HANDLE_MARKS = (
    *("{}_", "_{}", "{}1", "{}alerts", "{}updates", "{}support", "{}helpdesk"),
    *("the_{}", "official_{}", "official.{}", "{}.official"),
)
_LOOKALIKE_LETTERS = (("o", "0"), ("l", "1"), ("i", "1"), ("l", "i"), ("m", "rn"), ("e", "3"))
# However many there are of these, it still looks the same.
_UNSEEN = frozenset(
    {
        *(HandleChange.SEPARATOR, HandleChange.ACCENT, HandleChange.ALPHABET, HandleChange.LOOK),
        HandleChange.DOUBLED,
    }
)
_TYPING_CHANGES = _UNSEEN | {
    *(HandleChange.SWAPPED, HandleChange.NEIGHBOR, HandleChange.ADDED, HandleChange.DROPPED),
}
# In letters that anyone sees: more would be another handle.
_MOST_TYPED_WRONG = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialAccount:
    """An account of the district, a school or a team, by the address of its profile."""

    name: str
    address: str

    @property
    def keys(self) -> tuple[str, ...]:
        """Return what the account is recognized by: its address, and its account keys."""
        return (canonicalize_url(self.address), *extract_account_keys(self.address))

    @property
    def handle(self) -> str:
        """Return its handle; empty where the network gives it a number only."""
        known = extract_account_keys(self.address)
        if known:
            return next(filter(None, (key.partition(":@")[2] for key in known)), "")
        last = urlsplit(canonicalize_url(self.address)).path.rstrip("/").rpartition("/")[2]
        return last.removeprefix("@") if _HANDLE_SHAPE.fullmatch(last) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictInventory:
    """`domains` are those of the district's mail and pages, `places` the towns it serves."""

    name: str
    schools: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    accounts: tuple[OfficialAccount, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.name, *self.schools)))

    @property
    def official_keys(self) -> frozenset[str]:
        return frozenset(key for account in self.accounts for key in account.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnHandle:
    """`declared` is one of an official account; any other is what a name is usually cut down to."""

    handle: str
    owner: str
    declared: bool = False


@lru_cache(maxsize=8)
def list_own_handles(inventory: DistrictInventory) -> tuple[OwnHandle, ...]:
    """Return the handles of official accounts, then those that the names suggest, each once."""
    declared = (
        OwnHandle(handle=account.handle, owner=account.name, declared=True)
        for account in inventory.accounts
        if len(squash_text(extract_local_part(account.handle))) >= SHORTEST_HANDLE
    )
    derived = (
        OwnHandle(handle=handle, owner=name)
        for name in inventory.names
        for handle in _cut_name_down(name)
    )
    found: dict[str, OwnHandle] = {}
    for own_handle in chain(declared, derived):
        found.setdefault(squash_text(extract_local_part(own_handle.handle)), own_handle)
    return tuple(found.values())


def _cut_name_down(name: str) -> Iterator[str]:
    words = " ".join(_WORD.findall(fold_text(name)))
    for phrase, forms in _KIND_FORMS:
        core = words.removesuffix(phrase).strip()
        if words.endswith(phrase) and core:
            shapes = (squash_text(f"{core}{form}") for form in forms)
            yield from (shape for shape in shapes if _is_usable_handle(shape))
            return
    whole = squash_text(words)
    if _is_usable_handle(whole):
        yield whole


def _is_usable_handle(handle: str) -> bool:
    return SHORTEST_HANDLE <= len(handle) <= _LONGEST_HANDLE and handle.isascii()


@lru_cache(maxsize=8)
def list_lookalike_handles(inventory: DistrictInventory) -> tuple[str, ...]:
    """Return handles made to be taken for one of ours, those of official accounts first."""
    ours = list_own_handles(inventory)
    own = {handle.handle.casefold() for handle in ours}
    declared = [handle for handle in ours if handle.declared]
    derived = [handle for handle in ours if not handle.declared]
    ranked = (*_rank_lookalikes(declared), *_rank_lookalikes(derived))
    return tuple(lookalike for lookalike in dict.fromkeys(ranked) if lookalike not in own)


def _rank_lookalikes(ours: Iterable[OwnHandle]) -> Iterator[str]:
    """Yield the likeliest of each handle, then the next of each."""
    several = (_build_lookalikes(handle) for handle in ours)
    yield from (cell for row in zip_longest(*several) for cell in row if cell is not None)


def _build_lookalikes(own: OwnHandle) -> Iterator[str]:
    handle = extract_local_part(own.handle).casefold()
    changed = (
        f"{handle[:at]}{sign}{handle[at + 1 :]}"
        for letter, sign in _LOOKALIKE_LETTERS
        for at in range(len(handle))
        if handle[at] == letter
    )
    throughout = (
        handle.replace(letter, sign)
        for letter, sign in _LOOKALIKE_LETTERS
        if handle.count(letter) > 1
    )
    affixed = (shape.format(handle) for shape in _HANDLE_AFFIXES)
    pairs = zip_longest(affixed, changed)
    first = (side for pair in pairs for side in pair if side)
    marked = (shape.format(handle) for shape in _HANDLE_MARKS)
    spelled = (f"{handle}{handle[-1]}", handle[:-1])
    yield from chain(first, _part_words(handle, own.owner), spelled, marked, throughout)


def _part_words(handle: str, owner: str) -> Iterator[str]:
    """Yield a handle with signs between the words of the name that it comes from."""
    parts, rest = [], handle
    for word in _WORD.findall(fold_text(owner)):
        if rest.startswith(word):
            parts.append(word)
            rest = rest.removeprefix(word)
    parts += [rest] if rest else []
    if len(parts) > 1:
        yield from (sign.join(parts) for sign in ("_", "."))


def choose_weekly_part(texts: tuple[str, ...], week_number: int, most: int) -> tuple[str, ...]:
    """Return the part of a list that is due in a week: all of it in turn, `most` at a time."""
    parts = max(1, -(-len(texts) // most))
    start = week_number % parts * most
    return texts[start : start + most]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleMatch:
    """Without a `lookalike` it is the very same handle, or has `added`, a word of an office."""

    own: OwnHandle
    lookalike: HandleLookalike | None = None
    added: str = ""

    @property
    def likeness(self) -> float:
        return self.lookalike.likeness if self.lookalike else 1.0

    @property
    def is_same(self) -> bool:
        return self.lookalike is None and not self.added

    @property
    def reason(self) -> Reason:
        own = Name(self.own.handle)
        if self.added:
            return Reason("district-handle.word-added", {"handle": own, "word": Name(self.added)})
        if self.lookalike is None:
            return Reason("district-handle", {"handle": own, "owner": Name(self.own.owner)})
        return self.lookalike.build_reason(self.own.handle)


@lru_cache(maxsize=4096)
def match_handle(handle: str, inventory: DistrictInventory) -> HandleMatch | None:
    """Say which of our handles it is, or is made to be taken for; declared ones count first."""
    matches = (_compare_with_own(handle, own) for own in list_own_handles(inventory))
    found = [match for match in matches if match]
    return min(
        found,
        key=lambda match: (not match.is_same, not match.own.declared, -match.likeness),
        default=None,
    )


def _compare_with_own(handle: str, own: OwnHandle) -> HandleMatch | None:
    theirs, ours = extract_local_part(handle), extract_local_part(own.handle)
    if _YEAR.search(theirs) and not _YEAR.search(ours):
        return None  # a class, and so students
    whole, core = squash_text(theirs), squash_text(ours)
    if whole == core:
        return HandleMatch(own=own)
    if added := find_added_word(whole, core, _GLUED_WORDS):
        return HandleMatch(own=own, added=added)
    found = compare_handles(theirs, ours)
    if found is None or not _is_institutional(found):
        return None
    return HandleMatch(own=own, lookalike=found)


def find_added_word(text: str, core: str, words: Container[str]) -> str:
    """Return which of these words stands behind or before a name of ours; empty if none does."""
    behind = text[len(core) :] if text.startswith(core) else ""
    before = text[: -len(core)] if text.endswith(core) else ""
    return next((side for side in (behind, before) if side and side in words), "")


def _is_institutional(found: HandleLookalike) -> bool:
    """Tell whether it is ours but for its spelling and for words of an office."""
    if found.dropped or not all(
        word in INSTITUTION_WORDS or word.isdecimal() for word in found.added
    ):
        return False
    changes = [edit for edit in found.edits if edit.change not in _UNSEEN]
    typed = all(map(_is_typing_slip, found.edits))
    return typed and len(changes) <= _MOST_TYPED_WRONG and found.kind is not LookalikeKind.HOST


def _is_typing_slip(edit: HandleEdit) -> bool:
    """Tell what a hurried reader overlooks from another letter: "hs" and "ms" are two schools."""
    if edit.change is HandleChange.REPLACED:
        return {edit.ours.casefold(), edit.theirs.casefold()} <= _VOWELS
    return edit.change in _TYPING_CHANGES


_VOWELS = frozenset("aeiouy")
_GLUED_WORDS = frozenset(word for word in INSTITUTION_WORDS if len(word) > 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialNameMatch:
    """`owner` is our own spelling of the name that an account shows."""

    owner: str
    shown: str

    @property
    def reason(self) -> Reason:
        return Reason("district-name", {"owner": Name(self.owner)})


def match_name(shown: str, inventory: DistrictInventory) -> OfficialNameMatch | None:
    """Say whose name an account shows, if nothing is left of it but words of an office."""
    words = _WORD.findall(fold_text(shown))
    for owner in inventory.names:
        rest = _take_out(words, _WORD.findall(fold_text(owner).removesuffix(" school")))
        if rest is not None and all(word in INSTITUTION_WORDS for word in rest):
            return OfficialNameMatch(owner=owner, shown=" ".join(shown.split()))
        if rest is None and _is_written_alike(squash_text(shown), squash_text(owner)):
            return OfficialNameMatch(owner=owner, shown=owner)
    return None


def _is_written_alike(shown: str, owner: str) -> bool:
    alike = compare_handles(shown, owner)
    return shown == owner or (
        alike is not None and alike.kind in {LookalikeKind.LOOK, LookalikeKind.ALPHABET}
    )


def _take_out(words: list[str], part: list[str]) -> list[str] | None:
    """Return what is around these words; None where they are not there in one piece."""
    size = len(part)
    for at in range(len(words) - size + 1 if size else 0):
        if words[at : at + size] == part:
            return words[:at] + words[at + size :]
    return None


_ASKED_KINDS = frozenset({QueryKind.SEARCH, QueryKind.PRESENCE, QueryKind.PROFILE})


def allows_district_query(
    query: Query, inventory: DistrictInventory, known_handles: Iterable[str] = ()
) -> bool:
    """Tell whether a query asks for the district and nobody else.

    Every word of it is a name or a handle of ours, what looks like one, or the handle of a
    look-alike that was found by its name.
    """
    if query.subject != DISTRICT_SUBJECT or query.kind not in _ASKED_KINDS or not query.terms:
        return False
    names = {name.casefold() for name in inventory.names}
    asked = [term for term in query.terms if term and not term.startswith("site:")]
    known = {handle.casefold() for handle in known_handles}
    return bool(asked) and all(
        term.casefold() in names
        or _strip_mark(term) in known
        or match_handle(_strip_mark(term), inventory) is not None
        for term in asked
    )


def _strip_mark(term: str) -> str:
    return term.casefold().removeprefix("@")
