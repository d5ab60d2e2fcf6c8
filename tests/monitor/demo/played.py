"""The demo, played into a folder, with its emails opened and its visits counted."""

import os
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path

import pytest

from monitor.demo import data as days
from monitor.demo import story
from monitor.demo.response import FakeRequest
from monitor.demo.server import WebServer
from monitor.demo.story import Story, play_story


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    text: str
    whole: str
    day: str
    kind: str
    sent_at: datetime


@dataclass(frozen=True)
class Played:
    story: Story
    visits: tuple[FakeRequest, ...]
    folder: Path
    processor_seconds: float

    @cached_property
    def mails(self) -> tuple[Mail, ...]:
        return tuple(map(opened, self.story.emails))

    def digest(self, to: str, week: int) -> Mail:
        day = f"{days.compute_sweep_time(week):%Y-%m-%d}"
        (mail,) = (
            text for text in self.mails if (text.to, text.kind, text.day) == (to, "digest", day)
        )
        return mail


def opened(email: story.StoryEmail) -> Mail:
    path = Path(email.path)
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
    text, html = (body.get_content() for body in bodies if body is not None)
    *date, kind = path.name.split("-")[:4]
    return Mail(
        to=email.to,
        subject=email.subject,
        text=" ".join(text.split()),
        whole=" ".join(f"{email.subject} {text} {html}".split()),
        day="-".join(date),
        kind=kind,
        sent_at=parsedate_to_datetime(str(message["Date"])),
    )


def played_into(folder: Path) -> Played:
    servers: list[WebServer] = []

    class Observed(WebServer):
        def __init__(self, *args: object, **more: object) -> None:
            super().__init__(*args, **more)
            servers.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(story, "WebServer", Observed)
        began = measure_processor_seconds()
        told = play_story(folder)
        spent = measure_processor_seconds() - began
    (server,) = servers
    return Played(story=told, visits=tuple(server.visits), folder=folder, processor_seconds=spent)


def measure_processor_seconds() -> float:
    """Return what this process and its ended children spent: what else runs does not count."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
