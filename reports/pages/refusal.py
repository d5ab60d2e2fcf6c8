"""A page that says why there is none."""

from dataclasses import dataclass

from reports.page import Frame, page


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalView:
    title: str
    what: str
    status: int


def render(view: RefusalView, frame: Frame) -> str:
    return page("refusal", view, frame)
