"""The benchmark's page: one table, and a drawing of verdicts over time against the floor."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from math import log10
from pathlib import Path

PAGE, DRAWING = "developers/benchmark.md", "images/benchmark.svg"
WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 56, 170, 20, 44
FIRST_SECOND, LAST_SECOND = 0.1, 100.0
TICKS = (0.1, 0.3, 1, 3, 10, 30, 100)
SHARES = (0, 25, 50, 75, 100)
# Told apart without color, too: each line is named at its end, and the floors are dashed.
COLORS = ("#1f5fa8", "#b3541e", "#3c7d3c", "#7a3e8f", "#6b6b00")
FLOOR_COLOR = "#777777"
LABEL_GAP = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`seconds` are sorted: when the first verdict was there, the second, and so on."""

    title: str
    seconds: Sequence[float]
    is_floor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`rows` have a cell for each heading."""

    lines: tuple[Line, ...]
    rows: tuple[tuple[str, ...], ...]
    sites: int
    open_sites: int
    machine: str
    at: datetime


def write_page(page: Page, headings: Sequence[str], docs: Path) -> str:
    """Write the page and its drawing, and return the table."""
    table = "".join(_list_table_lines(page.rows, headings))
    (docs / DRAWING).write_text(draw_lines(page.lines, page.sites), "utf-8")
    (docs / PAGE).write_text(_build_text(page, table), "utf-8")
    return table


def _list_table_lines(rows: Sequence[Sequence[str]], headings: Sequence[str]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |\n"
    yield f"|{'---|' * len(headings)}\n"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n"


def _build_text(page: Page, table: str) -> str:
    return f"""\
# Benchmark

`make bench` writes this page: ours beside other programs, one after another in one run, on the
same made-up web on one machine. **No live service was asked.** {page.at:%B} {page.at.day},
{page.at.year}: {page.machine}.

One name, {page.sites} sites. A reply takes 0.18 s in the median, a profile has 60 KB in the median,
and one site in ten is in some trouble: it hangs, resets, shows a challenge, refuses, asks for
patience (429), has a new face, or is slow. On {page.open_sites} of the sites an outsider can find
out who has a profile; on the others, no one can. Each program has the sites in its own format and
its own defaults. Times count from its start, its imports included.

{table}
*Right* and *missed* are of the sites where one can know. A *false alarm* says that there is a
profile where none is to be seen. *Called missing* counts "no profile" from sites where no one can
know. Ours asks three times a site, one request after another: the site's own known account and a
name that no one has come first. Here it leaves no pause between them; in the field it waits longer.

![Verdicts over time: each program, and what no polite program can beat](../{DRAWING})

The dashed lines are the floor for a program that asks each site one request at a time and keeps
`Retry-After`: with one request for each site, and with three.
"""


def draw_lines(lines: Sequence[Line], sites: int) -> str:
    """Draw the share of verdicts that were there after so many seconds, as SVG."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        "<style>text { font: 12px sans-serif }</style>",
        "<title>Verdicts over time</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_draw_axes(),
    ]
    colors = iter(COLORS)
    for line, label_y in zip(lines, _place_labels(lines, sites), strict=True):
        color = FLOOR_COLOR if line.is_floor else next(colors)
        parts.extend(_draw_line(line, sites, color, label_y))
    return "\n".join((*parts, "</svg>\n"))


def _draw_axes() -> Iterator[str]:
    for seconds in TICKS:
        x, y = _place_seconds(seconds), HEIGHT - BOTTOM + 16
        yield f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#e4e4e4"/>'
        yield f'<text x="{x:.1f}" y="{y}" text-anchor="middle">{seconds:g} s</text>'
    for share in SHARES:
        y = _place_share(share / 100)
        yield f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#e4e4e4"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{share} %</text>'
    middle = (LEFT + WIDTH - RIGHT) / 2
    caption = "seconds from the start (each step is about three times as long)"
    yield f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">{caption}</text>'


def _draw_line(line: Line, sites: int, color: str, label_y: float) -> Iterator[str]:
    points = [
        f"{_place_seconds(at):.1f} {_place_share(count / sites):.1f}"
        for count, at in enumerate(line.seconds, 1)
    ]
    dash = ' stroke-dasharray="5 4"' if line.is_floor else ""
    path = f"M{' L'.join(points)}"
    yield f'<path d="{path}" fill="none" stroke="{color}" stroke-width="2"{dash}/>'
    x = WIDTH - RIGHT + 10
    yield f'<text x="{x}" y="{label_y:.1f}" fill="{color}">{escape(line.title)}</text>'


def _place_labels(lines: Sequence[Line], sites: int) -> list[float]:
    """Put each name beside the others, the fastest on top, so that none lies on another."""
    middle = sites // 2
    order = sorted(
        range(len(lines)), key=lambda at: lines[at].seconds[min(middle, len(lines[at].seconds) - 1)]
    )
    return [TOP + 10 + LABEL_GAP * order.index(at) for at in range(len(lines))]


def _place_seconds(seconds: float) -> float:
    """Place a time on an axis on which each decade is as long as the others."""
    inside = min(max(seconds, FIRST_SECOND), LAST_SECOND)
    share = log10(inside / FIRST_SECOND) / log10(LAST_SECOND / FIRST_SECOND)
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _place_share(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
