from datetime import UTC, datetime

from monitor.domain.vocabulary import CaseBin, Severity
from reports.feeds import QueueFeedView, render_queue_feed

NOON = datetime(2026, 9, 28, 12, tzinfo=UTC)


def counts(waiting: int) -> dict[CaseBin, int]:
    return {CaseBin.NEEDS_YOU: waiting, CaseBin.IN_PROGRESS: 4, CaseBin.DONE: 1}


def test_an_empty_queue_says_so_and_keeps_its_time() -> None:
    view = QueueFeedView(
        page="https://namesake.test/review", since=NOON, severities={}, counts=counts(0)
    )

    text = render_queue_feed(view)

    assert "0 cases need IT" in text
    assert "does not mean that nothing was found" in text
    assert text.count("2026-09-28T12:00:00+00:00") == 3


def test_counts_are_told_by_severity_the_worst_first() -> None:
    view = QueueFeedView(
        page="https://namesake.test/review",
        since=NOON,
        severities={Severity.LOW: 2, Severity.HIGH: 1},
        counts=counts(3),
        latest_at=NOON,
    )

    text = render_queue_feed(view)

    assert "<title>3 cases need IT</title>" in text
    assert "Urgent: 1, Low: 2. Waiting for others: 4. Done: 1." in text
