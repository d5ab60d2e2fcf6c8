"""From what the flows tell of flags to what the pages of review show of them."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from monitor.domain.asking import ASKED_AGAIN_AFTER, may_ask
from monitor.domain.disclosure import Key
from monitor.domain.flag import FlagKind, FlagState, Judgement, Ruling, Severity
from monitor.flows.reviewing.queue import QueuePage, Reviewer, ReviewQueue, Row, Shown
from monitor.store.openings import Wanted
from monitor.store.remarks import RemarkKind
from reports import words
from reports.deeds import DEEDS, STATES
from reports.evidence import LogLine
from reports.pages.review import Filter, Option, QueueLine, QueueView
from reports.pages.review_flag import FlagView, OpenedFlag, RemarkLine

WHY = {
    Key.SHARED: "Its person shared it with IT.",
    Key.CONFIRMED: "Its person confirmed that it is an imitation.",
    Key.UNANSWERED: "It is urgent, and its person has not answered for a week.",
    Key.COUNSEL: "The district's days for such links are over, as its person was told.",
    Key.BREAK_GLASS: "Two reviewers opened it early, for one day. Its person was told.",
}
RULING_WORDS = {
    Ruling.NAMESAKE: "Somebody else of that name",
    Ruling.UNRELATED: "Not about this person",
    Ruling.HARMLESS: "Harmless",
    Ruling.IMPERSONATION: "An imitation",
    Ruling.REPORTED: "An imitation, and it was reported",
    Ruling.REMOVED: "Reported, and the platform removed it",
    Ruling.REFUSED: "Reported, and the platform refused",
    Ruling.STUDENT_LINK: "A link with a student",
    Ruling.UNLINKED: "The link was removed",
    Ruling.EXPLAINED: "The link is explained",
}
_OWN_WORDS = {**RULING_WORDS, Ruling.MINE: "Their own", Ruling.FAMILY: "Family"}
AGES = {"7": "More than a week", "30": "More than a month", "90": "More than three months"}
STANDINGS = {
    "undecided": (FlagState.NEW, FlagState.OPEN),
    "confirmed": (FlagState.IMPERSONATION, FlagState.STUDENT_LINK),
    "reported": (FlagState.REPORTED,),
    "settled": tuple(
        each
        for each in FlagState
        if each
        not in {
            *(FlagState.NEW, FlagState.OPEN, FlagState.IMPERSONATION),
            *(FlagState.STUDENT_LINK, FlagState.REPORTED),
        }
    ),
}
STANDING_WORDS = {
    "undecided": "Undecided",
    "confirmed": "Confirmed",
    "reported": "Reported",
    "settled": "Settled",
}
WHO = {"me": "By me", "nobody": "By nobody"}


def wanted(chosen: dict[str, str], reviewer: Reviewer, now: datetime) -> Wanted:
    """Read a choice out of an address; what means nothing narrows nothing."""
    age = chosen.get("age", "")
    assigned = {"me": reviewer.ref, "nobody": ""}
    return Wanted(
        kind=FlagKind(chosen["kind"]) if chosen.get("kind") in set(FlagKind) else None,
        severity=Severity(chosen["severity"]) if chosen.get("severity") in set(Severity) else None,
        states=STANDINGS.get(chosen.get("state", ""), ()),
        school=chosen.get("school") or None,
        assigned=assigned.get(chosen.get("taken", "")),
        opened_before=now - timedelta(days=int(age)) if age in AGES else None,
    )


def queue_view(
    page: QueuePage, chosen: dict[str, str], schools: Iterable[str], now: datetime
) -> QueueView:
    return QueueView(
        filters=tuple(_filters(chosen, tuple(schools))),
        lines=tuple(_line(row, now) for row in page.rows),
        number=page.number,
        last=page.last,
        total=page.total,
    )


def flag_view(queue: ReviewQueue, reviewer: Reviewer, shown: Shown, now: datetime) -> FlagView:
    last = shown.history[-1] if shown.history else None
    return FlagView(
        flag=opened_flag(shown),
        history=tuple(_history(queue, shown)),
        remarks=tuple(
            RemarkLine(
                at=each.at,
                by=each.by,
                text=each.text,
                question=each.kind is RemarkKind.QUESTION,
            )
            for each in shown.remarks
        ),
        rulings=rulings((shown,)),
        taken_by=shown.taken_by,
        taken=shown.taken,
        mine=shown.taken == reviewer.ref,
        evidence=shown.evidence,
        undoes=_undoes(last, reviewer),
        ask_from=_ask_from(shown, now),
    )


def opened_flag(shown: Shown) -> OpenedFlag:
    fields = shown.fields
    return OpenedFlag(
        ref=shown.flag.ref,
        person=fields.name,
        school=fields.school,
        kind=words.FlagKind(fields.kind),
        severity=words.Severity(fields.severity),
        platform=fields.platform,
        url=fields.url,
        state=STATES[fields.state],
        state_key=fields.state,
        opened_at=fields.opened_at,
        first_seen=fields.first_seen,
        last_seen=fields.last_seen,
        reasons=fields.reasons,
        ruling=_said(fields.ruling),
        why=WHY[shown.opening.key],
    )


def rulings(several: tuple[Shown, ...]) -> tuple[Option, ...]:
    """Return what can be said of all of them."""
    fitting = set.intersection(*(set(each.rulings) for each in several)) if several else set()
    return tuple((each.value, text) for each, text in RULING_WORDS.items() if each in fitting)


def _filters(chosen: dict[str, str], schools: tuple[str, ...]) -> Iterator[Filter]:
    kinds = [(each.value, each.words) for each in words.FlagKind]
    severities = [(each.value, each.words) for each in words.Severity]
    told: dict[str, tuple[str, list[Option]]] = {
        "kind": ("Kind", kinds),
        "severity": ("Severity", severities),
        "state": ("State", list(STANDING_WORDS.items())),
        "school": ("School", [(each, each) for each in schools]),
        "taken": ("Taken", list(WHO.items())),
        "age": ("Age", list(AGES.items())),
    }
    for name, (label, options) in told.items():
        known = {value for value, _ in options}
        picked = chosen.get(name, "") if chosen.get(name) in known else ""
        yield Filter(name=name, label=label, options=(("", "All"), *options), chosen=picked)


def _line(row: Row, now: datetime) -> QueueLine:
    return QueueLine(
        ref=row.ref,
        kind=words.FlagKind(row.kind),
        severity=words.Severity(row.severity),
        state=STATES[row.state],
        platform=row.platform,
        school=row.school,
        opened_at=row.opened_at,
        days=(now - row.opened_at).days,
        ruling=_said(row.ruling),
        taken_by=row.taken_by,
        asked_at=row.asked_at,
        early=row.early,
        own=row.own,
    )


def _history(queue: ReviewQueue, shown: Shown) -> Iterator[LogLine]:
    """Tell who ruled what; a note is shown if it is a reviewer's, for it is theirs to show."""
    for each in shown.history:
        of_person = each.by == shown.flag.person
        who = "The person" if of_person else queue.name(each.by)
        note = "" if of_person else each.note
        yield LogLine(at=each.at, who=who, what=DEEDS[each.ruling], note=note)


def _said(ruling: Ruling | None) -> str:
    return _OWN_WORDS[ruling] if ruling else ""


def _ask_from(shown: Shown, now: datetime) -> datetime | None:
    asked = [each.at for each in shown.remarks if each.kind is RemarkKind.QUESTION]
    last = max(asked, default=None)
    return last + ASKED_AGAIN_AFTER if last and not may_ask(last, now) else None


def _undoes(last: Judgement | None, reviewer: Reviewer) -> bool:
    return last is not None and last.by == reviewer.ref and last.ruling is not Ruling.REOPENED
