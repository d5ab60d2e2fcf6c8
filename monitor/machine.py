"""The machine's own part of a checkup: files and their rights, room, the clock's zones, mail."""

import shutil
import stat
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from monitor.config import Config, zone_exists
from monitor.domain import condition
from monitor.domain.checkup import Checked, bad, fine, warned
from monitor.domain.envelope import Envelope, Verdict, message_id
from monitor.errors import ConfigError, NotPermittedError, ReplacedError, UnavailableError
from monitor.mail import SmtpPost
from monitor.store.lock import StateLock
from monitor.store.open_files import deleted_files, find_processes, has_locks
from monitor.store.sealing import KEYS_DATABASE
from monitor.store.state import DATABASE, bytes_of
from reports.press import LetterKind, printed
from reports.upkeep import TrialView

OTHERS = stat.S_IRWXG | stat.S_IRWXO
WRITABLE = stat.S_IWGRP | stat.S_IWOTH
LOOKS = 10
LOOK_SECONDS = 0.1


def of_files(config: Config, path: Path) -> Iterator[Checked]:
    """See that what is secret is its owner's alone, and that nobody else can turn the screws."""
    secret = [config.state, config.state / DATABASE, config.state / KEYS_DATABASE]
    key_file = config.students.key_file
    if key_file is not None and key_file.exists():
        secret.append(key_file)
        if key_file.resolve().is_relative_to(config.state.resolve()):
            told = f"The roster key lies in the state folder: {key_file}."
            remedy = "Move it elsewhere, and name its new place under [students]."
            yield bad("files", told, remedy, ConfigError.exit_code)
    open_to = [each for each in secret if each.exists() and each.stat().st_mode & OTHERS]
    for each in open_to:
        told, remedy = f"Others than its owner can reach {each}.", f"chmod go= {each}"
        yield bad("files", told, remedy, NotPermittedError.exit_code)
    if path.stat().st_mode & WRITABLE:
        told, remedy = f"Others than its owner can change {path}.", f"chmod go-w {path}"
        yield bad("files", told, remedy, NotPermittedError.exit_code)
    elif not open_to:
        yield fine("files", "The folder, the database and the keys are their owner's alone.")


def of_open_files(config: Config) -> Iterator[Checked]:
    """See that each process that uses the databases is seen by the others, as locks show."""
    used = [
        (process, path)
        for path in (config.state / DATABASE, config.state / KEYS_DATABASE)
        for process in find_processes(path)
    ]
    unseen = [(process, path) for process, path in used if not _is_seen(process, path)]
    for process, path in unseen:
        told = f"Process {process} uses {path.name} unseen by others: what it writes may be lost."
        remedy = "Stop it, run `namesake backup`, and start it again."
        yield bad("processes", told, remedy, ReplacedError.exit_code)
    if not unseen:
        count = len({process for process, _ in used})
        yield fine("processes", f"Using the database now: {count}. Each holds its locks.")


def _is_seen(process: int, path: Path) -> bool:
    """Say whether it holds locks, and no deleted file; one that has just begun has none yet."""
    for _ in range(LOOKS):
        if deleted_files(process, path):
            return False
        if has_locks(process, path) or process not in find_processes(path):
            return True
        time.sleep(LOOK_SECONDS)
    return False


def of_room(config: Config) -> Checked:
    """Ask the disk itself: a full one may not even let the database be opened."""
    database = bytes_of(config.state / DATABASE)
    return condition.of_room(shutil.disk_usage(config.state).free, database)


def of_zones(config: Config) -> Checked:
    zone = config.district.zone
    if zone_exists(zone):
        return fine("zone", f"{zone} is known here.")
    remedy = "Install the package tzdata."
    return bad("zone", f"{zone} is not known here.", remedy, ConfigError.exit_code)


def of_service(config: Config) -> Checked:
    if StateLock(config.state).taken():
        return fine("service", "It runs, and holds the state folder.")
    remedy = "Start it: `systemctl start namesake`, or `namesake run`."
    return bad("service", "It does not run.", remedy, UnavailableError.exit_code)


def of_trial(config: Config, post: SmtpPost, now: datetime) -> Checked:
    """Send a letter to the contact, by the way that all letters take."""
    letter = printed(
        TrialView(
            name="operators",
            district=config.district.name,
            zone=config.district.zone,
            why="You get this letter because the contact of Namesake is you.",
            leave="Nobody sends another one unasked.",
            review_url="",
        )
    )
    period = now.isoformat(timespec="seconds")
    name = (config.district.ref, "contact", LetterKind.TRIAL.value, period)
    envelope = Envelope(
        recipient=config.district.contact,
        message_id=message_id(*name, domain=config.mail_domain),
        sent_at=now,
        kind=LetterKind.TRIAL,
        period=period,
    )
    delivery = post.deliver(letter, envelope)
    if delivery.verdict is Verdict.ACCEPTED:
        return fine("mail", "A letter went out to the contact of the district: does it arrive?")
    told = f"A letter to the contact of the district was not taken: {delivery.note}."
    return bad("mail", told, "See [mail] in the configuration.", UnavailableError.exit_code)


def of_mail(config: Config, post: SmtpPost | None) -> Checked:
    """Greet the mail server and sign in, and send nothing."""
    if post is None:
        told = f"There is no mail server: letters are written to {config.state / 'outbox'}."
        return warned("mail", told, "Name one under [mail]; until then nobody can be invited.")
    trouble = post.greeted()
    where = f"{config.mail.host}:{config.mail.port}"
    if trouble:
        remedy = "See [mail] in the configuration, and the secret `smtp-password`."
        return bad("mail", f"{where}: {trouble}.", remedy, UnavailableError.exit_code)
    return fine("mail", f"{where} takes our greeting and our sign-in.")
