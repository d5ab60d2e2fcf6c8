"""Which flags IT may see now, and which fields.

The review queue is a list without names, and flags that are opened one by one. Each flag is checked
by the rule in `monitor/domain/disclosure.py`, with current data.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.app import App
from monitor.db.database import Database
from monitor.db.review import (
    WHOLE_LIST,
    DisclosureCutoff,
    ListSlice,
    ReviewFilter,
    ReviewNote,
    ReviewNoteKind,
)
from monitor.domain.detection.waves import WAVE_WITHIN, count_people, find_wave
from monitor.domain.disclosure import (
    BreakGlass,
    DisclosureInput,
    ReviewFields,
    ReviewOpening,
    build_review_fields,
    compute_review_opening,
)
from monitor.domain.errors import NotPermittedError
from monitor.domain.flag import DecisionRecord, Flag, list_possible_decisions
from monitor.domain.vocabulary import Decision, FlagKind, FlagState, OpeningReason, Severity
from monitor.services.consent import build_disclosure_policy
from monitor.services.notifications import Reviewer, build_reviewer_id

NOT_YET = (
    "Only the staff member can see this flag so far. "
    "Early access takes two reviewers and a reason, and the staff member is notified."
)


def find_review_opening(
    app: App, flag: Flag, break_glass: tuple[BreakGlass, ...] = ()
) -> ReviewOpening | None:
    """Return why IT may see it; `glass` is early access beyond what is stored."""
    inputs = _load_input(app, flag, break_glass)
    return (
        compute_review_opening(inputs, app.clock.now(), build_disclosure_policy(app))
        if inputs
        else None
    )


def check_review_access(app: App, flag: Flag) -> ReviewOpening:
    """Raise NotPermittedError while only its person may see it."""
    opening = find_review_opening(app, flag)
    if opening is None:
        raise NotPermittedError(NOT_YET)
    return opening


def load_review_fields(app: App, flag: Flag, opening: ReviewOpening) -> ReviewFields:
    inputs = _load_input(app, flag)
    if inputs is None:
        raise NotPermittedError(NOT_YET)
    person, finding = (
        app.db.people.load_person(flag.person_id),
        app.db.findings.load_finding(flag.finding_id),
    )
    return build_review_fields(person, finding, inputs, opening)


def build_review_gate(app: App) -> DisclosureCutoff:
    """Return the same rule in terms of plain columns."""
    policy, now = build_disclosure_policy(app), app.clock.now()
    days = policy.student_link_days
    return DisclosureCutoff(
        now=now,
        counted_before=None if days is None else now - timedelta(days=days),
        consent_text_hashes=tuple(policy.told_in),
    )


def _load_input(
    app: App, flag: Flag, break_glass: tuple[BreakGlass, ...] = ()
) -> DisclosureInput | None:
    consent = app.db.consents.find_latest_consent(flag.person_id)
    if consent is None:
        return None
    return DisclosureInput(
        flag=flag,
        consent=consent,
        decisions=app.db.flags.list_decisions(flag.id),
        glass=(
            *break_glass,
            *app.db.break_glass.list_active_break_glass(flag.id, app.clock.now()),
        ),
    )


PAGE_SIZE = 25
# An unanswered flag opens after a week, and a wave goes on for three.
_WAVE_SHOWN_FOR = 2 * WAVE_WITHIN
_WAVE_FLAGS = frozenset({FlagKind.IMPERSONATION, FlagKind.MOCK_ACCOUNT})
VIEWED = "viewed"
# Reading on is no new look; coming back after lunch is.
VIEW_LASTS = timedelta(minutes=30)
# What IT may rule. Sharing, and asking a site for removal, are their person's alone to do.
REVIEWER_DECISIONS = frozenset(Decision) - {
    Decision.SHARED,
    Decision.REOPENED,
    Decision.MINE,
    Decision.FAMILY,
    Decision.REMOVAL_ASKED,
    Decision.REMOVAL_DONE,
}
ABOUT_YOURSELF = "This flag is about you. Find it under My findings; another reviewer decides."


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewQueueRow:
    """What the list shows of a flag: nothing that identifies its person.

    `assignee_address` is a reviewer's address, empty while no one has; `is_own` says that it is
    about the reader themselves. `asked_at` is when its person was last asked, None where no one
    did.
    """

    flag_id: str
    kind: FlagKind
    severity: Severity
    state: FlagState
    platform: str
    school: str
    opened_at: datetime
    decision: Decision | None
    assignee_address: str
    asked_at: datetime | None
    is_opened_early: bool
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    rows: tuple[ReviewQueueRow, ...]
    number: int
    last: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewedFlag:
    """A flag that a reviewer has opened. `has_evidence` says that its person shared it.

    `taken` is the id of who has taken it, `assignee_address` their address; both empty for no one.
    """

    flag: Flag
    fields: ReviewFields
    opening: ReviewOpening
    assignee_id: str
    assignee_address: str
    history: tuple[DecisionRecord, ...]
    remarks: tuple[ReviewNote, ...]
    has_evidence: bool

    @property
    def allowed_decisions(self) -> tuple[Decision, ...]:
        """What IT may decide now."""
        return tuple(
            each
            for each in Decision
            if each in REVIEWER_DECISIONS & list_possible_decisions(self.flag)
        )


def load_queue_page(app: App, reviewer: Reviewer, wanted: ReviewFilter, number: int) -> QueuePage:
    """Return one page; a number after the last gives the last."""
    gate = build_review_gate(app)
    total = app.db.review_index.count_visible_flags(gate, wanted)
    last = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, number), last)
    part = ListSlice(start=(number - 1) * PAGE_SIZE, length=PAGE_SIZE)
    flag_ids = app.db.review_index.list_visible_flag_ids(gate, wanted, part)
    rows = tuple(_build_queue_rows(app, reviewer, flag_ids))
    return QueuePage(rows=rows, number=number, last=last, total=total)


def list_review_openings(app: App) -> tuple[tuple[Flag, ReviewOpening], ...]:
    """Return every flag that IT may see now, with why and since when."""
    flag_ids = app.db.review_index.list_visible_flag_ids(
        build_review_gate(app), ReviewFilter(), WHOLE_LIST
    )
    flags = map(app.db.flags.load_flag, flag_ids)
    found = ((flag, find_review_opening(app, flag)) for flag in flags)
    return tuple((flag, opening) for flag, opening in found if opening)


def list_queue_rows(
    app: App, reviewer: Reviewer, wanted: ReviewFilter, before: str, length: int
) -> tuple[ReviewQueueRow, ...]:
    """Return the next rows for a program, by descending ID: flags that come and go move none.

    `before` is the last ID it has, empty for none.
    """
    gate = build_review_gate(app)
    visible = app.db.review_index.list_visible_flag_ids(gate, wanted, WHOLE_LIST)
    ids = [each for each in sorted(visible, reverse=True) if not before or each < before]
    return tuple(_build_queue_rows(app, reviewer, ids[:length]))


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWave:
    """How many staff of one school a wave is about; who they are is not said."""

    size: int
    platform: str
    latest_at: datetime


def list_open_waves(app: App) -> tuple[OpenWave, ...]:
    """List the waves of which a flag is open to IT, the latest first."""
    waves: dict[str, OpenWave] = {}
    for flag_id in app.db.new_accounts.list_flag_ids(app.clock.now() - _WAVE_SHOWN_FOR):
        flag = app.db.flags.load_flag(flag_id)
        if flag.kind not in _WAVE_FLAGS:
            continue
        accounts = app.db.new_accounts.list_accounts_of_same_place(flag.finding_id)
        wave = find_wave(flag.finding_id, accounts)
        if wave and find_review_opening(app, flag):
            waves[accounts[0].finding_id] = OpenWave(
                size=count_people(wave),
                platform=app.db.findings.load_finding(flag.finding_id).portrait.platform,
                latest_at=max(each.appeared_at for each in wave),
            )
    return tuple(sorted(waves.values(), key=lambda each: each.latest_at, reverse=True))


def list_open_schools(app: App) -> tuple[str, ...]:
    """List the schools with an open flag."""
    people = app.db.review_index.list_one_person_per_school(build_review_gate(app))
    return tuple(
        sorted({app.db.people.load_person(person_id).school for person_id in people} - {""})
    )


def record_flag_views(app: App, reviewer: Reviewer, flag_ids: Iterable[str]) -> None:
    """Record that a reviewer views these flags, all or none, before they are shown."""
    flags = [app.db.flags.load_flag(flag_id) for flag_id in dict.fromkeys(flag_ids)]
    now = app.clock.now()
    with app.db.begin_transaction():
        for flag in flags:
            check_not_own_flag(reviewer, flag)
            opening = check_review_access(app, flag)
            app.db.access_log.record_access(reviewer.id, flag.id, now + VIEW_LASTS)
            app.db.audit.append_entry(
                now, reviewer.id, VIEWED, flag.id, {"opened-by": opening.reason}
            )


def load_opened_flag(app: App, reviewer: Reviewer, flag_id: str) -> ViewedFlag | None:
    """Return a flag that this reviewer opened recently, else None.

    Raises NotPermittedError if it is not open to IT, or no longer.
    """
    flag = app.db.flags.load_flag(flag_id)
    check_not_own_flag(reviewer, flag)
    opening = check_review_access(app, flag)
    if not app.db.access_log.has_access(reviewer.id, flag_id, app.clock.now()):
        return None
    return ViewedFlag(
        flag=flag,
        fields=load_review_fields(app, flag, opening),
        opening=opening,
        assignee_id=_find_assignee_id(app, flag_id),
        assignee_address=_find_assignee_address(app, flag_id),
        history=app.db.flags.list_decisions(flag_id),
        remarks=app.db.review_notes.list_review_notes_of_flag(flag_id),
        has_evidence=flag.shared_at is not None,
    )


def find_reviewer_address(app: App, reviewer_id: str) -> str:
    """Return the address of a reviewer's ID; the ID itself if they left the list."""
    named = {build_reviewer_id(each): each for each in app.config.district.reviewers}
    return named.get(reviewer_id, reviewer_id)


def _build_queue_rows(
    app: App, reviewer: Reviewer, flag_ids: Iterable[str]
) -> Iterator[ReviewQueueRow]:
    for flag_id in flag_ids:
        flag = app.db.flags.load_flag(flag_id)
        opening = find_review_opening(app, flag)
        if opening:
            yield _build_queue_row(app, reviewer, flag, opening)


def _build_queue_row(
    app: App, reviewer: Reviewer, flag: Flag, opening: ReviewOpening
) -> ReviewQueueRow:
    fields = load_review_fields(app, flag, opening)
    return ReviewQueueRow(
        flag_id=flag.id,
        kind=fields.kind,
        severity=fields.severity,
        state=fields.state,
        platform=fields.platform,
        school=fields.school,
        opened_at=fields.opened_at,
        decision=fields.decision,
        assignee_address=_find_assignee_address(app, flag.id),
        asked_at=find_last_question_time(app.db, flag.id),
        is_opened_early=opening.reason is OpeningReason.BREAK_GLASS,
        is_own=reviewer.person_id == flag.person_id,
    )


def _find_assignee_id(app: App, flag_id: str) -> str:
    taken = app.db.assignments.find_assignment(flag_id)
    return taken.reviewer_id if taken else ""


def _find_assignee_address(app: App, flag_id: str) -> str:
    return find_reviewer_address(app, _find_assignee_id(app, flag_id))


def find_last_question_time(db: Database, flag_id: str) -> datetime | None:
    """Return when its person was last asked; None where no one did."""
    asked = (
        each
        for each in db.review_notes.list_review_notes_of_flag(flag_id)
        if each.kind is ReviewNoteKind.QUESTION
    )
    return max((each.at for each in asked), default=None)


def check_not_own_flag(reviewer: Reviewer, flag: Flag) -> None:
    """No one reviews what is about themselves."""
    if reviewer.person_id and reviewer.person_id == flag.person_id:
        raise NotPermittedError(ABOUT_YOURSELF)
