"""What a copy of a large district costs: `python -m tests.bench.safekeeping` prints JSON.

The folder, the keys and the sealing are the real ones; `--megabytes` of kept pages fill it, and
somebody writes all the time while it is copied. It is restored in another folder, as on a new
machine.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import monotonic

from monitor.app import Environment
from monitor.config.sections import Config, DistrictConfig, MailConfig
from monitor.db.backup_files import Backup, KeyBackup, begin_backup
from monitor.db.database import DATABASE_FILE, Database
from monitor.demo.setup import StoryClock
from monitor.domain.consent import Consent
from monitor.domain.person import Person, PersonName
from monitor.domain.vocabulary import Scope
from monitor.services.backups import BackupTarget, back_up, restore_district
from scrapers.models import Outcome, Page, ParsedPage, ParseResult, Query, QueryKind, Request

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PEOPLE = 50
PAGE_BYTES = 64_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Times are in seconds.

    `copied` is until all files are on the disk, `backed_up` until the copy was restored on trial,
    too. `writes` were made while it was copied, the slowest in `slowest_write`.
    """

    megabytes: float
    copied: float
    writes: int
    slowest_write: float
    backed_up: float
    restored: float
    people: int
    erased_absent: bool


def measured(megabytes: int, folder: Path) -> Figures:
    config = _config(folder / "state")
    with Database.create_or_open_folder(config.state) as state:
        people = [_joined(state, number) for number in range(PEOPLE)]
        _filled(state, people, megabytes)
        size = (config.state / DATABASE_FILE).stat().st_size / 1e6
        with _writing(config.state) as times:
            copied = _seconds(lambda: begin_backup(config.state, folder / "bare", NOW, frozenset()))
        copies, keys = folder / "copies", folder / "keys"
        target = BackupTarget(folder=copies, keys=keys)
        backed_up = _seconds(lambda: back_up(state, config, NOW, target))
        state.people.erase_person(people[0])
        KeyBackup(keys).back_up_keys(state)
    elsewhere = _config(folder / "new")
    later = Environment(clock=StoryClock(NOW + timedelta(days=1)))
    (copy,) = copies.iterdir()
    restored = _seconds(lambda: restore_district(elsewhere, later, Backup(copy), KeyBackup(keys)))
    with Database.open_folder(elsewhere.state) as state:
        left = state.people.list_person_ids()
    return Figures(
        megabytes=round(size, 1),
        copied=copied,
        writes=len(times),
        slowest_write=round(max(times), 3),
        backed_up=backed_up,
        restored=restored,
        people=len(left),
        erased_absent=people[0] not in left,
    )


def _seconds(work: Callable[[], object]) -> float:
    began = monotonic()
    work()
    return round(monotonic() - began, 2)


def _joined(state: Database, number: int) -> str:
    ref = f"{number:032x}"
    name = PersonName(given="Invented", family=f"Number-{number}")
    mail = f"{number}@cedar.example"
    state.people.insert_person(
        Person(id=ref, name=name, mail=mail, organization="Cedar Valley", zone="America/Chicago")
    )
    scopes = frozenset({Scope.PROFILES})
    state.consents.insert_consent(
        Consent(
            person_id=ref,
            text_version="1",
            text_hash="aa",
            scopes=scopes,
            given_at=NOW,
            expires_at=NOW + timedelta(days=365),
        )
    )
    return ref


def _filled(state: Database, people: list[str], megabytes: int) -> None:
    """Keep pages that no compression makes smaller, until the database is as large."""
    drawn = Random(1)  # noqa: S311 - it only fills a page
    path, number = state.people.connection.path, 0
    while path.stat().st_size < megabytes * 1e6:
        with state.begin_transaction():
            for _ in range(100):
                number += 1
                state.pages.insert_pages("", 1, [_page(people[number % PEOPLE], number, drawn)])
        state.people.connection.checkpoint()


def _page(person: str, number: int, drawn: Random) -> ParsedPage:
    request = Request(url=f"https://alpha.example/{number}")
    query = Query(
        source="alpha",
        kind=QueryKind.PROFILE,
        terms=(str(number),),
        request=request,
        subject=person,
    )
    body = drawn.randbytes(PAGE_BYTES)
    page = Page(url=request.url, status=200, body=body, fetched_at=NOW)
    return ParsedPage(query=query, page=page, result=ParseResult(outcome=Outcome.FOUND))


@contextmanager
def _writing(folder: Path) -> Iterator[list[float]]:
    """Write as a busy sweep does, and tell how long each write took."""
    times: list[float] = []
    ended = Event()

    def write() -> None:
        with Database.open_folder(folder) as state:
            while not ended.wait(0.002):
                began = monotonic()
                with state.begin_transaction():
                    state.jobs.ensure_job("written", str(len(times)), NOW)
                times.append(monotonic() - began)

    writer = Thread(target=write)
    writer.start()
    while not times:
        ended.wait(0.01)
    times.clear()
    try:
        yield times
    finally:
        ended.set()
        writer.join()


def _config(state: Path) -> Config:
    district = DistrictConfig(
        id="cedar-valley",
        name="Cedar Valley",
        zone="America/Chicago",
        domains=("cedar.example",),
        contact="it@cedar.example",
    )
    return Config(
        state=state, district=district, mail=MailConfig(sender="Namesake <n@cedar.example>")
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=200)
    with TemporaryDirectory() as folder:
        figures = measured(parser.parse_args().megabytes, Path(folder))
    json.dump(asdict(figures), sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
