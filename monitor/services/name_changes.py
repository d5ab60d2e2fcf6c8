"""Another name than the one somebody was invited by: it waits for one word of an operator."""

from dataclasses import dataclass, replace
from typing import Final

from monitor.db.database import State
from monitor.db.name_changes import NameChange
from monitor.domain.names.bound import check_claim, confirmed_names
from monitor.domain.person import Person, PersonName
from monitor.errors import InputError, NotPermittedError
from monitor.services.notifications import Correspondence, LetterPlan, operator_ref
from monitor.services.ports import NewRef, Now
from monitor.services.retention import Retiring
from reports.emails.identity import NameDecidedView

NAME_ASKED: Final = "name-asked"
NAME_WITHDRAWN: Final = "name-withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Nothing is searched by a name before it is confirmed. An operator sees that name alone."""

    state: State
    letters: Correspondence
    retiring: Retiring
    now: Now
    new_ref: NewRef

    def request(self, person: Person, name: PersonName) -> None:
        """Keep a name for an operator to confirm; call it inside `write()`."""
        known = confirmed_names(person)
        keep_request(self.state, self._change(person, name, known[0].full if known else ""))

    def withdraw(self, ref: str) -> None:
        """Take back a name that waits, at its person's word."""
        with self.state.write():
            if self.state.name_changes.of_person(ref):
                self.state.name_changes.drop(ref)
                self.state.audit.append(self.now(), ref, NAME_WITHDRAWN, ref, {})

    def list_waiting(self) -> tuple[NameChange, ...]:
        """Return the names to decide on; who has left, or whose consent ended, needs no word."""
        changes = self.state.name_changes.all()
        return tuple(
            each for each in changes if self.state.consents.stands(each.person, self.now())
        )

    def confirm(self, ref: str, operator: str) -> None:
        """Let a name be searched. `operator` is the address of who confirms it."""
        with self.state.write():
            change, before = self._open(ref, operator)
            known = (*confirmed_names(before), change.name)
            after = replace(before, name=change.name, confirmed_names=known)
            self.state.people.replace(after)
            self.state.name_changes.drop(before.ref)
            self.retiring.edited(before, after)
            self._tell(after, change, operator, confirmed=True)

    def refuse(self, ref: str, operator: str) -> None:
        with self.state.write():
            change, person = self._open(ref, operator)
            self.state.name_changes.drop(person.ref)
            self._tell(person, change, operator, confirmed=False)

    def _open(self, ref: str, operator: str) -> tuple[NameChange, Person]:
        change = self.state.name_changes.find(ref)
        if change is None or not self.state.consents.stands(change.person, self.now()):
            reason = "This name was already decided, changed or withdrawn. Check the list again."
            raise InputError(reason)
        person = self.state.people.get(change.person)
        if person.mail.casefold() == operator.casefold():
            reason = "This name is your own. Ask another operator to confirm or decline it."
            raise NotPermittedError(reason)
        return change, person

    def _tell(self, person: Person, change: NameChange, operator: str, *, confirmed: bool) -> None:
        now, decision = self.now(), "name-confirmed" if confirmed else "name-refused"
        self.letters.queue(
            LetterPlan(reader=person.ref, period=change.ref),
            NameDecidedView(
                **self.letters.greeting(person),
                at=now,
                new_name=write_name(change.name),
                confirmed=confirmed,
            ),
        )
        self.state.audit.append(now, operator_ref(operator), decision, person.ref, {})

    def _change(self, person: Person, name: PersonName, known: str) -> NameChange:
        return NameChange(
            ref=self.new_ref(),
            person=person.ref,
            known=known or person.mail,
            name=name,
            asked_at=self.now(),
        )


def keep_request(state: State, change: NameChange) -> None:
    """Keep a name that waits, unless the very same one waits already."""
    waiting = state.name_changes.of_person(change.person)
    if waiting is None or waiting.name != change.name:
        state.name_changes.put(change)
        state.audit.append(change.asked_at, change.person, NAME_ASKED, change.person, {})


def write_name(name: PersonName) -> str:
    """Write out all that would be searched of a name."""
    full = " ".join(filter(None, (name.given, name.middle, name.family)))
    also = f", also {', '.join(name.nicknames)}" if name.nicknames else ""
    former = f", formerly {', '.join(name.former_families)}" if name.former_families else ""
    return f"{full}{also}{former}"


def searched_now(person: Person, name: PersonName) -> Person:
    """Return the person searched by what may be searched of a name; as before where that is none.

    Whoever was never named stays without a name, and nothing is searched.
    """
    known = confirmed_names(person)
    claim = check_claim(name, known)
    return replace(person, name=claim.searched or person.name, confirmed_names=known)
