"""One finding laid beside everything that is known of the person."""

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from monitor.domain.handles.handles import same_handle
from monitor.domain.handles.lookalike import Imitation, imitates
from monitor.domain.names.names import Level
from monitor.domain.names.spelling import plain
from monitor.domain.person import Person
from monitor.domain.reasons.appearance import Appearance, appearance
from monitor.domain.reasons.subject import Inventory, Subject, all_handles, handles_on
from monitor.domain.students.verdict import UNFLAGGED, ContactVerdict
from scrapers.finding import Finding, Kind

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
