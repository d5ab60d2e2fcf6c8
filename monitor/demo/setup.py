"""The demo's folder, configuration and roster: a district that touches nothing else.

The story's time, which only the story moves.
"""

import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path

from monitor.config.sections import (
    BlueskyConfig,
    Config,
    DistrictConfig,
    MailConfig,
    PortalConfig,
    SearxNGConfig,
    SiteCatalogConfig,
    SourcesConfig,
    StudentsConfig,
)
from monitor.demo import district
from monitor.demo import fake_bluesky as appview
from monitor.demo import fake_searxng as engine
from monitor.demo import response as cdn
from monitor.domain.email import Envelope
from monitor.domain.errors import InputError
from monitor.domain.students.name_forms import RosterStudent
from monitor.student_matcher.keys import KEY_BYTES, build_roster, write_tokens

MARKER = ".namesake-demo"
PORTAL_URL = f"https://namesake.{district.MAIL_DOMAIN}"
CATALOG_FILE = Path(__file__).parent / "catalog.json"


def clear_folder(folder: Path) -> Path:
    """Empty a folder that an earlier demo made; refuse one that holds anything else."""
    if folder.exists() and not (folder / MARKER).exists() and any(folder.iterdir()):
        reason = f"{folder} holds something that no demo made; name another folder with --out."
        raise InputError(reason)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARKER).touch()
    return folder


def build_config(folder: Path) -> Config:
    """Configure Cedar Valley, with emails written to the folder."""
    return Config(
        state=folder / "state",
        district=DistrictConfig(
            id=district.DISTRICT_ID,
            name=district.NAME,
            zone=district.ZONE,
            domains=(district.MAIL_DOMAIN,),
            places=(district.TOWN,),
            contact=district.CONTACT,
            reviewers=district.REVIEWERS,
        ),
        mail=MailConfig(sender=f"Namesake <{district.SENDER}>", reply_to=district.CONTACT),
        sources=SourcesConfig(
            searxng=SearxNGConfig(url=f"http://{engine.HOST}", canary=engine.CANARY),
            bluesky=BlueskyConfig(
                url=f"http://{appview.HOST}",
                pictures=f"http://{cdn.HOST}",
                canary=appview.CANARY,
            ),
            sites=SiteCatalogConfig(own=False, files=(CATALOG_FILE,)),
        ),
        students=StudentsConfig(
            enabled=True,
            tokens=folder / "roster.tokens",
            key_file=folder / "roster.key",
            schools=(*district.SCHOOLS, *district.SCHOOL_ABBREVIATIONS),
        ),
        portal=PortalConfig(address=PORTAL_URL),
    )


def hash_roster(config: Config) -> None:
    """Do what the desk that holds the roster does; the names stay there."""
    students = config.students
    if students.tokens is None or students.key_file is None:
        return
    key = secrets.token_bytes(KEY_BYTES)
    pupils = (
        RosterStudent(names=((student.given, student.family),))
        for student in district.load_students()
    )
    write_tokens(students.tokens, build_roster(pupils, key, datetime.now(UTC).date()))
    students.key_file.touch(mode=0o600)
    students.key_file.write_text(key.hex(), "ascii")


def build_id_source(word: str) -> Callable[[], str]:
    """Return ids that look drawn and are the same in every run."""
    numbers = count(1)
    return lambda: sha256(f"{word} {next(numbers)}".encode()).hexdigest()[:32]


def name_email_file(envelope: Envelope) -> str:
    reader = envelope.recipient.partition("@")[0]
    mark = sha256(envelope.message_id.encode()).hexdigest()[:4]
    return f"{envelope.sent_at:%Y-%m-%d}-{envelope.kind}-{reader}-{mark}"


@dataclass(frozen=True, slots=True)
class RunningClock:
    """Goes on from an instant of the story as fast as real time does."""

    since: datetime
    started_at: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        return self.since + timedelta(seconds=self.monotonic() - self.started_at)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass(slots=True)
class StoryClock:
    """The story sets `now`; waits between requests are real, and the story sets them to 0."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
