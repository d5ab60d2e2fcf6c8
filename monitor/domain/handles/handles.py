"""Handles as networks write them: words, look-alike signs, what was added; guesses from a name."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from urllib.parse import unquote

from monitor.domain.names.normalize import (
    CAPITAL_LOOKALIKES,
    drop_duplicates,
    fold_text,
    latinize_lookalikes,
    squash_text,
)
from monitor.domain.person import PersonName

_TOP_DOMAINS = frozenset(["com", "net", "org", "edu", "us", "social", "example", "test"])
# The longest handle that any network allows is a host name.
_LONGEST = 253
# Handles that a network assigns by itself: a number, or a channel's ID.
_OPAQUE = re.compile(r"\d{6,}|UC[\w-]{22}")
# Words begin at a separator, a digit, and a capital after a small letter; "TXRandy" is TX, Randy.
_WORDS = re.compile(r"[A-Z]+(?![^\W\d_A-Z])|[A-Z]?[^\W\d_A-Z]+|[A-Z]|\d+")


def extract_local_part(handle: str) -> str:
    """Return the part of a handle that its owner chose: some networks use host names."""
    return _split_off_host(handle)[0]


def strip_assigned_code(handle: str) -> str:
    """Return a handle without the code by which LinkedIn parts people of one name."""
    return _ASSIGNED_CODE.sub("", handle)


# "jane-doe-1a2b3c4d5"
_ASSIGNED_CODE = re.compile(r"(?<=\w)-(?=[0-9a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{6,9}\Z")


def is_same_handle(one: str, other: str) -> bool:
    """Compare handles, also those of a network that uses host names with those of one without."""
    (mine, my_host), (yours, your_host) = _split_off_host(one), _split_off_host(other)
    hosts_agree = my_host == your_host or not (my_host and your_host)
    return bool(mine) and mine.casefold() == yours.casefold() and hosts_agree


def shares_letter_pair(one: str, other: str) -> bool:
    """Tell whether two letters in a row are in both; handles without such a pair are not alike."""
    mine, yours = (squash_text(extract_local_part(side)) for side in (one, other))
    return any(mine[at : at + 2] in yours for at in range(len(mine) - 1))


def is_opaque_handle(handle: str) -> bool:
    """Tell whether a network made the handle up: then it says nothing of its owner."""
    return bool(_OPAQUE.fullmatch(_strip_address_marks(handle)))


@lru_cache(maxsize=4096)
def split_handle_words(handle: str) -> tuple[str, ...]:
    """Return plain words and numbers of a handle, parted where its spelling parts them."""
    return tuple(filter(None, map(squash_text, _WORDS.findall(_strip_address_marks(handle)))))


def _strip_address_marks(handle: str) -> str:
    """Drop what an address leaves around a handle: its coding, its folder, its @."""
    return unquote(extract_local_part(handle)).rpartition("/")[2].removeprefix("@")


# The person's own handles are compared with each one that is found.
@lru_cache(maxsize=4096)
def _split_off_host(handle: str) -> tuple[str, str]:
    labels = handle[:_LONGEST].strip().removeprefix("@").split(".")
    kept = len(labels)
    if kept > 1 and labels[-1].casefold() in _TOP_DOMAINS:
        kept = max(1, kept - 2)
    return ".".join(labels[:kept]), ".".join(labels[kept:]).casefold()


SEPARATORS = frozenset(" ._-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyphs:
    """`seen` are lowercase Latin letters, if a sign looks like one; `signs` are the originals."""

    letters: str
    signs: tuple[str, ...]


@lru_cache(maxsize=4096)
def read_glyphs(handle: str) -> Glyphs:
    """Read a handle letter by letter; what cannot be seen stays with the letter beside it."""
    seen: list[str] = []
    signs: list[str] = []
    before = ""
    for sign in handle:
        letters = _read_letters(sign)
        seen.extend(letters)
        signs.extend(before + sign for _ in letters)
        if signs and not letters:
            signs[-1] += sign
        before = "" if signs else before + sign
    return Glyphs(letters="".join(seen), signs=tuple(signs))


def is_disguised_letter(sign: str, letter: str) -> bool:
    """Tell whether a sign only passes for the letter; an accent is no disguise."""
    bare = unicodedata.normalize("NFD", sign.casefold())
    return bare[0] != letter or has_invisible_sign(bare)


def has_invisible_sign(signs: str) -> bool:
    """Tell whether one of the characters is invisible."""
    return any(unicodedata.category(sign) == "Cf" for sign in signs)


@lru_cache(maxsize=4096)
def _read_letters(sign: str) -> str:
    return latinize_lookalikes(fold_text(sign.translate(CAPITAL_LOOKALIKES)))


_WORD = re.compile(r"\w+")
# What a fake, a fan, or someone whose handle was taken adds.
BOASTS = frozenset(
    _WORD.findall(
        "the real official its iam im only true original og xo hq page backup new alt priv private "
        "account acct fan fans fanpage team tv"
    )
)
# How a teacher, or someone else whom many people know, is addressed.
TITLES = frozenset(_WORD.findall("mr mrs ms miss mx dr prof professor coach teacher principal"))
EPITHETS = BOASTS | TITLES
# What a public person's office or campaign is called.
OFFICES = frozenset(
    _WORD.findall(
        "rep representative sen senator gov governor congressman congresswoman congress mayor "
        "judge delegate assemblyman assemblywoman assembly asm council councilman councilwoman "
        "commissioner sheriff secretary president speaker senate house district staterep statesen "
        "state elect reelect vote votefor press office media news phd md esq jr sr ii iii iv edu"
    )
)
# What people add of their work and their leisure.
WORK = frozenset(
    _WORD.findall(
        "dev devs developer code codes coder coding hacks hacker tech data web js rb py io lab "
        "labs design blog online writes reads teaches teach books art music photo sports runs"
    )
)
_LINKING_WORDS = frozenset(_WORD.findall("for of the"))
STATES = frozenset(
    _WORD.findall(
        "al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj "
        "nm ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dc pr us usa alabama alaska "
        "arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho "
        "illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan "
        "minnesota mississippi missouri montana nebraska nevada ohio oklahoma oregon pennsylvania "
        "tennessee texas utah vermont virginia washington wisconsin wyoming"
    )
)
NAME_AFFIXES = EPITHETS | OFFICES | WORK | _LINKING_WORDS | STATES

_LONGEST_FIRST = "|".join(sorted(EPITHETS, key=lambda word: (-len(word), word)))
# So many signs must be left of a handle that something is taken off.
_SHORTEST_REST = 3
_PREFIX = re.compile(rf"^(?:{_LONGEST_FIRST})[._-]*(?=[^._-].{{{_SHORTEST_REST - 1}}})")
_SUFFIX = re.compile(
    rf"(?<=.{{{_SHORTEST_REST}}})[._-]{{0,16}}(?:{_LONGEST_FIRST}|x)[._-]{{0,16}}$"
)
_NUMBER = re.compile(rf"(?<=.{{{_SHORTEST_REST}}})[._-]{{0,16}}\d{{1,32}}[._-]{{0,16}}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleVariant:
    """What is left of a handle, and which words and numbers were taken off."""

    glyphs: Glyphs
    removed_words: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def list_handle_variants(whole: Glyphs) -> tuple[HandleVariant, ...]:
    """Return the handle as it is, and what is left without numbers and such words."""
    found = [HandleVariant(glyphs=whole)]
    for addition in (_NUMBER, _SUFFIX, _NUMBER, _PREFIX, _PREFIX):
        found += [bare for entry in found for bare in _strip_addition(addition, entry)]
    return tuple(dict.fromkeys(found))


def _strip_addition(addition: re.Pattern[str], variant: HandleVariant) -> Iterator[HandleVariant]:
    held = variant.glyphs
    found = addition.search(held.letters)
    if found:
        start, end = found.span()
        word = held.letters[start:end].strip("._-")
        yield HandleVariant(
            glyphs=Glyphs(
                letters=held.letters[:start] + held.letters[end:],
                signs=held.signs[:start] + held.signs[end:],
            ),
            removed_words=(*variant.removed_words, word),
        )


MAX_GUESSED_HANDLES = 6
# A shorter guess belongs to someone everywhere, and hardly ever to this person.
SHORTEST_GUESS = 5


def guess_handles(name: PersonName) -> tuple[str, ...]:
    """Guess handles: the name as written today first, former surnames last."""
    pairs = product((name.family, *name.former_families), (name.given, *name.nicknames))
    shapes = (
        shape
        for given, family in ((squash_text(given), squash_text(family)) for family, given in pairs)
        if given and family
        for shape in (f"{given}{family}", f"{given}.{family}", f"{given[0]}{family}")
        # Most sites allow no other letters in a handle.
        if len(shape) >= SHORTEST_GUESS and shape.isascii()
    )
    return tuple(islice(drop_duplicates(shapes), MAX_GUESSED_HANDLES))
