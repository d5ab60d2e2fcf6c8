"""Which flags IT is let in to at this moment, and what of each.

The queue of IT review: a list that names nobody, and flags that are opened one by one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.config import Config
from monitor.db.database import State
from monitor.db.review import Gate, Remark, RemarkKind, Slice, Wanted
from monitor.domain.disclosure import (
    BreakGlass,
    Case,
    Key,
    Opening,
    ReviewFields,
    opens_to_review,
    review_fields,
)
from monitor.domain.flag import Flag, FlagKind, FlagState, Judgement, Ruling, Severity, possible
from monitor.errors import NotPermittedError
from monitor.services.consent import DistrictTerms
from monitor.services.notifications import Reviewer, reviewer_ref
from monitor.services.ports import Now

NOT_YET = (
    "Only the staff member can see this flag so far. "
    "Early access takes two reviewers and a reason, and the staff member is notified."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The one rule of `domain/disclosure`, with all that bears on it read anew."""

    state: State
    terms: DistrictTerms
    now: Now

    def opening(self, flag: Flag, glass: tuple[BreakGlass, ...] = ()) -> Opening | None:
        """Return why IT may see it; `glass` is what was broken besides what is kept."""
        case = self._case(flag, glass)
        return opens_to_review(case, self.now(), self.terms.disclosure) if case else None

    def opened(self, flag: Flag) -> Opening:
        """Raise NotPermittedError while it is its person's alone."""
        opening = self.opening(flag)
        if opening is None:
            raise NotPermittedError(NOT_YET)
        return opening

    def fields(self, flag: Flag, opening: Opening) -> ReviewFields:
        case = self._case(flag)
        if case is None:
            raise NotPermittedError(NOT_YET)
        person, item = self.state.people.get(flag.person), self.state.items.get(flag.item)
        return review_fields(person, item, case, opening)

    def gate(self) -> Gate:
        """Return the same rule as far as plain columns can tell."""
        policy, now = self.terms.disclosure, self.now()
        days = policy.student_link_days
        return Gate(
            now=now,
            counted_before=None if days is None else now - timedelta(days=days),
            told_in=tuple(policy.told_in),
        )

    def _case(self, flag: Flag, glass: tuple[BreakGlass, ...] = ()) -> Case | None:
        consent = self.state.consents.latest(flag.person)
        if consent is None:
            return None
        return Case(
            flag=flag,
            consent=consent,
            judgements=self.state.flags.judgements(flag.ref),
            glass=(*glass, *self.state.glass.broken(flag.ref, self.now())),
        )


PAGE = 25
# Reading on is no new look; coming back after lunch is.
LOOK_LASTS = timedelta(minutes=30)
# What IT may rule. Sharing is its person's alone to do.
RULINGS = frozenset(Ruling) - {Ruling.SHARED, Ruling.REOPENED, Ruling.MINE, Ruling.FAMILY}
NOT_YOURS = "This flag is about you. Find it under My findings; another reviewer decides."


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What the list tells of a flag: nothing by which its person could be known.

    `taken_by` is a reviewer's address, empty while nobody has; `own` says that it is about the
    reader themselves. `asked_at` is when its person was last asked, None where nobody did.
    """

    ref: str
    kind: FlagKind
    severity: Severity
    state: FlagState
    platform: str
    school: str
    opened_at: datetime
    ruling: Ruling | None
    taken_by: str
    asked_at: datetime | None
    early: bool
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    rows: tuple[Row, ...]
    number: int
    last: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A flag that a reviewer has opened. `evidence` says that its person shared it.

    `taken` is the ref of who has taken it, `taken_by` their address; both empty for nobody.
    """

    flag: Flag
    fields: ReviewFields
    opening: Opening
    taken: str
    taken_by: str
    history: tuple[Judgement, ...]
    remarks: tuple[Remark, ...]
    evidence: bool

    @property
    def rulings(self) -> tuple[Ruling, ...]:
        """What IT may say of it now."""
        return tuple(each for each in Ruling if each in RULINGS & possible(self.flag))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewQueue:
    """Every flag is shown by the one rule, asked anew; the columns only say where to look."""

    state: State
    config: Config
    admission: Admission
    now: Now

    def page(self, reviewer: Reviewer, wanted: Wanted, number: int) -> QueuePage:
        """Return one page; a number beyond the last gives the last."""
        gate = self.admission.gate()
        total = self.state.openings.count(gate, wanted)
        last = max(1, -(-total // PAGE))
        number = min(max(1, number), last)
        part = Slice(start=(number - 1) * PAGE, length=PAGE)
        refs = self.state.openings.page(gate, wanted, part)
        rows = tuple(self._rows(reviewer, refs))
        return QueuePage(rows=rows, number=number, last=last, total=total)

    def schools(self) -> tuple[str, ...]:
        """Name the schools of which something is open."""
        people = self.state.openings.one_of_each_school(self.admission.gate())
        return tuple(sorted({self.state.people.get(ref).school for ref in people} - {""}))

    def open(self, reviewer: Reviewer, refs: Iterable[str]) -> None:
        """Write down that a reviewer looks at these flags, all or none, before they do."""
        flags = [self.state.flags.get(ref) for ref in dict.fromkeys(refs)]
        now = self.now()
        with self.state.write():
            for flag in flags:
                refuse_self(reviewer, flag)
                opening = self.admission.opened(flag)
                self.state.looks.open(reviewer.ref, flag.ref, now + LOOK_LASTS)
                self.state.audit.append(
                    now, reviewer.ref, "viewed", flag.ref, {"opened-by": opening.key}
                )

    def shown(self, reviewer: Reviewer, ref: str) -> Shown | None:
        """Return a flag that this reviewer has opened; None where they have not, or long ago.

        Raises NotPermittedError where it is not open to IT, or no longer.
        """
        flag = self.state.flags.get(ref)
        refuse_self(reviewer, flag)
        opening = self.admission.opened(flag)
        if not self.state.looks.stands(reviewer.ref, ref, self.now()):
            return None
        return Shown(
            flag=flag,
            fields=self.admission.fields(flag, opening),
            opening=opening,
            taken=self._taken(ref),
            taken_by=self._taken_by(ref),
            history=self.state.flags.judgements(ref),
            remarks=self.state.remarks.of_flag(ref),
            evidence=flag.shared_at is not None,
        )

    def name(self, by: str) -> str:
        """Return the address behind a reviewer's ref; the ref where they left the list."""
        named = {reviewer_ref(each): each for each in self.config.district.reviewers}
        return named.get(by, by)

    def _rows(self, reviewer: Reviewer, refs: Iterable[str]) -> Iterator[Row]:
        for ref in refs:
            flag = self.state.flags.get(ref)
            opening = self.admission.opening(flag)
            if opening:
                yield self._row(reviewer, flag, opening)

    def _row(self, reviewer: Reviewer, flag: Flag, opening: Opening) -> Row:
        fields = self.admission.fields(flag, opening)
        return Row(
            ref=flag.ref,
            kind=fields.kind,
            severity=fields.severity,
            state=fields.state,
            platform=fields.platform,
            school=fields.school,
            opened_at=fields.opened_at,
            ruling=fields.ruling,
            taken_by=self._taken_by(flag.ref),
            asked_at=asked_at(self.state, flag.ref),
            early=opening.key is Key.BREAK_GLASS,
            own=reviewer.person == flag.person,
        )

    def _taken(self, flag: str) -> str:
        taken = self.state.assignments.of(flag)
        return taken.reviewer if taken else ""

    def _taken_by(self, flag: str) -> str:
        return self.name(self._taken(flag))


def asked_at(state: State, flag: str) -> datetime | None:
    """Return when its person was last asked; None where nobody did."""
    asked = (each for each in state.remarks.of_flag(flag) if each.kind is RemarkKind.QUESTION)
    return max((each.at for each in asked), default=None)


def refuse_self(reviewer: Reviewer, flag: Flag) -> None:
    """Nobody reviews what is about themselves."""
    if reviewer.person and reviewer.person == flag.person:
        raise NotPermittedError(NOT_YOURS)
