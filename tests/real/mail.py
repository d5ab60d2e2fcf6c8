"""A real mail server: Postfix takes emails in, OpenDKIM signs them, Dovecot keeps them."""

import contextlib
import email
import email.policy
import imaplib
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tests.real import certificates
from tests.real.machine import LOCALHOST, is_root, lacking_programs
from tests.real.process import Program, free_ports, greets, listens
from tests.real.template import fill_in

NAME = "mail"

DOMAIN = "cedarvalley.example"
SELECTOR = "emails"
DOVECOT = (2, 4)  # its settings were rewritten in this version
DOVECOT_PROGRAMS = Path("/usr/lib/dovecot")
PATIENCE = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Takes emails on `port` after STARTTLS and a password, for everybody at DOMAIN but gone@.

    What goes to left@ is taken, and comes back. `dkim` is the public key of its signatures.
    """

    port: int
    imap: int
    authority: Path
    dkim: bytes = field(repr=False)
    username: str = f"namesake@{DOMAIN}"
    password: str = field(default="the password of every mailbox", repr=False)
    host: str = "localhost"

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.authority)

    def emails(self, address: str) -> list[EmailMessage]:
        """Read a mailbox over IMAP, oldest email first."""
        return [_read(chunk) for chunk in self.contents(address)]

    def contents(self, address: str) -> list[bytes]:
        with imaplib.IMAP4(LOCALHOST, self.imap, timeout=PATIENCE) as box:
            box.login(address, self.password)
            box.select("INBOX", readonly=True)
            _, (found,) = box.search(None, "ALL")
            return [_fetched(box, number) for number in found.decode().split()]

    def wait_for(self, address: str, count: int) -> list[EmailMessage]:
        """Wait until a mailbox holds so many emails: delivery goes on after SMTP has said yes."""
        end = time.monotonic() + PATIENCE
        while len(emails := self.emails(address)) < count:
            assert time.monotonic() < end, f"{address} has {len(emails)} letters, not {count}"
            time.sleep(0.05)
        return emails


def lacking() -> str:
    if not is_root():
        return "Postfix starts as root only"
    if reason := lacking_programs("postfix", "dovecot", "opendkim"):
        return reason
    if missing := [name for name in ("imap", "lmtp") if not (DOVECOT_PROGRAMS / name).exists()]:
        return f"Dovecot's {' and '.join(missing)} not installed"
    if dovecot_version() < DOVECOT:
        return f"Dovecot is older than {'.'.join(map(str, DOVECOT))}"
    return ""


def dovecot_version() -> tuple[int, ...]:
    found = re.match(r"(\d+)\.(\d+)", _ask("dovecot", "--version"))
    return tuple(map(int, found.groups())) if found else (0, 0)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[MailServer]:
    port, imap, milter = free_ports(3)
    server = MailServer(
        port=port, imap=imap, authority=certificates.issue(folder), dkim=_dkim_key(folder)
    )
    _furnish(folder, server, milter)
    with (
        _opendkim(folder).running(lambda: listens(milter)),
        _dovecot(folder).running(lambda: greets(imap, b"* OK")),
        _postfix(folder).running(lambda: greets(port, b"220 ")),
    ):
        yield server


def _furnish(folder: Path, server: MailServer, milter: int) -> None:
    values = {
        "folder": folder,
        "domain": DOMAIN,
        "port": server.port,
        "imap": server.imap,
        "password": server.password,
        "milter": milter,
        "selector": SELECTOR,
    }
    for name in ("postfix", "queue", "dovecot-run"):
        (folder / name).mkdir()
    # Dovecot puts its sockets where Postfix looks for them, before Postfix is there to make room.
    for name, owner in (
        ("queue/private", "postfix"),
        ("postfix-data", "postfix"),
        ("mail", "mail"),
    ):
        (folder / name).mkdir(mode=0o700)
        shutil.chown(folder / name, owner)
    for source, target in (
        ("postfix-main.cf", "postfix/main.cf"),
        ("postfix-master.cf", "postfix/master.cf"),
        ("postfix-mailboxes", "postfix/mailboxes"),
        ("dovecot.conf", "dovecot.conf"),
        ("opendkim.conf", "opendkim.conf"),
    ):
        (folder / target).write_text(fill_in(source, **values), "utf-8")


def _postfix(folder: Path) -> Program:
    settings = str(folder / "postfix")
    # The check also makes the many folders of the queue.
    _ask("postfix", "-c", settings, "check")
    programs = _ask("postconf", "-c", settings, "-h", "daemon_directory").strip()
    # With -d it stays where it was started; `postfix start-fg` would leave it to itself.
    return Program(
        argv=(f"{programs}/master", "-d", "-c", settings),
        log=folder / "postfix-start.log",
    )


def _opendkim(folder: Path) -> Program:
    return Program(
        argv=("opendkim", "-f", "-x", str(folder / "opendkim.conf")),
        log=folder / "opendkim.log",
    )


def _dovecot(folder: Path) -> Program:
    return Program(
        argv=("dovecot", "-F", "-c", str(folder / "dovecot.conf")),
        log=folder / "dovecot-start.log",
    )


def _ask(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _fetched(box: imaplib.IMAP4, number: str) -> bytes:
    _, answer = box.fetch(number, "(RFC822)")
    assert isinstance(answer[0], tuple)
    return answer[0][1]


def _read(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _dkim_key(folder: Path) -> bytes:
    """Make a key to sign with, and return what a name server would tell of it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    (folder / "dkim.pem").write_bytes(private)
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
