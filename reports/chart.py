"""A chart of bars, as numbers that a template draws: each has a table beneath it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

HEIGHT, TOP, FOOT = 150, 18, 22
STEP, GAP = 46, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """`value` is None where the number is too small to be shown: then the bar is an outline."""

    x: int
    y: int
    height: int
    label: str
    value: int | None

    @property
    def middle(self) -> int:
        return self.x + (STEP - GAP) // 2

    @property
    def words(self) -> str:
        return "few" if self.value is None else str(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`title` is what a reader who cannot see it is told."""

    title: str
    bars: tuple[Bar, ...]

    @property
    def width(self) -> int:
        return max(1, len(self.bars)) * STEP

    @property
    def height(self) -> int:
        return TOP + HEIGHT + FOOT

    @property
    def base(self) -> int:
        return TOP + HEIGHT

    @property
    def thick(self) -> int:
        return STEP - GAP


def bars(title: str, columns: Sequence[tuple[str, int | None]]) -> Chart:
    return Chart(title=title, bars=tuple(_bars(columns)))


def _bars(columns: Sequence[tuple[str, int | None]]) -> Iterator[Bar]:
    most = max((value or 0 for _, value in columns), default=0) or 1
    for number, (label, value) in enumerate(columns):
        tall = HEIGHT // 8 if value is None else round(HEIGHT * value / most)
        yield Bar(
            x=number * STEP + GAP // 2, y=TOP + HEIGHT - tall, height=tall, label=label, value=value
        )
