"""What may be said of an account's contacts, and how little."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log2
from operator import attrgetter

from monitor.domain.names.commonness import NameCounts
from monitor.domain.students.cards import card_forms
from monitor.domain.students.chance import Reading, read_by_chance
from monitor.domain.students.pupil_cues import Cue, Setting, bits, cues
from monitor.domain.students.roster import Listed
from scrapers.finding import Contact

# One contact in 300 of a member of staff is taken to be a pupil, before anything is known.
PRIOR_BITS = log2(1 / 300)
# Between five and six to one that it is a pupil. By costs alone one to four would do: to look
# costs the person 8 minutes, and a missed link 30. But a flag may hurt who has done nothing.
NEEDED_BITS = 2.5
SEVERAL = 3
FEW_BY_CHANCE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactVerdict:
    """The matcher's whole answer about one account's contacts: no name ever leaves it."""

    flagged: bool
    count: int
    cues: tuple[str, ...]


UNFLAGGED = ContactVerdict(flagged=False, count=0, cues=())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Card:
    """`chances` are those of its forms, falling; `hit` is the most telling one on the roster.

    `hit` is None where no form of the card is on the roster.
    """

    chances: tuple[float, ...]
    hit: Reading | None
    cues: frozenset[Cue]

    @property
    def tells(self) -> bool:
        """A name on the roster with a cue beside it, rare enough for what the cue says."""
        if self.hit is None or not self.cues:
            return False
        return PRIOR_BITS - log2(self.hit.chance) + bits(self.cues) >= NEEDED_BITS

    def expected(self, most: float) -> float:
        """Return how likely it was to be found, by chance, under a form as telling as that."""
        return max((chance for chance in self.chances if chance <= most), default=0.0)


def judge(
    contacts: Iterable[Contact], listed: Listed, setting: Setting, counts: NameCounts
) -> ContactVerdict:
    """Flag contacts that bear a roster name and a cue, or more rare names than chance brings.

    A name alone never flags: others bear it, too.
    """
    # A page may be turned while the list grows, and then shows a contact twice.
    cards = [_card(each, listed, setting, counts) for each in dict.fromkeys(contacts)]
    telling = [card for card in cards if card.tells]
    several = _several(cards)
    kinds = frozenset().union(*(card.cues for card in telling))
    if several:
        kinds |= {Cue.SEVERAL_NAMES}
    if not kinds:
        return UNFLAGGED
    beside = [card for card in telling if card.hit not in several]
    return ContactVerdict(flagged=True, count=len(several) + len(beside), cues=tuple(sorted(kinds)))


def _card(contact: Contact, listed: Listed, setting: Setting, counts: NameCounts) -> _Card:
    read = read_by_chance(card_forms(contact, counts), listed.size, counts)
    hit = next((each for each in read if listed.lists(each.form)), None)
    found = cues(contact, setting) if hit else frozenset[Cue]()
    return _Card(chances=tuple(each.chance for each in read), hit=hit, cues=found)


def _several(cards: Sequence[_Card]) -> Sequence[Reading]:
    """Return the most names on the roster that are so rare that chance brings few of them.

    Accounts that show one name count once: they may be one person's, who is not a pupil.
    """
    hit = filter(None, (card.hit for card in cards))
    falling = sorted(hit, key=attrgetter("chance"), reverse=True)
    best = {each.form: each for each in falling}
    hits = sorted(best.values(), key=attrgetter("chance", "form"))
    for size in range(len(hits), SEVERAL - 1, -1):
        most = hits[size - 1].chance
        if sum(card.expected(most) for card in cards) < FEW_BY_CHANCE:
            return hits[:size]
    return ()
