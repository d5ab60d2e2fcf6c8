"""What invitations and sign-in links open their doors with; kept nowhere, so that none can leak.

A letter that is tried again, after a hang or out of a restored backup, has to be the same letter:
a mailbox shows but one of two with one Message-ID, and it may be the older one.
"""

from base64 import urlsafe_b64encode
from dataclasses import dataclass

from monitor.store.sealing import Sealing


@dataclass(frozen=True, slots=True)
class LetterCodes:
    sealing: Sealing

    def of(self, owner: str, door: str) -> str:
        """Derive 256 bits from the ref of what is opened, under the key of whose it is.

        Each letter that opens one door has the same code. `owner` is empty for an office.
        """
        secret = self.sealing.mark(owner, f"code {door}")
        return urlsafe_b64encode(secret).decode("ascii").rstrip("=")
