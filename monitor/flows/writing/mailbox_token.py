"""What stands in letters about a person's consent, and so proves who reads their mailbox."""

import hmac

from monitor.store.state import State

PURPOSE = "not-me"
MARK = 32


def token_of(state: State, ref: str) -> str:
    mark = hmac.new(state.secret(PURPOSE), ref.encode(), "sha256").hexdigest()[:MARK]
    return f"{ref}-{mark}"
