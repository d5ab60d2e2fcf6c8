"""What the configuration says of letters: how they leave, and where those that come back lie."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from monitor.config_sources import Section, Text
from reports.text import one_address

Port = Annotated[int, Meta(ge=1, le=65535)]


class Security(StrEnum):
    """How the connection to the mail server is protected; `relay` is for a trusted one."""

    STARTTLS = "starttls"
    TLS = "tls"
    RELAY = "relay"


class MailConfig(Section, frozen=True, kw_only=True):
    """Without a host, letters are written to the state folder as .eml files.

    With a `token_file`, XOAUTH2 is spoken, and the token is read anew for each letter.
    `return_path` is where bounces go; `{letter}` in it stands for the letter.
    """

    sender: Text
    reply_to: str = ""
    host: str = ""
    port: Port = 587
    security: Security = Security.STARTTLS
    user: str = ""
    token_file: Path | None = None
    ca_file: Path | None = None
    timeout_seconds: Annotated[float, Meta(gt=0, le=600)] = 60.0
    return_path: str = ""
    per_second: Annotated[float, Meta(gt=0, le=1000)] = 1.0


class BouncesConfig(Section, frozen=True, kw_only=True):
    """The mailbox that bounces go to, over IMAP. Its password is the secret `bounces-password`.

    With a `token_file`, XOAUTH2 is spoken, and the token is read anew each time.
    """

    host: Text
    port: Port = 993
    security: Security = Security.TLS
    user: Text
    mailbox: Text = "INBOX"
    token_file: Path | None = None
    ca_file: Path | None = None
    timeout_seconds: Annotated[float, Meta(gt=0, le=600)] = 60.0


def mail_faults(mail: MailConfig, bounces: BouncesConfig | None) -> Iterator[tuple[bool, str, str]]:
    """Yield what is wrong or not, where, and what was expected."""
    yield (
        mail.security is Security.RELAY and bool(mail.user or mail.token_file),
        "$.mail.security",
        "Expected no `user` and no `token_file` beside a relay: they would go out in the clear",
    )
    yield bool(mail.token_file and not mail.user), "$.mail.token_file", "Expected `user` beside it"
    yield (
        bool(mail.return_path) and not one_address(mail.return_path.replace("{letter}", "x")),
        "$.mail.return_path",
        "Expected one mail address, such as bounces+{letter}@district.example",
    )
    yield (
        bounces is not None and bounces.security is Security.RELAY,
        "$.bounces.security",
        "Expected `tls` or `starttls`: a password would go out in the clear",
    )
