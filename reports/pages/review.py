"""Where a reviewer begins."""

from dataclasses import dataclass

from reports.page import Frame, page


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView:
    name: str


def render(view: ReviewView, frame: Frame) -> str:
    return page("review", view, frame)
