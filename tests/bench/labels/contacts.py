"""Contacts of an account, and the roster they are compared with."""

from collections.abc import Iterator
from random import Random

from tests.bench.labels.people import Somebody, family_name, given_name
from tests.bench.labels.wording import other_bio

Row = dict[str, object]
RELATIONS = ("follows", "followed_by", "mentions")
# The year in which the rows are written; pupils leave school within the next four.
YEAR = 2026


def roster(random: Random) -> list[str]:
    size = random.choice((200, 500, 1000))
    return [f"{given_name(random)} {family_name(random)}" for _ in range(size)]


def adults(random: Random, number: int) -> list[Row]:
    return [
        _contact(random, f"{given_name(random)} {family_name(random)}", other_bio(random))
        for _ in range(number)
    ]


def pupils(random: Random, names: list[str], person: Somebody) -> Iterator[Row]:
    """Yield accounts of pupils: of five, four show where or when they go to school.

    One or two without such a cue are no case: grown-ups bear their names, too.
    """
    for at, name in enumerate(names):
        cued = random.random() < 0.8 or at == 0
        cue = random.choice(_cues(random, person)) if cued else ""
        yield _contact(random, name, cue)


def bearers(random: Random, names: list[str]) -> Iterator[Row]:
    """Yield grown-ups who bear a name of the roster by chance."""
    yield from (_contact(random, name, other_bio(random)) for name in names)


def _cues(random: Random, person: Somebody) -> tuple[str, ...]:
    initials = "".join(word[0] for word in person.school.split())
    year = YEAR + random.randrange(1, 5)
    return (
        f"{initials} '{year % 100}",
        f"{initials} {year}",
        f"class of {year}",
        f"c/o {year}",
        f"{person.school} sophomore",
        f"10th grade at {person.school}",
    )


def _contact(random: Random, name: str, bio: str) -> Row:
    return {"display_name": name, "bio": bio, "relation": random.choice(RELATIONS)}
