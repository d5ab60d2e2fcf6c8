"""An invented district: its pupils, its school, and a few names that people bear."""

from datetime import date

from monitor.domain.names.frequency import EVERYBODY, NameCounts
from monitor.domain.students.cues import SchoolSetting
from monitor.domain.students.hashed_roster import KeyedRoster, tokenize_roster
from monitor.domain.students.name_forms import RosterStudent
from scrapers.models import Contact
from tests.name_counts import build_count_table

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
SETTING = SchoolSetting(schools=("Cedar Valley High School",), town="Cedar Valley", year=2026)
TODAY = date(2026, 9, 1)
A_CUE = "CVHS '28 | second trumpet"
PEOPLE = 300_000_000


def pupil(given, family, *handles):
    return RosterStudent(names=((given, family),), handles=handles)


PUPILS = (
    pupil("Mason", "Whitlock"),
    pupil("Priya", "Venkataraman"),
    pupil("Robert", "Garcia-Lopez"),
    pupil("John", "Smith"),
)
COUNTS = NameCounts(
    given=build_count_table(
        {
            EVERYBODY: PEOPLE,
            "mason": 150_000,
            "priya": 12_000,
            "robert": 3_500_000,
            "bob": 120_000,
            "bobby": 90_000,
            "john": 4_000_000,
            "mary": 3_000_000,
            "garcia": 100,
            "madison": 400_000,
            "jose": 700_000,
            "juan": 500_000,
            "wendel": 600,
            "imogen": 4_000,
            "itsuki": 120,
            "theodore": 90_000,
        }
    ),
    family=build_count_table(
        {
            EVERYBODY: PEOPLE,
            "whitlock": 13_000,
            "garcia": 1_200_000,
            "lopez": 900_000,
            "smith": 2_400_000,
            "mason": 80_000,
            "venkataraman": 300,
            "prentice": 9_000,
            "john": 30_000,
        }
    ),
)


def padding():
    """Return a source of random bytes that only counts."""
    count = iter(range(1 << 24))
    return lambda size: next(count).to_bytes(size, "big")


def keyed(pupils=PUPILS, key=KEY, asked=None):
    """Enlist pupils under a key, and hold the list with that key, or with another one."""
    return KeyedRoster(roster=tokenize_roster(pupils, key, padding(), TODAY), key=asked or key)


def contact(name, bio="", handle="h"):
    return Contact(name=name, handle=handle, bio=bio)


ROSTER = keyed()
