"""All that comes from outside: time, randomness, the way to the web, and secrets."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from monitor.domain.email import Envelope
from monitor.mail.smtp import by_message_id, forget_letters
from scrapers.http.clock import Clock, SystemClock
from scrapers.http.ssrf_guard import Egress
from scrapers.http.throttle import Pace


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What a real district takes from its machine, and a made-up one from its story.

    `pace` replaces what the configuration says of waits, which cannot do without any.
    """

    clock: Clock = field(default_factory=SystemClock)
    new_ref: Callable[[], str] = lambda: secrets.token_hex(16)
    new_code: Callable[[], str] = lambda: secrets.token_urlsafe(32)
    egress: Egress = field(default_factory=Egress)
    pace: Pace | None = None
    letter_name: Callable[[Envelope], str] = by_message_id
    forget_letters: Callable[[Path, str], None] = forget_letters
    environ: Mapping[str, str] = field(default_factory=dict)
