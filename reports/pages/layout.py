"""A page of the portal: the frame of every page, and how it is rendered."""

from dataclasses import dataclass

from reports.templating import ENVIRONMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class NavLink:
    """One entry of the navigation."""

    title: str
    path: str
    here: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProblem:
    """What is wrong with one field of a form, and what to do."""

    field: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReminder:
    """What the policy says where it fits; `url` leads to the district's own, empty if not set."""

    texts: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFrame:
    """Everything on a page that is not its own.

    `reader` is who is signed in, empty for no one. `csrf` goes into every form. `notice` says once
    what was just done. `way_out` is where signing out is sent, empty if someone else does it.
    `demo` is empty in every real district.
    """

    title: str
    district: str
    contact: str
    zone: str
    csrf: str = ""
    reader: str = ""
    way_out: str = "/sign-out"
    places: tuple[NavLink, ...] = ()
    notice: str = ""
    demo: str = ""


def preload_templates() -> None:
    """Read the templates of all pages, which takes a second, before anyone waits for one.

    Readers who come at once would each have the same ones read, and wait for all the others.
    """
    for name in ENVIRONMENT.list_templates(extensions=("html",)):
        if name.startswith(("pages/", "_base/")):
            ENVIRONMENT.get_template(name)


def render_page(name: str, view: object, frame: PageFrame) -> str:
    """Fill in `templates/pages/NAME.html`; raise jinja2.UndefinedError where a fact is missing."""
    return ENVIRONMENT.get_template(f"pages/{name}.html").render(view=view, frame=frame)
