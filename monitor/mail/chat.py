"""Short messages to chats, phones and webhooks, by apprise (the extra `notify`).

Each address is a secret: whoever has it can write there. It is in no log and in no error.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.domain.errors import ConfigError

if TYPE_CHECKING:
    from apprise.plugins import NotifyBase

# For one message to one address, whatever its service does meanwhile.
MOST_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatEndpoint:
    """`number` is its line in the secret, by which operators know it; `plugin` is apprise's."""

    number: int
    plugin: "NotifyBase" = field(repr=False)

    def send_message(self, title: str, body: str) -> str:
        """Send once; return what went wrong, without words of the service, or nothing."""
        from scrapers.http.event_loop import run_in_thread  # noqa: PLC0415 - large, and few have chats

        try:
            sent = run_in_thread(lambda: self.plugin.notify(body=body, title=title), MOST_SECONDS)
        except TimeoutError:
            return "no answer in time"
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything, and quote the address
            return f"error {type(error).__name__}"
        return "" if sent else "not accepted"


def parse_chat_endpoints(secret: str, name: str) -> tuple[ChatEndpoint, ...]:
    """Read the addresses in a secret of that name, one a line. Raises ConfigError."""
    return tuple(_list_endpoints(secret, name)) if secret.strip() else ()


def _list_endpoints(secret: str, name: str) -> Iterator[ChatEndpoint]:
    try:
        from apprise import Apprise, AppriseAsset  # noqa: PLC0415 - large, and only some have it
    except ImportError:
        reason = f"The secret {name} needs apprise: install Namesake with the extra `notify`."
        raise ConfigError(reason) from None
    # What it logs quotes addresses.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    asset = AppriseAsset(app_id="Namesake", app_desc="Namesake", app_url="")
    for number, line in enumerate(secret.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        plugin = Apprise.instantiate(line.strip(), asset=asset, suppress_exceptions=True)
        if plugin is None:
            reason = f"Line {number} of the secret {name} is not an address that Apprise knows."
            raise ConfigError(reason)
        if not plugin.verify_certificate:
            reason = f"Line {number} of the secret {name} turns off TLS verification: remove that."
            raise ConfigError(reason)
        yield ChatEndpoint(number=number, plugin=plugin)
