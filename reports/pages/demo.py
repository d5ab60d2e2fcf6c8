"""The pages of a demonstration: whom to be, and everyone's mailbox."""

from dataclasses import dataclass
from datetime import datetime

from reports.pages.layout import PageFrame, render_page


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
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailView:
    email: DemoEmail
    zone: str


def render_cast(view: CastView, frame: PageFrame) -> str:
    return render_page("cast", view, frame)


def render_mailbox(view: MailboxView, frame: PageFrame) -> str:
    return render_page("demo_mailbox", view, frame)


def render_email(view: EmailView, frame: PageFrame) -> str:
    return render_page("demo_email", view, frame)
