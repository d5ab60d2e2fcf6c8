"""Rows that ask whose a profile is, and the answers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from math import exp
from random import Random

from tests.bench.labels import people, profiles, wording
from tests.bench.labels.people import PLATFORMS, Somebody
from tests.bench.labels.profiles import Row

KINDS: dict[str, tuple[int, Callable[[Random, Somebody], Row]]] = {
    "own": (30, profiles.own),
    "namesake": (28, profiles.namesake),
    "impersonation": (10, profiles.impersonation),
    "attack": (4, profiles.attack),
    "student-linked": (8, profiles.student_linked),
    "unrelated": (20, profiles.unrelated),
}
# An attack plays the person, too, whatever it copies.
GOLD = {"attack": "impersonation"}
# One thing in five is not told.
MISSING = 0.2
ALWAYS_TOLD = frozenset({"name", "handles", "platform", "handle", "contacts", "school"})


def rows(random: Random, number: int) -> Iterator[tuple[Row, str]]:
    """Yield rows with their answers."""
    kinds, shares = list(KINDS), [share for share, _ in KINDS.values()]
    for at in range(number):
        kind = random.choices(kinds, shares)[0]
        person = somebody(random)
        found = KINDS[kind][1](random, person)
        if kind == "own" and random.random() < 0.3:
            found = profiles.with_contacts(random, found)
        roster = found.pop("roster", None)
        row: Row = {"id": f"label-{at:05}", "ask": "label"}
        row |= {"staff": _told(random, _staff(random, person)), "found": _told(random, found)}
        yield (row | {"roster": roster} if roster else row), GOLD.get(kind, kind)


def draw_year(random: Random, counts: Mapping[str, float]) -> Iterator[tuple[Row, str]]:
    """Yield what a year brings to one person, and its kind: of each so many on average."""
    person = somebody(random)
    staff = _told(random, _staff(random, person))
    for kind, average in counts.items():
        for at in range(_draw_count(random, average)):
            found = _told(random, KINDS[kind][1](random, person))
            yield {"id": f"{kind}-{at}", "ask": "label", "staff": staff, "found": found}, kind


def _draw_count(random: Random, average: float) -> int:
    """Draw how many of rare and independent things happen (Poisson's distribution)."""
    count, left = 0, random.random() - exp(-average)
    chance = exp(-average)
    while left > 0:
        count += 1
        chance *= average / count
        left -= chance
    return count


def somebody(random: Random) -> Somebody:
    given, family = people.given_name(random), people.family_name(random)
    home, places = people.home(random), random.sample(PLATFORMS, random.choice((1, 2, 2, 3)))
    first = wording.handle(random, given, family)
    # Two handles of one person are the same as often as not.
    others = [random.choice((first, wording.handle(random, given, family))) for _ in places]
    person = Somebody(
        given=given,
        middle=people.given_name(random) if random.random() < 0.5 else "",
        family=family,
        former=people.family_name(random) if random.random() < 0.2 else "",
        home=home,
        school=people.school_in(home.town, random),
        employer=f"{home.town} School District",
        role=people.role(random),
        handles=dict(zip(places, (first, *others), strict=False)),
        since=random.randrange(2010, 2023),
    )
    return replace(person, bio=wording.own_bio(random, person))


def _staff(random: Random, person: Somebody) -> Row:
    """Tell of a person what the portal asks; of two who had another name, one says so."""
    told = person.former and random.random() < 0.5
    return {
        "name": person.name,
        "former_names": [person.former] if told else [],
        "nicknames": [],
        "handles": person.handles,
        "employer": person.employer,
        "school": person.school,
        "role": person.role,
        "location": person.home.written(random),
        "known_urls": [f"https://{where}.com/{handle}" for where, handle in person.handles.items()],
        "account_created": f"{person.since}-06-15",
        "bio": person.bio,
    }


def _told(random: Random, fields: Row) -> Row:
    return {
        name: value
        for name, value in fields.items()
        if name in ALWAYS_TOLD or random.random() >= MISSING
    }
