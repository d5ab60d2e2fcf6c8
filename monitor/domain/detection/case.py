"""One finding laid beside everything that is known of the person.

The person a finding is compared with, and what is known to be theirs. What a finding shows of a
person. Whether one account or page links to another, however the address is spelled.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz

from monitor.domain.detection.lessons import NONE_YET, Lessons
from monitor.domain.handles.from_name import Cover, HandleFit, fits
from monitor.domain.handles.handles import local_part, same_handle
from monitor.domain.handles.lookalike import Imitation, imitates
from monitor.domain.names.matching import Agreement, Level, agreement, disguised, mention
from monitor.domain.names.normalize import TITLES, plain, squashed, words_of
from monitor.domain.person import Person, PersonName
from monitor.domain.students.matching import UNFLAGGED, ContactVerdict
from scrapers.models import Finding, Kind
from scrapers.urls.canonical import account_keys as accounts_at
from scrapers.urls.canonical import canonical_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """`commonness` is how many other people are expected to bear the person's name."""

    person: Person
    commonness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What the person said is theirs: accounts as last seen, and platforms without one.

    `lessons` are what they said of findings so far, `impostors` the accounts that were ruled to
    pretend to be them, as last seen. `bearers` says of the own pictures' prints how many accounts
    of others show exactly these.
    """

    own: tuple[Finding, ...] = ()
    none_on: frozenset[str] = frozenset()
    lessons: Lessons = NONE_YET
    impostors: tuple[Finding, ...] = ()
    bearers: Mapping[str, int] = field(default_factory=dict)

    def on(self, platform: str) -> tuple[Finding, ...]:
        return tuple(each for each in self.own if platform and each.platform == platform)


def account_keys(finding: Finding) -> frozenset[str]:
    """Return every key that names the finding's account, none for a page."""
    keys = (finding.account, *finding.account_aliases)
    return frozenset(key.casefold() for key in keys if key)


def declared(portrait: Finding, subject: Subject, inventory: Inventory) -> bool:
    """Tell whether the person told us that this account, or the page at its address, is theirs."""
    own_pages = map(canonical_key, subject.person.pages)
    if portrait.key in {*own_pages, *(each.key for each in inventory.own)}:
        return True
    own = {key.casefold() for key in subject.person.accounts}
    own = own.union(*map(account_keys, inventory.own))
    return not own.isdisjoint(account_keys(portrait))


def handles_on(platform: str, subject: Subject, inventory: Inventory) -> frozenset[str]:
    """Return the person's handles on a platform."""
    keys = (account.partition(":") for account in subject.person.accounts)
    told = {handle[1:] for where, _, handle in keys if where == platform and handle[:1] == "@"}
    seen = {each.handle for each in inventory.on(platform)}
    return frozenset(told | seen) - {""}


def all_handles(subject: Subject, inventory: Inventory) -> frozenset[str]:
    """Return the person's handles anywhere."""
    keys = (account.partition(":")[2] for account in subject.person.accounts)
    told = {handle[1:] for handle in keys if handle[:1] == "@"}
    seen = {each.handle for each in inventory.own}
    return frozenset(told | seen | set(subject.person.handles)) - {""}


# Nobody writes a name or a description this long in good faith.
_LONGEST_NAME = 200
_LONGEST_TEXT = 4000
# In the title of a result, the handle and the network's name follow the display name.
_AFTER_NAME = re.compile(r"\(|[|•·]|\s-\s|\son\s")
COVERED = frozenset({Cover.FULL, Cover.NICK})
_NAMED = COVERED | {Cover.INITIALS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """`written` is None where no name is shown, or only a pseudonym.

    `half` says that a word of the name shown is the person's given or family name.
    `description` is what an account says of itself; `text` is everything that is shown.
    """

    shown: str
    description: str
    text: str
    written: Agreement | None
    half: bool
    fit: HandleFit

    @property
    def whole(self) -> bool:
        return self.written is not None and self.written.whole

    @property
    def level(self) -> Level | None:
        return self.written.level if self.written else None

    @property
    def covered(self) -> bool:
        """The handle holds given and family name."""
        return self.fit.cover in COVERED

    @property
    def named(self) -> bool:
        """The handle is made of the name, or of initials and a part of it."""
        return self.fit.cover in _NAMED


def appearance(finding: Finding, name: PersonName) -> Appearance:
    account = finding.kind is Kind.ACCOUNT
    shown = _shown(finding) if account else ""
    parts = (finding.name, finding.title, finding.bio, finding.snippet)
    text = "\n".join(part for part in parts if part)[:_LONGEST_TEXT]
    return Appearance(
        shown=shown,
        description=(finding.bio or finding.snippet)[:_LONGEST_TEXT] if account else "",
        text=text,
        written=_written(finding, shown, name) if account else mention(text, name),
        half=bool(_words_in(shown) & _words_in(f"{name.full} {' '.join(name.nicknames)}")),
        fit=fits(finding.handle, name),
    )


def _shown(finding: Finding) -> str:
    return (finding.name or _AFTER_NAME.split(finding.title)[0]).strip()[:_LONGEST_NAME]


def _written(finding: Finding, shown: str, name: PersonName) -> Agreement | None:
    """Compare the display name; where that is a pseudonym, look for the name in the rest."""
    if disguised(shown, name):
        return Agreement(level=Level.NEAR)
    agreed = agreement(shown, name)
    if agreed.level is Level.DIFFERENT and _titled(shown):
        agreed = mention(shown, name)
    one_word = len(shown.split()) == 1
    handle_again = one_word and squashed(shown) == squashed(local_part(finding.handle))
    told = agreed.level is not Level.DIFFERENT and not handle_again
    if told or len(words_of(shown)) > 1:
        return agreed
    inside = mention(f"{finding.bio}\n{finding.snippet}"[:_LONGEST_TEXT], name)
    return inside if inside.whole else None


def _titled(shown: str) -> bool:
    """Tell whether somebody is addressed, as in "Mrs. Doe's Classroom"."""
    return plain(shown).partition(" ")[0].rstrip(".") in TITLES


def _words_in(text: str) -> frozenset[str]:
    return frozenset(words_of(text.replace("-", " ")))


# Shorter descriptions are alike by chance: "Teacher and mother of two".
SHORTEST_BIO = 30
_COPIED = 80.0
_ADDED = 90.0
_SHORTEST_SAME = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`nearby` is how the handle imitates one of the person's on the same platform.

    `elsewhere` is the same for the person's `handles` anywhere. `contacts` is what the matcher
    said of its contacts, where it was asked.
    """

    subject: Subject
    portrait: Finding
    inventory: Inventory
    look: Appearance
    handles: frozenset[str]
    same_handle: bool
    nearby: Imitation | None
    elsewhere: Imitation | None
    contacts: ContactVerdict = UNFLAGGED

    @property
    def person(self) -> Person:
        return self.subject.person

    @property
    def is_account(self) -> bool:
        return self.portrait.kind is Kind.ACCOUNT

    @property
    def bare(self) -> bool:
        """Nothing is known of it but a handle."""
        return self.is_account and self.look.written is None and not self.look.description

    @property
    def telltale(self) -> bool:
        """The handle is one of the person's, and more than their name."""
        return self.same_handle and bool(not self.look.covered or self.look.fit.residue)

    @property
    def alone(self) -> bool:
        """The person has accounts, and none on the same network."""
        here = handles_on(self.portrait.platform, self.subject, self.inventory)
        return bool(self.handles) and bool(self.portrait.platform) and not here

    def repeats(self, own: Finding) -> bool:
        """Tell whether the account describes itself in the words of an own one, or adds to them."""
        theirs, ours = plain(self.look.description), plain(own.bio)
        if min(len(theirs), len(ours)) < SHORTEST_BIO:
            return len(ours) >= _SHORTEST_SAME and theirs == ours
        added = len(theirs) > len(ours) and fuzz.partial_ratio(theirs, ours) >= _ADDED
        return added or fuzz.ratio(theirs, ours) >= _COPIED

    @property
    def copied(self) -> tuple[Finding, ...]:
        """The own accounts whose description is repeated."""
        return tuple(own for own in self.inventory.own if self.repeats(own))

    @property
    def described(self) -> bool:
        """An own account has a description that could be repeated."""
        return any(len(plain(own.bio)) >= SHORTEST_BIO for own in self.inventory.own)


def lay_out(subject: Subject, portrait: Finding, inventory: Inventory) -> Case:
    here = handles_on(portrait.platform, subject, inventory)
    anywhere = all_handles(subject, inventory)
    look = appearance(portrait, subject.person.name)
    return Case(
        subject=subject,
        portrait=portrait,
        inventory=inventory,
        look=look,
        handles=anywhere,
        same_handle=any(same_handle(portrait.handle, each) for each in anywhere),
        nearby=_closest(portrait.handle, here, look),
        elsewhere=_closest(portrait.handle, anywhere, look),
    )


def _closest(handle: str, originals: Iterable[str], look: Appearance) -> Imitation | None:
    """Return the imitation that is hardest to explain otherwise.

    Under another name, a handle that is but spelt alike is spelt like that name.
    """
    found = (imitates(handle, original) for original in sorted(originals))
    other_name = look.level is Level.DIFFERENT
    return max(
        (each for each in found if each and (each.unmistakable or not other_name)),
        key=lambda each: (each.deliberate, each.likeness),
        default=None,
    )


def linked(links: Iterable[str], shown: Finding) -> bool:
    """Tell whether one of the links leads to a finding: to its page, or to its account."""
    names = {canonical_key(shown.url), shown.key, *account_keys(shown)}
    return any(not names.isdisjoint(_names(link)) for link in links)


def linked_both_ways(portrait: Finding, own: Iterable[Finding]) -> bool:
    """Tell whether one of the own accounts and the finding link to each other."""
    return any(linked(each.links, portrait) and linked(portrait.links, each) for each in own)


# The own accounts' links are looked at once for each finding.
@lru_cache(maxsize=4_096)
def _names(link: str) -> frozenset[str]:
    return frozenset({canonical_key(link), *(key.casefold() for key in accounts_at(link))})
