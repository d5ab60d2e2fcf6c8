"""One state of one page: who opens which address, what they do there, and how it is known."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from playwright.sync_api import Page

Deed = Callable[[Page], None]


class Site(StrEnum):
    """A district after its three weeks, one where nobody has joined, and two ways to sign in."""

    DISTRICT = "district"
    EMPTY = "empty"
    ACCOUNTS = "accounts"
    VOUCHED = "vouched"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """`address` names by `{finding}` and the like what is known; `words` stand in this state.

    `deeds` are done after it was opened, which was answered by `status_before_deeds`; `status` is
    that of the last answer.
    """

    address: str
    words: str
    deeds: tuple[Deed, ...] = ()
    who: str = ""
    status: int = 200
    status_before_deeds: int = 200
    site: Site = Site.DISTRICT

    def __str__(self) -> str:
        return f"{self.who or 'nobody'} at {self.address} of {self.site}: {self.words}"


def seen(address: str, words: str, *deeds: Deed, **told: Any) -> State:
    return State(address=address, words=words, deeds=deeds, **told)


def press(name: str) -> Deed:
    """Press the first button whose name begins so: what follows tells it from others like it."""
    return lambda page: page.get_by_role(
        "button", name=re.compile(f"^{re.escape(name)}")
    ).first.click()


def fill(label: str, text: str) -> Deed:
    return lambda page: page.get_by_label(label, exact=True).fill(text)


def tick(label: str) -> Deed:
    return lambda page: page.get_by_label(label, exact=True).check()


def tick_box(label: str) -> Deed:
    """Tick a box whose label a row of choices has, too."""
    return lambda page: page.get_by_role("checkbox", name=label, exact=True).check()


def unfold(summary: str) -> Deed:
    """Open what is folded below these words."""
    return lambda page: page.locator("summary", has_text=summary).first.click()


def clear_ticks(page: Page) -> None:
    ticked = page.locator("main input[type=checkbox]:checked")
    for _ in range(ticked.count()):
        ticked.first.uncheck()


def typed_over(name: str, text: str) -> Deed:
    """Send something else in a field that nobody sees."""
    script = "([name, text]) => { document.querySelector(`main [name=${name}]`).value = text; }"
    return lambda page: page.evaluate(script, [name, text])


def spoil_token(page: Page) -> None:
    """Have the form say that another browser got it."""
    typed_over("csrf", "forged")(page)
