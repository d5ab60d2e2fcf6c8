"""Text that a source only lends: its terms want it seen anew after a while, or forgotten."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.domain.item import Item, Sighting, combined
from monitor.store.state import State
from scrapers.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """`spans` are how long the text of some sources may be kept after it was last seen.

    An item stays by its address and its keys, or the next sweep would take it for new.
    """

    state: State
    spans: Mapping[str, timedelta]

    def forget(self, person: str, now: datetime) -> None:
        """Forget what was lent longer ago, and what a later answer has replaced as long ago."""
        if not self.spans:
            return
        for item in self.state.items.of(person):
            lent = [each for each in self.state.sightings.of_item(item.ref) if self._is(each)]
            for each in lent:
                self.state.versions.forget_replaced(item.ref, each.query, now - self._span(each))
            over = [each for each in lent if now - each.last >= self._span(each)]
            for each in over:
                self.state.versions.forget_question(item.ref, each.query)
                self.state.sightings.end(each)
            if over:
                self._repaint(item)

    def _is(self, sighting: Sighting) -> bool:
        return sighting.source in self.spans

    def _span(self, sighting: Sighting) -> timedelta:
        return self.spans[sighting.source]

    def _repaint(self, item: Item) -> None:
        left = [each.finding for each in self.state.sightings.of_item(item.ref)]
        portrait = combined(left) if left else wordless(item.portrait)
        self.state.items.replace(replace(item, portrait=portrait))
        assessment = self.state.items.assessment(item.ref)
        if assessment:
            self.state.items.set_assessment(item.ref, assessment.unquoted)


def wordless(portrait: Finding) -> Finding:
    """Return the account alone: what it is called, without what it says of itself."""
    return Finding(
        key=portrait.key,
        kind=portrait.kind,
        url=portrait.url,
        account=portrait.account,
        account_aliases=portrait.account_aliases,
        handle=portrait.handle,
    )
