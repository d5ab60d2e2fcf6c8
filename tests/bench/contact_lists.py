"""Contacts of invented teachers: grown-ups as they show themselves, and planted pupils."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from monitor.domain.students.cues import SchoolSetting
from monitor.domain.students.roster import RosterStudent
from scrapers.models import Contact
from tests.bench.census_people import Body, People

SETTING = SchoolSetting(schools=("Cedar Valley High School",), town="Cedar Valley", year=2026)
# How often a grown-up's card shows what a pupil's might: 3 of 8,822 cards name a year of
# graduation or a grade; the rest are guesses about the contacts of a teacher.
ELSEWHERE = 3 / 8822
_CARDS = (
    (0.08, ("Cedar Valley born and raised", "realtor, Cedar Valley", "Cedar Valley, run, repeat")),
    (0.02, ("Cedar Valley High boosters", "CVHS band fan", "supporting Cedar Valley High School")),
    (0.02, ("Proud mom of CVHS '28", "dad of two, class of 2029 and 2031", "CVHS alum '04")),
    (0.05, ("5th grade teacher at CVHS", "Coach, CVHS class of 2027 advisor", "school librarian")),
)
_HOBBIES = ("gardens and jazz", "she/her", "runner. reader.", "coffee first", "go team!", "", "")
_WORDS = ("reedandbore", "sunnyside", "oboefan", "trailmix", "northstar", "quietcorner", "bluepine")
_YEARS = ("class of 2027", "c/o 28", "WHS '27", "10th grade", "Class of 2029 \N{GRADUATION CAP}")
_OURS = ("CVHS '28", "cvhs 2027 | trumpet", "CVHS c/o 2029", "Cedar Valley High '27", "'28 @ CVHS")
_PLACES = ("Cedar Valley High School", "CVHS marching band", "student at Cedar Valley High School")
_DIGITS = ("", "", "1", "07", "28", "_28", "xx")


@dataclass(slots=True)
class Lists:
    people: People

    @property
    def random(self) -> Random:
        return self.people.random

    def grown_up(self, elsewhere: float = ELSEWHERE) -> Contact:
        """Draw somebody on no roster; `elsewhere` is the share of pupils of other schools."""
        body = self.people.draw()
        return Contact(name=self._shown(body), handle=self._handle(body), bio=self._card(elsewhere))

    def grown_ups(self, number: int, elsewhere: float = ELSEWHERE) -> tuple[Contact, ...]:
        return tuple(self.grown_up(elsewhere) for _ in range(number))

    def pupil(self, body: Body, *, cued: bool) -> Contact:
        """Show a pupil as they show themselves: under a name in one of its forms."""
        shown, handle = self.random.choice(tuple(self._guises(body)))
        return Contact(name=shown, handle=handle, bio=self._cue(shown, handle) if cued else "")

    def _card(self, elsewhere: float) -> str:
        if self.random.random() < elsewhere:
            return self.random.choice(_YEARS)
        drawn = self.random.random()
        for share, cards in _CARDS:
            if drawn < share:
                return self.random.choice(cards)
            drawn -= share
        return self.random.choice(_HOBBIES)

    def _shown(self, body: Body) -> str:
        given, family = body.given.title(), body.double
        ways = (
            f"{given} {family}",
            f"{self.people.short(body.given).title()} {family}",
            f"{given} {body.middle[:1].upper()}. {family}" if body.middle else f"{given} {family}",
            given,
            f"{given} {family[0]}.",
            self.random.choice(_WORDS),
        )
        return self.random.choices(ways, (55, 8, 7, 12, 8, 10))[0]

    def _handle(self, body: Body) -> str:
        ways = (
            f"{body.given}{body.family}",
            f"{body.given}.{body.family}",
            f"{body.given[0]}{body.family}",
            f"{body.given}{body.family[0]}",
            self.random.choice(_WORDS),
        )
        return self.random.choice(ways) + self.random.choice(_DIGITS)

    def _guises(self, body: Body) -> Iterator[tuple[str, str]]:
        given, family, nick = body.given.title(), body.family.title(), self.people.short(body.given)
        word = self.random.choice(_WORDS)
        yield f"{given} {body.double}", word
        yield f"{nick.title()} {family}", word
        yield f"{_accented(given)} {_accented(family)}", word
        yield f"{family}, {given}", word
        yield f"{given.upper()} {family.upper()} \N{TRUMPET}", word
        yield f"{given} {family[0]}.", word
        yield f"{given} {family[0]}.", f"{body.given}{body.family}{self.random.choice(_DIGITS)}"
        yield given, f"{body.given}.{body.family}{self.random.choice(_DIGITS)}"
        yield f"{nick.title()} \N{TRUMPET}", f"{nick}_{body.family}"
        yield "", f"{body.given}{body.family}{self.random.choice(_DIGITS)}"
        yield nick.title(), f"{body.given[0]}{body.family}28"

    def _cue(self, shown: str, handle: str) -> str:
        """Draw what the pupil says; under a shortened name it is the school with a year."""
        shortened = shown.endswith(".") and handle in _WORDS
        return self.random.choice(_OURS if shortened else (*_OURS, *_YEARS, *_PLACES))


def enlisted(body: Body) -> RosterStudent:
    """Enter somebody on the roster as a school does."""
    names = [(body.given.title(), body.double)]
    if body.middle:
        names.append((body.middle.title(), body.double))
    return RosterStudent(names=tuple(names))


def _accented(name: str) -> str:
    return name.translate(str.maketrans("aeiou", "áéíóú"))
