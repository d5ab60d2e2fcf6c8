"""Whether an account shows the picture of one of the person's own accounts."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log2

from monitor.domain.evidence import Sign
from monitor.domain.pictures.same_picture import Nearness, nearness
from monitor.domain.reasons import rules
from monitor.domain.reasons.subject import Inventory
from scrapers.finding import Finding, Kind
from scrapers.picture_print import PicturePrint

# How often the accounts that show a picture may double until it says nothing: one that a network
# gives to everybody who chose none is nobody's.
_DOUBLINGS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """`own` is the account whose picture is shown; `others` are further ones that show it."""

    own: Finding
    nearness: Nearness
    others: int

    @property
    def amount(self) -> float:
        """Return how much of the rule's weight is left."""
        return 1 - log2(1 + self.others) / _DOUBLINGS


def pictured(portrait: Finding, inventory: Inventory) -> Iterator[Sign]:
    """Yield one sign at most: of several own accounts the nearest counts."""
    near = min(
        (each for each in _likenesses(portrait, inventory) if each.nearness.same),
        key=lambda each: each.nearness.distance,
        default=None,
    )
    if near is not None and near.amount > 0:
        yield rules.SAME_PICTURE.holds(amount=near.amount, reason=_sentence(near))


def _likenesses(portrait: Finding, inventory: Inventory) -> Iterator[Likeness]:
    shown = PicturePrint.read(portrait.picture_print)
    if shown is None or portrait.kind is not Kind.ACCOUNT:
        return
    for own in inventory.own:
        print_of_own = PicturePrint.read(own.picture_print)
        if print_of_own is not None and not _of_the_network(portrait, own):
            bearers = inventory.bearers.get(own.picture_print, 0)
            itself = portrait.picture_print == own.picture_print
            yield Likeness(
                own=own,
                nearness=nearness(shown, print_of_own),
                others=max(bearers - itself, 0),
            )


def _of_the_network(portrait: Finding, own: Finding) -> bool:
    """Tell whether both show the network's own picture: one address stands for two accounts."""
    return portrait.platform == own.platform and portrait.picture == own.picture != ""


def _sentence(near: Likeness) -> str:
    network = " ".join(word[:1].upper() + word[1:] for word in near.own.platform.split("-"))
    mirrored = ", mirrored" if near.nearness.mirrored else ""
    return f"It uses the same picture as your account on {network}{mirrored}."
