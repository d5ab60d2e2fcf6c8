"""The demo's folder, configuration and roster: a district that touches nothing else.

The story's time, which only the story moves.
"""

import json
import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path

from monitor.config.file import parse_config
from monitor.config.sections import Config
from monitor.demo import district
from monitor.domain.email_delivery import Envelope
from monitor.domain.errors import InputError
from monitor.domain.students.name_forms import RosterStudent
from monitor.student_matcher.keys import KEY_BYTES, build_roster, write_tokens

MARKER = ".namesake-demo"
CONFIG_FILE = "namesake.toml"
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
    """Configure Cedar Valley, with everything in the folder, emails as well."""
    return parse_config(folder / CONFIG_FILE, read_config_text(), Config)


def read_config_text() -> str:
    """Return the demo's configuration, with the place of its list of sites."""
    text = Path(__file__).with_name(CONFIG_FILE).read_text("utf-8")
    return text.replace(f'"{CATALOG_FILE.name}"', json.dumps(str(CATALOG_FILE)))


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
