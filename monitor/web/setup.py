"""The pages of `namesake setup`: the questions of `namesake init`, for one browser on loopback.

The address that the terminal printed lets one browser in, once; a second one does not get in. The
pages write nothing themselves: what they do is handed in, and is what the terminal does.
"""

import hmac
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Final, TypeVar

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import NotFound, Unauthorized

from monitor.domain.errors import InputError, MonitorError
from monitor.domain.health import HealthResult
from monitor.domain.vocabulary import HealthLevel
from monitor.services.setup import SetupResult
from monitor.services.setup_questions import (
    NONE,
    SECTIONS,
    YES,
    Answers,
    SetupQuestion,
    list_secrets,
    list_summary,
)
from monitor.web.errors import register_error_handlers
from monitor.web.first_check import FirstCheckActions, FirstCheckVisit, build_first_check_routes
from monitor.web.forms import PortalRequest, WebForm, choose_status, read_form, read_texts
from monitor.web.home import serve_static_file
from monitor.web.roles import AccessRule, AccessRules, check_role
from monitor.web.security import RequestGuard
from reports.pages import setup as pages
from reports.pages.layout import FieldProblem, PageFrame
from reports.pages.setup import (
    FailedCheck,
    LeftToDo,
    SetupAnswerRow,
    SetupDoneView,
    SetupField,
    SetupNoticeView,
    SetupSectionView,
    SetupSummaryView,
)

V = TypeVar("V")
SETUP_COOKIE: Final = "namesake-setup"
MAX_FORM_BYTES: Final = 64 * 1024
# Without a cookie, only the printed address and our own files are answered.
OPEN_PLACES: Final = frozenset({"start", "static"})
SETUP_RULES: Final[AccessRules] = MappingProxyType(
    dict.fromkeys(
        ("", "start", "static", "questions", "check", "done", "end", "first-check"), AccessRule()
    )
)
STRANGER: Final = SetupNoticeView(
    title="Open the address from the terminal",
    words=(
        "`namesake setup` printed an address that works once, in one browser. If it was used "
        "already, stop the command with Ctrl-C and start it again."
    ),
)
ENDED: Final = SetupNoticeView(
    title="Setup has ended",
    words="You can close this page. What is left to do stands in the terminal.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionAnswers:
    """What came of one page: the answers so far, which questions it asks, and what is wrong.

    `answers` lacks what is still open; `waiting` says that a question depends on such an answer.
    """

    answers: Answers
    asked: tuple[SetupQuestion, ...]
    problems: tuple[FieldProblem, ...] = ()
    waiting: bool = False

    @property
    def is_complete(self) -> bool:
        return not self.waiting and all(each.key in self.answers for each in self.asked)


def read_section(
    questions: Sequence[SetupQuestion], sent: Mapping[str, str], before: Answers
) -> SectionAnswers:
    """Check what was sent for these questions, in their order, as the terminal would.

    An empty field takes the default, as Enter does. A question that depends on an answer which is
    still missing waits for the next round.
    """
    answers = {key: each for key, each in before.items() if key not in {q.key for q in questions}}
    asked, problems, waiting = [], [], False
    for question in questions:
        try:
            applies = question.applies(answers)
            question.spell_why(answers)
        except KeyError:
            waiting = True
            continue
        if not applies:
            answers[question.key] = ""
            continue
        asked.append(question)
        if question.key not in sent:
            continue
        try:
            text = _choose_text(question, sent[question.key], answers, before)
            answers[question.key] = question.parse(text, answers)
        except KeyError:
            waiting = True
        except InputError as error:
            problems.append(FieldProblem(field=question.key, words=str(error)))
    return SectionAnswers(
        answers=answers, asked=tuple(asked), problems=tuple(problems), waiting=waiting
    )


def _choose_text(question: SetupQuestion, sent: str, answers: Answers, before: Answers) -> str:
    """Return the answer to check: what was sent, what stays, or the default."""
    if question.secret:
        return sent or before.get(question.key, "")
    follows = before.get(question.key) == sent == _find_known_default(question, before)
    default = question.find_default(answers) if follows or not sent else None
    return sent if default is None else default


def _find_known_default(question: SetupQuestion, answers: Answers) -> str | None:
    try:
        return question.find_default(answers)
    except KeyError:
        return None


def list_saved_texts(answers: Answers) -> dict[str, str]:
    """Return the answers as someone would type them again."""
    return {key: text or NONE for key, text in answers.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupActions:
    """What the pages cannot do themselves. `write` tells each thing that it wrote."""

    send_test: Callable[[Answers], HealthResult]
    write: Callable[[Answers, Mapping[str, str], Callable[[str], object]], SetupResult]
    first_check: FirstCheckActions


@dataclass(kw_only=True, eq=False)
class SetupVisit:
    """The one browser that sets up. `used_at` is in the seconds of `monotonic`.

    `token` is in the printed address, and empty once it was used.
    """

    place: str
    token: str
    answers: Answers
    new_code: Callable[[], str]
    monotonic: Callable[[], float]
    cookie: str = ""
    notice: str = ""
    used_at: float = 0.0
    is_over: bool = False
    written: list[str] = field(default_factory=list)
    result: SetupResult | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def admit(self, token: str) -> None:
        """Let in the first browser with the token, and none after it."""
        with self.lock:
            if not self.token or not hmac.compare_digest(token.encode(), self.token.encode()):
                raise Unauthorized
            self.token, self.cookie = "", self.new_code()

    def check_cookie(self, cookie: str) -> None:
        if not self.cookie or not hmac.compare_digest(cookie.encode(), self.cookie.encode()):
            raise Unauthorized

    @property
    def csrf_token(self) -> str:
        return hmac.new(self.cookie.encode(), b"csrf", "sha256").hexdigest() if self.cookie else ""

    def find_open_section(self) -> str:
        """Return the first section with an open question, empty if there is none."""
        return self.check_answers()[0]

    def check_answers(self) -> tuple[str, Answers]:
        """Check every answer again: another one may have changed what it has to fit.

        Return the first section with an open question, and the answers up to it.
        """
        answers = self.answers
        for title, questions in SECTIONS.items():
            came = read_section(questions, list_saved_texts(self.answers), answers)
            if not came.is_complete:
                return title, answers
            answers = came.answers
        return "", answers

    def take_notice(self) -> str:
        notice, self.notice = self.notice, ""
        return notice


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupContext:
    """Answers in the frame of the setup pages."""

    visit: SetupVisit
    actions: SetupActions
    last_resort: str = "If it happens again, look into the terminal: it says what went wrong."

    def render_page(
        self,
        title: str,
        render: Callable[[V, PageFrame], str],
        view: V,
        status: HTTPStatus | None = None,
    ) -> Response:
        frame = PageFrame(
            title=title,
            district="Setup",
            contact="",
            zone="UTC",
            csrf=self.visit.csrf_token,
            notice=self.visit.take_notice(),
        )
        return Response(render(view, frame), status or choose_status(view), mimetype="text/html")

    def redirect_to(self, path: str) -> Response:
        response = Response(status=HTTPStatus.SEE_OTHER)
        response.headers["Location"] = path
        return response

    def answer_stranger(self) -> Response:
        status = HTTPStatus.UNAUTHORIZED
        return self.render_page(STRANGER.title, pages.render_setup_notice, STRANGER, status)


class AskedForm(WebForm, frozen=True, kw_only=True):
    """Which questions were on the page: an answer to another one is not read."""

    asked: tuple[str, ...] = ()


def create_setup_app(address: str, visit: SetupVisit, actions: SetupActions) -> Flask:
    """Make the pages; `address` is where the one browser finds them."""
    app = Flask("namesake-setup", static_folder=None, template_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MAX_FORM_BYTES, MAX_FORM_MEMORY_SIZE=MAX_FORM_BYTES)
    app.request_class = PortalRequest
    context = SetupContext(visit=visit, actions=actions)
    guard = RequestGuard(address=address, access_rules=SETUP_RULES)

    @app.before_request
    def check_request() -> None:
        guard.check_host(request)
        check_role(request.path, None, SETUP_RULES)
        if request.path.split("/")[1] not in OPEN_PLACES:
            visit.check_cookie(request.cookies.get(SETUP_COOKIE, ""))
            visit.used_at = visit.monotonic()
        guard.check_csrf(request, visit.csrf_token)

    @app.after_request
    def finish_response(response: Response) -> Response:
        guard.set_security_headers(request, response)
        return response

    register_error_handlers(app, context)
    app.register_blueprint(build_entry_routes(context))
    app.register_blueprint(build_question_routes(context))
    first = FirstCheckVisit()
    app.register_blueprint(build_result_routes(context))
    app.register_blueprint(build_end_routes(context, first))
    app.register_blueprint(build_first_check_routes(context, actions.first_check, first))
    return app


def build_entry_routes(context: SetupContext) -> Blueprint:
    routes, visit = Blueprint("entry", __name__), context.visit
    routes.add_url_rule("/static/<name>", view_func=serve_static_file)

    @routes.get("/start/<token>")
    def enter(token: str) -> Response:
        visit.admit(token)
        response = context.redirect_to("/")
        response.set_cookie(SETUP_COOKIE, visit.cookie, httponly=True, samesite="Strict", path="/")
        return response

    @routes.get("/")
    def show_next() -> Response:
        if visit.result:
            return context.redirect_to("/done")
        section = visit.find_open_section()
        return context.redirect_to(f"/questions/{section.lower()}" if section else "/check")

    return routes


def build_question_routes(context: SetupContext) -> Blueprint:
    routes, visit = Blueprint("questions", __name__), context.visit

    @routes.get("/questions/<name>")
    def show_section(name: str) -> Response:
        title = _find_section(visit, name)
        came = read_section(SECTIONS[title], {}, visit.answers)
        saved = read_section(SECTIONS[title], list_saved_texts(visit.answers), visit.answers)
        # Nothing is wrong yet with what no one has typed.
        shown = saved if saved.is_complete else came
        return _render_section(context, title, shown, list_saved_texts(visit.answers))

    @routes.post("/questions/<name>")
    def submit_section(name: str) -> Response:
        title = _find_section(visit, name)
        asked = read_form(AskedForm).asked
        sent = read_texts(asked)
        came = read_section(SECTIONS[title], {**dict.fromkeys(asked, ""), **sent}, visit.answers)
        if came.is_complete:
            came = _test_mail(context, title, came)
        if not came.is_complete:
            # A secret is never on a page again, so it is stored while the rest is corrected.
            visit.answers = {**visit.answers, **list_secrets(came.answers)}
            return _render_section(context, title, came, sent)
        visit.answers = came.answers
        return context.redirect_to("/")

    return routes


def _find_section(visit: SetupVisit, name: str) -> str:
    """Return a section's title; there is none before those that are still open."""
    titles = {title.lower(): title for title in SECTIONS}
    if name not in titles or visit.result:
        raise NotFound
    order, first = list(SECTIONS), visit.find_open_section()
    title = titles[name]
    if first and order.index(title) > order.index(first):
        raise NotFound
    return title


def _test_mail(context: SetupContext, title: str, came: SectionAnswers) -> SectionAnswers:
    """Send a test email if that was the answer; after a failure the questions are open again."""
    if title != "Mail" or came.answers["mail_test"] != YES:
        return came
    result = context.actions.send_test(came.answers)
    if result.level is HealthLevel.OK:
        context.visit.notice = result.message
        return came
    problem = FieldProblem(field="mail_test", words=result.message)
    return SectionAnswers(answers=came.answers, asked=came.asked, problems=(problem,), waiting=True)


def _render_section(
    context: SetupContext, title: str, came: SectionAnswers, sent: Mapping[str, str]
) -> Response:
    order = [title for title, questions in SECTIONS.items() if _has_use(questions, came.answers)]
    number = order.index(title) if title in order else 0
    view = SetupSectionView(
        title=title,
        number=number + 1,
        total=len(order),
        here=f"/questions/{title.lower()}",
        back=f"/questions/{order[number - 1].lower()}" if number else "",
        fields=tuple(_build_field(each, came.answers, sent) for each in came.asked),
        led_to_more=bool(sent) and request.method == "POST" and not came.problems,
        faults=came.problems,
    )
    return context.render_page(title, pages.render_setup_section, view)


def _has_use(questions: Sequence[SetupQuestion], answers: Answers) -> bool:
    """Tell whether a section asks anything here; what cannot be known yet counts as asked."""
    try:
        return any(each.applies(answers) for each in questions)
    except KeyError:
        return True


def _build_field(question: SetupQuestion, answers: Answers, sent: Mapping[str, str]) -> SetupField:
    hint = question.spell_why(answers)
    if question.secret and answers.get(question.key):
        hint = f"{hint} It was given: leave this empty to keep it."
    value = sent.get(question.key) or _find_known_default(question, answers) or ""
    return SetupField(
        key=question.key,
        label=question.spell_prompt(answers),
        hint=hint,
        value="" if question.secret else value,
        copied=question.spell_copied(answers),
        choices=tuple(question.choices.items()),
        secret=question.secret,
    )


def build_result_routes(context: SetupContext) -> Blueprint:
    routes, visit = Blueprint("result", __name__), context.visit

    @routes.get("/check")
    def show_summary() -> Response:
        if visit.result or visit.find_open_section():
            return context.redirect_to("/")
        return _render_summary(context)

    @routes.post("/check")
    def submit_summary() -> Response:
        with visit.lock:
            open_section, answers = visit.check_answers()
            if visit.result or open_section:
                return context.redirect_to("/")
            secrets = list_secrets(answers)
            try:
                visit.result = context.actions.write(answers, secrets, visit.written.append)
            except MonitorError as error:
                problem = FieldProblem(field="write", words=str(error))
                return _render_summary(context, problem)
            visit.answers = {}
        return context.redirect_to("/done")

    return routes


def build_end_routes(context: SetupContext, first: FirstCheckVisit) -> Blueprint:
    routes, visit = Blueprint("end", __name__), context.visit

    @routes.get("/done")
    def show_result() -> Response:
        if not visit.result:
            return context.redirect_to("/")
        offers = context.actions.first_check.is_offered() and not first.running
        view = _build_done_view(visit.written, visit.result, offers=offers)
        return context.render_page("The district is set up", pages.render_setup_done, view)

    @routes.post("/end")
    def submit_end() -> Response:
        if not visit.result:
            return context.redirect_to("/")
        if first.is_running:
            return context.redirect_to("/first-check/digest")
        visit.is_over = True
        return context.render_page(ENDED.title, pages.render_setup_notice, ENDED)

    return routes


def _render_summary(context: SetupContext, *faults: FieldProblem) -> Response:
    visit = context.visit
    view = SetupSummaryView(
        rows=tuple(_list_answer_rows(visit.check_answers()[1])), place=visit.place, faults=faults
    )
    return context.render_page("Check your answers", pages.render_setup_summary, view)


def _list_answer_rows(answers: Answers) -> Iterator[SetupAnswerRow]:
    places = {
        question.key: f"/questions/{title.lower()}"
        for title, questions in SECTIONS.items()
        for question in questions
    }
    for question, answer in list_summary(answers):
        label = question.spell_prompt(answers)
        shown = question.choices.get(answer, answer)
        yield SetupAnswerRow(what=label, answer=shown, change=places[question.key])


def _build_done_view(written: Sequence[str], result: SetupResult, *, offers: bool) -> SetupDoneView:
    return SetupDoneView(
        written=tuple(written),
        summary=result.summary,
        failed=tuple(
            FailedCheck(what=each.what, message=each.message, remedy=each.remedy)
            for each in result.failures
        ),
        steps=tuple(LeftToDo(text=each.text, commands=each.commands) for each in result.steps),
        trouble=result.trouble,
        offers_first_check=offers,
    )
