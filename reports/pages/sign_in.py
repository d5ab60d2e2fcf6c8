"""The pages on which one signs in."""

from dataclasses import dataclass

from reports.page import Fault, Frame, page


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInView:
    """`lapsed` says that an earlier session ended because nothing was done for a while.

    `by_link` says that a letter brings the link; `provider` names the district's own accounts,
    empty where people do not sign in with them.
    """

    lapsed: bool = False
    by_link: bool = False
    provider: str = ""
    address: str = ""
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeView:
    """Asks for the code of a letter that may be on its way, and tells nobody whether it is."""

    minutes: int
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PressView:
    """One button. Whoever opens a link only to look at it, as scanners do, does not press it."""

    action: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StrangerView:
    """Somebody proved an address, and it is nobody's here."""

    mail: str


def render(view: SignInView, frame: Frame) -> str:
    return page("sign_in", view, frame)


def render_code(view: CodeView, frame: Frame) -> str:
    return page("sign_in_code", view, frame)


def render_press(view: PressView, frame: Frame) -> str:
    return page("sign_in_press", view, frame)


def render_stranger(view: StrangerView, frame: Frame) -> str:
    return page("sign_in_stranger", view, frame)
