"""The page on which one signs in."""

from dataclasses import dataclass

from reports.page import Frame, page


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInView:
    """`lapsed` says that an earlier session ended because nothing was done for a while."""

    lapsed: bool = False


def render(view: SignInView, frame: Frame) -> str:
    return page("sign_in", view, frame)
