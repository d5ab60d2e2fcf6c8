"""The part of the configuration that tells where the pages are, and how people come in."""

from collections.abc import Iterator
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from monitor.config_sources import Section, Text

SOCKET = "unix:"


class SignIn(StrEnum):
    """How people prove who they are: by their mailbox, the district's accounts, or its proxy."""

    LINK = "link"
    OIDC = "oidc"
    HEADER = "header"


class PortalConfig(Section, frozen=True, kw_only=True):
    """`address` is where people find the pages, empty where there are none.

    `listen` is `HOST:PORT` on loopback or `unix:PATH`, where the district's proxy asks. `header`
    names the mail address of who is signed in there, and is believed from a socket alone.
    `provider` is what people call their accounts, `issuer` and `client` are its own words.
    """

    address: str = ""
    listen: Text = "127.0.0.1:8080"
    sign_in: SignIn = SignIn.LINK
    header: Text = "X-Forwarded-Email"
    provider: Text = "your school account"
    issuer: str = ""
    client: str = ""

    @property
    def socket(self) -> str:
        """The path of the socket to listen on; empty where there is a host and a port."""
        return self.listen.removeprefix(SOCKET) if self.listen.startswith(SOCKET) else ""

    @property
    def place(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


def portal_faults(portal: PortalConfig) -> Iterator[tuple[bool, str, str]]:
    yield (
        bool(portal.address) and not _is_address(portal.address),
        "$.portal.address",
        "Expected https:// and a host alone, such as https://namesake.school.example",
    )
    yield (
        not portal.socket and not _is_local(portal.listen),
        "$.portal.listen",
        "Expected HOST:PORT of this machine alone, or unix:PATH; a proxy brings readers here",
    )
    yield (
        portal.sign_in is SignIn.HEADER and not portal.socket,
        "$.portal.sign_in",
        "Expected `listen` to be unix:PATH: a header can be forged by whoever reaches a port",
    )
    yield (
        portal.sign_in is SignIn.OIDC and not (portal.issuer and portal.client),
        "$.portal.sign_in",
        "Expected `issuer` and `client` beside it",
    )


def _is_address(address: str) -> bool:
    """Tell whether it is https, or http on loopback, and a host with nothing behind it."""
    parts = urlsplit(address)
    bare = address == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc
    plain = parts.scheme == "http" and _is_loopback(parts.hostname or "")
    return bare and bool(parts.hostname) and (plain or parts.scheme == "https")


def _is_local(listen: str) -> bool:
    host, _, port = listen.rpartition(":")
    return port.isdecimal() and 0 < int(port) < 65536 and _is_loopback(host.strip("[]"))  # noqa: PLR2004 - ports end there


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
