"""Many districts in one folder: which there are, what each may know, and how one leaves.

Each has a folder of its own with its configuration, state, keys and secrets, as if it were alone.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from monitor.app import Environment
from monitor.config import Config, read_secret
from monitor.config_file import load_config
from monitor.db.database import Database
from monitor.db.files import StateFolderLock
from monitor.db.shared import SHARED_DATABASE, DistrictRecord, SharedDatabase
from monitor.domain.errors import CannotWriteError, InputError, MonitorError
from monitor.services.health import Vitals, collect_vitals
from monitor.services.setup_files import ROSTER_KEY, list_secret_names, spell_as_variables

DISTRICT_CONFIG = "namesake.toml"
SECRETS_FOLDER = "secrets"
# A file of this name in a district's folder has the service let go of it.
LEAVING_FILE = "leaving"
REMOVED_SUFFIX = ".removed"
DISTRICT_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
# Whoever runs the process may lend districts its API keys and its mail server. What tells people
# and programs of one district from those of another is each one's own.
NEVER_LENT = frozenset(
    {
        *(ROSTER_KEY, "oidc-secret", "scim-token", "metrics-token", "bounces-password"),
        *("notify-operators", "notify-reviewers"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictFolder:
    """The name of a district's folder is its name here, and in logs and metrics."""

    name: str
    path: Path

    @property
    def config_path(self) -> Path:
        return self.path / DISTRICT_CONFIG

    @property
    def is_leaving(self) -> bool:
        return (self.path / LEAVING_FILE).exists()

    def load_config(self) -> Config:
        return load_config(self.config_path)


def list_district_folders(folder: Path) -> tuple[DistrictFolder, ...]:
    """Return each folder that has a configuration, by name. Raises InputError without a folder."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        reason = f"{folder} cannot be read ({error.strerror}): name the folder of districts."
        raise InputError(reason) from error
    return tuple(
        DistrictFolder(name=path.name, path=path)
        for path in entries
        if DISTRICT_NAME.fullmatch(path.name) and (path / DISTRICT_CONFIG).is_file()
    )


def find_district_folder(folder: Path, name: str) -> DistrictFolder:
    found = next((each for each in list_district_folders(folder) if each.name == name), None)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictStatus:
    """`seen_at` is None where no service has opened it yet; `fault` is why it is not at work."""

    name: str
    address: str
    running: bool
    seen_at: datetime | None
    fault: str


def list_district_statuses(folder: Path) -> tuple[DistrictStatus, ...]:
    """Say of each district whether a service has it, and what is wrong if one set it aside."""
    records = _read_records(folder)
    return tuple(
        _build_status(each, records.get(each.name)) for each in list_district_folders(folder)
    )


def _build_status(district: DistrictFolder, record: DistrictRecord | None) -> DistrictStatus:
    fault = record.reason if record else ""
    address, running = "", False
    try:
        config = district.load_config()
        address, running = config.portal.address, StateFolderLock(config.state).is_locked()
    except MonitorError as error:
        fault = str(error)
    return DistrictStatus(
        name=district.name,
        address=address,
        running=running and not fault,
        seen_at=record.seen_at if record else None,
        fault=fault,
    )


def _read_records(folder: Path) -> Mapping[str, DistrictRecord]:
    if not (folder / SHARED_DATABASE).exists():
        return {}
    with SharedDatabase.open_folder(folder) as shared:
        return {each.name: each for each in shared.districts.list_district_records()}


def collect_fleet_vitals(folder: Path, now: datetime) -> tuple[dict[str, Vitals], dict[str, str]]:
    """Return the numbers of each district, and the faults of those that cannot be opened."""
    vitals, faults = {}, {}
    for each in list_district_folders(folder):
        try:
            with Database.open_folder(each.load_config().state) as db:
                vitals[each.name] = collect_vitals(db, now)
        except MonitorError as error:
            faults[each.name] = str(error)
    return vitals, faults


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


def move_out(folder: Path, district: DistrictFolder) -> Path:
    """Rename the folder so that no service takes it up; what is in it stays as it is."""
    target = district.path.with_name(f"{district.name}{REMOVED_SUFFIX}")
    if target.exists():
        reason = f"{target} exists from before. Move it away, then try again."
        raise InputError(reason)
    try:
        district.path.rename(target)
        (target / LEAVING_FILE).unlink(missing_ok=True)
    except OSError as error:
        reason = f"{district.path} cannot be renamed ({error.strerror}): check the folder."
        raise CannotWriteError(reason) from error
    if (folder / SHARED_DATABASE).exists():
        with SharedDatabase.open_folder(folder) as shared:
            shared.districts.delete_district_record(district.name)
    return target
