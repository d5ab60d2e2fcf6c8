"""What a stranger writes on their account is text on every page, and nothing else."""

import re
from collections.abc import Iterator
from dataclasses import replace

from bs4 import BeautifulSoup, Tag

from monitor.domain.item import Item
from tests.hostile_strings import SHOWN
from tests.monitor.web.scene import Scene

FIELDS = ("title", "snippet", "name", "handle", "bio")
# Where a page of ours may lead: to us, to a mail address, or to an address as it stands in an item.
OURS = re.compile(r"/(?![/\\])|#|mailto:privacy@cedarvalley\.example")
LINKED = ("href", "src", "action", "formaction", "data", "poster", "srcset", "background")


def poisoned(item: Item, texts: list[str]) -> Item:
    """Have the account say something else wherever an account says something."""
    words = dict(zip(FIELDS, texts, strict=False))
    return replace(item, portrait=replace(item.portrait, **words))


def live(page: BeautifulSoup, known: set[str]) -> Iterator[str]:
    """Yield all that would run, load or lead away."""
    for tag in page.find_all():
        assert isinstance(tag, Tag)
        yield from (f"{tag.name} {name}" for name in tag.attrs if name.startswith("on"))
        if tag.name in {"iframe", "object", "embed", "base", "style", "img", "svg", "math"}:
            yield tag.name
        if tag.name == "script" and not str(tag.get("src", "")).startswith("/static/"):
            yield "a script of its own"
        for name in LINKED:
            to = str(tag.get(name, ""))
            if to and not OURS.match(to) and to not in known:
                yield f"{tag.name} leads to {to}"


def test_hostile_text_is_inert_on_every_page_about_it(scene: Scene) -> None:
    state, maria = scene.portal.world.state, scene.guests["maria"]
    item = state.items.get(scene.item)
    known = {each.portrait.url for each in state.items.of(item.person)}
    places = (
        *("/me", "/me/sort", f"/me/items/{scene.item}", f"/me/items/{scene.item}/beside"),
        *(f"/me/items/{scene.item}/versions", f"/me/takedown/{scene.flag}"),
    )
    alive = []
    for first in range(0, len(SHOWN), len(FIELDS)):
        texts = list(SHOWN[first : first + len(FIELDS)])
        state.items.replace(poisoned(item, texts))
        for place in places:
            alive += [(place, texts, each) for each in live(maria.get(place).page, known)]

    assert alive == []
