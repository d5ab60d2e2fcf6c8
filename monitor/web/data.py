"""A person's own data: what is kept and agreed to, who looked, pausing, renewing, leaving."""

from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, request

from monitor.config import CONSENT_LASTS
from monitor.domain.consent import Channel, Scope
from monitor.domain.consent_text import SCOPES, TEXT_VERSION
from monitor.domain.joining import Draft
from monitor.errors import InputError, NotPermittedError
from monitor.flows.membership.consenting import Answer
from monitor.web.desk import WebDesk
from monitor.web.editing import ENDED
from monitor.web.join_views import SCOPE_TITLES, parts_of, rows
from monitor.web.sort import cut
from reports.page import Fault
from reports.pages import data as pages
from reports.pages.data import (
    AnswerView,
    DataView,
    LeaveView,
    LeftView,
    Moving,
    ScopeLine,
    SeenView,
)

PAUSES: Final = {days: timedelta(days=int(days)) for days in ("7", "30", "90")}
SEEN_ON_A_PAGE: Final = 50
NO_SCOPE: Final = Fault(
    field="scopes", words="Choose at least one. To stop everything, pause or leave instead."
)
SHOWN_FIRST: Final = "Below stands what you added would ask anew. Read it, and agree then."
NO_SPAN: Final = Fault(field="days", words="Choose for how long.")


def data(desk: WebDesk) -> Blueprint:
    routes = _routes("data", desk)

    @routes.get("/me/data")
    def show() -> Response:
        return data_page(desk)

    @routes.get("/me/data/seen")
    def seen() -> Response:
        lines = desk.service.portal.own_data.looks(_ref(desk))
        number, last, shown = cut(lines, SEEN_ON_A_PAGE)
        view = SeenView(zone=_zone(desk), lines=shown, number=number, last=last)
        return desk.page("Who looked at what", pages.render_seen, view)

    @routes.post("/me/data/pause")
    def pause() -> Response:
        span = PAUSES.get(request.form.get("days", ""))
        if span is None:
            return data_page(desk, (NO_SPAN,), HTTPStatus.UNPROCESSABLE_ENTITY)
        desk.service.consenting.pause(_ref(desk), desk.now() + span, Channel.PORTAL)
        return desk.done("/me/data", "Paused. Nothing is asked about you meanwhile.")

    @routes.post("/me/data/resume")
    def resume() -> Response:
        try:
            desk.service.consenting.resume(_ref(desk), Channel.PORTAL)
        except InputError:
            return desk.done("/me/data", "Nothing was paused.")
        return desk.done("/me/data", "Everything goes on.")

    @routes.post("/me/data/sign-out")
    def sign_out() -> Response:
        desk.service.admitting.end_everywhere(desk.principal())
        return desk.part("You are signed out everywhere.")

    return routes


def consent(desk: WebDesk) -> Blueprint:
    routes = _routes("consent", desk)

    @routes.get("/me/data/scopes")
    def scopes() -> Response:
        view = _answer(desk, _agreed(desk))
        return desk.page("Change what may be asked", pages.render_scopes, view)

    @routes.post("/me/data/scopes")
    def change() -> Response:
        chosen, before = _chosen(), _agreed(desk)
        if not chosen:
            view = _answer(desk, chosen, (NO_SCOPE,))
            title, status = "Change what may be asked", HTTPStatus.UNPROCESSABLE_ENTITY
            return desk.page(title, pages.render_scopes, view, status)
        if chosen < before:
            desk.service.consenting.narrow(_ref(desk), chosen, Channel.PORTAL)
            return desk.done("/me/data", "Changed. What you took back is not asked any more.")
        if chosen == before:
            return desk.done("/me/data", "Nothing was changed.")
        return desk.done(_renewal(chosen))

    return routes


def renewal(desk: WebDesk) -> Blueprint:
    routes = _routes("renewal", desk)

    @routes.get("/me/data/renew")
    def read() -> Response:
        asked = frozenset(_known(request.args.get("scopes", "").split("-or-")))
        return desk.page(
            "Read, and agree", pages.render_answer, _answer(desk, asked or _agreed(desk))
        )

    @routes.post("/me/data/renew")
    def agree() -> Response:
        chosen, title = _chosen(), "Read, and agree"
        if not chosen:
            view = _answer(desk, chosen, (NO_SCOPE,))
            return desk.page(title, pages.render_answer, view, HTTPStatus.UNPROCESSABLE_ENTITY)
        if not chosen - _agreed(desk) <= _shown():
            return desk.done(_renewal(chosen), SHOWN_FIRST)
        answer = Answer(scopes=chosen, seen=request.form.get("seal", ""), channel=Channel.PORTAL)
        try:
            desk.service.consenting.answer(_ref(desk), answer)
        except InputError:
            return desk.done(
                "/me/data/renew", "The text has changed meanwhile. Read it again, please."
            )
        return desk.done("/me/data", "Thank you. Your consent is renewed.")

    return routes


def leaving(desk: WebDesk) -> Blueprint:
    routes = Blueprint("leaving", __name__)

    @routes.get("/me/data/leave")
    def ask() -> Response:
        contact = desk.service.config.district.contact
        hold = desk.service.portal.own_data.hold(_ref(desk))
        view = LeaveView(contact=contact, zone=_zone(desk), hold=hold)
        return desk.page("Leave Namesake?", pages.render_leave, view)

    @routes.post("/me/data/leave")
    def leave() -> Response:
        # Whoever has left already, in another tab, is led to the same place.
        with suppress(InputError):
            desk.service.leaving.withdraw(_ref(desk), Channel.PORTAL)
        desk.service.admitting.end_everywhere(desk.principal())
        desk.leave()
        return desk.done("/join/left")

    @routes.get("/join/left")
    def left() -> Response:
        district = desk.service.config.district
        view = LeftView(contact=district.contact, zone=district.zone)
        return desk.page("You have left", pages.render_left, view)

    return routes


def _routes(name: str, desk: WebDesk) -> Blueprint:
    """Make routes that say, to whoever comes too late, that there is no consent to change."""
    routes = Blueprint(name, __name__)
    routes.register_error_handler(NotPermittedError, lambda _error: desk.done("/me/data", ENDED))
    return routes


def data_page(
    desk: WebDesk, faults: tuple[Fault, ...] = (), status: HTTPStatus = HTTPStatus.OK
) -> Response:
    return desk.page("My data", pages.render, _view(desk, faults), status)


def _view(desk: WebDesk, faults: tuple[Fault, ...]) -> DataView:
    service, ref = desk.service, _ref(desk)
    own, standing = service.portal.own_data, service.consenting.standing(ref)
    person, consent = service.state.people.get(ref), standing.consent
    asked = service.portal.readdressing.waiting(ref)
    told = rows(Draft.of(person, consent.scopes), "/me/data")
    return DataView(
        zone=person.zone,
        standing=own.standing(ref),
        address=person.mail,
        rows=tuple(each for each in told if not each.change.endswith("/scopes")),
        moving=Moving(to=asked.new, until=asked.expires_at) if asked else None,
        agreed=tuple(words for scope, words in SCOPES.items() if scope in consent.scopes),
        version=consent.text_version,
        given_at=consent.given_at,
        ends_at=consent.expires_at,
        kept=own.kept(ref),
        copies_from=service.exporting.next_at(ref),
        paused_until=consent.paused_until if consent.paused(desk.now()) else None,
        erased_by=standing.erased_by,
        hold=own.hold(ref),
        renewal_due=standing.renewal_due,
        weekly=not desk.service.stopping.stopped(ref),
        faults=faults,
    )


def _answer(desk: WebDesk, chosen: frozenset[Scope], faults: tuple[Fault, ...] = ()) -> AnswerView:
    terms, offered = desk.service.terms, desk.service.portal.beginning.offered
    agreed, widening = _agreed(desk), desk.service.portal.widening
    # What was agreed to and is asked nowhere today can still be taken back.
    lines = tuple(
        ScopeLine(scope=scope, title=SCOPE_TITLES[scope], words=SCOPES[scope])
        for scope in Scope
        if scope in {*offered, *agreed}
    )
    return AnswerView(
        lines=lines,
        chosen=tuple(chosen),
        zone=_zone(desk),
        until=desk.now() + CONSENT_LASTS,
        version=TEXT_VERSION,
        parts=parts_of(terms.sections),
        seal=terms.hash,
        adding=tuple(each for each in lines if each.scope in chosen - agreed),
        asked=widening.preview(_ref(desk), agreed, chosen),
        faults=faults,
    )


def _renewal(chosen: frozenset[Scope]) -> str:
    return f"/me/data/renew?scopes={'-or-'.join(sorted(chosen))}#anew"


def _shown() -> frozenset[Scope]:
    """Read which of the added scopes their reader saw the questions of."""
    return frozenset(_known(request.form.get("shown", "").split("-or-")))


def _chosen() -> frozenset[Scope]:
    return frozenset(_known(request.form.getlist("scopes")))


def _known(words: list[str]) -> list[Scope]:
    return [scope for scope in Scope if scope.value in words]


def _agreed(desk: WebDesk) -> frozenset[Scope]:
    latest = desk.service.state.consents.latest(_ref(desk))
    if latest is None:
        abort(HTTPStatus.FORBIDDEN)
    return latest.scopes


def _ref(desk: WebDesk) -> str:
    return desk.principal().person


def _zone(desk: WebDesk) -> str:
    return desk.service.state.people.get(_ref(desk)).zone
