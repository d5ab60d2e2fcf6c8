"""Contacts of invented teachers: grown-ups as they show themselves, and planted pupils."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from monitor.domain.students.cues import SchoolSetting
from monitor.domain.students.name_forms import RosterStudent
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
_YEARS = ("class of 2027", "c/o 28", "10th grade", "Class of 2029 \N{GRADUATION CAP}")
_OTHER_SCHOOL = ("WHS '27", "Lincoln High '28", "JHS band", "10th grade, Westfield Middle School")
_OURS = ("CVHS '28", "cvhs 2027 | trumpet", "CVHS c/o 2029", "Cedar Valley High '27", "'28 @ CVHS")
_STUDENTS = (
    "student at Cedar Valley High School",
    "CVHS sophomore",
    "11th grade, Cedar Valley High",
)
_DIGITS = ("", "", "1", "07", "28", "_28", "xx")


# What a teacher's contacts are, and what they say of themselves: in school districts' guides for
# staff accounts, and in the bios that such guides show. A year of 2026 or later is a pupil's.
_COLLEAGUES = (
    *("5th grade at Cedar Valley Elementary", "7th grade math | CVMS", "CVHS science department"),
    *("3rd grade team, dog lover", "10th grade ELA @ CVHS", "SPED at Cedar Valley High School"),
    *("AVID | 9th grade | CVHS", "Kindergarten", "CVHS Spanish, NBCT", "Go Panthers! @ CVHS"),
    *("Cedar Valley High School, room 12", "Teaching 8th grade history", "band director, CVHS"),
)
_PARENTS = (
    *(
        "my 5th grader runs this house",
        "CVHS '27 and '30 keep me busy",
        "Mom x3",
        "CVHS band parent",
    ),
    *(
        "raising a sophomore and a senior",
        "Proud of my CVHS senior",
        "Dad. Cedar Valley.",
        "boy mom",
    ),
    *("two kids at Cedar Valley High School", "wife, mother, CVHS class of 2028 mama", "Go CVHS!"),
    *("our daughter is CVHS '28", "married, three kids", "Supporting the CVHS marching band"),
)
_ALUMNI = (
    *("CVHS '24 | Ohio State '28", "CVHS '19", "cvhs class of 2021", "State U '27", "KSU 2028"),
    *("Cedar Valley High > Georgia Tech", "sophomore @ Boise State", "College freshman, CVHS grad"),
    *("class of 2027, University of Iowa", "CVHS alum", "went to Cedar Valley High School once"),
    *("TSU '29 nursing", "CVHS 22", "junior at State, home is Cedar Valley", "c/o 2018"),
)
COLLEAGUES, PARENTS, ALUMNI = 0.12, 0.15, 0.13
# Of parents and of former students, so many share a family name with a pupil on the roster.
_KIN = {_PARENTS: 0.8, _ALUMNI: 0.3}


@dataclass(slots=True)
class Lists:
    people: People

    @property
    def random(self) -> Random:
        return self.people.random

    def grown_up(self, elsewhere: float = ELSEWHERE) -> Contact:
        """Draw somebody on no roster; `elsewhere` is the share of pupils of other schools."""
        return self._introduce(self.people.draw(), self._card(elsewhere))

    def grown_ups(self, number: int, elsewhere: float = ELSEWHERE) -> tuple[Contact, ...]:
        return tuple(self.grown_up(elsewhere) for _ in range(number))

    def teachers_contacts(
        self, number: int, pupils: Sequence[Body], *, small: bool = False
    ) -> tuple[Contact, ...]:
        """Draw the contacts of a teacher, none on the roster: of the school, and of anywhere.

        In a `small` town three in ten of the others name it, and half share a pupil's family name.
        """
        return tuple(self._acquaintance(pupils, small=small) for _ in range(number))

    def _acquaintance(self, pupils: Sequence[Body], *, small: bool) -> Contact:
        drawn = self.random.random()
        for share, cards in ((COLLEAGUES, _COLLEAGUES), (PARENTS, _PARENTS), (ALUMNI, _ALUMNI)):
            if drawn < share:
                body = self._kin(pupils, _KIN.get(cards, 0.5 if small else 0.0))
                return self._introduce(body, self.random.choice(cards))
            drawn -= share
        body = self._kin(pupils, 0.5 if small else 0.0)
        town = small and self.random.random() < 0.3
        return self._introduce(body, "Cedar Valley" if town else self._card(ELSEWHERE))

    def _kin(self, pupils: Sequence[Body], share: float) -> Body:
        body = self.people.draw()
        if self.random.random() < share:
            body = replace(body, family=self.random.choice(pupils).family, second_family="")
        return body

    def _introduce(self, body: Body, card: str) -> Contact:
        return Contact(name=self._shown(body), handle=self._handle(body), bio=card)

    def pupil(self, body: Body, *, cued: bool) -> Contact:
        """Show a pupil as they show themselves: under a name in one of its forms."""
        shown, handle = self.random.choice(tuple(self._guises(body)))
        return Contact(name=shown, handle=handle, bio=self._cue(shown, handle) if cued else "")

    def _card(self, elsewhere: float) -> str:
        if self.random.random() < elsewhere:
            return self.random.choice((*_YEARS, *_OTHER_SCHOOL))
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
        initial = " " not in shown and handle.endswith("28")
        known = (*_OURS, *_STUDENTS)
        return self.random.choice(known if shortened or initial else (*known, *_YEARS))


def enlisted(body: Body) -> RosterStudent:
    """Enter somebody on the roster as a school does."""
    names = [(body.given.title(), body.double)]
    if body.middle:
        names.append((body.middle.title(), body.double))
    return RosterStudent(names=tuple(names))


def _accented(name: str) -> str:
    return name.translate(str.maketrans("aeiou", "áéíóú"))
