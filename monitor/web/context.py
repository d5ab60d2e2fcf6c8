"""What every family of pages gets: the flows, who is signed in, and how to answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final, TypeVar

from flask import Response, g, request
from werkzeug.exceptions import Unauthorized

from monitor.domain.person import Principal, Role, Way
from monitor.service import Service
from monitor.web.sessions import Visit, Visits
from reports.pages.layout import Frame, Place

V = TypeVar("V")
VOUCHED: Final = "You signed in through your district's own sign-in page. Sign out there."


@dataclass(frozen=True, slots=True, kw_only=True)
class Corner:
    """A place in the navigation of those with a role."""

    role: Role
    title: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebDesk:
    """`wake` tells the service that somebody waits for it.

    `demo` is what every page of a demonstration says of itself; empty in a real district.
    """

    service: Service
    visits: Visits
    wake: Callable[[], None]
    corners: tuple[Corner, ...] = ()
    demo: str = ""

    @property
    def visit(self) -> Visit:
        visit: Visit = g.visit
        return visit

    def now(self) -> datetime:
        return self.service.now()

    def principal(self) -> Principal:
        """Return who is signed in; where nobody is, the answer is the sign-in page."""
        if self.visit.principal is None:
            raise Unauthorized
        return self.visit.principal

    def page(
        self,
        title: str,
        render: Callable[[V, Frame], str],
        view: V,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        """Answer with a page. A form that came back with faults has status 422."""
        return Response(render(view, self.frame(title)), status, mimetype="text/html")

    def done(self, to: str, words: str = "") -> Response:
        """Go on to a page of ours after a deed, and have it say so. `words` name nobody."""
        response = Response(status=HTTPStatus.SEE_OTHER)
        response.headers["Location"] = to
        if words:
            self.visits.tell(self.visit, response, words)
        return response

    def enter(self, reader: str, way: Way) -> None:
        """Sign somebody in who has just proved who they are."""
        self.visits.enter(self.visit, reader, way)

    def leave(self) -> None:
        self.visits.leave(self.visit)

    @property
    def way_out(self) -> str:
        """Where signing out is sent; empty where the district's proxy alone can let one out."""
        principal = self.visit.principal
        ours = not self.visits.header or principal is None or principal.invitation
        return "/sign-out" if ours else ""

    def part(self, words: str) -> Response:
        """End the session, and say so, or say who alone can."""
        if not self.way_out:
            return self.done("/", VOUCHED)
        self.leave()
        return self.done("/sign-in", words)

    def frame(self, title: str) -> Frame:
        district, visit = self.service.config.district, self.visit
        principal = visit.principal
        return Frame(
            title=title,
            district=district.name,
            contact=district.contact,
            zone=district.zone,
            csrf=self.visits.csrf(visit),
            reader=principal.name if principal else "",
            way_out=self.way_out,
            places=tuple(self._places(principal)) if principal else (),
            notice=visit.notice,
            demo=self.demo,
        )

    def _places(self, principal: Principal) -> list[Place]:
        mine = [each for each in self.corners if each.role in principal.roles]
        # The longest address that the page lies under is where the reader is.
        under = [each for each in mine if f"{request.path}/".startswith(f"{each.path}/")]
        here = max(under, key=lambda each: len(each.path), default=None)
        return [Place(title=each.title, path=each.path, here=each is here) for each in mine]


def pasted_code() -> str:
    """Return the code of a form; people paste the whole link, and mail breaks it with spaces."""
    return "".join(request.form.get("code", "").split()).rstrip("/").rpartition("/")[2]
