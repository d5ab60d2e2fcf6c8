"""What a first digest takes: 400 invented staff, one file of answers, and who joins by HTTP."""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

from monitor.domain.vocabulary import Scope
from tests.real.journeys import FAMILY, GIVEN, Browser

STAFF = 400
ANSWERS = """\
name = "Oak Hill Unified"
domains = ["oakhill.test"]
contact = "it@oakhill.test"
reviewers = ["a.lee@oakhill.test", "r.ortiz@oakhill.test"]
staff_file = "{staff}"
invite_staff = true
mail_host = "{mail_host}"
mail_security = "relay"
mail_port = {mail_port}
portal_address = "{portal}"
search = "{search}"
"""
# Moves everyone's Monday to now, as no test waits for it, and says how many there are. It runs
# where the database is: the name of a file in /proc/PID/root means another file to SQLite.
MAKE_DIGESTS_DUE = """\
import sqlite3, sys
from datetime import UTC, datetime
now = datetime.now(UTC).isoformat(timespec="microseconds")
with sqlite3.connect(sys.argv[1], timeout=60) as connection:
    moved = connection.execute("UPDATE jobs SET due_at = ? WHERE name = 'digest'", (now,))
print(moved.rowcount)
"""
MOST_STEPS = 12
INVITATION, FIRST_DIGEST = "an invitation", "your first overview"


def name_of(number: int) -> tuple[str, str]:
    messages = "".join(chr(ord("a") + digit) for digit in divmod(number, 26))
    return GIVEN[number % len(GIVEN)], f"{FAMILY[number % len(FAMILY)]}{messages}"


def mail_of(number: int) -> str:
    return ".".join(name_of(number)).lower() + "@oakhill.test"


def write_staff_lines() -> str:
    lines = (f"{mail_of(number)},{','.join(name_of(number))}" for number in range(STAFF))
    return "\n".join(("email,first name,last name", *lines, ""))


def follow_invitation(browser: Browser, text: str) -> None:
    """Join as the reader of this email does, page by page."""
    code = re.findall(r"/join/(?!not-me)(?:code/)?([\w.-]+)", text)[0]
    answer = browser.submit(f"/join/code/{code}", "/join/code")
    for _ in range(MOST_STEPS):
        place = answer.headers["Location"].partition("#")[0]
        if place.startswith("/me"):
            return
        typed = {"scopes": [Scope.SEARCH.value]} if place.endswith("/scopes") else {}
        answer = browser.submit(place, place, **typed)
    raise LookupError(place)


def read_recipient(email: EmailMessage) -> str:
    return parseaddr(str(email["To"]))[1]


@dataclass(frozen=True, slots=True)
class MailFolder:
    """Where `settings/mail_server.py` puts what it takes."""

    path: Path

    def list_emails(self, words: str = "") -> Iterator[EmailMessage]:
        """Return those that hold these words: to parse all would take long."""
        for path in sorted(self.path.glob("*.eml")):
            if words.encode() in (email := path.read_bytes()):
                yield message_from_bytes(email, policy=policy.default)

    def find_text(self, number: int, subject: str = "") -> str:
        """Return the text of the first email to someone with these words; empty if none came."""
        for email in self.list_emails(mail_of(number)):
            if read_recipient(email) == mail_of(number) and subject in str(email["Subject"]):
                body = email.get_body(("plain",))
                return str(body.get_content()) if body else ""
        return ""

    def has_digests(self, numbers: Iterable[int]) -> bool:
        return all(self.find_text(number, FIRST_DIGEST) for number in numbers)

    def list_invited(self) -> list[str]:
        emails = (email for email in self.list_emails() if INVITATION in str(email["Subject"]))
        return [read_recipient(email) for email in emails]


def count_checked_sources(said: str) -> int:
    """Read how many sources a sweep could check off what the command says."""
    found = re.search(r"^(\d+) of \d+ sources checked", said, re.MULTILINE)
    return int(found[1]) if found else 0


if __name__ == "__main__":
    # In the network of another system, with the text of an invitation on the standard input.
    follow_invitation(Browser(sys.argv[1]), sys.stdin.read())
