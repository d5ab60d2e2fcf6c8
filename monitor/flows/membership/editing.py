"""A person changes what they told us of themselves: names, handles, accounts, places."""

from dataclasses import dataclass, replace

from monitor.config import zone_exists
from monitor.domain.person import Person
from monitor.errors import InputError, NotPermittedError
from monitor.flows.membership.retiring import Retiring
from monitor.flows.parts import Now
from monitor.store.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Editing:
    state: State
    retiring: Retiring
    now: Now

    def edit(self, person: Person) -> Person:
        """Keep a person's new words for themselves, and forget what only the old ones showed.

        What is asked by new words has no history, so its first answers are silent. The mail
        address is changed by its mailbox alone, and the organisation is the district's to say.
        """
        with self.state.write():
            # Not before: in another tab the address may just have become another one.
            before = self.state.people.get(person.ref)
            if not self.state.consents.stands(person.ref, self.now()):
                reason = "This consent has ended, so nothing is looked up by any words."
                raise NotPermittedError(reason)
            after = replace(
                person,
                mail=before.mail,
                organisation=before.organisation,
                accounts=tuple(account.strip().casefold() for account in person.accounts),
            )
            _refuse_unusable(after)
            if after != before:
                self.state.people.replace(after)
                self.retiring.edited(before, after)
                self.state.audit.append(self.now(), person.ref, "edited", person.ref, {})
        return after


def _refuse_unusable(person: Person) -> None:
    if not (person.name.given.strip() and person.name.family.strip()):
        reason = "Nothing can be looked up without a given and a family name."
        raise InputError(reason)
    if not zone_exists(person.zone):
        reason = "This time zone is unknown; give one such as America/Chicago."
        raise InputError(reason)
