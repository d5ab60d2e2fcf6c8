"""A person's alert feeds: what to make an alert for, and where its feed is pasted."""

from typing import Final

from flask import Blueprint, Response, url_for

from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.person import AlertFeed
from monitor.services.alert_feeds import (
    add_alert_feed,
    can_use_alert_feeds,
    list_alert_searches,
    remove_alert_feed,
)
from monitor.web.context import PortalContext
from monitor.web.forms import WebForm, read_form
from reports.pages import data as pages
from reports.pages.data import AlertFeedLine, AlertFeedsView
from reports.pages.layout import FieldProblem
from scrapers.search.alerts import build_feed_id

TITLE: Final = "Alert feeds"
NOT_READ: Final = "Alert feeds are not read for you: turn on “Search engines” first."


class AlertFeedForm(WebForm, frozen=True, kw_only=True):
    """`remove` names a feed by its id; `address` is one to add."""

    address: str = ""
    remove: str = ""


def build_alert_feed_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("alerts", __name__)

    @routes.get("/me/data/alerts")
    def show_alert_feeds() -> Response:
        return _render_feeds(context)

    @routes.post("/me/data/alerts")
    def submit_alert_feed() -> Response:
        form, person_id = read_form(AlertFeedForm), context.person_id
        here = url_for("alerts.show_alert_feeds")
        if form.remove:
            remove_alert_feed(context.app, person_id, form.remove)
            return context.redirect_to(here, "Removed.")
        try:
            add_alert_feed(context.app, person_id, form.address)
        except InputError as error:
            fault = FieldProblem(field="address", words=str(error))
            return _render_feeds(context, (fault,))
        except NotPermittedError:
            return context.redirect_to(url_for("data.show_data"), NOT_READ)
        return context.redirect_to(here, "Added. We read it with the next check.")

    return routes


def _render_feeds(
    context: PortalContext,
    faults: tuple[FieldProblem, ...] = (),
) -> Response:
    person_id = context.person_id
    person = context.app.db.people.load_person(person_id)
    view = AlertFeedsView(
        zone=person.zone,
        is_read=can_use_alert_feeds(context.app, person_id),
        searches=list_alert_searches(context.app, person_id),
        feeds=tuple(map(_build_feed_line, person.alert_feeds)),
        faults=faults,
    )
    return context.render_page(TITLE, pages.render_alert_feeds, view)


def _build_feed_line(feed: AlertFeed) -> AlertFeedLine:
    return AlertFeedLine(
        id=build_feed_id(feed.address),
        service="Google Alerts" if "google." in feed.address else "Talkwalker Alerts",
        ending=feed.address.rstrip("/")[-4:],
        added_at=feed.added_at,
        read_at=feed.read_at,
        fault=feed.fault,
    )
