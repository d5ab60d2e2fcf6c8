"""The pages on which one says that one's work address has changed."""

from dataclasses import dataclass
from datetime import datetime

from reports.page import Fault, Frame, page


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """An earlier change: since when, and from which address."""

    at: datetime
    old: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressView:
    """`typed` is what stood in the field. `domains` are those of the district's staff.

    `accounts` is what people call the accounts by which they sign in, empty where a letter brings
    a link. `offices` are the roles for which the configuration lists the old address.
    """

    zone: str
    address: str
    domains: tuple[str, ...]
    typed: str = ""
    accounts: str = ""
    offices: tuple[str, ...] = ()
    moved: Moved | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmView:
    """Asks for the code of a letter; whether anybody has its address, nobody is told."""

    minutes: int
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PressView:
    """One button. Whoever opens a link only to look at it, as scanners do, does not press it."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedView:
    """It is done, and the account that let its person in still names the old address."""

    address: str
    accounts: str
    contact: str


def render(view: AddressView, frame: Frame) -> str:
    return page("address", view, frame)


def render_confirm(view: ConfirmView, frame: Frame) -> str:
    return page("address_confirm", view, frame)


def render_press(view: PressView, frame: Frame) -> str:
    return page("address_press", view, frame)


def render_changed(view: ChangedView, frame: Frame) -> str:
    return page("address_changed", view, frame)
