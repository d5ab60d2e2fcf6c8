"""What stands in letters about a person's consent, and so proves who reads their mailbox."""

import hmac

from monitor.domain.person import Person
from monitor.store.state import State

PURPOSE = "not-me"
MARK = 32


def token_of(state: State, person: Person) -> str:
    """Make the token of a person's mailbox: at another address they have another one."""
    bearer = f"{person.ref} {person.mail.casefold()}".encode()
    mark = hmac.new(state.secret(PURPOSE), bearer, "sha256").hexdigest()[:MARK]
    return f"{person.ref}-{mark}"
