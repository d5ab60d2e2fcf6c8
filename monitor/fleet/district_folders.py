"""Many districts in one folder: which there are, what each may know, and how one leaves.

Each has a folder of its own with its configuration, state, keys and secrets, as if it were alone.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from msgspec import structs

from monitor.annexes import discover_annexes
from monitor.app import Environment
from monitor.app.sources import build_sources
from monitor.config.file import load_config
from monitor.config.sections import (
    CURRENT_DISTRICT,
    PORTAL_SECRETS,
    BackupConfig,
    Config,
    read_secret,
)
from monitor.db.database import Database
from monitor.domain.errors import CannotWriteError, InputError, MonitorError
from monitor.fleet.db.shared_database import SHARED_DATABASE, SharedDatabase
from monitor.services.health import Vitals, collect_vitals
from monitor.services.setup_files import (
    PORTAL,
    ROSTER_KEY,
    list_secret_names,
    spell_as_variables,
    spell_handed_name,
)

LOG = logging.getLogger(__name__)
DISTRICT_CONFIG = "namesake.toml"
SECRETS_FOLDER = "secrets"
# A file of this name in a district's folder has the service let go of it.
LEAVING_FILE = "leaving"
# In the folder of districts: this machine's service lets go of all of them.
DRAINED_FILE = "drained"
NO_BACKUPS = BackupConfig()
MOST_CONFIGS = 4_096
REMOVED_SUFFIX = ".removed"
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
        try:
            changed = self.config_path.stat().st_mtime_ns
        except OSError:
            changed = 0
        config = _load_config(self.config_path, changed)
        if config.backup != NO_BACKUPS:
            return config
        return structs.replace(config, backup=self.find_backup_places(NO_BACKUPS))

    def find_backup_places(self, given: BackupConfig) -> BackupConfig:
        """Return the folders that are given, else its own in those of all districts."""
        folder, keys = self.backup.folder, self.backup.keys
        return BackupConfig(
            folder=given.folder or (folder / self.name if folder else None),
            keys=given.keys or (keys / self.name if keys else None),
        )


@lru_cache(MOST_CONFIGS)
def _load_config(path: Path, _changed: int) -> Config:
    """Read a file once for as long as it is the same: all are looked at every few seconds."""
    return load_config(path)


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
    for district in list_district_folders(folder):
        if district.name == name:
            return district
    raise InputError(f"There is no district {name!r} in {folder}. `namesake status` shows them.")


def build_district_environment(environment: Environment, district: DistrictFolder) -> Environment:
    """Give a district its own secrets, and those that the process lends to all.

    Of its own, the service is handed those that the pages need not know. The others are files in
    the district's folder, which the pages read, too.
    """
    variables = environment.variables
    lent, handed = {}, {}
    for name in list_secret_names():
        if name not in NEVER_LENT and (secret := read_secret(name, variables)):
            lent[name] = secret
        if secret := read_secret(spell_handed_name(district.name, name), variables):
            handed[name] = secret
    folder = district.path / SECRETS_FOLDER
    own = {**dict(_read_own_secrets(folder / PORTAL_SECRETS)), **dict(_read_own_secrets(folder))}
    plain = {
        name: text
        for name, text in variables.items()
        if not name.startswith("NAMESAKE_") and name != "CREDENTIALS_DIRECTORY"
    }
    return replace(
        environment, variables={**plain, **spell_as_variables({**lent, **own, **handed})}
    )


def list_exposed_secrets(district: DistrictFolder) -> tuple[str, ...]:
    """Name the secrets in a district's folder that the pages can read and do not need."""
    needed = list_secret_names(PORTAL)
    found = _read_own_secrets(district.path / SECRETS_FOLDER)
    return tuple(name for name, _ in found if name not in needed)


def _read_own_secrets(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*")):
        with suppress(OSError, UnicodeDecodeError):
            if text := path.read_text("utf-8").strip():
                yield path.name, text


@contextmanager
def find_shared_database(folder: Path) -> Iterator[SharedDatabase | None]:
    """Open what districts share, if there is anything yet: looking makes no file."""
    if not (folder / SHARED_DATABASE).exists():
        yield None
        return
    with SharedDatabase.open_folder(folder) as shared:
        yield shared


def collect_fleet_vitals(folder: Path, now: datetime) -> tuple[dict[str, Vitals], dict[str, str]]:
    """Return the numbers of each district, and the faults of those that cannot be opened."""
    vitals, faults = {}, {}
    for district in list_district_folders(folder):
        try:
            config = district.load_config()
            with Database.open_folder(config.state) as db:
                vitals[district.name] = collect_vitals(db, now, build_sources(config))
        except MonitorError as error:
            faults[district.name] = str(error)
    return vitals, faults


def check_name(name: str) -> None:
    """Raise InputError for a name that does not fit folders, logs, metrics and databases."""
    if not DISTRICT_NAME.fullmatch(name):
        raise InputError(f"{name!r} cannot be used: write lower-case letters, digits and hyphens.")


def check_new_name(folder: Path, name: str) -> DistrictFolder:
    """Return where a new district goes. Raises InputError for a name that cannot be used."""
    check_name(name)
    path = folder / name
    if path.exists():
        raise InputError(f"{path} exists. Choose another name, or remove that district first.")
    return DistrictFolder(name=name, path=path)


@contextmanager
def work_in_district(name: str) -> Iterator[None]:
    """Have the log name a district."""
    token = CURRENT_DISTRICT.set(name)
    try:
        yield
    finally:
        CURRENT_DISTRICT.reset(token)


@contextmanager
def translate_os_errors(path: Path, fault: str, remedy: str = "check the folder") -> Iterator[None]:
    """Raise CannotWriteError for what the system refuses."""
    try:
        yield
    except OSError as error:
        raise CannotWriteError(f"{path} {fault} ({error.strerror}): {remedy}.") from error


def ask_to_leave(district: DistrictFolder) -> None:
    """Have a running service let go of a district; it looks every few seconds."""
    with translate_os_errors(district.path, "cannot be written", "check its permissions"):
        (district.path / LEAVING_FILE).touch()


def let_stay(folder: Path) -> None:
    with suppress(OSError):
        (folder / LEAVING_FILE).unlink(missing_ok=True)


def rename_folder(district: DistrictFolder, suffix: str) -> Path:
    """Give a district's folder a name that no service takes up; what is in it stays as it is."""
    target = district.path.with_name(f"{district.name}{suffix}")
    if target.exists():
        raise InputError(f"{target} exists from before. Move it away, then try again.")
    with translate_os_errors(district.path, "cannot be renamed"):
        district.path.rename(target)
        (target / LEAVING_FILE).unlink(missing_ok=True)
    return target
