"""What a person said so far, put together for judging what they did not speak of."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from monitor.domain.flag import FlagKind, Ruling
from monitor.domain.item import Item
from monitor.domain.person import Person
from monitor.domain.reasons.subject import Inventory
from monitor.domain.verdicts.lessons import lessons
from monitor.store.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalling:
    state: State

    def said(self, person: Person, own: Iterable[Item]) -> Inventory:
        """Put together what is theirs, what they judged, and who was found to pretend to be them.

        All of it is read from their sealed items each time, so that nothing outlives these.
        """
        items = tuple(own)
        portraits = tuple(item.portrait for item in items)
        judged = self.state.items.judged(person.ref)
        impostors = {item.ref: item for item in self._pursued(person)}
        impostors |= {item.ref: item for item, said in judged if said is Ruling.IMPERSONATION}
        return Inventory(
            own=portraits,
            none_on=frozenset(person.absent_from),
            lessons=lessons(
                [(item.portrait, said) for item, said in judged], portraits, person.name
            ),
            impostors=tuple(item.portrait for item in impostors.values()),
            bearers=self._bearers(items),
        )

    def _bearers(self, own: tuple[Item, ...]) -> Mapping[str, int]:
        """Count, for each picture of an own account, how many accounts of others show it."""
        prints = {item.portrait.picture_print for item in own} - {""}
        refs = tuple(item.ref for item in own)
        return {each: self.state.pictures.bearers(each, besides=refs) for each in prints}

    def _pursued(self, person: Person) -> Iterator[Item]:
        """Yield what IT, too, may have ruled: a flag that it confirmed is one like any other."""
        for flag in self.state.flags.of_person(person.ref):
            if flag.kind is FlagKind.IMPERSONATION and flag.pursued:
                yield self.state.items.get(flag.item)
