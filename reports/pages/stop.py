"""The page on which one stops the weekly letter, or gets it again."""

from dataclasses import dataclass

from reports.page import Frame, page


@dataclass(frozen=True, slots=True, kw_only=True)
class StopView:
    """`token` is the link's own, and empty where it speaks for nobody."""

    token: str
    stopped: bool
    contact: str


def render(view: StopView, frame: Frame) -> str:
    return page("stop", view, frame)
