"""What most sources fail alike in is one line, and nothing is lost from the count."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.reason import Reason, read_note
from monitor.domain.source_failures import SourceFailure, fold_failures
from reports.reason_rendering import render_reason
from scrapers.http.errors import FailureReason

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def failures(count: int, note: str, outcome: str = "failed") -> list[SourceFailure]:
    return [
        SourceFailure(
            source=f"s{n}-{outcome}", outcome=outcome, since=NOW - timedelta(hours=n), note=note
        )
        for n in range(count)
    ]


def test_a_network_that_is_down_is_one_line() -> None:
    alike = failures(57, FailureReason.NO_SUCH_NAME)

    (group,) = fold_failures(alike, 61)

    assert (group.count, group.total) == (57, 61)
    assert group.explanation == Reason(
        "note-and-cause", {"note": Reason("note.no-such-name"), "cause": Reason("cause.dns")}
    )
    assert (group.outcome, group.since) == ("failed", NOW)


def test_what_fails_otherwise_stands_by_itself() -> None:
    other = SourceFailure(source="alpha", outcome="blocked", since=NOW, note="captcha")

    folded, alone = fold_failures([*failures(40, FailureReason.NO_CONNECTION), other], 61)

    assert folded.is_folded
    assert (alone.source, alone.explanation) == ("alpha", Reason("note.captcha"))


def test_two_notes_of_one_cause_are_alike() -> None:
    both = [*failures(20, FailureReason.NO_SUCH_NAME), *failures(20, FailureReason.NO_NAME_SERVICE)]

    assert [group.count for group in fold_failures(both, 61)] == [40]


@pytest.mark.parametrize(("count", "total"), [(4, 4), (4, 8), (30, 61), (1, 1)])
def test_few_failures_are_told_one_by_one(count: int, total: int) -> None:
    told = fold_failures(failures(count, FailureReason.NO_SUCH_NAME), total)

    assert [group.source for group in told] == [f"s{n}-failed" for n in range(count)]


def test_a_fault_without_a_known_cause_is_folded_without_a_guess() -> None:
    (group,) = fold_failures(failures(9, "refused:403", "blocked"), 10)

    assert group.explanation == read_note("refused:403")


@pytest.mark.parametrize(
    "note",
    [
        *(
            FailureReason.NO_SUCH_NAME,
            FailureReason.NO_NAME_SERVICE,
            FailureReason.NO_CONNECTION,
            FailureReason.BROKE_OFF,
        ),
        *(
            FailureReason.OUT_OF_TIME,
            FailureReason.NO_TRUST,
            FailureReason.NOT_PUBLIC,
            FailureReason.NO_KEY,
        ),
    ],
)
def test_each_fault_of_a_network_or_a_configuration_has_a_question(note: FailureReason) -> None:
    (group,) = fold_failures(failures(9, note), 10)

    assert group.suspicion is not None
    assert render_reason(group.suspicion).endswith("?")


@given(
    st.lists(
        st.builds(
            SourceFailure,
            source=st.text(),
            outcome=st.sampled_from(["failed", "blocked"]),
            since=st.just(NOW),
            note=st.sampled_from([*FailureReason, ""]),
        )
    ),
    st.integers(0, 5),
)
def test_no_source_is_lost_or_counted_twice(told: list[SourceFailure], more: int) -> None:
    assert sum(group.count for group in fold_failures(told, len(told) + more)) == len(told)
