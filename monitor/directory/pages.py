"""What the staff directory adds to the portal: addresses to write to, and a page of newcomers.

`/operate/newcomers` is for operators, as all below `/operate` is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, url_for

from monitor.app import App
from monitor.config.sections import read_secret
from monitor.directory.config import find_directory_mode
from monitor.directory.names import SCIM_TOKEN
from monitor.directory.scim_routes import bind_scim_routes
from monitor.directory.scim_user import DirectoryUser
from monitor.directory.staff_directory import count_newcomers, invite_newcomers, list_newcomers
from monitor.web.annex_pages import AnnexPages, BlueprintFactory
from monitor.web.context import PortalContext
from monitor.web.forms import WebForm, read_form
from monitor.web.roles import BY_TOKEN
from reports.pages.layout import build_renderer
from reports.pages.operator import OperatorTask

NEWCOMERS_PATH = "/operate/newcomers"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewcomersView:
    """The addresses that the staff directory lists and no one has invited.

    The form sends `mark` along, so that no one is invited who was not on the list.
    """

    mails: tuple[str, ...]
    mark: str


render_newcomers = build_renderer("newcomers", NewcomersView, Path(__file__).parent / "templates")


class NewcomersForm(WebForm, frozen=True, kw_only=True):
    """`listed` is the mark of the list that the operator was shown."""

    listed: str = ""


def build_newcomer_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("newcomers", __name__)

    @routes.get(NEWCOMERS_PATH)
    def show_newcomers() -> Response:
        newcomers = list_newcomers(context.app)
        mails, mark = tuple(newcomer.mail for newcomer in newcomers), _hash_list(newcomers)
        view = NewcomersView(mails=mails, mark=mark)
        return context.render_page("New people", render_newcomers, view)

    @routes.post(NEWCOMERS_PATH)
    def submit_newcomers() -> Response:
        operator, newcomers = context.require_principal().mail, list_newcomers(context.app)
        if read_form(NewcomersForm).listed != _hash_list(newcomers):
            notice = "The list has changed: look at it again."
        else:
            invited = invite_newcomers(context.app, operator, newcomers)
            notice = f"Recorded. People invited: {invited}."
        return context.redirect_to(url_for("newcomers.show_newcomers"), notice)

    return routes


def _hash_list(newcomers: Iterable[DirectoryUser]) -> str:
    """Return what tells whether the list is still the one that an operator was shown."""
    return sha256("\n".join(sorted(newcomer.mail for newcomer in newcomers)).encode()).hexdigest()


def _list_routes(app: App, variables: Mapping[str, str]) -> Iterator[BlueprintFactory]:
    yield build_newcomer_routes
    if find_directory_mode(app.config):
        yield bind_scim_routes(read_secret(SCIM_TOKEN, variables))


def _list_tasks(app: App) -> tuple[OperatorTask, ...]:
    waiting = count_newcomers(app)
    task = OperatorTask(
        path=NEWCOMERS_PATH,
        count=waiting,
        one="new person is not invited yet",
        many="new people are not invited yet",
    )
    return (task,) if waiting else ()


DIRECTORY_PAGES = AnnexPages(
    list_routes=_list_routes, access_rules={"scim": BY_TOKEN}, list_tasks=_list_tasks
)
