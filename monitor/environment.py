"""What a district takes from its machine: time, randomness, secrets, and the way to the web."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from monitor.domain.email import Envelope
from monitor.mail.smtp import delete_emails, name_by_message_id
from scrapers.http.clock import Clock, SystemClock
from scrapers.http.ssrf_guard import Dialer
from scrapers.http.throttle import Throttle


@dataclass(frozen=True, slots=True, kw_only=True)
class IdSource:
    """New ids for stored things, and codes that only their reader may know."""

    new_id: Callable[[], str] = lambda: secrets.token_hex(16)
    new_code: Callable[[], str] = lambda: secrets.token_urlsafe(32)


def ignore_beat() -> None:
    """Mark nothing, where nobody watches for a hung thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What a real district takes from its machine, and a made-up one from its story.

    `throttle` replaces what the configuration says of waits, which cannot do without any.
    `beat` marks the calling thread as alive for the service's watchdog.
    """

    clock: Clock = field(default_factory=SystemClock)
    ids: IdSource = field(default_factory=IdSource)
    dialer: Dialer = field(default_factory=Dialer)
    throttle: Throttle | None = None
    name_email: Callable[[Envelope], str] = name_by_message_id
    delete_emails: Callable[[Path, str], None] = delete_emails
    beat: Callable[[], None] = ignore_beat
    variables: Mapping[str, str] = field(default_factory=dict)
