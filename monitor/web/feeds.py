"""A person's checks for their calendar, and the review queue in numbers for a feed reader.

Programs that subscribe can send no header, so the token is in the address: it has one scope, which
opens this address alone.
"""

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort

from monitor.app import App
from monitor.db.review_index import ReviewFilter
from monitor.db.sweeps import Sweep
from monitor.domain.person import Reviewer
from monitor.domain.reason import Label, Reason
from monitor.domain.schedule import compute_next_sweep, compute_sweep_week
from monitor.domain.vocabulary import CaseBin, SweepKind, TokenScope
from monitor.services.access_tokens import TokenHolder
from monitor.services.notifications import load_language
from monitor.services.self_check import list_own_checks
from monitor.services.visible_cases import count_review_cases, list_review_openings
from monitor.web.api import TokenGate
from monitor.web.context import PortalContext
from reports.feeds import (
    CalendarCheck,
    CheckCalendarView,
    QueueFeedView,
    render_calendar,
    render_queue_feed,
)
from reports.translation import use_language


def build_feed_routes(context: PortalContext) -> Blueprint:
    routes, gate = Blueprint("feeds", __name__), TokenGate(context)

    @routes.get("/calendar/<token>.ics")
    def show_calendar(token: str) -> Response:
        holder = _require_holder(gate, token, TokenScope.OWN_CALENDAR)
        app = context.app
        portal = app.config.portal.address
        checks = (
            *map(_build_check, list_own_checks(app, holder.token.person_id)),
            *_plan_next(app, holder.token.person_id),
        )
        view = CheckCalendarView(
            at=app.clock.now(),
            host=urlsplit(portal).hostname or "",
            page=f"{portal}/me",
            checks=checks,
        )
        with use_language(load_language(context.app, holder.principal.person_id)):
            return Response(render_calendar(view), mimetype="text/calendar")

    @routes.get("/feed/<token>.atom")
    def show_queue_feed(token: str) -> Response:
        holder = _require_holder(gate, token, TokenScope.REVIEW_FEED)
        reviewer = Reviewer(address=holder.principal.mail, person_id=holder.principal.person_id)
        waiting = ReviewFilter(bins=(CaseBin.NEEDS_YOU,))
        openings = list_review_openings(context.app, waiting, reviewer)
        view = QueueFeedView(
            page=f"{context.app.config.portal.address}/review",
            since=holder.token.created_at,
            severities=Counter(case.severity for case, _ in openings),
            counts=count_review_cases(context.app, reviewer),
            latest_at=max((opening.at for _, opening in openings), default=None),
        )
        return Response(render_queue_feed(view), mimetype="application/atom+xml")

    return routes


def _require_holder(gate: TokenGate, secret: str, scope: TokenScope) -> TokenHolder:
    """Return whose address it is; there is no page at one that was revoked."""
    holder = gate.find_holder(secret)
    if holder is None or scope not in holder.token.scopes:
        abort(404)
    return holder


def _build_title(kind: SweepKind) -> Reason:
    return Reason("check-title", {"kind": Label("checks", kind)})


def _build_check(sweep: Sweep) -> CalendarCheck:
    is_weekly = sweep.kind is SweepKind.SWEEP
    return CalendarCheck(
        # So it takes the place of the event that announced it.
        id=f"weekly-{sweep.week}" if is_weekly else sweep.id,
        title=_build_title(sweep.kind),
        started_at=sweep.started_at,
        ended_at=sweep.closed_at,
    )


def _plan_next(app: App, person_id: str) -> Iterator[CalendarCheck]:
    """Yield the next weekly check; none is planned for during a pause."""
    now, district = app.clock.now(), app.config.district
    if app.db.consents.can_query_person(person_id, now):
        at = compute_next_sweep(now, district.id, district.zone)
        yield CalendarCheck(
            id=f"weekly-{compute_sweep_week(at, district.id, district.zone)}",
            title=_build_title(SweepKind.SWEEP),
            started_at=at,
        )
