"""Where an operator begins: how the service fares."""

from dataclasses import dataclass

from reports.page import Frame, page


@dataclass(frozen=True, slots=True, kw_only=True)
class OperateView:
    name: str


def render(view: OperateView, frame: Frame) -> str:
    return page("operate", view, frame)
