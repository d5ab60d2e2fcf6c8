"""What a person said so far, put together for judging what they did not speak of."""

from collections.abc import Iterable, Iterator
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
        portraits = tuple(item.portrait for item in own)
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
        )

    def _pursued(self, person: Person) -> Iterator[Item]:
        """Yield what IT, too, may have ruled: a flag that it confirmed is one like any other."""
        for flag in self.state.flags.of_person(person.ref):
            if flag.kind is FlagKind.IMPERSONATION and flag.pursued:
                yield self.state.items.get(flag.item)
