"""What became of one item over time, and how it looks beside a person's own accounts."""

from dataclasses import dataclass

from monitor.domain.comparison.beside import Parallel, beside
from monitor.domain.comparison.versions import FieldMarks, compared
from monitor.domain.item import Item, Version
from monitor.domain.timeline import Moment, Record, timeline
from monitor.errors import InputError
from monitor.flows.judging.inventory import own_items
from monitor.store.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One own account, and what the item shows of it."""

    own: Item
    parallels: tuple[Parallel, ...]

    @property
    def copied(self) -> int:
        return sum(each.copied for each in self.parallels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retracing:
    """`owner` is the person who asks: what is not theirs is not there."""

    state: State

    def timeline(self, owner: str, ref: str) -> tuple[Moment, ...]:
        """Return what happened to an item, oldest first."""
        item = self.state.items.of_owner(owner, ref)
        flags = self.state.flags.of_item(item.ref)
        record = Record(
            versions=self.state.versions.numbered(item.ref),
            events=tuple(each.event for each in self.state.events.of_item(item.ref)),
            flags=flags,
            judgements=tuple(
                each for flag in flags for each in self.state.flags.judgements(flag.ref)
            ),
            said=self.state.verdicts.of(item.ref),
            sources={each.key: each.source for each in self.state.questions.of(owner)},
        )
        return timeline(record)

    def compare(self, owner: str, ref: str, older: int, newer: int) -> tuple[FieldMarks, ...]:
        """Compare two versions of an item by the numbers that its timeline gives them."""
        versions = self.state.versions.numbered(self.state.items.of_owner(owner, ref).ref)
        return compared(_version(versions, older).finding, _version(versions, newer).finding)

    def beside(self, owner: str, ref: str) -> tuple[Beside, ...]:
        """Lay an item beside each own account, the one it shows most of first."""
        item = self.state.items.of_owner(owner, ref)
        own = own_items(self.state, self.state.people.get(owner))
        laid = [
            Beside(own=each, parallels=beside(item.portrait, each.portrait))
            for each in own
            if each.ref != item.ref
        ]
        return tuple(sorted(laid, key=lambda each: -each.copied))


def _version(versions: dict[int, Version], number: int) -> Version:
    if number not in versions:
        reason = f"There is no version {number} of this item: its timeline lists those kept."
        raise InputError(reason)
    return versions[number]
