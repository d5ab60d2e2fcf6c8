"""How one finding changed over time, and how it compares with a person's own accounts.

`owner_id` is the person who asks; other people's data is not found.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from monitor.app import App
from monitor.domain.case_log import SHARING, is_confirmation, is_lever
from monitor.domain.detection.account_likeness import (
    FieldComparison,
    TextRun,
    compare_accounts,
    mark_username_changes,
)
from monitor.domain.errors import InputError
from monitor.domain.finding import Finding, FindingVersion
from monitor.domain.reason import Label, Reason, Site, Told
from monitor.domain.timeline import (
    FieldDiff,
    FindingRecord,
    TimelineEntry,
    TimelineEntryKind,
    build_timeline,
    diff_versions,
)
from monitor.domain.vocabulary import (
    CaseKind,
    Decision,
    DecisionMaker,
    DiffMarkKind,
    FieldLikeness,
    PairSign,
)
from monitor.services.own_accounts import find_typed_username, load_own_findings
from monitor.services.thumbnails import is_disputed
from reports.finding_view import AccountPair, ComparisonLine, HighlightPiece
from reports.labels.cases import OWN_STEPS
from reports.labels.findings import describe_field
from reports.pages.findings import FieldDiffLine, TimelineLine
from scrapers.models import Trace
from scrapers.urls.canonical import strip_scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFindingComparison:
    """One of the person's own accounts, and what the finding shares with it."""

    own: Finding
    field_comparisons: tuple[FieldComparison, ...]

    @property
    def copied_count(self) -> int:
        return sum(comparison.is_copied for comparison in self.field_comparisons)


def build_finding_timeline(app: App, owner_id: str, finding_id: str) -> tuple[TimelineEntry, ...]:
    """Return what happened to a finding, oldest first."""
    finding = app.db.findings.load_finding_of_person(owner_id, finding_id)
    cases = app.db.cases.list_cases_of_finding(finding.id)
    record = FindingRecord(
        versions=app.db.versions.load_versions_by_seq(finding.id),
        events=tuple(event.event for event in app.db.events.list_events_of_finding(finding.id)),
        cases=cases,
        decisions=tuple(
            decision for case in cases for decision in app.db.cases.list_decisions(case.id)
        ),
        feedback=app.db.feedback.list_feedback_of_finding(finding.id),
        sources={
            query.key: query.source for query in app.db.queries.list_queries_of_person(owner_id)
        },
    )
    return build_timeline(record)


def compare_finding_versions(
    app: App, owner_id: str, finding_id: str, older: int, newer: int
) -> tuple[FieldDiff, ...]:
    """Compare two versions of a finding by the numbers that its timeline gives them."""
    versions = app.db.versions.load_versions_by_seq(
        app.db.findings.load_finding_of_person(owner_id, finding_id).id
    )
    return diff_versions(_find_version(versions, older), _find_version(versions, newer))


def compare_with_own_findings(
    app: App, owner_id: str, finding_id: str
) -> tuple[OwnFindingComparison, ...]:
    """Lay a finding beside each own account, the one it shows most of first."""
    finding = app.db.findings.load_finding_of_person(owner_id, finding_id)
    own = load_own_findings(app.db, app.db.people.load_person(owner_id))
    return compare_with_each(finding, own.values())


def compare_with_each(finding: Finding, own: Iterable[Finding]) -> tuple[OwnFindingComparison, ...]:
    """Compare it with these own accounts, but for itself; first the one it shows most of.

    Of those like it in as much, the one in the same network is first.
    """
    comparisons = [
        OwnFindingComparison(
            own=own_finding,
            field_comparisons=compare_accounts(finding.portrait, own_finding.portrait),
        )
        for own_finding in own
        if own_finding.id != finding.id
    ]

    def rank(comparison: OwnFindingComparison) -> tuple[int, bool]:
        elsewhere = comparison.own.portrait.platform != finding.portrait.platform
        return -comparison.copied_count, elsewhere

    return tuple(sorted(comparisons, key=rank))


_MOST_SIGNS = 2


def build_account_pair(app: App, finding: Finding, compared: OwnFindingComparison) -> AccountPair:
    """Lay a finding beside an own account: usernames, what is alike, and whether to show faces."""
    theirs, ours = finding.portrait, compared.own.portrait
    fields = {comparison.field: comparison for comparison in compared.field_comparisons}
    marked = mark_username_changes(_name_account(theirs), _name_account(ours))
    handle, shown = fields.get("handle"), app.db.thumbnails.find_thumbnail_time
    with_pictures = is_disputed(app, finding)
    picture = fields.get("picture")
    unseen = picture is None or picture.likeness is FieldLikeness.NOT_COMPARED
    is_like = handle is not None and handle.likeness is FieldLikeness.LIKE
    return AccountPair(
        their_id=finding.id,
        own_id=compared.own.id,
        their_platform=theirs.platform,
        own_platform=ours.platform,
        theirs=tuple(_build_username_piece(run, DiffMarkKind.ADDED) for run in marked[0]),
        ours=tuple(_build_username_piece(run, DiffMarkKind.REMOVED) for run in marked[1]),
        change=handle.reason if handle and is_like else None,
        signs=(
            *tuple(_list_signs(fields))[:_MOST_SIGNS],
            *((PairSign.NOT_COMPARED,) if unseen else ()),
        ),
        declared=find_typed_username(app, finding.person_id, ours),
        shows_theirs=with_pictures and shown(finding.person_id, finding.id) is not None,
        shows_ours=with_pictures and shown(finding.person_id, compared.own.id) is not None,
    )


def _name_account(portrait: Trace) -> str:
    """Return its username; its address where the platform gives it a number alone."""
    return portrait.handle.lstrip("@") or strip_scheme(portrait.url)


def _build_username_piece(run: TextRun, changed: DiffMarkKind) -> HighlightPiece:
    return HighlightPiece(text=run.text, mark=DiffMarkKind.KEPT if run.copied else changed)


def _list_signs(fields: Mapping[str, FieldComparison]) -> Iterator[PairSign]:
    """Yield what is alike, the most telling first."""
    for sign in PairSign:
        likeness = fields[sign].likeness if sign in fields else None
        # A username that only looks alike has its own sentence.
        if likeness is FieldLikeness.SAME or (
            likeness is FieldLikeness.LIKE and sign is PairSign.NAME
        ):
            yield sign
        if likeness is FieldLikeness.PARTLY and sign is PairSign.BIO:
            yield PairSign.BIO_PART


def _find_version(versions: dict[int, FindingVersion], number: int) -> FindingVersion:
    if number not in versions:
        raise InputError(
            f"There is no version {number} of this result. "
            "See its history for the versions we have."
        )
    return versions[number]


def build_timeline_lines(moments: Iterable[TimelineEntry]) -> Iterator[TimelineLine]:
    """Tell the moments of a timeline, the latest first; what two queries saw alike is one line."""
    moments = tuple(moments)
    last, left = None, _list_left_as_it_is(moments)
    for moment in reversed(moments):
        line = TimelineLine(
            at=moment.at,
            words=_describe_left() if moment in left else _describe_timeline_entry(moment),
            fields=tuple(map(build_field_line, moment.marks)),
        )
        if line != last:
            yield line
        last = line


def _list_left_as_it_is(moments: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    """Return where its person left what they had said is real: that does not call it fine."""
    said: dict[str, list[str]] = defaultdict(list)
    left = []
    for moment in moments:
        own = moment.kind is TimelineEntryKind.DECIDED and moment.by is DecisionMaker.PERSON
        if not own or not moment.case_kind or not moment.word:
            continue
        kind, before = moment.case_kind, said[moment.case_kind]
        if moment.word == Decision.REOPENED:
            del before[-1:]
        elif Decision(moment.word) not in SHARING:
            real = (
                is_lever(Decision(one)) or is_confirmation(kind, Decision(one)) for one in before
            )
            if moment.word == Decision.HARMLESS and any(real):
                left.append(moment)
            before.append(moment.word)
    return left


def _describe_left() -> Reason:
    return Reason("history.answered", {"answer": Label("answers.left", Decision.HARMLESS)})


def build_comparison_line(comparison: FieldComparison) -> ComparisonLine:
    return ComparisonLine(
        field=comparison.field,
        theirs=tuple(map(_build_run, comparison.theirs)),
        ours=tuple(map(_build_run, comparison.ours)),
        likeness=comparison.likeness,
        copied=comparison.is_copied,
        reason=comparison.reason,
    )


def _build_run(run: TextRun) -> HighlightPiece:
    return HighlightPiece(
        text=run.text, mark=DiffMarkKind.COPIED if run.copied else DiffMarkKind.KEPT
    )


def build_field_line(marks: FieldDiff) -> FieldDiffLine:
    return FieldDiffLine(
        field=describe_field(marks.field),
        pieces=tuple(HighlightPiece(text=mark.text, mark=mark.kind) for mark in marks.marks),
        changed=marks.is_changed,
        emailed=marks.material,
    )


def _describe_timeline_entry(moment: TimelineEntry) -> Told:
    match moment.kind:
        case TimelineEntryKind.SHOWN:
            site = Site(moment.source) if moment.source else Reason("a-place")
            told = "history.changed" if moment.marks else "history.seen"
            return Reason(f"{told}.{moment.source}", {"site": site})
        case TimelineEntryKind.EVENT:
            return Reason("history.event", {"event": Label("events", moment.word)})
        case TimelineEntryKind.FLAGGED:
            return Reason("history.flagged", {"kind": Label("case-kinds", moment.word)})
        case TimelineEntryKind.DECIDED | TimelineEntryKind.ANSWERED:
            return _describe_decision(moment)


# What IT says in words of its own for a kind of case.
_OWN_VERDICTS = {
    (CaseKind.OWN_ACCOUNT_CHANGED, Decision.IMPERSONATION),
    (CaseKind.STUDENT_LINK, Decision.HARMLESS),
}
_HELP = (CaseKind.OWN_ACCOUNT_CHANGED, Decision.REPORTED)


def _describe_decision(moment: TimelineEntry) -> Told:
    if not moment.word:
        return Reason("history.forgotten")
    if moment.by is DecisionMaker.REVIEWER:
        if moment.word == Decision.REOPENED:
            return Reason("history.it-undid")
        if is_lever(Decision(moment.word)) or moment.word in {Decision.TOLD, Decision.TAKEN_BACK}:
            own = f".{moment.case_kind}" if (moment.case_kind, moment.word) == _HELP else ""
            return Reason("history.it-did", {"what": Label(f"deeds{own}", moment.word)})
        # In words to the person: what they press themselves says "my name".
        own = f".{moment.case_kind}" if (moment.case_kind, moment.word) in _OWN_VERDICTS else ""
        return Reason("history.it-decided", {"answer": Label(f"decisions{own}", moment.word)})
    # In the words of the button that was pressed.
    table = f"answers.{moment.case_kind}" if moment.case_kind else "given-answers"
    answer = Reason("history.answered", {"answer": Label(table, moment.word)})
    return OWN_STEPS.get(Decision(moment.word)) or answer
