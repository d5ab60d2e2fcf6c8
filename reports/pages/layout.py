"""A page of the portal: the frame of every page, and how it is rendered.

A chart of bars, as numbers that a template draws: each has a table beneath it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from jinja2 import Environment

from monitor.domain.reason import Reason, Told
from reports.finding_view import FindingView

V = TypeVar("V")


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
    words: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReminder:
    """What the policy says where it fits; `url` leads to the district's own, empty if not set.

    `leads` say what it fits. `has_guides` says that the page of one's accounts has what to set.
    """

    texts: tuple[str, ...] = ()
    url: str = ""
    leads: tuple[Reason, ...] = ()
    has_guides: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFrame:
    """Everything on a page that is not its own.

    `reader` is who is signed in, empty for no one; `zone` is theirs, or else that of the district.
    `csrf` goes into every form. `notice` says once what was just done. `way_out` is where signing
    out is sent, empty if someone else does it. `demo` is empty in every real district.
    `languages` are the other ones that this page comes in, by code and name; `here` is its path.
    `count_proposals` tells what waits for this reviewer to confirm, by the part of the pages of IT.
    `tells` says that its reader may tell of a fake account, or is nobody that we know.
    `filed` is what an answer just settled beside its own finding; `files_more` says there is more.
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
    filed: tuple[FindingView, ...] = ()
    files_more: bool = False
    demo: str = ""
    languages: tuple[tuple[str, str], ...] = ()
    here: str = "/"
    count_proposals: Callable[[], Mapping[str, int]] = dict
    tells: bool = False


# Twelve bars are as wide as a small phone, so that their numbers keep their size there.
BAR_AREA, TOP, FOOT = 110, 16, 20
STEP, GAP = 27, 6
# So far the label of the last bar stands out.
EDGE = 5
SCALE = 1.4


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartBar:
    """`value` is None where there is no number to show: then the bar is an outline.

    `label` is empty where the one beside it needs the place.
    """

    x: int
    y: int
    height: int
    label: str
    value: int | None
    words: str

    @property
    def center_x(self) -> int:
        return self.x + (STEP - GAP) // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """`title` describes the chart to a reader who cannot see it."""

    title: str
    bars: tuple[ChartBar, ...]

    @property
    def width(self) -> int:
        return max(1, len(self.bars)) * STEP + 2 * EDGE

    @property
    def is_flat(self) -> bool:
        """Tell whether there is no bar to draw."""
        return not any(bar.value for bar in self.bars)

    @property
    def drawn_width(self) -> int:
        """Return its width in pixels, where the window has as many."""
        return round(self.width * SCALE)

    @property
    def height(self) -> int:
        return TOP + BAR_AREA + FOOT

    @property
    def baseline_y(self) -> int:
        return TOP + BAR_AREA

    @property
    def bar_width(self) -> int:
        return STEP - GAP


def build_bar_chart(
    title: str, columns: Sequence[tuple[str, int | None]], unknown: str
) -> BarChart:
    """Draw a bar for each column; `unknown` stands above one without a number."""
    return BarChart(title=title, bars=tuple(_build_bars(columns, unknown)))


def _build_bars(columns: Sequence[tuple[str, int | None]], unknown: str) -> Iterator[ChartBar]:
    most = max((value or 0 for _, value in columns), default=0) or 1
    for number, (label, value) in enumerate(columns):
        tall = BAR_AREA // 8 if value is None else round(BAR_AREA * value / most)
        is_labeled = (len(columns) - number) % 2 == 1
        yield ChartBar(
            x=EDGE + number * STEP + GAP // 2,
            y=TOP + BAR_AREA - tall,
            height=tall,
            label=label if is_labeled else "",
            value=value,
            words=unknown if value is None else str(value),
        )


def preload_templates() -> None:
    """Read the templates of all pages, which takes a second, before anyone waits for one.

    Readers who come at once would each have the same ones read, and wait for all the others.
    """
    from reports.templating import ENVIRONMENT  # noqa: PLC0415 - takes long, and emails need no page

    for name in ENVIRONMENT.list_templates(extensions=("html",)):
        if name.startswith(("pages/", "_base/")):
            ENVIRONMENT.get_template(name)


def render_page(name: str, view: object, frame: PageFrame) -> str:
    """Fill in `templates/pages/NAME.html`; raise jinja2.UndefinedError where a fact is missing."""
    from reports.templating import ENVIRONMENT  # noqa: PLC0415 - as above

    return ENVIRONMENT.get_template(f"pages/{name}.html").render(view=view, frame=frame)


def build_renderer(
    name: str, view: type[V], folder: Path | None = None
) -> Callable[[V, PageFrame], str]:
    """Return what fills in `templates/pages/NAME.html` with views of this type.

    A page of an annex is `NAME.html` in a folder of its own.
    """
    del view  # which the type checker reads
    return partial(render_page, name) if folder is None else partial(_render_own, folder, name)


def _render_own(folder: Path, name: str, view: object, frame: PageFrame) -> str:
    return _build_environment(folder).get_template(f"{name}.html").render(view=view, frame=frame)


@cache
def _build_environment(folder: Path) -> "Environment":
    """Read the templates of a folder beside ours, which they build on."""
    from jinja2 import ChoiceLoader, FileSystemLoader  # noqa: PLC0415 - as above

    from reports.templating import ENVIRONMENT  # noqa: PLC0415 - as above

    loaders = [FileSystemLoader(folder), *filter(None, (ENVIRONMENT.loader,))]
    return ENVIRONMENT.overlay(loader=ChoiceLoader(loaders))
