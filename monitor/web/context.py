"""What every family of pages gets: the flows, who is signed in, and how to answer."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Final, TypedDict, TypeVar

from flask import Response, request, url_for
from werkzeug.exceptions import Unauthorized

from monitor.app import App
from monitor.domain.errors import InputError
from monitor.domain.person import Person, Principal, Reviewer
from monitor.domain.reason import Told
from monitor.domain.vocabulary import AuthMethod, Language, Role
from monitor.services.disclosure import disclose_finding
from monitor.services.legal_holds import list_hold_proposals
from monitor.services.public_records import list_records_proposals
from monitor.services.review import list_early_access_proposals
from monitor.services.tips import can_tell
from monitor.web.forms import WebForm, choose_status, read_form, read_query
from monitor.web.roles import is_for_staff, leads_to_staff_page
from monitor.web.security import RateLimit, build_wrong_token_limit
from monitor.web.session_cookie import BrowserSession, BrowserSessions, get_browser_session
from reports.finding_view import FindingView
from reports.labels.account import LANGUAGES
from reports.pages.layout import NavLink, PageFrame
from reports.reason_rendering import render_reason
from reports.translation import get_language

V = TypeVar("V")
WANTED_COOKIE: Final = "namesake-wanted"
LANGUAGE_COOKIE: Final = "namesake-language"
MAX_PATH_LENGTH: Final = 200
# One more is stored than is shown, to tell that there are others.
MAX_FILED: Final = 5
SIGN_OUT_ELSEWHERE: Final = (
    "You signed in through your district's own sign-in page. Sign out there."
)


class LanguageChoice(TypedDict):
    """The part of a page's frame that lets its reader choose another language."""

    languages: tuple[tuple[str, str], ...]
    here: str


class EmailedPageQuery(WebForm, frozen=True, kw_only=True):
    """`to` is the id by which an email names its reader, so that they type no address."""

    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """A place in the navigation of those with a role; `other_paths` belong to it, too."""

    role: Role
    title: str
    path: str
    other_paths: tuple[str, ...] = ()

    def measure_match(self, path: str) -> int:
        """Return how much of the address of a page is this place's own; 0 where it is none."""
        paths = (self.path, *self.other_paths)
        return max(len(own) * f"{path}/".startswith(f"{own}/") for own in paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalContext:
    """`wake_service` wakes the service because a person waits for it.

    `demo` is the notice on every page of a demo; empty in a real district. `wrong_tokens` counts
    access tokens that are none, wherever they are sent.
    """

    app: App
    sessions: BrowserSessions
    wake_service: Callable[[], None]
    nav_items: tuple[NavItem, ...] = ()
    demo_notice: str = ""
    wrong_tokens: RateLimit = field(default_factory=build_wrong_token_limit)

    @property
    def browser_session(self) -> BrowserSession:
        return get_browser_session()

    def find_language(self, principal: Principal | None) -> Language:
        """Return the language of this page: pages of an office are English.

        It is what the person chose; before they did, what this browser chose or prefers.
        """
        if not is_for_staff(request.path):
            return Language.ENGLISH
        person_id = principal.person_id if principal else ""
        chosen = self.app.db.preferences.load_preferences(person_id).language if person_id else None
        return chosen or self._find_browser_language() or self.app.config.district.language

    def _find_browser_language(self) -> Language | None:
        for value in self.sessions.read_signed_cookie(request, LANGUAGE_COOKIE):
            return Language(value)
        best = request.accept_languages.best_match([language.value for language in Language])
        return Language(best) if best else None

    def now(self) -> datetime:
        return self.app.clock.now()

    def require_principal(self) -> Principal:
        """Return who is signed in; without a session, the answer is the sign-in page."""
        if self.browser_session.principal is None:
            raise Unauthorized
        return self.browser_session.principal

    @property
    def person_id(self) -> str:
        """Return whose pages these are, as `require_principal` does."""
        return self.require_principal().person_id

    def load_person(self) -> Person:
        return self.app.db.people.load_person(self.person_id)

    def render_page(
        self,
        title: str,
        render: Callable[[V, PageFrame], str],
        view: V,
        status: HTTPStatus | None = None,
    ) -> Response:
        """Answer with a page; where no status is given, the view tells it."""
        body = render(view, self.build_frame(title))
        return Response(body, status or choose_status(view), mimetype="text/html")

    def redirect_to(self, path: str, notice: Told = "") -> Response:
        """Redirect to one of our pages and show `notice` there, which names no one."""
        response = Response(status=HTTPStatus.SEE_OTHER)
        response.headers["Location"] = path
        said = notice if isinstance(notice, str) else render_reason(notice)
        self.browser_session.next_notice = said
        return response

    def tell_filed(self, finding_ids: tuple[str, ...]) -> None:
        """Have the next page name what we no longer ask about since an answer filed it."""
        self.browser_session.next_filed = finding_ids[: MAX_FILED + 1]

    def answer_stranger(self) -> Response:
        """Ask to sign in, and remember which page was wanted: an email may have led to it."""
        sent_to = read_query(EmailedPageQuery).to
        response = self.redirect_to(url_for("sign_in.show_sign_in", to=sent_to or None))
        # A line break cannot be redirected to, and no page of ours has one.
        if request.method == "GET" and request.path != "/" and request.path.isprintable():
            self.keep_wanted_path(response, request.path[:MAX_PATH_LENGTH])
        return response

    def keep_wanted_path(self, response: Response, path: str) -> None:
        """Have this visit go on there once it has signed in."""
        wanted = [self.browser_session.id, path]
        self.sessions.set_signed_cookie(response, WANTED_COOKIE, wanted)

    def find_wanted_path(self) -> str:
        """Return the page that this visit wanted before it signed in; empty without one."""
        match self.sessions.read_signed_cookie(request, WANTED_COOKIE):
            case [visit, path] if visit == self.browser_session.id:
                return path
        return ""

    def sign_in(self, account_id: str, method: AuthMethod, *, is_remembered: bool = False) -> None:
        """Sign in a person who has just proved who they are."""
        self.sessions.sign_in(self.browser_session, account_id, method, is_remembered=is_remembered)

    def sign_out(self) -> None:
        self.sessions.sign_out(self.browser_session)

    @property
    def sign_out_path(self) -> str:
        """Where signing out is sent; empty where the district's proxy alone can let one out."""
        principal = self.browser_session.principal
        ours = not self.sessions.proxy_header or principal is None or principal.invitation_id
        return "/sign-out" if ours else ""

    def sign_out_and_redirect(self, notice: str) -> Response:
        """End the session, and say so, or say who alone can."""
        if not self.sign_out_path:
            return self.redirect_to(url_for("front.redirect_home"), SIGN_OUT_ELSEWHERE)
        self.sign_out()
        return self.redirect_to(url_for("sign_in.show_sign_in"), notice)

    def build_frame(self, title: str) -> PageFrame:
        district, session = self.app.config.district, self.browser_session
        principal = session.principal
        return PageFrame(
            title=title,
            district=district.name,
            contact=district.contact,
            zone=self._find_zone(principal),
            csrf=self.sessions.build_csrf_token(session),
            reader=principal.name if principal else "",
            way_out=self.sign_out_path,
            places=tuple(self._build_nav(principal)) if principal else (),
            notice=session.notice,
            filed=tuple(self._build_filed(principal, session.filed[:MAX_FILED])),
            files_more=len(session.filed) > MAX_FILED,
            demo=self.demo_notice,
            count_proposals=partial(self._count_proposals, principal),
            tells=can_tell(self.app) and (not principal or Role.STAFF in principal.roles),
            **self._build_language_choice(),
        )

    def _find_zone(self, principal: Principal | None) -> str:
        if principal is None or not principal.person_id:
            return self.app.config.district.zone
        return self.app.db.people.load_person(principal.person_id).zone

    def _build_filed(
        self, principal: Principal | None, finding_ids: Iterable[str]
    ) -> Iterator[FindingView]:
        owner = principal.person_id if principal else ""
        for finding_id in finding_ids:
            with suppress(InputError):
                finding = self.app.db.findings.load_finding_of_person(owner, finding_id)
                yield disclose_finding(self.app, finding)

    def _count_proposals(self, principal: Principal | None) -> Mapping[str, int]:
        """Count what waits for this reviewer to confirm, by its part of the pages of IT."""
        if not principal or Role.REVIEWER not in principal.roles:
            return {}
        reviewer = Reviewer(address=principal.mail, person_id=principal.person_id)
        first = {
            "early": [one.first for one in list_early_access_proposals(self.app, reviewer)],
            "holds": [one.first for one in list_hold_proposals(self.app)],
            "records": [one.by for one in list_records_proposals(self.app, reviewer)],
        }
        return {
            part: sum(by.casefold() != reviewer.address.casefold() for by in listed)
            for part, listed in first.items()
        }

    def _build_language_choice(self) -> LanguageChoice:
        """Offer the other languages on the pages that have them, and lead back to this one."""
        if not is_for_staff(request.path):
            return LanguageChoice(languages=(), here="/")
        is_readable = request.method == "GET" and leads_to_staff_page(request.path)
        others = (language for language in Language if language is not get_language())
        return LanguageChoice(
            languages=tuple((other.value, LANGUAGES[other]) for other in others),
            here=request.path if is_readable else "/",
        )

    def _build_nav(self, principal: Principal) -> list[NavLink]:
        mine = [item for item in self.nav_items if item.role in principal.roles]
        matches = [item.measure_match(request.path) for item in mine]
        best = max(matches, default=0)
        return [
            NavLink(title=item.title, path=item.path, here=0 < match == best)
            for item, match in zip(mine, matches, strict=True)
        ]


class CodeForm(WebForm, frozen=True, kw_only=True):
    code: str = ""


def read_pasted_code() -> str:
    """Return the code of a form; people paste the whole link, and mail breaks it with spaces."""
    return "".join(read_form(CodeForm).code.split()).rstrip("/").rpartition("/")[2]
