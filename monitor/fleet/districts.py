"""Many districts in one folder: which there are, what each may know, and how one leaves.

Each has a folder of its own with its configuration, state, keys and secrets, as if it were alone.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from msgspec import structs

from monitor.annexes import discover_annexes
from monitor.app import Environment
from monitor.config.file import load_config
from monitor.config.sections import CURRENT_DISTRICT, BackupConfig, Config, read_secret
from monitor.db.database import Database
from monitor.db.files import PRIVATE_MODE, write_file
from monitor.domain.errors import (
    CannotWriteError,
    ConfigError,
    InputError,
    MonitorError,
    describe_error_location,
)
from monitor.fleet.config import FleetFile
from monitor.fleet.db.shared import SHARED_DATABASE, SharedDatabase, SharedMemories
from monitor.services.backups import BackupRotation, BackupTarget, back_up
from monitor.services.changed_backups import back_up_changes
from monitor.services.health import Vitals, collect_vitals
from monitor.services.setup_files import ROSTER_KEY, list_secret_names, spell_as_variables

LOG = logging.getLogger(__name__)
DISTRICT_CONFIG = "namesake.toml"
SECRETS_FOLDER = "secrets"
# A file of this name in a district's folder has the service let go of it.
LEAVING_FILE = "leaving"
# In the folder of districts: this machine's service lets go of all of them.
DRAINED_FILE = "drained"
NO_BACKUPS = BackupConfig()
REMOVED_SUFFIX = ".removed"
FLEET_KEY, WORKER_KEY = "fleet-key", "worker-key"
DISTRICT_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
# Whoever runs the process may lend districts its API keys and its mail server. What tells people
# and programs of one district from those of another is each one's own.
NEVER_LENT = frozenset(
    {
        *(ROSTER_KEY, "oidc-secret", "metrics-token", "bounces-password"),
        *("notify-operators", "notify-reviewers"),
        *(secret for annex in discover_annexes() for secret in annex.secrets),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictFolder:
    """The name of a district's folder is its name here, and in logs and metrics.

    `backup` has the folders for the backups of all districts.
    """

    name: str
    path: Path
    backup: BackupConfig = NO_BACKUPS

    @property
    def config_path(self) -> Path:
        return self.path / DISTRICT_CONFIG

    @property
    def is_leaving(self) -> bool:
        return (self.path / LEAVING_FILE).exists()

    def load_config(self) -> Config:
        """Read its file; a district that names no folder for its backups has one by its name."""
        config, places = load_config(self.config_path), self.backup
        if config.backup != NO_BACKUPS:
            return config
        own = BackupConfig(
            folder=places.folder / self.name if places.folder else None,
            keys=places.keys / self.name if places.keys else None,
        )
        return structs.replace(config, backup=own)


def list_district_folders(
    folder: Path, backup: BackupConfig = NO_BACKUPS
) -> tuple[DistrictFolder, ...]:
    """Return each folder that has a configuration, by name. Raises InputError without a folder."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        reason = f"{folder} cannot be read ({error.strerror}): name the folder of districts."
        raise InputError(reason) from error
    return tuple(
        DistrictFolder(name=path.name, path=path, backup=backup)
        for path in entries
        if DISTRICT_NAME.fullmatch(path.name) and (path / DISTRICT_CONFIG).is_file()
    )


def is_drained(folder: Path) -> bool:
    return (folder / DRAINED_FILE).exists()


def find_district_folder(folder: Path, name: str) -> DistrictFolder:
    found = next(
        (
            district_folder
            for district_folder in list_district_folders(folder)
            if district_folder.name == name
        ),
        None,
    )
    if found is None:
        reason = f"There is no district {name!r} in {folder}. `namesake fleet list` shows them."
        raise InputError(reason)
    return found


def build_district_environment(environment: Environment, district: DistrictFolder) -> Environment:
    """Give a district its own secrets, and those that the process lends to all."""
    variables = environment.variables
    lent = {
        name: secret
        for name in list_secret_names() - NEVER_LENT
        if (secret := read_secret(name, variables))
    }
    own = dict(_read_own_secrets(district.path / SECRETS_FOLDER))
    plain = {
        name: text
        for name, text in variables.items()
        if not name.startswith("NAMESAKE_") and name != "CREDENTIALS_DIRECTORY"
    }
    return replace(environment, variables={**plain, **spell_as_variables({**lent, **own})})


def _read_own_secrets(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*")):
        with suppress(OSError, UnicodeDecodeError):
            if text := path.read_text("utf-8").strip():
                yield path.name, text


def build_extra_error() -> ConfigError:
    return ConfigError(
        "Machines of a fleet need the optional extra `fleet` "
        "(pip install -r requirements-fleet.txt)."
    )


@contextmanager
def open_memories(
    file: FleetFile, environment: Environment, patience: timedelta | None = None
) -> Iterator[SharedMemories]:
    """Open what districts share: PostgreSQL where the configuration names one, else a file."""
    if not file.fleet.database:
        with SharedDatabase.open_folder(file.fleet.districts) as shared:
            yield shared
        return
    try:
        from monitor.fleet.db.memories import FleetMemories  # noqa: PLC0415 - only an extra brings it
    except ImportError as error:
        raise build_extra_error() from error
    secret = read_secret(FLEET_KEY, environment.variables)
    given = {} if patience is None else {"patience": patience}
    with FleetMemories.open_address(
        file.fleet.database, secret, environment.clock, **given
    ) as memories:
        yield memories


@contextmanager
def find_memories(file: FleetFile, environment: Environment) -> Iterator[SharedMemories | None]:
    """Open what districts share, if there is anything yet: looking makes no file."""
    if not file.fleet.database and not (file.fleet.districts / SHARED_DATABASE).exists():
        yield None
        return
    with open_memories(file, environment) as memories:
        yield memories


def collect_fleet_vitals(folder: Path, now: datetime) -> tuple[dict[str, Vitals], dict[str, str]]:
    """Return the numbers of each district, and the faults of those that cannot be opened."""
    vitals, faults = {}, {}
    for district_folder in list_district_folders(folder):
        try:
            with Database.open_folder(district_folder.load_config().state) as db:
                vitals[district_folder.name] = collect_vitals(db, now)
        except MonitorError as error:
            faults[district_folder.name] = str(error)
    return vitals, faults


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictBackup:
    """How the backup of one district went; `fault` is why there is none.

    `path` is empty then, and `keys` where no copy of the keys was made.
    """

    district: str
    path: str = ""
    bytes: int = 0
    removed: int = 0
    keys: str = ""
    seconds: float = 0.0
    fault: str = ""


def back_up_districts(
    districts: Iterable[DistrictFolder],
    now: datetime,
    rotation: BackupRotation,
    places: BackupConfig = NO_BACKUPS,
    *,
    changed: bool = False,
) -> Iterator[DistrictBackup]:
    """Back up one district after another: into `places`, or else where its configuration says.

    What goes wrong with one stops no other: it is told, and its last backup stays. `changed` leaves
    out those that did not change since their last backup.
    """
    taken: dict[Path, str] = {}
    for district in districts:
        token, began = CURRENT_DISTRICT.set(district.name), monotonic()
        try:
            target = _find_target(district, rotation, places, taken)
            done = _back_up_district(district, now, target, changed=changed)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other districts go on
            known = isinstance(error, MonitorError)
            fault = str(error) if known else describe_error_location(error)
            LOG.error("district_set_aside", extra={"reason": fault})  # noqa: TRY400 - its trace may quote
            done = DistrictBackup(district=district.name, fault=fault)
        finally:
            CURRENT_DISTRICT.reset(token)
        yield replace(done, seconds=round(monotonic() - began, 1))


def _find_target(
    district: DistrictFolder,
    rotation: BackupRotation,
    places: BackupConfig,
    taken: dict[Path, str],
) -> BackupTarget:
    config = district.load_config()
    folder = places.folder / district.name if places.folder else config.backup.folder
    keys = places.keys / district.name if places.keys else config.backup.keys
    if folder is None:
        reason = f"No backup folder. Set `folder` under [backup] in {district.config_path}."
        raise InputError(reason)
    for place in filter(None, (folder, keys)):
        owner = _find_owner(taken, place.resolve())
        if owner is not None:
            # Each would delete the old backups of the other, and overwrite its keys.
            reason = f"{place} has the backups of {owner}. Give each district folders of its own."
            raise InputError(reason)
    taken.update({path.resolve(): district.name for path in (folder, keys) if path})
    return BackupTarget(folder=folder, keys=keys, rotation=rotation)


def _back_up_district(
    district: DistrictFolder, now: datetime, target: BackupTarget, *, changed: bool
) -> DistrictBackup:
    config = district.load_config()
    if changed:
        done = back_up_changes(config, now, target)
    else:
        with Database.open_folder(config.state) as db:
            done = back_up(db, config, now, target)
    if target.folder.is_dir():
        save_configuration(district, target.folder)
    if done is None:
        return DistrictBackup(district=district.name)
    return DistrictBackup(
        district=district.name,
        path=str(done.backup.path),
        bytes=done.backup.size_bytes,
        removed=done.removed,
        keys=str(target.keys or ""),
    )


def save_configuration(district: DistrictFolder, folder: Path) -> None:
    """Keep a district's configuration beside its copies: there are no secrets in it."""
    content, saved = district.config_path.read_bytes(), folder / DISTRICT_CONFIG
    with suppress(FileNotFoundError):
        if saved.read_bytes() == content:
            return
    write_file(saved, content, PRIVATE_MODE)


def _find_owner(taken: Mapping[Path, str], place: Path) -> str | None:
    """Return which district has backups in a folder, above it or below it; None if none has."""
    near = (
        name
        for path, name in taken.items()
        if path.is_relative_to(place) or place.is_relative_to(path)
    )
    return next(near, None)


def check_new_name(folder: Path, name: str) -> DistrictFolder:
    """Return where a new district goes. Raises InputError for a name that cannot be used."""
    if not DISTRICT_NAME.fullmatch(name):
        reason = f"{name!r} cannot be used: write lower-case letters, digits and hyphens."
        raise InputError(reason)
    path = folder / name
    if path.exists():
        reason = f"{path} exists. Choose another name, or remove that district first."
        raise InputError(reason)
    return DistrictFolder(name=name, path=path)


def ask_to_leave(district: DistrictFolder) -> None:
    """Have a running service let go of a district; it looks every few seconds."""
    try:
        (district.path / LEAVING_FILE).touch()
    except OSError as error:
        reason = f"{district.path} cannot be written ({error.strerror}): check its permissions."
        raise CannotWriteError(reason) from error


def move_out(district: DistrictFolder, memories: SharedMemories | None = None) -> Path:
    """Rename the folder so that no service takes it up; what is in it stays as it is."""
    target = rename_folder(district, REMOVED_SUFFIX)
    if memories is not None:
        memories.districts.delete_district_record(district.name)
    return target


def rename_folder(district: DistrictFolder, suffix: str) -> Path:
    """Give a district's folder a name that no service takes up."""
    target = district.path.with_name(f"{district.name}{suffix}")
    if target.exists():
        reason = f"{target} exists from before. Move it away, then try again."
        raise InputError(reason)
    try:
        district.path.rename(target)
        (target / LEAVING_FILE).unlink(missing_ok=True)
    except OSError as error:
        reason = f"{district.path} cannot be renamed ({error.strerror}): check the folder."
        raise CannotWriteError(reason) from error
    return target
