"""Handles that a person may have, guessed from their name, to look up on sites."""

from itertools import islice, product

from monitor.domain.names.normalize import drop_duplicates, squash_text
from monitor.domain.person import PersonName

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
