"""The queue of IT review: a list that names nobody, and flags that are opened one by one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.config import Config
from monitor.domain.disclosure import Key, Opening, ReviewFields
from monitor.domain.flag import Flag, FlagKind, FlagState, Judgement, Ruling, Severity
from monitor.domain.rulings import possible
from monitor.errors import NotPermittedError
from monitor.flows.parts import Now
from monitor.flows.reviewing.admission import Admission
from monitor.flows.writing.letters import reviewer_ref
from monitor.store.openings import Slice, Wanted
from monitor.store.remarks import Remark, RemarkKind
from monitor.store.state import State

PAGE = 25
# Reading on is no new look; coming back after lunch is.
LOOK_LASTS = timedelta(minutes=30)
# What IT may rule. Sharing is its person's alone to do.
RULINGS = frozenset(Ruling) - {Ruling.SHARED, Ruling.REOPENED, Ruling.MINE, Ruling.FAMILY}
NOT_YOURS = "This flag is about you: it stands in your own list, and another reviewer decides."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """`person` is their own ref where they have joined as staff, else empty."""

    address: str
    person: str = ""

    @property
    def ref(self) -> str:
        return reviewer_ref(self.address)


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
