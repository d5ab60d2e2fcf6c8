"""A timeline tells everything that is kept of a finding once, oldest first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.domain.case import Case
from monitor.domain.case_log import DecisionRecord
from monitor.domain.feedback import Feedback
from monitor.domain.finding import FindingVersion
from monitor.domain.finding_events import Event
from monitor.domain.timeline import FindingRecord, build_timeline
from monitor.domain.vocabulary import CaseKind, Decision, DecisionMaker, EventKind, Severity
from scrapers.models import Trace, TraceKind

NOON = datetime(2026, 9, 12, 12, tzinfo=UTC)
SHOWN = Trace(
    key="k", kind=TraceKind.ACCOUNT, url="https://alpha.example/k", name="Rosa", bio="One"
)
CASE = Case(
    id="f",
    person_id="rosa",
    finding_id="i",
    kind=CaseKind.IMPERSONATION,
    severity=Severity.HIGH,
    opened_at=NOON,
    reasons=(),
)


def version(hours: int, query: str = "q", **fields: object) -> FindingVersion:
    at = NOON + timedelta(hours=hours)
    return FindingVersion(finding_id="i", query=query, at=at, trace=replace(SHOWN, **fields))


def event(hours: int, kind: EventKind) -> Event:
    return Event(person_id="rosa", finding_id="i", kind=kind, at=NOON + timedelta(hours=hours))


def judgment(hours: int, decision: Decision, by: str) -> DecisionRecord:
    return DecisionRecord(case_id="f", decision=decision, by=by, at=NOON + timedelta(hours=hours))


def test_all_is_told_in_the_order_of_time():
    record = FindingRecord(
        versions={1: version(0), 5: version(2, bio="Two")},
        events=(event(2, EventKind.CHANGED), event(0, EventKind.APPEARED)),
        cases=(CASE,),
        decisions=(judgment(1, Decision.NAMESAKE, "rosa"), judgment(3, Decision.REOPENED, "ana")),
        feedback=(
            Feedback(
                finding_id="i",
                decision=Decision.NAMESAKE,
                at=NOON + timedelta(hours=1),
                case_id="f",
            ),
            Feedback(finding_id="i", decision=Decision.MINE, at=NOON + timedelta(hours=4)),
            Feedback(finding_id="i", decision=None, at=NOON + timedelta(hours=5)),
        ),
        sources={"q": "alpha"},
    )

    told = build_timeline(record)

    assert [(entry.kind, entry.word, entry.number) for entry in told] == [
        ("shown", "", 1),
        ("event", "appeared", 0),
        ("flagged", "impersonation", 0),
        ("decided", "namesake", 0),
        ("shown", "", 5),
        ("event", "changed", 0),
        ("decided", "reopened", 0),
        ("answered", "mine", 0),
        ("answered", "", 0),
    ]
    assert {entry.by for entry in told if entry.word == "reopened"} == {DecisionMaker.REVIEWER}
    assert {entry.source for entry in told if entry.number} == {"alpha"}


def test_a_version_is_marked_against_what_the_same_query_showed_before():
    record = FindingRecord(
        versions={1: version(0), 2: version(1, query="other", name=""), 3: version(2, bio="Two")}
    )

    first, other, later = build_timeline(record)

    assert first.marks == other.marks == ()
    assert [mark.field for mark in later.marks] == ["bio"]
