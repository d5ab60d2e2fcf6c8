"""Whose profile it is: the service's own assessment, as an answer to a row."""

from dataclasses import dataclass, replace
from functools import lru_cache

from monitor.domain.assessment import Assessment, judge
from monitor.domain.names.commonness import NameCounts, expected_namesakes
from monitor.domain.person import Person
from monitor.domain.reasons.case import Case, lay_out
from monitor.domain.reasons.places import read_place
from monitor.domain.reasons.subject import Inventory, Subject
from monitor.domain.reasons.workplaces import phrases
from monitor.domain.scoring import Scored
from monitor.domain.students.forms import Pupil
from monitor.domain.students.pupil_cues import Setting
from monitor.domain.students.roster import PlainRoster, plain_roster
from monitor.domain.students.verdict import UNFLAGGED, ContactVerdict
from monitor.domain.students.verdict import judge as judge_contacts
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileLabel:
    """Answers with the label of least cost; an own account with flagged contacts has its own name.

    The roster of a row is kept in memory, as it came. `year` is that of the day.
    """

    counts: NameCounts
    weights: Weights
    year: int

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
        setting = self._setting(profile.person)
        return judge_contacts(profile.contacts, _roster(profile.pupils), setting, self.counts)

    def _setting(self, person: Person) -> Setting:
        home = next((place for each in person.places if (place := read_place(each))), None)
        return Setting(
            schools=tuple(" ".join(phrase) for phrase in phrases(person.school)),
            town=" ".join(home.town) if home else "",
            year=self.year,
        )


@lru_cache(_ROSTERS)
def _roster(pupils: Pupils) -> PlainRoster:
    return plain_roster(Pupil(names=(name,)) for name in pupils)


def label_of(assessment: Assessment, contacts: ContactVerdict) -> str:
    linked = assessment.label is Label.OWN and contacts.flagged
    return STUDENT_LINKED if linked else assessment.label
