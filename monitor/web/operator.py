"""The operator's pages: health, delivery, names to confirm, and who may have left.

Also metrics, which name no one and need a token.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Final

from flask import Blueprint, Response, request, url_for

from monitor.annexes import load_annex_parts
from monitor.config.sections import MIN_TOKEN_LENGTH
from monitor.db.name_changes import NameChange
from monitor.domain.errors import ConfigError, InputError, NotPermittedError
from monitor.domain.health import HealthResult
from monitor.domain.person import build_operator_id
from monitor.services.health import (
    Vitals,
    check_annexes,
    check_reviewers,
    check_search,
    check_vitals,
    collect_vitals,
)
from monitor.services.job_kinds import list_next_jobs
from monitor.services.leavers import record_left_address, record_present_address
from monitor.services.name_changes import (
    confirm_name_change,
    decline_name_change,
    format_searched_name,
    list_name_changes,
)
from monitor.web.annex_pages import AnnexPages
from monitor.web.context import PortalContext
from monitor.web.forms import WebForm, read_form
from monitor.web.security import is_bearer_token
from reports.pages import operator as document
from reports.pages.operator import (
    HealthCheck,
    LeaversView,
    NameChangeLine,
    OperatorView,
    SourceStatusRow,
)
from reports.reason_rendering import render_told


class LeaverDecision(StrEnum):
    LEFT = "left"
    STAYS = "stays"


class LeaverDecisionForm(WebForm, frozen=True, kw_only=True):
    mail: str = ""
    action: LeaverDecision | None = None


class NameDecision(StrEnum):
    CONFIRM = "confirm"
    DECLINE = "refuse"


class NameDecisionForm(WebForm, frozen=True, kw_only=True):
    action: NameDecision | None = None


def build_operator_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("operate", __name__)

    @routes.get("/operate")
    def show_operator() -> Response:
        return context.render_page(
            "Service", document.render_operator, build_operator_view(context)
        )

    @routes.get("/operate/names")
    def show_name_changes() -> Response:
        changes = tuple(map(_build_name_line, list_name_changes(context.app)))
        return context.render_page("Names to confirm", document.render_name_changes, changes)

    @routes.post("/operate/names/<change_id>")
    def submit_name_decision(change_id: str) -> Response:
        naming, operator = context.app, context.require_principal().mail
        action = read_form(NameDecisionForm).action
        try:
            if action is NameDecision.CONFIRM:
                confirm_name_change(naming, change_id, operator)
            elif action is NameDecision.DECLINE:
                decline_name_change(naming, change_id, operator)
        except (InputError, NotPermittedError) as error:
            return context.redirect_to(url_for("operate.show_name_changes"), str(error))
        context.wake_service()
        done = "Confirmed" if action is NameDecision.CONFIRM else "Declined"
        notice = f"{done}. We are emailing the person." if action else ""
        return context.redirect_to(url_for("operate.show_name_changes"), notice)

    _add_leaver_routes(routes, context)
    return routes


def _add_leaver_routes(routes: Blueprint, context: PortalContext) -> None:
    @routes.get("/operate/leavers")
    def show_leavers() -> Response:
        missing = context.app.db.staff_listings.list_missing()
        since = min((one.missing_since for one in missing if one.missing_since), default=None)
        view = LeaversView(count=len(missing), since=since)
        return context.render_page("People who may have left", document.render_leavers, view)

    @routes.post("/operate/leavers")
    def submit_leaver_decision() -> Response:
        operator = build_operator_id(context.require_principal().mail)
        form = read_form(LeaverDecisionForm)
        try:
            if form.action is LeaverDecision.LEFT:
                record_left_address(context.app, form.mail, operator)
            elif form.action is LeaverDecision.STAYS:
                record_present_address(context.app, form.mail, operator)
        except (InputError, NotPermittedError) as error:
            return context.redirect_to(url_for("operate.show_leavers"), str(error))
        context.wake_service()
        left = form.action is LeaverDecision.LEFT
        changed = "Nothing is searched or sent under this address anymore."
        outcome = changed if left else "Nothing changes for this person."
        notice = f"Recorded. {outcome}" if form.action else ""
        return context.redirect_to(url_for("operate.show_leavers"), notice)


def build_operator_view(context: PortalContext) -> OperatorView:
    app = context.app
    vitals = collect_vitals(app.db, context.now(), app.sources)
    return OperatorView(
        at=vitals.at,
        checks=tuple(
            map(
                _build_check_row,
                (
                    check_search(app.sources),
                    *check_vitals(vitals),
                    check_reviewers(app.config),
                    *check_annexes(app.config, app.db, vitals.at),
                ),
            )
        ),
        emails=tuple((str(state), count) for state, count in vitals.email_counts.items()),
        oldest_email=vitals.oldest_email,
        sources=tuple(_build_source_rows(vitals)),
        jobs=tuple((job.name, job.due_at) for job in list_next_jobs(vitals.jobs)),
        sweep_closed=vitals.sweep_closed,
        sweep_open_since=vitals.sweep_open_since,
        backed_up=vitals.backed_up,
        names_waiting=len(list_name_changes(app)),
        leavers_waiting=vitals.leavers,
        tasks=tuple(task for part in load_annex_parts(AnnexPages) for task in part.list_tasks(app)),
    )


def _build_name_line(change: NameChange) -> NameChangeLine:
    return NameChangeLine(
        id=change.id,
        known=change.known,
        new=format_searched_name(change.name),
        asked_at=change.asked_at,
    )


def _build_check_row(checked: HealthResult) -> HealthCheck:
    return HealthCheck(
        what=checked.what,
        level=checked.level,
        message=render_told(checked.message),
        remedy=render_told(checked.remedy),
    )


def _build_source_rows(vitals: Vitals) -> Iterator[SourceStatusRow]:
    for source in vitals.answered_sources:
        yield SourceStatusRow(
            source=source.source,
            outcome=source.outcome,
            since=source.since,
            proven_at=source.proven_at,
        )


METRICS_CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


def bind_metrics_routes(token: str) -> Callable[[PortalContext], Blueprint]:
    """Return the metrics route, which needs the token.

    Raises ConfigError where the token could be guessed.
    """
    if len(token) < MIN_TOKEN_LENGTH:
        least = f"{MIN_TOKEN_LENGTH} characters or more"
        reason = f"The secret metrics-token needs {least}: generate a longer one."
        raise ConfigError(reason)

    def build_routes(context: PortalContext) -> Blueprint:
        routes = Blueprint("numbers", __name__)

        @routes.get("/metrics")
        def show_metrics() -> Response:
            if not is_bearer_token(request, token):
                return Response(status=401, headers={"WWW-Authenticate": "Bearer"})
            vitals = collect_vitals(context.app.db, context.now(), context.app.sources)
            from monitor.services.metrics import render_metrics  # noqa: PLC0415 - only a few districts have it

            return Response(render_metrics(vitals), content_type=METRICS_CONTENT_TYPE)

        return routes

    return build_routes
