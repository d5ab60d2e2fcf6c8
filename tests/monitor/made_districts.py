"""Made-up districts in a folder, with people who may be asked about."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from shutil import copytree, ignore_patterns

from monitor.config.sections import CONSENT_DURATION
from monitor.db.database import Database
from monitor.demo.district import StaffMember
from monitor.domain.consent import Consent
from monitor.domain.person import PersonName
from tests.bench import scale

CONFIG_FILE = "namesake.toml"
FRIDAY = datetime(2026, 9, 11, 20, tzinfo=UTC)
JOINED = FRIDAY - timedelta(days=1)
# In the night to Sunday, every sweep is due.
SUNDAY = datetime(2026, 9, 13, 8, tzinfo=UTC)
CATALOG = "catalog.json"
MOST_PEOPLE = 6_000
# Written in letters that no site allows in a handle, so the declared handle alone is asked about.
UNGUESSABLE = PersonName(given="美香", family="鈴木")
SETTINGS = """\
state = "state"

[district]
id = "{name}"
name = "District of {name}"
zone = "America/Chicago"
domains = ["{name}.example"]
contact = "privacy@{name}.example"

[mail]
sender = "Namesake <namesake@{name}.example>"

[portal]
address = "https://namesake.{name}.example"

[sources.bluesky]
enabled = false

[sources.sites]
own = false
files = ["../catalog.json"]
"""


def make_districts(folder: Path, names: tuple[str, ...], people: int, sites: int) -> None:
    """Make districts whose people have handles that no other district has."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CATALOG).write_text(json.dumps(scale.build_site_catalog(sites)), "utf-8")
    for number, name in enumerate(names):
        make_district(folder, name, _list_members(number, people))


def make_district(folder: Path, name: str, members: tuple[StaffMember, ...]) -> None:
    path = folder / name
    path.mkdir()
    (path / CONFIG_FILE).write_text(SETTINGS.format(name=name), "utf-8")
    with Database.create_or_open_folder(path / "state") as db:
        enroll_members(db, name, members)


def copy_elsewhere(district: Path, copy: Path) -> None:
    """Copy a district as someone does who takes it for a pattern: with another address."""
    copytree(district, copy, ignore=ignore_patterns("*.sock"))
    write_elsewhere(copy / CONFIG_FILE, district.name, copy.name)


def write_elsewhere(config: Path, name: str, other: str) -> None:
    text = config.read_text("utf-8")
    config.write_text(text.replace(f"namesake.{name}.", f"namesake.{other}."), "utf-8")


def enroll_members(db: Database, name: str, members: tuple[StaffMember, ...]) -> None:
    with db.begin_transaction():
        for member in members:
            mail = member.person.mail.partition("@")[0] + f"@{name}.example"
            db.people.insert_person(replace(member.person, name=UNGUESSABLE, mail=mail))
            consent = Consent(
                person_id=member.person.id,
                text_version="1",
                text_hash="",
                scopes=member.scopes,
                given_at=JOINED,
                expires_at=JOINED + CONSENT_DURATION,
            )
            db.consents.insert_consent(consent)


def list_handles(number: int, people: int) -> list[str]:
    """Return the handles of the people of the district with this number."""
    return [member.person.handles[0] for member in _list_members(number, people)]


def _list_members(number: int, people: int) -> tuple[StaffMember, ...]:
    return _build_everyone()[number * people : (number + 1) * people]


@cache
def _build_everyone() -> tuple[StaffMember, ...]:
    return scale.build_staff(MOST_PEOPLE)
