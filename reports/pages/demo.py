"""The pages of a demonstration: whom to be, and everyone's mailbox."""

from dataclasses import dataclass
from datetime import datetime

from reports.pages.layout import build_renderer


@dataclass(frozen=True, slots=True, kw_only=True)
class CastMember:
    """`part` says in a few words who they are and what is to be seen.

    Someone who was invited and has not joined is no reader yet, and has the address of their
    emails in `inbox` instead.
    """

    reader: str
    name: str
    part: str
    group: str
    inbox: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CastView:
    """`here` is who one is at the moment, empty for no one."""

    actors: tuple[CastMember, ...]
    here: str = ""

    @property
    def groups(self) -> dict[str, list[CastMember]]:
        groups: dict[str, list[CastMember]] = {}
        for actor in self.actors:
            groups.setdefault(actor.group, []).append(actor)
        return groups


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoEmail:
    """An email as sent; `name` is that of its file."""

    name: str
    to: str
    subject: str
    sent_at: datetime
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxView:
    """All emails, or those to one address."""

    emails: tuple[DemoEmail, ...]
    to: str


render_cast = build_renderer("cast", CastView)
render_mailbox = build_renderer("demo_mailbox", MailboxView)
render_email = build_renderer("demo_email", DemoEmail)
