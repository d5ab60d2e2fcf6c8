"""The first check of whoever sets up, on the pages of `namesake setup`: joined as anyone joins.

Consent comes before everything else, and a no stores nothing. The link comes from the person's own
mailbox. What the pages do is handed in, and is what the terminal does.
"""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Final, Protocol, TypeVar

from flask import Blueprint, Response, abort

from monitor.db.accounts import Invitation
from monitor.domain.consent_text import SCOPE_SENTENCES, TEXT_VERSION, ConsentSection
from monitor.domain.enrollment import EnrollmentAnswers
from monitor.domain.errors import InputError, MonitorError
from monitor.domain.person import PersonName
from monitor.domain.vocabulary import Scope, SourceStage
from monitor.services.enrollment import SentInvitation, parse_own_name
from monitor.services.sweeps import ProgressListener
from monitor.web.enrollment import build_consent_parts
from monitor.web.forms import WebForm, read_form
from monitor.web.security import EMAIL_POLICY, FRAMING_POLICY
from reports.labels import SCOPE_TITLES
from reports.pages import setup as pages
from reports.pages.enrollment import ScopeChoice
from reports.pages.layout import FieldProblem, PageFrame
from reports.pages.setup import FirstCheckJoinView, FirstCheckLinkView, FirstCheckView

V = TypeVar("V")
TITLE: Final = "See your own digest"
# The value of the box below the text.
AGREED: Final = "yes"
STREAM_SECONDS: Final = 0.5
# The part of a page that changes has no form.
LIVE_FRAME: Final = PageFrame(title="", district="", contact="", zone="UTC")
# Its links open beside the pages of setup.
LINKS_BESIDE: Final = '<head>\n<base target="_blank">'


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCheckTerms:
    """What one agrees to here. `is_askable` tells whether any source could be asked by now."""

    sections: tuple[ConsentSection, ...]
    offered: tuple[Scope, ...]
    is_askable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCheckResult:
    """The digest as it would go out now, and of how many sources it could be made."""

    checked: int
    total: int
    html: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCheckActions:
    """What the pages cannot do themselves; `run` tells each source and its state as it goes on.

    `is_offered` is asked once the district is written. All others raise MonitorError.
    """

    is_offered: Callable[[], bool]
    read_terms: Callable[[], FirstCheckTerms]
    invite: Callable[[str, PersonName], SentInvitation]
    join: Callable[[Invitation, str, EnrollmentAnswers], str]
    run: Callable[[str, ProgressListener], FirstCheckResult]


class SetupFrames(Protocol):
    """Answers in the frame of the pages of setup."""

    def render_page(
        self,
        title: str,
        render: Callable[[V, PageFrame], str],
        view: V,
        status: HTTPStatus | None = ...,
    ) -> Response: ...

    def redirect_to(self, path: str) -> Response: ...


@dataclass(kw_only=True, eq=False)
class FirstCheckVisit:
    """How far the one browser is with its own first check."""

    answers: EnrollmentAnswers | None = None
    sent: SentInvitation | None = None
    states: dict[str, str] = field(default_factory=dict)
    running: threading.Thread | None = None
    trouble: str = ""
    result: FirstCheckResult | None = None

    @property
    def is_running(self) -> bool:
        return bool(self.running) and self.result is None and not self.trouble

    def start(self, run: Callable[[ProgressListener], FirstCheckResult]) -> None:
        """Run it beside the pages: it takes minutes, longer than a browser waits."""
        self.running = threading.Thread(
            target=self._run, args=(run,), name="first-check", daemon=True
        )
        self.running.start()

    def _run(self, run: Callable[[ProgressListener], FirstCheckResult]) -> None:
        try:
            self.result = run(self.states.__setitem__)
        except MonitorError as error:
            self.trouble = f"Your first check ended here: {error}"
        except BaseException:
            self.trouble = "Your first check ended here, by an internal error. See the terminal."
            raise

    def build_view(self) -> FirstCheckView:
        states = dict(self.states)
        finished = sum(SourceStage(each).is_finished for each in states.values())
        checked, total = finished, len(states)
        if self.result:
            checked, total = self.result.checked, self.result.total
        return FirstCheckView(
            is_running=self.is_running,
            checked=checked,
            total=total,
            trouble=self.trouble,
            text=self.result.text if self.result else "",
        )


class JoinForm(WebForm, frozen=True, kw_only=True):
    scopes: tuple[Scope, ...] = ()
    agreed: tuple[str, ...] = ()
    name: str = ""
    school: str = ""
    mail: str = ""


class LinkForm(WebForm, frozen=True, kw_only=True):
    link: str = ""


def build_first_check_routes(
    frames: SetupFrames, actions: FirstCheckActions, visit: FirstCheckVisit
) -> Blueprint:
    routes = Blueprint("first_check", __name__)

    @routes.before_request
    def check_offer() -> None:
        if not actions.is_offered():
            abort(HTTPStatus.NOT_FOUND)

    _add_join_routes(routes, frames, actions, visit)
    _add_link_routes(routes, frames, actions, visit)
    _add_result_routes(routes, frames, visit)
    return routes


def _add_join_routes(
    routes: Blueprint, frames: SetupFrames, actions: FirstCheckActions, visit: FirstCheckVisit
) -> None:
    @routes.get("/first-check")
    def show_terms() -> Response:
        if visit.running:
            return frames.redirect_to("/first-check/digest")
        return _render_join(frames, actions.read_terms(), JoinForm())

    @routes.post("/first-check")
    def submit_terms() -> Response:
        form, terms = read_form(JoinForm), actions.read_terms()
        faults = list(_find_join_faults(form))
        if visit.running or not terms.is_askable or faults:
            return _render_join(frames, terms, form, *faults)
        try:
            name = parse_own_name(form.name)
            sent = actions.invite(form.mail, name)
        except MonitorError as error:
            return _render_join(frames, terms, form, FieldProblem(field="mail", words=str(error)))
        if sent.problem:
            problem = FieldProblem(field="mail", words=sent.problem)
            return _render_join(frames, terms, form, problem)
        scopes = frozenset(form.scopes) & frozenset(terms.offered)
        visit.sent = sent
        visit.answers = EnrollmentAnswers(name=name, school=form.school, scopes=scopes)
        return frames.redirect_to("/first-check/link")


def _add_link_routes(
    routes: Blueprint, frames: SetupFrames, actions: FirstCheckActions, visit: FirstCheckVisit
) -> None:
    @routes.get("/first-check/link")
    def show_link() -> Response:
        return _render_link(frames, visit)

    @routes.post("/first-check/link")
    def submit_link() -> Response:
        sent, answers = visit.sent, visit.answers
        if not sent or not answers or visit.running:
            return frames.redirect_to("/first-check")
        try:
            person_id = actions.join(sent.invitation, read_form(LinkForm).link, answers)
        except MonitorError as error:
            return _render_link(frames, visit, FieldProblem(field="link", words=str(error)))
        visit.start(partial(actions.run, person_id))
        return frames.redirect_to("/first-check/digest")


def _find_join_faults(form: JoinForm) -> Iterator[FieldProblem]:
    if not form.scopes:
        yield FieldProblem(field="scopes", words="Choose at least one part, or go back.")
    try:
        parse_own_name(form.name)
    except InputError as error:
        yield FieldProblem(field="name", words=str(error))
    if not form.mail:
        yield FieldProblem(field="mail", words="Enter your work email address.")
    if AGREED not in form.agreed:
        yield FieldProblem(field="agreed", words="Without your yes, nothing is stored or searched.")


def _render_join(
    frames: SetupFrames, terms: FirstCheckTerms, form: JoinForm, *faults: FieldProblem
) -> Response:
    view = FirstCheckJoinView(
        is_askable=terms.is_askable,
        parts=build_consent_parts(terms.sections),
        version=TEXT_VERSION,
        choices=tuple(
            ScopeChoice(scope=scope, title=SCOPE_TITLES[scope], words=SCOPE_SENTENCES[scope])
            for scope in terms.offered
        ),
        chosen=form.scopes,
        name=form.name,
        school=form.school,
        mail=form.mail,
        faults=faults,
    )
    return frames.render_page(TITLE, pages.render_first_check_join, view)


def _render_link(frames: SetupFrames, visit: FirstCheckVisit, *faults: FieldProblem) -> Response:
    if not visit.sent or visit.running:
        return frames.redirect_to("/first-check")
    view = FirstCheckLinkView(words=visit.sent.words, faults=faults)
    return frames.render_page("Open your invitation", pages.render_first_check_link, view)


def _add_result_routes(routes: Blueprint, frames: SetupFrames, visit: FirstCheckVisit) -> None:
    @routes.get("/first-check/digest")
    def show_digest() -> Response:
        if not visit.running:
            return frames.redirect_to("/first-check")
        page = frames.render_page("Your first check", pages.render_first_check, visit.build_view())
        page.headers["Content-Security-Policy"] = FRAMING_POLICY
        return page

    @routes.get("/first-check/digest/html")
    def show_digest_body() -> Response:
        if not visit.result:
            abort(HTTPStatus.NOT_FOUND)
        html = visit.result.html.replace("<head>", LINKS_BESIDE, 1)
        body = Response(html, mimetype="text/html")
        body.headers["Content-Security-Policy"] = EMAIL_POLICY
        body.headers["X-Frame-Options"] = "SAMEORIGIN"
        return body

    @routes.get("/first-check/live")
    def show_live() -> Response:
        return Response(_render_state(visit), mimetype="application/json")

    @routes.get("/first-check/stream")
    def stream_progress() -> Response:
        return Response(_generate_events(visit), mimetype="text/event-stream")


def _generate_events(visit: FirstCheckVisit) -> Iterator[str]:
    """Send how far it is, twice a second, until it has ended."""
    while visit.running and visit.is_running:
        yield f"data: {_render_state(visit)}\n\n"
        visit.running.join(STREAM_SECONDS)
    yield f"data: {_render_state(visit)}\n\n"


def _render_state(visit: FirstCheckVisit) -> str:
    view = visit.build_view()
    return json.dumps(
        {"html": pages.render_first_check_live(view, LIVE_FRAME), "live": view.is_running}
    )
