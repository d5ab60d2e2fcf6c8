"""The five kinds of profile, and what each of them shows how often."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from monitor.domain.names.nicknames import list_other_givens
from tests.bench.labels import contacts, people, wording
from tests.bench.labels.people import PLATFORMS, Somebody

Row = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """How the fields are drawn in which bought accounts differ from others."""

    followers: tuple[int, int]
    following: tuple[int, int]
    posts: tuple[int, int]

    def drawn(self, random: Random) -> Row:
        return {name: _between(random, *getattr(self, name)) for name in self.__slots__}


LIVED_IN = Counters(followers=(40, 900), following=(60, 900), posts=(10, 900))
HOLLOW = Counters(followers=(0, 60), following=(200, 3000), posts=(0, 15))


def own(random: Random, person: Somebody) -> Row:
    """Show one's own account: a declared one in a third, else one on another network."""
    platform, handle = random.choice(list(person.handles.items()))
    linked = random.random() < 0.35
    if random.random() < 0.67:
        platform = random.choice(
            [one_platform for one_platform in PLATFORMS if one_platform not in person.handles]
        )
        if random.random() < 0.5:
            handle = wording.handle(random, person.given, person.family)
    same_words = random.random() < 0.2
    return {
        "platform": platform,
        "handle": handle,
        "display_name": _own_name(random, person),
        "bio": person.bio if same_words and person.bio else wording.own_bio(random, person),
        "location": person.home.written(random),
        "created_at": _day(random, person.since + random.choice((-3, -1, 0, 0, 1, 2, 4))),
        "links": _links(random, person) if random.random() < 0.3 else [],
        "link_back": linked,
        **(HOLLOW if random.random() < 0.07 else LIVED_IN).drawn(random),
    }


def namesake(random: Random, person: Somebody) -> Row:
    where = people.home(random)
    handle = wording.handle(random, person.given, person.family)
    return {
        "platform": random.choice(PLATFORMS),
        "handle": handle
        if handle not in person.handles.values()
        else f"{handle}{random.randrange(9)}",
        "display_name": random.choice((person.name, person.name, _own_name(random, person))),
        "bio": wording.other_bio(random),
        "location": where.written(random),
        "created_at": _day(random, random.randrange(2008, 2026)),
        "links": [],
        "link_back": False,
        **(HOLLOW if random.random() < 0.1 else LIVED_IN).drawn(random),
    }


def impersonation(random: Random, person: Somebody) -> Row:
    """Show a clone: each of its signs is there as often as the literature and the tables say."""
    platform, handle = random.choice(list(person.handles.items()))
    if random.random() < 0.25:
        platform = random.choice(
            [one_platform for one_platform in PLATFORMS if one_platform not in person.handles]
        )
    near = random.random() < 0.85
    bio = wording.own_bio(random, person)
    if person.bio and random.random() < 0.65:
        bio = wording.retouched(random, person.bio)
    lure = f" {random.choice(wording.LURES)}" if random.random() < 0.3 else ""
    return {
        "platform": platform,
        "handle": wording.imitated(random, handle)
        if near
        else wording.handle(random, person.given, person.family),
        "display_name": person.name if random.random() < 0.9 else _disguised(random, person.name),
        "bio": f"{bio}{lure}",
        "location": person.home.written(random),
        "created_at": _day(random, person.since + 1 + random.choice((0, 1, 2, 3, 4))),
        "links": _links(random, person) if random.random() < 0.2 else [],
        "link_back": False,
        **(HOLLOW if random.random() < 0.75 else LIVED_IN).drawn(random),
    }


def attack(random: Random, person: Somebody) -> Row:
    """Show what students made about twenty teachers of one school, as newspapers describe it.

    The account has the teacher's name, a handle of it, a network where the teacher is not, and
    mocking or sexual words or none; hundreds follow it. It copies nothing that we could know.
    """
    first, last = person.given.lower(), person.family.lower()
    title = random.choice(("mr", "mrs", "ms"))
    handles = (f"{first}.{last}", f"{first}.{last}", f"{first}{last}", f"{title}{last}")
    names = (person.name, person.name, f"{title.capitalize()}. {person.family}")
    return {
        "platform": random.choice(
            [platform for platform in PLATFORMS if platform not in person.handles]
        ),
        "handle": f"{random.choice(handles)}{random.choice(('', '', '_', '1', '0'))}",
        "display_name": random.choice(names),
        "bio": wording.mocking_bio(random, person),
        "location": "",
        "created_at": _day(random, 2026),
        "links": [],
        "link_back": False,
        **Counters(followers=(20, 600), following=(0, 60), posts=(1, 12)).drawn(random),
    }


def unrelated(random: Random, person: Somebody) -> Row:
    """Show somebody else, of whom every other one shares a half of the name."""
    given, family = people.given_name(random), people.family_name(random)
    match random.randrange(4):
        case 0:
            family = person.family
        case 1:
            given = person.given
    if (given, family) == (person.given, person.family):
        given = "Zebulon"
    return namesake(random, person) | {
        "handle": wording.handle(random, given, family),
        "display_name": f"{given} {family}",
    }


def student_linked(random: Random, person: Somebody) -> Row:
    names = contacts.roster(random)
    shown = contacts.adults(random, random.randrange(5, 40))
    shown += contacts.pupils(random, random.sample(names, random.choice((1, 2, 3, 5))), person)
    random.shuffle(shown)
    return own(random, person) | {"contacts": shown, "roster": names}


def with_contacts(random: Random, row: Row) -> Row:
    """Add grown-up contacts and a roster, of which one in four meets a name by chance."""
    names = contacts.roster(random)
    shown = contacts.adults(random, random.randrange(5, 40))
    if random.random() < 0.25:
        shown += contacts.bearers(random, random.sample(names, 1))
    return row | {"contacts": shown, "roster": names}


def _own_name(random: Random, person: Somebody) -> str:
    """Write one's name in the ways, and as often, as lists of officials have it."""
    initial, middle = person.given[0], f"{person.middle} " if person.middle else ""
    nickname = random.choice(sorted(list_other_givens(person.given.lower())) or [person.given])
    return random.choices(
        (
            person.name,
            f"{person.given} {middle}{person.family}",
            f"{nickname.capitalize()} {person.family}",
            f"{initial}. {person.family}",
            f"{random.choice(('Mr.', 'Mrs.', 'Coach'))} {person.family}",
            f"{person.family}, {person.given}",
            f"{person.given} {person.former or person.family}",
            # Districts advise their staff to show no more than this.
            f"{person.given} {person.family[0]}.",
            f"{person.given}{person.family}",
        ),
        (45, 9, 14, 7, 6, 3, 7, 7, 2),
    )[0]


def _disguised(random: Random, name: str) -> str:
    latin, cyrillic = random.choice((("a", "\N{CYRILLIC SMALL LETTER A}"), ("o", "0"), ("l", "1")))
    return name.replace(latin, cyrillic, 1)


def _links(random: Random, person: Somebody) -> list[str]:
    platform, handle = random.choice(list(person.handles.items()))
    return [f"https://{platform}.com/{handle}"]


def _day(random: Random, year: int) -> str:
    return (
        (datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=random.randrange(365)))
        .date()
        .isoformat()
    )


def _between(random: Random, low: int, high: int) -> int:
    """Draw a count; small ones are commoner than large ones."""
    return low + int((high - low) * random.random() ** 2)
