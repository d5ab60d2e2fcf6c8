"""The emails of the demo, as their readers' mail programs would show them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from reports.pages.demo import DemoEmail


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoMailbox:
    """The outbox of a played story.

    `story_address` is where its emails say that the pages are, `address` where they are now.
    """

    folder: Path
    story_address: str = ""
    address: str = ""

    def list_emails(self) -> tuple[DemoEmail, ...]:
        """Return all emails, the last one sent first."""
        # Some have the same minute: then the clock of the file system knows.
        paths = sorted(self.folder.glob("*.eml"), key=lambda each: each.stat().st_mtime_ns)
        emails = sorted(self._read_emails(paths), key=lambda each: each.sent_at)
        return tuple(reversed(emails))

    def _read_emails(self, paths: Iterable[Path]) -> Iterator[DemoEmail]:
        for path in paths:
            message = message_from_bytes(path.read_bytes(), policy=policy.default)
            yield DemoEmail(
                name=path.stem,
                to=str(message["To"]),
                subject=str(message["Subject"]),
                sent_at=parsedate_to_datetime(str(message["Date"])),
                text=self._read_part(message, "plain"),
                html=self._read_part(message, "html"),
            )

    def _read_part(self, message: EmailMessage, kind: str) -> str:
        body = message.get_body((kind,))
        text = str(body.get_content()) if body else ""
        return text.replace(self.story_address, self.address) if self.story_address else text
