"""Each source on its way from waiting to done, where there is a terminal to show it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.live import Live
from rich.table import Table
from rich.text import Text

from monitor.cli.output import Output, inert
from monitor.flows.asking.tidings import Stage
from monitor.flows.parts import Watch, unwatched

COLUMNS = 4
MARKS: Mapping[str, str] = {
    Stage.WAITING: "·",
    Stage.TESTING: "→",
    Stage.ASKING: "→",
    Stage.DONE: "✓",
    Stage.STOPPED: "✗",
    Stage.BLOCKED: "✗",
    Stage.DOUBTED: "✗",
}


@contextmanager
def display(output: Output) -> Iterator[Watch]:
    if not output.console.is_terminal:
        yield unwatched
        return
    states: dict[str, str] = {}
    with Live(console=output.console, transient=True, refresh_per_second=8) as live:

        def watch(source: str, state: str) -> None:
            states[source] = state
            live.update(laid_out(states))

        yield watch


def laid_out(states: Mapping[str, str]) -> Table:
    """Lay the sources out in columns, so that sixty fit on a screen."""
    counts = Counter(states.values())
    grid = Table.grid(padding=(0, 3))
    grid.title = Text(", ".join(f"{counts[each]} {each}" for each in MARKS if counts[each]))
    marked = ((MARKS.get(state, "·"), source) for source, state in sorted(states.items()))
    cells = [Text(f"{mark} {inert(source)}") for mark, source in marked]
    for start in range(0, len(cells), COLUMNS):
        grid.add_row(*cells[start : start + COLUMNS])
    return grid
