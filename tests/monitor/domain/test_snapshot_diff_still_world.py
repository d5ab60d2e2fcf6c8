"""A world that stands still brings no events, however its pages and servers flicker."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.finding_events import (
    FindingObservation,
    create_finding,
    update_seen_finding,
)
from monitor.domain.snapshot_diff import apply_parse_result, diff_snapshots, key_by_anchor
from scrapers.models import Outcome, ParseResult, QueryKind, Trace, TraceKind

SUNDAY = datetime(2026, 11, 1, 3, tzinfo=UTC)
WEEK = timedelta(weeks=1)
STILL = tuple(
    Trace(
        key=f"https://a.example/{number}",
        kind=TraceKind.ACCOUNT if number % 2 else TraceKind.PAGE,
        url=f"https://a.example/{number}",
        account=f"a:{number}" if number % 2 else "",
        name=f"Name {number}",
        bio="one & only",
    )
    for number in range(6)
)


class StillWorld:
    """Queries of every kind about a world that never changes, and all the noise there is."""

    def __init__(self, random):
        self.random = random
        self.shown = {QueryKind.SEARCH: {}, QueryKind.PROFILE: {}}
        self.findings = {}
        self.events = []

    def sweep(self, at, *, first):
        for kind, before in self.shown.items():
            reading = self.answer_request(kind, first=first)
            after = apply_parse_result(before, reading)
            changes = {change.key: change for change in diff_snapshots(before, after)}
            for key, trace in after.items():
                look = FindingObservation(
                    kind=kind, trace=trace, change=changes.get(key), baseline=first
                )
                self.look(key, look, at)
            self.shown[kind] = after

    def answer_request(self, kind, *, first):
        outcome = Outcome.FOUND if first else self.random.choice(list(Outcome))
        if outcome is Outcome.ABSENT and kind is QueryKind.PROFILE:
            outcome = Outcome.FOUND
        everything = outcome is not Outcome.PARTIAL and (first or kind is QueryKind.PROFILE)
        listed = STILL if everything else self.random.sample(STILL, 3)
        shuffled = self.random.sample(listed, len(listed))
        traces = tuple(self.noisy(trace) for trace in shuffled)
        return ParseResult(outcome=outcome, traces=traces if outcome is not Outcome.ABSENT else ())

    def noisy(self, trace):
        return replace(
            trace,
            url=f"{trace.url}?utm={self.random.random()}",
            title=f"{self.random.randrange(9)} new",
            snippet=f"{self.random.randrange(9)} hours ago",
            bio=self.random.choice(["one & only", "one &amp;  only", " one & only\n"]),
            counts=(("followers", self.random.randrange(999)),),
        )

    def look(self, key, look, at):
        known = self.findings.get(key)
        step = (
            update_seen_finding(known, (look,), at)
            if known
            else create_finding(key, "rosa", (look,), at)
        )
        self.findings[key] = step.finding
        self.events += step.events


@settings(max_examples=20)
@given(st.randoms(use_true_random=True))
def test_a_hundred_sweeps_over_a_still_world_tell_nothing(random):
    world = StillWorld(random)

    for number in range(100):
        world.sweep(SUNDAY + number * WEEK, first=number == 0)

    assert world.events == []
    assert len(world.findings) == len(key_by_anchor(STILL))
