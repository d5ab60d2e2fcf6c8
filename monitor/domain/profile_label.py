"""Whose profile it is: the service's own assessment, as an answer to a row."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from monitor.domain.assessment import Assessment, judge
from monitor.domain.names.commonness import NameCounts, expected_namesakes
from monitor.domain.person import Person
from monitor.domain.reasons.case import Case, lay_out
from monitor.domain.reasons.places import read_place
from monitor.domain.reasons.subject import Inventory, Subject
from monitor.domain.reasons.workplaces import phrases
from monitor.domain.scoring import Scored
from monitor.domain.students.pupil_cues import Setting
from monitor.domain.students.roster import UNFLAGGED, ContactVerdict, Roster, enlist
from monitor.domain.students.roster import judge as judge_contacts
from monitor.domain.weights import Weights
from monitor.domain.whose import Label
from scrapers.finding import Contact, Finding

STUDENT_LINKED = "student-linked"
# Rows of one district share a roster.
_ROSTERS = 16

Pupils = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A row: the person, what is theirs, what was found; pupils are given and family names."""

    person: Person
    inventory: Inventory
    found: Finding
    contacts: tuple[Contact, ...] = ()
    pupils: Pupils = ()


@dataclass(frozen=True, kw_only=True)
class ProfileLabel:
    """Answers with the label of least cost; an own account with flagged contacts has its own name.

    The roster is kept in memory, under a key that dies with it. `year` is that of the day.
    """

    counts: NameCounts
    weights: Weights
    year: int
    key: bytes = field(repr=False)
    random_bytes: Callable[[int], bytes] = field(repr=False)

    def __call__(self, profile: Profile) -> Scored:
        case = self.case(profile)
        assessment = judge(case, None, self.weights)
        return Scored(
            score=round(assessment.bits, 3),
            label=label_of(assessment, case.contacts),
            reasons=assessment.reasons,
        )

    def case(self, profile: Profile) -> Case:
        person = profile.person
        commonness = expected_namesakes(person.name, self.counts)
        subject = Subject(person=person, commonness=commonness)
        case = lay_out(subject, profile.found, profile.inventory)
        return replace(case, contacts=self._contacts(profile))

    def _contacts(self, profile: Profile) -> ContactVerdict:
        if not profile.contacts or not profile.pupils:
            return UNFLAGGED
        roster = self._roster(profile.pupils)
        return judge_contacts(profile.contacts, roster, self.key, self._setting(profile.person))

    def _setting(self, person: Person) -> Setting:
        home = next((place for each in person.places if (place := read_place(each))), None)
        return Setting(
            schools=tuple(" ".join(phrase) for phrase in phrases(person.school)),
            town=" ".join(home.town) if home else "",
            year=self.year,
        )

    @cached_property
    def _roster(self) -> Callable[[Pupils], Roster]:
        return lru_cache(_ROSTERS)(lambda pupils: enlist(pupils, self.key, self.random_bytes))


def label_of(assessment: Assessment, contacts: ContactVerdict) -> str:
    linked = assessment.label is Label.OWN and contacts.flagged
    return STUDENT_LINKED if linked else assessment.label
