"""Districts that must not be served side by side: with one address, one state, or one database.

A copied folder would have people asked about and written to twice; two districts at one address
would show whoever comes the pages of either. So both are refused, until an operator has chosen.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from monitor.db.database import DATABASE_FILE, Database
from monitor.domain.errors import InputError, MonitorError
from monitor.fleet.district_folders import DistrictFolder

COPIES = "have copies of one database"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedDatabase:
    """`inode` is that of its file: another one is another database. `identity` a copy has, too."""

    folder: DistrictFolder
    path: Path
    inode: int
    identity: str

    @property
    def is_there(self) -> bool:
        return not self.folder.is_leaving and _read_inode(self.path) == self.inode


@dataclass(slots=True)
class TwinFinder:
    """A copy that got another address is known by its database, once that was opened."""

    _databases: dict[Path, OpenedDatabase] = field(default_factory=dict)

    def find_twins(self, folders: Iterable[DistrictFolder]) -> Mapping[str, str]:
        """Return by name why a district is refused; what leaves is nobody's twin."""
        sharing: dict[tuple[str, str], list[str]] = defaultdict(list)
        for folder in folders:
            marks = () if folder.is_leaving else read_marks(folder)
            opened = self._databases.get(folder.path)
            if opened is not None and opened.is_there:
                marks = (*marks, (COPIES, opened.identity))
            for mark in marks:
                sharing[mark].append(folder.name)
        return {
            name: _describe_twins(names, what)
            for (what, _), names in sharing.items()
            for name in names
            if len(names) > 1
        }

    def note_database(self, folder: DistrictFolder, state: Path, db: Database) -> None:
        """Raise InputError if another district here has a copy of this database, which is open."""
        path = state / DATABASE_FILE
        opened = OpenedDatabase(
            folder=folder,
            path=path,
            inode=_read_inode(path),
            identity=db.derive_secret("twins").hex(),
        )
        self._databases[folder.path] = opened
        names = [
            other.folder.name
            for other in tuple(self._databases.values())
            if other.identity == opened.identity and other.is_there
        ]
        if len(names) > 1:
            raise InputError(_describe_twins(sorted(names), COPIES))


def find_district_at(folders: Iterable[DistrictFolder], address: str) -> str:
    """Return which district has the host name of an address; empty if none has."""
    mark = _mark_address(read_host(address))
    return next((folder.name for folder in folders if mark in read_marks(folder)), "")


def _mark_address(host: str) -> tuple[str, str]:
    return f"have the address {host}", ""


def read_host(address: str) -> str:
    return (urlsplit(address).hostname or "").casefold()


def read_marks(folder: DistrictFolder) -> tuple[tuple[str, str], ...]:
    """Say what no other district may have; nothing where its file cannot be read."""
    try:
        config = folder.load_config()
    except MonitorError:
        return ()
    host, state = read_host(config.portal.address), config.state.resolve()
    return (*((_mark_address(host),) if host else ()), (f"have the state folder {state}", ""))


def _describe_twins(names: Iterable[str], what: str) -> str:
    return (
        f"{' and '.join(names)} {what}, so none of them is served. Change that in "
        "the namesake.toml of one, or take one out with `namesake fleet remove`."
    )


def _read_inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0
