"""The pages of the operator: health and delivery, and nothing of anybody."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from flask import Blueprint, Response

from monitor.domain.checkup import Checked, Level
from monitor.flows.running.checkup import of_vitals
from monitor.flows.running.vitals import TakingVitals, Vitals
from monitor.store.due import Due
from monitor.web.desk import WebDesk
from reports.pages import operate as document
from reports.pages.operate import Check, DueRow, OperateView, SourceRow, Tone

TONES: Final = {Level.OK: Tone.GOOD, Level.WARN: Tone.MEDIUM, Level.BAD: Tone.HIGH}


def operate(desk: WebDesk) -> Blueprint:
    routes = Blueprint("operate", __name__)

    @routes.get("/operate")
    def start() -> Response:
        return desk.page("Service", document.render, operate_view(desk))

    return routes


def operate_view(desk: WebDesk) -> OperateView:
    service = desk.service
    vitals = TakingVitals(state=service.state, now=desk.now).take()
    return OperateView(
        at=vitals.at,
        checks=tuple(map(_check, of_vitals(vitals, service.sources))),
        letters=tuple((str(state), count) for state, count in vitals.letters.items()),
        oldest_letter=vitals.oldest_letter,
        sources=tuple(_sources(vitals)),
        due=tuple(_due(vitals.due)),
        sweep_closed=vitals.sweep_closed,
        sweep_open_since=vitals.sweep_open_since,
        backed_up=vitals.backed_up,
    )


def _check(checked: Checked) -> Check:
    return Check(
        what=checked.what,
        tone=TONES[checked.level],
        told=checked.told,
        remedy=checked.remedy,
    )


def _sources(vitals: Vitals) -> Iterator[SourceRow]:
    for each in vitals.sources:
        yield SourceRow(
            source=each.source,
            outcome=each.outcome,
            since=each.since,
            proven_at=each.proven_at,
        )


def _due(rows: Iterable[Due]) -> Iterator[DueRow]:
    """Count by kind: whose digest is due when would tell who has joined."""
    by_kind: dict[str, list[Due]] = defaultdict(list)
    for row in sorted(rows, key=lambda each: each.due_at):
        by_kind[row.name].append(row)
    for name, found in by_kind.items():
        yield DueRow(what=name, count=len(found), first=found[0].due_at)
