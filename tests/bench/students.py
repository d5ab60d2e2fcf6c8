"""How well student links are found: `python -m tests.bench.students` prints the two bars.

Names are drawn from the census by a seed, so that common ones come as often as they do. A false hit
is an account of a member of staff that is flagged though none of its contacts is on the roster.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from time import process_time

from monitor.domain.names.frequency import load_census
from monitor.domain.students.matching import ContactMatchResult, match_contacts
from scrapers.models import Contact
from tests.bench.census_people import Body, People
from tests.bench.contact_lists import ELSEWHERE, SETTING, Lists, enlisted
from tests.bench.plain_roster import PlainRoster, plain_roster

SEED = 20261124
CONTACTS = 300
PUPILS = 3_000
SMALL = 600
# A new roster now and then: some have more common names than others.
ACCOUNTS_A_ROSTER = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    accounts: int
    flagged: int
    planted: int
    counted: int


def rated(accounts: int, pupils: int = PUPILS, elsewhere: float = ELSEWHERE) -> float:
    """Return how many of the accounts without any pupil are flagged, for each 300 contacts."""
    lists = Lists(People(Random(SEED)))  # noqa: S311  # the same people in each run
    flagged = 0
    for number in range(accounts):
        if number % ACCOUNTS_A_ROSTER == 0:
            roster = plain_roster(map(enlisted, lists.people.many(pupils)))
        flagged += said(lists.grown_ups(CONTACTS, elsewhere), roster).flagged
    return flagged / accounts


def rated_teachers(accounts: int, pupils: int = PUPILS, *, small: bool = False) -> float:
    """Return how many teachers' lists without any pupil are flagged, of colleagues and kin."""
    lists = Lists(People(Random(SEED)))  # noqa: S311  # the same people in each run
    flagged = 0
    for number in range(accounts):
        if number % ACCOUNTS_A_ROSTER == 0:
            bodies = _families(lists, pupils) if small else list(lists.people.many(pupils))
            roster = plain_roster(map(enlisted, bodies))
        flagged += said(lists.teachers_contacts(CONTACTS, bodies, small=small), roster).flagged
    return flagged / accounts


def _families(lists: Lists, pupils: int) -> list[Body]:
    """Draw the pupils of a small town: three to a family name."""
    first = list(lists.people.many(pupils // 3))
    return [
        replace(lists.people.draw(), family=first[at % len(first)].family) for at in range(pupils)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """How many pupils stand among an account's contacts, and whether each shows a cue."""

    least: int = 1
    most: int = 6
    cued: bool = True


def linked(accounts: int, plant: Plant = Plant(), pupils: int = PUPILS) -> Linked:
    lists = Lists(People(Random(SEED)))  # noqa: S311  # the same people in each run
    flagged = planted = counted = 0
    for number in range(accounts):
        if number % ACCOUNTS_A_ROSTER == 0:
            bodies = list(lists.people.many(pupils))
            roster = plain_roster(map(enlisted, bodies))
        chosen = lists.random.sample(bodies, lists.random.randint(plant.least, plant.most))
        verdict = said(_among(lists, chosen, plant), roster)
        planted += len(chosen)
        flagged += verdict.flagged
        counted += min(verdict.count, len(chosen))
    return Linked(accounts=accounts, flagged=flagged, planted=planted, counted=counted)


def said(contacts: tuple[Contact, ...], roster: PlainRoster) -> ContactMatchResult:
    return match_contacts(contacts, roster, SETTING, load_census())


def _among(lists: Lists, pupils: list[Body], plant: Plant) -> tuple[Contact, ...]:
    shown = [lists.pupil(body, cued=plant.cued) for body in pupils]
    contacts = [*lists.grown_ups(lists.random.randint(30, CONTACTS)), *shown]
    lists.random.shuffle(contacts)
    return tuple(contacts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000)
    parser.add_argument("--pupils", type=int, default=PUPILS)
    given = parser.parse_args()
    accounts, pupils = given.accounts, given.pupils
    few = accounts // 4
    _false(
        f"false hits per 300 contacts, {pupils:,} on the roster",
        accounts,
        lambda: rated(accounts, pupils),
    )
    _false("  the same, five times as many on the roster", few, lambda: rated(few, 5 * pupils))
    _false("  the same, one contact in 20 at another school", few, lambda: rated(few, pupils, 0.05))
    _false(
        "  a teacher's: 12 % staff, 15 % parents, 13 % alumni",
        few,
        lambda: rated_teachers(few, pupils),
    )
    _false(
        f"  the same in a small town, {SMALL} on the roster",
        few,
        lambda: rated_teachers(few, SMALL, small=True),
    )
    _found("planted, each with a cue", linked(accounts // 2, pupils=pupils))
    _found("  three to six, none with a cue", linked(few, Plant(cued=False, least=3), pupils))


def _false(title: str, accounts: int, measure: Callable[[], float]) -> None:
    started = process_time()
    rate = measure()
    each = (process_time() - started) / accounts / CONTACTS * 1e6
    sys.stdout.write(f"{title:50}{rate:8.4f}  ({accounts} accounts, {each:.0f} us a contact)\n")


def _found(title: str, found: Linked) -> None:
    accounts, links = found.flagged / found.accounts, found.counted / found.planted
    sys.stdout.write(f"{title:50}{accounts:8.1%} of accounts, {links:.1%} of links counted\n")


if __name__ == "__main__":
    main()
