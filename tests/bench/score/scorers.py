"""What `tests.bench.score` reads and writes: one question to a scorer, and its answer."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from monitor.domain.detection.affiliation_words import parse_locality
from monitor.domain.detection.appearance import AssessmentInput, Inventory, Subject, build_input
from monitor.domain.detection.assessment import Assessment, assess_input
from monitor.domain.detection.evidence import Evidence
from monitor.domain.detection.weights import Weights
from monitor.domain.errors import InputError
from monitor.domain.handles.lookalike import NEAR_LIKENESS, HandleLookalike, compare_handles
from monitor.domain.handles.pairs import weigh_handle_pair
from monitor.domain.handles.weighing import weigh_handle
from monitor.domain.names.frequency import NameCounts, estimate_namesakes, load_census
from monitor.domain.names.likeness import UNSURE, NameWeight, weigh_likeness
from monitor.domain.names.matching import NO_MATCH, compare_display_name, match_display_name
from monitor.domain.names.normalize import extract_generation
from monitor.domain.names.parsing import parse_person_name
from monitor.domain.person import Person
from monitor.domain.students.cues import SchoolSetting
from monitor.domain.students.matching import UNFLAGGED, ContactMatchResult
from monitor.domain.students.matching import match_contacts as judge_contacts
from monitor.domain.students.name_forms import RosterStudent
from monitor.domain.vocabulary import OwnershipLabel
from reports.reason_rendering import render_reason
from scrapers.models import Contact, Trace
from tests.bench.plain_roster import PlainRoster, plain_roster
from tests.bench.score.words import explain


class Ask(StrEnum):
    """What is asked of a row."""

    SAME_NAME = "same_name"
    OWN = "own"
    LOOKALIKE = "lookalike"
    LABEL = "label"


class Answer(StrEnum):
    YES = "yes"
    PERHAPS = "perhaps"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """What a row tells of the person: a name as one writes it, and handles by platform."""

    name: str = ""
    handles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a row tells of the account that was found."""

    platform: str = ""
    handle: str = ""
    display_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    id: str
    ask: Ask
    staff: Staff
    found: Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """`score` is the confidence in yes, in bits; `reasons` are sentences, strongest first."""

    score: float
    label: str
    reasons: tuple[str, ...] = ()


# Raises InputError where the row lacks what the question is about.
Scorer = Callable[[Staff, Found], Scored]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnHandle:
    counts: NameCounts

    def __call__(self, staff: Staff, found: Found) -> Scored:
        """Take the best of what the name and each of the other handles say."""
        if not found.handle or not (staff.name or staff.handles):
            reason = "own needs found.handle, and staff.name or staff.handles"
            raise InputError(reason)
        return _scored(max(self._weighed(staff, found), key=_bits))

    def _weighed(self, staff: Staff, found: Found) -> Iterator[tuple[Evidence, ...]]:
        if staff.name:
            yield weigh_handle(found.handle, parse_person_name(staff.name), self.counts)
        for handle in staff.handles.values():
            yield weigh_handle_pair(found.handle, handle, self.counts)


def _bits(evidence: tuple[Evidence, ...]) -> float:
    return sum(piece.bits for piece in evidence)


def _scored(evidence: tuple[Evidence, ...]) -> Scored:
    bits = _bits(evidence)
    strongest = sorted(evidence, key=lambda piece: -abs(piece.bits))
    return Scored(
        score=round(bits, 3),
        label=Answer.YES if bits > 0 else Answer.NO,
        reasons=tuple(explain(piece.reason) for piece in strongest),
    )


# Bits where nothing can be told apart; none at the likeness from which imitation is assumed.
_WHOLE = 8.0
_LEAST = -24.0


def imitated_handle(staff: Staff, found: Found) -> Scored:
    """Take the declared handle that is imitated best."""
    if not found.handle or not staff.handles:
        reason = "lookalike needs staff.handles and found.handle"
        raise InputError(reason)
    best = _best(compare_handles(found.handle, handle) for handle in staff.handles.values())
    if best is None:
        reason = "The handle is too far from the declared ones, or is one of them."
        return Scored(score=_LEAST, label=Answer.NO, reasons=(reason,))
    bits = max(_LEAST, _WHOLE * (best.likeness - NEAR_LIKENESS) / (1 - NEAR_LIKENESS))
    label = Answer.YES if bits >= 0 else Answer.NO
    return Scored(score=round(bits, 3), label=label, reasons=(render_reason(best.reason),))


def _best(found: Iterable[HandleLookalike | None]) -> HandleLookalike | None:
    return max(
        (lookalike for lookalike in found if lookalike),
        key=lambda lookalike: lookalike.likeness,
        default=None,
    )


def same_name(staff: Staff, found: Found) -> Scored:
    """Say of a name what assessments say of it; the reasons are those of the likeliest reading."""
    if not staff.name or not found.display_name:
        reason = "same_name needs staff.name and found.display_name"
        raise InputError(reason)
    name = parse_person_name(staff.name)
    # Who has a generation after their name enters it with the family name.
    name = replace(name, family=f"{name.family} {extract_generation(staff.name)}".strip())
    compared = compare_display_name(found.display_name, name)
    best = max(compared, key=lambda comparison: comparison.match.bits, default=None)
    if best is None:
        return Scored(
            score=NO_MATCH.bits, label=Answer.NO, reasons=("There is no name to compare.",)
        )
    score = match_display_name(found.display_name, name).bits
    ordered = sorted(
        weigh_likeness(best.likeness, load_census()), key=lambda weight: -abs(weight.bits)
    )
    return Scored(
        score=round(score, 3),
        label=_label(score),
        reasons=tuple(_explain_weight(weight) for weight in ordered),
    )


def _explain_weight(weight: NameWeight) -> str:
    return " ".join(map(explain, filter(None, (weight.reason, weight.bearers))))


def _label(score: float) -> Answer:
    if score >= 0:
        return Answer.YES
    return Answer.PERHAPS if score > -UNSURE else Answer.NO


def scorers(counts: NameCounts) -> Mapping[Ask, Scorer]:
    return {
        Ask.SAME_NAME: same_name,
        Ask.OWN: OwnHandle(counts=counts),
        Ask.LOOKALIKE: imitated_handle,
    }


STUDENT_LINKED = "student-linked"
# Rows of one district share a roster.
_ROSTERS = 16

Pupils = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A row: the person, what is theirs, what was found; pupils are given and family names.

    `schools` are those of the district that the row tells.
    """

    person: Person
    inventory: Inventory
    found: Trace
    contacts: tuple[Contact, ...] = ()
    pupils: Pupils = ()
    schools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileLabel:
    """Answers with the label of least cost; an own account with flagged contacts has its own name.

    The roster of a row is kept in memory, as it came. `now` is when the rows are looked at.
    `schools` are those of each roster, which rows of one district share: the service knows all.
    """

    counts: NameCounts
    weights: Weights
    now: datetime
    schools: Mapping[Pupils, frozenset[str]] = field(default_factory=dict)

    def __call__(self, profile: Profile) -> Scored:
        inputs = self.inputs(profile)
        assessment = assess_input(inputs, None, self.weights)
        return Scored(
            score=round(assessment.bits, 3),
            label=label_of(assessment, inputs.contacts),
            reasons=tuple(map(render_reason, assessment.reasons)),
        )

    def inputs(self, profile: Profile) -> AssessmentInput:
        person = profile.person
        commonness = estimate_namesakes(person.name, self.counts)
        subject = Subject(person=person, commonness=commonness)
        inventory = replace(profile.inventory, seen_at=self.now)
        inputs = build_input(subject, profile.found, inventory)
        return replace(inputs, contacts=self._contacts(profile))

    def _contacts(self, profile: Profile) -> ContactMatchResult:
        if not profile.contacts or not profile.pupils:
            return UNFLAGGED
        setting = self._setting(profile)
        return judge_contacts(profile.contacts, _roster(profile.pupils), setting, self.counts)

    def _setting(self, profile: Profile) -> SchoolSetting:
        person = profile.person
        known = {person.school, *profile.schools, *self.schools.get(profile.pupils, ())}
        home = next(
            (place for one_place in person.places if (place := parse_locality(one_place))), None
        )
        return SchoolSetting(
            schools=tuple(sorted(known - {""})),
            town=" ".join(home.town) if home else "",
            year=self.now.year,
        )


@lru_cache(_ROSTERS)
def _roster(pupils: Pupils) -> PlainRoster:
    return plain_roster(RosterStudent(names=(name,)) for name in pupils)


_OWN = "own"
# What a row calls its label: one word for the person's own accounts and pages, and one for all that
# others made to look like them.
_ROW_LABELS = {
    OwnershipLabel.MINE: _OWN,
    OwnershipLabel.ABOUT_ME: _OWN,
    OwnershipLabel.MOCK: OwnershipLabel.IMPERSONATION.value,
}


def label_of(assessment: Assessment, contacts: ContactMatchResult) -> str:
    """Return what the evidence says, also where only the person may say it."""
    label = assessment.suggestion or assessment.label
    linked = label is OwnershipLabel.MINE and contacts.flagged
    return STUDENT_LINKED if linked else _ROW_LABELS.get(label, label)
