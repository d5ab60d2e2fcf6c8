"""Domains made to be mistaken for the district's: which to look up, and how to judge a name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import islice, zip_longest

import idna

from monitor.domain.district.inventory import SHORTEST_HANDLE, DistrictInventory, find_added_word
from monitor.domain.handles.lookalike import LookalikeKind, compare_handles
from monitor.domain.names.normalize import fold_text
from monitor.domain.reason import Reason

# As many as can be looked up in a week without anyone noticing: fifty a day.
MOST_DOMAINS = 350
DAYS_A_WEEK = 7
_ENDINGS = (
    *("org", "com", "net", "us", "info", "co", "school", "academy", "education", "online", "site"),
    *("website", "app", "club", "xyz", "top", "live", "support", "help"),
)
_WORDS_BEHIND = (
    *("schools", "school", "district", "isd", "usd", "k12", "edu", "portal", "login", "mail"),
    *("staff", "students", "parents", "payroll", "hr", "benefits", "helpdesk", "support", "sso"),
    *("jobs", "online"),
)
_WORDS_BEFORE = ("my", "the", "portal", "login", "mail", "staff")
WORD_ADDED = Reason("district-domain.word-added")
OTHER_HYPHENS = Reason("district-domain.other-hyphens")
LOOKS_LIKE = Reason("district-domain.other-sign")
_ADDED_WORDS = frozenset({*_WORDS_BEHIND, *_WORDS_BEFORE})
# Where a district's name ends in one of these, a hyphen fits before it.
_LAST_WORDS = ("schools", "school", "district", "isd", "usd", "csd", "k12", "sd", "ps")
_LOOKS = (
    *(("o", "0"), ("l", "1"), ("i", "1"), ("l", "i"), ("i", "l"), ("m", "rn"), ("rn", "m")),
    *(("w", "vv"), ("d", "cl"), ("e", "3"), ("a", "4"), ("s", "5"), ("g", "9"), ("u", "v")),
)
# Cyrillic letters that no one can tell from ours.
_CYRILLIC = (("a", "а"), ("e", "е"), ("o", "о"), ("p", "р"), ("c", "с"), ("i", "і"), ("y", "у"))  # noqa: RUF001 - the point
_LONGEST_LABEL = 63
_SHORTEST_LABEL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LookalikeDomain:
    """`original` is the domain of ours that it looks like; `reason` says how."""

    name: str
    original: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class _OwnDomain:
    """`label` is what the district chose, `ending` is one that strangers can register under."""

    name: str
    label: str
    ending: str

    @property
    def endings(self) -> tuple[str, ...]:
        """Return the endings under which a stranger's domain is likely to be taken for this one."""
        return tuple(dict.fromkeys((self.ending, "com", "org")))


def _split_domain(domain: str) -> _OwnDomain | None:
    """Part `cedarvalley.k12.tx.us` and `mail.cedarvalley.org` where what was chosen ends."""
    labels = domain.strip().casefold().strip(".").split(".")
    at = labels.index("k12", 1) - 1 if "k12" in labels[1:] else len(labels) - 2
    if at < 0 or len(labels[at]) < _SHORTEST_LABEL or not labels[at].isascii():
        return None
    ending = ".".join(labels[at + 1 :])
    # Under k12 no stranger gets a domain.
    strangers = "org" if "k12" in labels else ending
    return _OwnDomain(name=f"{labels[at]}.{ending}", label=labels[at], ending=strangers)


def _list_own_domains(inventory: DistrictInventory) -> tuple[_OwnDomain, ...]:
    return tuple(domain for domain in map(_split_domain, inventory.domains) if domain)


@lru_cache(maxsize=8)
def list_lookalike_domains(inventory: DistrictInventory) -> tuple[LookalikeDomain, ...]:
    """Return the domains to look up, the likeliest first, and no more than MOST_DOMAINS."""
    own = _list_own_domains(inventory)
    words = frozenset(fold_text(" ".join((inventory.name, *inventory.places))).split())
    several = [_build_variants(domain, words) for domain in own]
    ranked = (cell for row in zip_longest(*several) for cell in row if cell is not None)
    found: dict[str, LookalikeDomain] = {}
    for entry in ranked:
        if not is_own_domain(entry.name, inventory):
            found.setdefault(entry.name, entry)
    return tuple(islice(found.values(), MOST_DOMAINS))


def _build_variants(own: _OwnDomain, words: frozenset[str]) -> Iterator[LookalikeDomain]:
    """Take one of each kind in turn, so that a cut leaves something of every kind."""
    kinds = (
        ((f"{own.label}.{ending}" for ending in _ENDINGS), Reason("district-domain.other-ending")),
        (_list_added_words(own), WORD_ADDED),
        (_list_looks(own), LOOKS_LIKE),
        (_list_hyphens(own, words), OTHER_HYPHENS),
        (_list_slips(own), Reason("district-domain.slip")),
        (_list_alphabets(own), Reason("district-domain.other-alphabet")),
    )
    columns = ([(name, reason) for name in names] for names, reason in kinds)
    for row in zip_longest(*columns):
        for name, reason in filter(None, row):
            if all(0 < len(label) <= _LONGEST_LABEL for label in name.split(".")):
                yield LookalikeDomain(name=name, original=own.name, reason=reason)


def _list_added_words(own: _OwnDomain) -> Iterator[str]:
    for ending in own.endings:
        for word in _WORDS_BEHIND:
            yield f"{own.label}-{word}.{ending}"
            yield f"{own.label}{word}.{ending}"
        for word in _WORDS_BEFORE:
            yield f"{word}{own.label}.{ending}"
            yield f"{word}-{own.label}.{ending}"


def _list_looks(own: _OwnDomain) -> Iterator[str]:
    for ending in own.endings:
        for letters, sign in _LOOKS:
            for at in range(len(own.label)):
                if own.label.startswith(letters, at):
                    rest = own.label[at + len(letters) :]
                    yield f"{own.label[:at]}{sign}{rest}.{ending}"


def _list_alphabets(own: _OwnDomain) -> Iterator[str]:
    for letter, other in _CYRILLIC:
        if letter in own.label:
            written = own.label.replace(letter, other)
            yield f"{idna.encode(written).decode('ascii')}.{own.ending}"


def _list_hyphens(own: _OwnDomain, words: frozenset[str]) -> Iterator[str]:
    if "-" in own.label:
        yield f"{own.label.replace('-', '')}.{own.ending}"
    parts = [at for at in range(2, len(own.label) - 1) if own.label[:at] in words]
    parts += [at for at in range(2, len(own.label) - 1) if own.label[at:] in {*words, *_LAST_WORDS}]
    for at in dict.fromkeys(parts):
        for ending in own.endings:
            yield f"{own.label[:at]}-{own.label[at:]}.{ending}"


def _list_slips(own: _OwnDomain) -> Iterator[str]:
    label = own.label
    yield f"{label}s.{own.ending}"
    for at in range(len(label)):
        left_out, doubled = label[:at] + label[at + 1 :], label[: at + 1] + label[at:]
        swapped = label[:at] + label[at + 1 : at + 2] + label[at : at + 1] + label[at + 2 :]
        for slip in (left_out, doubled, swapped):
            if slip != label and not slip.startswith("-") and not slip.endswith("-"):
                yield f"{slip}.{own.ending}"


def is_own_domain(name: str, inventory: DistrictInventory) -> bool:
    """Tell whether a host is one of the district's domains, or lies under one."""
    host = name.casefold().strip(".")
    return any(f".{host}".endswith(f".{own.casefold().strip('.')}") for own in inventory.domains)


def match_logged_name(name: str, inventory: DistrictInventory) -> LookalikeDomain | None:
    """Say which domain of ours a host name from a log of certificates looks like.

    What stands before the label that looks like ours is left out: it may name anyone.
    """
    host = name.casefold().strip().removeprefix("*.").strip(".")
    if is_own_domain(host, inventory) or not _is_host(host):
        return None
    labels, own_domains = host.split("."), _list_own_domains(inventory)
    for at, label in enumerate(labels[:-1]):
        for own in own_domains:
            reason = _explain_label(_decode_label(label), own.label)
            if reason:
                name = ".".join(labels[at:])
                return LookalikeDomain(name=name, original=own.name, reason=reason)
    return None


def _is_host(host: str) -> bool:
    labels = host.split(".")
    return (
        len(labels) > 1
        and len(host) <= _LONGEST_HOST
        and all(
            0 < len(label) <= _LONGEST_LABEL
            and label.isascii()
            and label.replace("-", "").replace("_", "").isalnum()
            for label in labels
        )
    )


_LONGEST_HOST = 253


def _decode_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return idna.decode(label)
    except idna.IDNAError:
        return label


def _explain_label(label: str, own: str) -> Reason | None:
    if label == own:
        return Reason("district-domain.same-label")
    bare = label.replace("-", "").replace("_", "")
    core = own.replace("-", "")
    if bare == core:
        return OTHER_HYPHENS
    if len(core) < SHORTEST_HANDLE:
        return None
    if find_added_word(bare, core, _ADDED_WORDS):
        return WORD_ADDED
    found = compare_handles(label, own)
    if found and found.kind in {LookalikeKind.LOOK, LookalikeKind.ALPHABET}:
        return LOOKS_LIKE
    return None


def list_log_words(inventory: DistrictInventory) -> tuple[str, ...]:
    """Return the words to search a log of certificates for: what the district chose, each once."""
    own = _list_own_domains(inventory)
    return tuple(
        dict.fromkeys(domain.label for domain in own if len(domain.label) >= SHORTEST_HANDLE)
    )


def is_due_on_day(name: str, weekday: int) -> bool:
    """Tell whether a source or a domain has its turn on that day of the week; each has one."""
    return sha256(name.encode()).digest()[0] % DAYS_A_WEEK == weekday


def select_due(names: Iterable[str], weekday: int | None) -> tuple[str, ...]:
    """Return the names that are due that day; all of them where no day is given."""
    return tuple(name for name in names if weekday is None or is_due_on_day(name, weekday))
