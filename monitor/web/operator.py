"""The pages of the operator: health, delivery, and names that wait for one word.

The service's numbers for a monitoring system that asks: of nobody, and for who has the token.
The same views as JSON, for programs: what a page shows to somebody, and no more.
"""

import hmac
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Final

import msgspec
from flask import Blueprint, Response, request

from monitor.db.jobs import Due
from monitor.db.name_changes import NameChange
from monitor.domain.health import Checked, Level
from monitor.errors import ConfigError, InputError, NotPermittedError
from monitor.services.health import TakingVitals, Vitals, of_vitals
from monitor.services.metrics import exposition
from monitor.services.name_changes import write_name
from monitor.web.context import WebDesk
from monitor.web.review import queue_of
from reports.pages import operator as document
from reports.pages.operator import Check, DueRow, NameLine, NamesView, OperateView, SourceRow, Tone

DECIDED: Final = {
    "confirm": "Confirmed. We are emailing the person.",
    "refuse": "Declined. We are emailing the person.",
}
TONES: Final = {Level.OK: Tone.GOOD, Level.WARN: Tone.MEDIUM, Level.BAD: Tone.HIGH}


def operate(desk: WebDesk) -> Blueprint:
    routes = Blueprint("operate", __name__)

    @routes.get("/operate")
    def start() -> Response:
        return desk.page("Service", document.render, operate_view(desk))

    @routes.get("/operate/names")
    def names() -> Response:
        view = NamesView(changes=tuple(map(_name_line, desk.service.naming.list_waiting())))
        return desk.page("Names to confirm", document.render_names, view)

    @routes.post("/operate/names/<ref>")
    def decide(ref: str) -> Response:
        naming, operator = desk.service.naming, desk.principal().mail
        deed = request.form.get("deed", "")
        try:
            if deed == "confirm":
                naming.confirm(ref, operator)
            elif deed == "refuse":
                naming.refuse(ref, operator)
        except (InputError, NotPermittedError) as error:
            return desk.done("/operate/names", str(error))
        desk.wake()
        return desk.done("/operate/names", DECIDED.get(deed, ""))

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
        names_waiting=len(service.naming.list_waiting()),
    )


def _name_line(change: NameChange) -> NameLine:
    return NameLine(
        ref=change.ref,
        known=change.known,
        new=write_name(change.name),
        asked_at=change.asked_at,
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


SHORTEST_TOKEN: Final = 32
FORMAT: Final = "text/plain; version=0.0.4; charset=utf-8"


def numbers(token: str) -> Callable[[WebDesk], Blueprint]:
    """Return the family of one route, which answers whoever sends the token and nobody else.

    Raises ConfigError where the token could be guessed.
    """
    if len(token) < SHORTEST_TOKEN:
        least = f"{SHORTEST_TOKEN} characters or more"
        reason = f"The secret metrics-token needs {least}: draw a longer one."
        raise ConfigError(reason)

    def family(desk: WebDesk) -> Blueprint:
        routes = Blueprint("numbers", __name__)

        @routes.get("/metrics")
        def metrics() -> Response:
            sent = request.headers.get("Authorization", "")
            if not hmac.compare_digest(sent.encode(), f"Bearer {token}".encode()):
                return Response(status=401, headers={"WWW-Authenticate": "Bearer"})
            vitals = TakingVitals(state=desk.service.state, now=desk.now).take()
            return Response(exposition(vitals), content_type=FORMAT)

        return routes

    return family


def api(desk: WebDesk) -> Blueprint:
    routes = Blueprint("api", __name__, url_prefix="/api/v1")

    @routes.get("/me")
    def me() -> Response:
        return _json(desk.service.portal.overview.home(desk.principal().person))

    @routes.get("/review")
    def review() -> Response:
        return _json(queue_of(desk))

    @routes.get("/operate")
    def operate() -> Response:
        return _json(operate_view(desk))

    return routes


def _json(view: object) -> Response:
    # ASCII alone: what no reader would see is spelled out, and reads back as what it was.
    told = json.dumps(msgspec.to_builtins(view))
    return Response(told, HTTPStatus.OK, mimetype="application/json")
