"""What an annex adds to the portal."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from flask import Blueprint

from monitor.app import App
from monitor.web.context import PortalContext
from monitor.web.roles import AccessRule
from reports.pages.operator import OperatorTask

BlueprintFactory = Callable[[PortalContext], Blueprint]


def list_no_tasks(_app: App) -> tuple[OperatorTask, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnexPages:
    """`list_routes` returns its families of routes, given the variables that hold its secrets.

    `access_rules` say who may use addresses that begin with a word of its own; what it has below
    those of the core is open to whom these are. `list_tasks` tells operators what waits for them.
    """

    list_routes: Callable[[App, Mapping[str, str]], Iterable[BlueprintFactory]]
    access_rules: Mapping[str, AccessRule] = field(default_factory=dict)
    list_tasks: Callable[[App], tuple[OperatorTask, ...]] = list_no_tasks
