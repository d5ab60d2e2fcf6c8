"""The service's numbers for a monitoring system that asks: of nobody, and for who has the token."""

import hmac
from collections.abc import Callable
from typing import Final

from flask import Blueprint, Response, request

from monitor.errors import ConfigError
from monitor.flows.running.vitals import TakingVitals
from monitor.metrics import exposition
from monitor.web.desk import WebDesk

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
