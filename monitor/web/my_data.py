"""A person's own data: see it, change it, get a copy, pause, renew, leave.

Reading any of these pages, by anybody, changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from math import ceil
from typing import Any, Final

from flask import Blueprint, Response, abort, request

from monitor.config import CONSENT_LASTS, SignIn
from monitor.domain.consent import Channel, Scope
from monitor.domain.consent_text import SCOPES, TEXT_VERSION
from monitor.domain.enrollment import Draft, Step
from monitor.domain.person import Role
from monitor.errors import InputError, NotPermittedError, TooSoonError
from monitor.services.auth import AN_HOUR, LINK_LASTS
from monitor.services.consent import Answer
from monitor.services.name_changes import write_name
from monitor.services.profile import Unchanged, Unwritten
from monitor.web import enrollment as views
from monitor.web.context import WebDesk, pasted_code
from monitor.web.enrollment import (
    NO_ADDRESS,
    SCOPE_TITLES,
    TITLES,
    Filled,
    Listed,
    alone,
    checked,
    faulty,
    filled,
    parts_of,
    rows,
)
from monitor.web.findings import cut
from reports.pages import account as pages_address
from reports.pages import data as pages
from reports.pages import enrollment as pages_editing
from reports.pages.account import AddressView, ChangedView, ConfirmView, Moved, PressView
from reports.pages.data import (
    AnswerView,
    DataView,
    LeaveView,
    LeftView,
    Moving,
    ScopeLine,
    SeenView,
)
from reports.pages.enrollment import ProofLine, StepView
from reports.pages.layout import Fault, Frame
from reports.templating import local

PROOFS: Final = "/me/data/accounts#proofs"
EDITED: Final = (Step.NAMES, Step.WORK, Step.ACCOUNTS)
FIRST: Final = {Step.NAMES: "given", Step.WORK: "school", Step.ACCOUNTS: "address"}
NAME_WAITS: Final = "Saved. IT must confirm the new name. We do not search for it until they do."
ENDED: Final = "Your consent has ended, so we do not search for you."


def editing(desk: WebDesk) -> Blueprint:
    routes = Blueprint("editing", __name__)
    editor = Editor(desk)
    for step in EDITED:
        _step(routes, editor, step)
    return routes


def _step(routes: Blueprint, editor: "Editor", step: Step) -> None:
    def show() -> Response:
        return editor.page(step, Filled(draft=editor.shown(step)))

    def answer() -> Response:
        return editor.answer(step)

    routes.add_url_rule(f"/me/data/{step}", f"show-{step}", show)
    routes.add_url_rule(f"/me/data/{step}", f"answer-{step}", answer, methods=["POST"])


@dataclass(frozen=True, slots=True)
class Editor:
    desk: WebDesk

    @property
    def draft(self) -> Draft:
        service, ref = self.desk.service, self.desk.principal().person
        consent = service.state.consents.latest(ref)
        scopes = consent.scopes if consent else frozenset()
        return Draft.of(service.state.people.get(ref), scopes)

    def shown(self, step: Step) -> Draft:
        """Return what the form begins with: a name that waits is the one last given."""
        draft = self.draft
        waiting = self.desk.service.editing.asked_name(self.desk.principal().person)
        return replace(draft, name=waiting) if waiting and step is Step.NAMES else draft

    def answer(self, step: Step) -> Response:
        read = filled(step, request.form, self.draft)
        if step is Step.ACCOUNTS:
            return self._accounts(read)
        return self._kept(step, read, "/me/data")

    def page(self, step: Step, read: Filled) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if read.faults else HTTPStatus.OK
        render, view = self._view(step, read)
        return self.desk.page(TITLES[step], render, view, status)

    def _view(self, step: Step, read: Filled) -> tuple[Callable[[Any, Frame], str], StepView]:
        draft, faults = read.draft, read.faults
        if step is Step.NAMES:
            return pages_editing.render_names, views.names_view(draft, faults, alone(step))
        if step is Step.WORK:
            return pages_editing.render_work, views.work_view(draft, faults, alone(step))
        address = request.form.get("address", "")
        view = views.accounts_view(draft, faults, alone(step), address)
        return pages_editing.render_accounts, replace(view, proofs=self._proofs())

    def _proofs(self) -> tuple[ProofLine, ...]:
        kept, ref = self.desk.service.state.account_proofs, self.desk.principal().person
        return tuple(views.proof_lines(kept.of_person(ref), partial(kept.code, ref)))

    def _prove(self, account: str, read: Filled) -> Response:
        """Have the next check look for a proof once."""
        service, ref = self.desk.service, self.desk.principal().person
        try:
            service.editing.request_proof(ref, account)
        except TooSoonError:
            return self._too_soon(Step.ACCOUNTS, read)
        except NotPermittedError:
            return self.desk.done("/me/data", ENDED)
        return self.desk.done(
            PROOFS,
            "Requested. It runs with the next check. To run it right away, go to “Check now”.",
        )

    def _accounts(self, read: Filled) -> Response:
        """Add or remove one account at once, or keep the rest of the page."""
        form = request.form
        listed = Listed(read.draft, self.desk.service.portal.beginning.recognised)
        again = "/me/data/accounts#declared"
        if "prove" in form:
            return self._prove(form["prove"], read)
        if "forget" in form:
            self.desk.service.editing.forget_proof(self.desk.principal().person, form["forget"])
            return self.desk.done(again)
        if "remove" in form:
            read = Filled(draft=listed.without(form["remove"]), faults=read.faults)
            return self._kept(Step.ACCOUNTS, read, again)
        adding = form.get("deed") == "add"
        if not adding and not form.get("address", "").strip():
            return self._kept(Step.ACCOUNTS, read, "/me/data")
        draft = listed.with_address(form.get("address", ""))
        if draft is None:
            return self.page(Step.ACCOUNTS, faulty(read, NO_ADDRESS))
        return self._kept(Step.ACCOUNTS, checked(draft, read), again if adding else "/me/data")

    def _kept(self, step: Step, read: Filled, to: str) -> Response:
        if read.faults:
            return self.page(step, read)
        service, ref = self.desk.service, self.desk.principal().person
        person = service.state.people.get(ref)
        try:
            service.editing.edit(read.draft.changed(person))
        except TooSoonError:
            return self._too_soon(step, read)
        except NotPermittedError:
            return self.desk.done("/me/data", ENDED)
        if step is Step.NAMES and read.draft.name == person.name:
            service.naming.withdraw(ref)
        waits = step is Step.NAMES and service.editing.asked_name(ref)
        return self.desk.done(to, NAME_WAITS if waits else "Saved.")

    def _too_soon(self, step: Step, read: Filled) -> Response:
        """Say when words may be added again, to a person in words and to a program in seconds."""
        service, ref = self.desk.service, self.desk.principal().person
        next_at = service.editing.next_at(ref) or self.desk.now()
        zone = service.state.people.get(ref).zone
        after = local(next_at, zone)
        words = f"You added words five times in seven days. You can add more after {after}"
        render, view = self._view(
            step, replace(read, faults=(Fault(field=FIRST[step], words=words),))
        )
        response = self.desk.page(TITLES[step], render, view, HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["Retry-After"] = str(ceil((next_at - self.desk.now()).total_seconds()))
        return response


PAUSES: Final = {days: timedelta(days=int(days)) for days in ("7", "30", "90")}
SEEN_ON_A_PAGE: Final = 50
NO_SCOPE: Final = Fault(
    field="scopes", words="Choose at least one. To stop everything, pause or leave instead."
)
SHOWN_FIRST: Final = "See below what your choice would add. Read it, and then agree."
NO_SPAN: Final = Fault(field="days", words="Choose how long.")


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
        return desk.page("Who viewed your data", pages.render_seen, view)

    @routes.post("/me/data/pause")
    def pause() -> Response:
        span = PAUSES.get(request.form.get("days", ""))
        if span is None:
            return data_page(desk, (NO_SPAN,), HTTPStatus.UNPROCESSABLE_ENTITY)
        desk.service.consenting.pause(_ref(desk), desk.now() + span, Channel.PORTAL)
        return desk.done("/me/data", "Paused. We do not search for you until the pause ends.")

    @routes.post("/me/data/resume")
    def resume() -> Response:
        try:
            desk.service.consenting.resume(_ref(desk), Channel.PORTAL)
        except InputError:
            return desk.done("/me/data", "Nothing was paused.")
        return desk.done("/me/data", "Checks are on again.")

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
        return desk.page("Change what we search", pages.render_scopes, view)

    @routes.post("/me/data/scopes")
    def change() -> Response:
        chosen, before = _chosen(), _agreed(desk)
        if not chosen:
            view = _answer(desk, chosen, (NO_SCOPE,))
            title, status = "Change what we search", HTTPStatus.UNPROCESSABLE_ENTITY
            return desk.page(title, pages.render_scopes, view, status)
        if chosen < before:
            desk.service.consenting.narrow(_ref(desk), chosen, Channel.PORTAL)
            return desk.done("/me/data", "Saved. We no longer search what you turned off.")
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
            "Read and agree", pages.render_answer, _answer(desk, asked or _agreed(desk))
        )

    @routes.post("/me/data/renew")
    def agree() -> Response:
        chosen, title = _chosen(), "Read and agree"
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
                "/me/data/renew", "The text has changed in the meantime. Please read it again."
            )
        return desk.done("/me/data", "Thank you. You renewed your consent.")

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
        return desk.page("You left", pages.render_left, view)

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
    asked, waiting = service.portal.readdressing.waiting(ref), service.editing.asked_name(ref)
    told = rows(Draft.of(person, consent.scopes), "/me/data")
    return DataView(
        zone=person.zone,
        standing=own.standing(ref),
        address=person.mail,
        rows=tuple(each for each in told if not each.change.endswith("/scopes")),
        moving=Moving(to=asked.new, until=asked.expires_at) if asked else None,
        waiting_name=write_name(waiting) if waiting else "",
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


TOO_SOON: Final = Fault(
    field="copy", words="You made five copies within an hour. Wait before you make the next one"
)


def own_copy(desk: WebDesk) -> Blueprint:
    routes = Blueprint("own_copy", __name__)
    exporting = desk.service.exporting

    @routes.post("/me/data/export")
    def export() -> Response:
        """Write down who asked, so a POST; the archive holds JSON, a page and a sheet."""
        person = desk.principal().person
        try:
            made = exporting.copy(person, person).attached()
        except TooSoonError:
            return _too_soon(desk, person)
        response = Response(made.body, mimetype=made.media_type)
        response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
        return response

    return routes


def _too_soon(desk: WebDesk, person: str) -> Response:
    """Say when it may be, to a person in words and to a program in seconds."""
    response = data_page(desk, (TOO_SOON,), HTTPStatus.TOO_MANY_REQUESTS)
    next_at = desk.service.exporting.next_at(person)
    seconds = ceil((next_at - desk.now()).total_seconds()) if next_at else 0
    response.headers["Retry-After"] = str(seconds)
    return response


TITLE: Final = "Change your work email"
PROXY: Final = "your district's own sign-in page"
OFFICES: Final = {Role.REVIEWER: "reviewing", Role.OPERATOR: "operating the service"}
UNWRITTEN: Final[Mapping[Unwritten, str]] = {
    Unwritten.FOREIGN: "Enter one address of your district, such as name@{domain}",
    Unwritten.SAME: "This is already your address. Enter the new one",
    Unwritten.OFTEN: "You asked five times within an hour. Wait a while, and try again",
}
OVER: Final = "This link was already used or has expired. Enter the new address again"
UNCHANGED: Final[Mapping[Unchanged, str]] = {
    Unchanged.OVER: "This is not the code from your last email, or it has expired. "
    "Check your email again",
    Unchanged.ELSEWHERE: "You asked for this link in another browser. Open it there, "
    "or ask for a new one here",
    Unchanged.TAKEN: "Someone is already enrolled under this address. Ask IT whose it is",
}


def address(desk: WebDesk) -> Blueprint:
    routes = Blueprint("address", __name__)
    readdressing = desk.service.portal.readdressing
    _by_code(desk, routes)

    @routes.get("/me/data/address")
    def show() -> Response:
        return _page(desk)

    @routes.post("/me/data/address")
    def ask() -> Response:
        typed = request.form.get("address", "").strip()
        try:
            unwritten = readdressing.ask(desk.principal().person, typed, desk.visit.id)
        except NotPermittedError:
            return desk.done("/me/data", ENDED)
        if unwritten:
            often = unwritten is Unwritten.OFTEN
            status = HTTPStatus.TOO_MANY_REQUESTS if often else HTTPStatus.UNPROCESSABLE_ENTITY
            words = UNWRITTEN[unwritten].format(domain=desk.service.config.district.domains[0])
            response = _page(desk, typed, words, status)
            if often:
                response.headers["Retry-After"] = str(int(AN_HOUR.total_seconds()))
            return response
        return desk.done("/me/data/address/code")

    return routes


def _by_code(desk: WebDesk, routes: Blueprint) -> None:
    readdressing = desk.service.portal.readdressing

    @routes.get("/me/data/address/code")
    def written() -> Response:
        waiting = readdressing.waiting(desk.principal().person)
        return _confirm_page(desk) if waiting else desk.done("/me/data/address")

    @routes.get("/me/data/address/<code>")
    def open_link(code: str) -> Response:
        return desk.page(TITLE, pages_address.render_press, PressView(code=code))

    @routes.post("/me/data/address/code")
    def confirm() -> Response:
        try:
            unchanged = readdressing.confirm(desk.principal().person, pasted_code(), desk.visit.id)
        except NotPermittedError:
            return desk.done("/me/data", ENDED)
        if unchanged is Unchanged.OVER and not readdressing.waiting(desk.principal().person):
            return _page(desk, fault=OVER, status=HTTPStatus.GONE)
        return _confirm_page(desk, unchanged) if unchanged else _changed(desk)


def _changed(desk: WebDesk) -> Response:
    """Say that it is done; a proxy that names the old address lets nobody in to read more."""
    if not desk.visits.header:
        return desk.done(
            "/me/data", "Your email address was changed. We send one last email to the old one."
        )
    mail = desk.service.state.people.get(desk.principal().person).mail
    contact = desk.service.config.district.contact
    view = ChangedView(address=mail, accounts=PROXY, contact=contact)
    return desk.page("Your email address was changed", pages_address.render_changed, view)


def _page(
    desk: WebDesk, typed: str = "", fault: str = "", status: HTTPStatus = HTTPStatus.OK
) -> Response:
    person = desk.service.state.people.get(desk.principal().person)
    made = desk.service.portal.readdressing.made(person.ref)
    view = AddressView(
        zone=person.zone,
        address=person.mail,
        domains=desk.service.config.district.domains,
        typed=typed,
        accounts=_accounts(desk),
        offices=tuple(_offices(desk)),
        moved=Moved(at=made.changed_at, old=made.old) if made and made.changed_at else None,
        faults=(Fault(field="address", words=fault),) if fault else (),
    )
    return desk.page(TITLE, pages_address.render, view, status)


def _confirm_page(desk: WebDesk, unchanged: Unchanged | None = None) -> Response:
    faults = (Fault(field="code", words=UNCHANGED[unchanged]),) if unchanged else ()
    view = ConfirmView(minutes=int(LINK_LASTS.total_seconds() // 60), faults=faults)
    title = "Check your new inbox"
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return desk.page(title, pages_address.render_confirm, view, status)


def _accounts(desk: WebDesk) -> str:
    """Return what names one's address at signing in, empty where the mailbox itself does."""
    portal = desk.service.config.portal
    named = {SignIn.OIDC: portal.provider, SignIn.HEADER: PROXY}
    return named.get(portal.sign_in, "")


def _offices(desk: WebDesk) -> Iterator[str]:
    roles = desk.principal().roles
    return (words for role, words in OFFICES.items() if role in roles)
