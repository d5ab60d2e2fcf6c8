"""What a run knows of its batches when the fleet's database goes away in between."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from monitor.domain.errors import UnavailableError
from monitor.fleet.fleet_crawler import FleetCrawler

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def be_away(*_words: object, **_more: object) -> NoReturn:
    raise UnavailableError


def test_what_could_not_be_told_is_told_again() -> None:
    batch = SimpleNamespace(
        left={0, 1},
        permitted=frozenset({0, 1}),
        permitted_at=LONG_AGO,
        body=SimpleNamespace(queries=[SimpleNamespace(query="left"), SimpleNamespace(query="in")]),
        seal=SimpleNamespace(permit=lambda numbers, _: sorted(numbers)),
    )
    desk: Any = SimpleNamespace(recheck_at=0.0, awaited={"key": batch}, sent={7: batch})
    told: dict[int, object] = {}
    crawler: Any = SimpleNamespace(
        clock=SimpleNamespace(monotonic=lambda: timedelta(hours=1).total_seconds()),
        day_keys=SimpleNamespace(hand_out=lambda: None),
        mailbox=SimpleNamespace(renew_permissions=be_away),
        _may_still_ask=lambda query, _: query == "in",
    )
    renew = FleetCrawler._renew_permissions  # noqa: SLF001 - what a run does every two seconds
    with pytest.raises(UnavailableError):
        renew(crawler, desk)
    assert (batch.permitted, batch.permitted_at) == (frozenset({0, 1}), LONG_AGO)

    crawler.mailbox.renew_permissions, desk.recheck_at = told.update, 0.0
    renew(crawler, desk)
    assert told == {7: [1]}
    assert batch.permitted == frozenset({1})
    assert batch.permitted_at > LONG_AGO
