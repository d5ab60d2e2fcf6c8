"""Where a member of staff begins."""

from dataclasses import dataclass

from reports.page import Frame, page


@dataclass(frozen=True, slots=True, kw_only=True)
class MeView:
    name: str


def render(view: MeView, frame: Frame) -> str:
    return page("me", view, frame)
