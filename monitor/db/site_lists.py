"""The lists of sites that an operator brought, as files in the district's folder."""

import re
from dataclasses import dataclass
from pathlib import Path

from monitor.db.files import write_private_file
from monitor.domain.errors import CannotWriteError, InputError
from scrapers.sites.catalog import CatalogError, SiteEntry
from scrapers.sites.importers import KnownSites, SiteImport, import_site_list

SITE_LIST_FOLDER = "site-lists"
SITE_LIST_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteList:
    """`found` is None where the file can no longer be read; `fault` says why."""

    name: str
    contents: SiteImport | None = None
    fault: str = ""

    @property
    def entries(self) -> tuple[SiteEntry, ...]:
        return self.contents.entries if self.contents else ()


@dataclass(frozen=True, slots=True)
class SiteListStore:
    """`state_folder` is the district's folder. A name is also a file name, so it is plain text."""

    state_folder: Path

    def list_site_list_names(self) -> tuple[str, ...]:
        """Return them in the order in which they were brought in."""
        brought = [(path.stat().st_mtime_ns, path.stem) for path in self._folder.glob("*.json")]
        return tuple(name for _, name in sorted(brought))

    def read_site_list_file(self, name: str) -> bytes:
        """Return the file as it was brought; raises InputError where there is none."""
        try:
            return self._resolve_path(name).read_bytes()
        except FileNotFoundError:
            reason = f"There is no list {name!r}; `namesake sources imported` shows which are."
            raise InputError(reason) from None
        except OSError as error:
            reason = f"{self._resolve_path(name)} cannot be read ({error.strerror})."
            raise InputError(reason) from error

    def read_site_lists(self, known: KnownSites, excluded_name: str = "") -> tuple[SiteList, ...]:
        """Read all lists but one beside what is known.

        What two of them hold is the first one's.
        """
        learned, lists = known.copy_sites(), []
        for name in self.list_site_list_names():
            if name != excluded_name:
                lists.append(self._read_site_list(name, learned))
                learned.add_entries(lists[-1].entries)
        return tuple(lists)

    def compare_new_site_list(
        self, file: str, content: bytes, known: KnownSites, name: str = ""
    ) -> SiteImport:
        """Read a list that is not imported yet, with the known sites and all imported lists.

        It replaces the list `name`, else the one of its format. Raises InputError if it is none.
        """
        learned = known.copy_sites()
        try:
            replaced = name or import_site_list(file, content, KnownSites()).list_format.lower()
            for site_list in self.read_site_lists(known, excluded_name=replaced):
                learned.add_entries(site_list.entries)
            return import_site_list(file, content, learned)
        except CatalogError as error:
            raise InputError(str(error)) from error

    def save_site_list(self, name: str, content: bytes) -> None:
        """Keep it, in place of one of that name: the old one or the new one, never half of it."""
        write_private_file(self._resolve_path(name), content)

    def delete_site_list(self, name: str) -> None:
        self.read_site_list_file(name)
        try:
            self._resolve_path(name).unlink()
        except OSError as error:
            path = self._resolve_path(name)
            reason = f"{path} cannot be removed ({error.strerror}): check the folder."
            raise CannotWriteError(reason) from error

    def _read_site_list(self, name: str, known: KnownSites) -> SiteList:
        try:
            return SiteList(
                name=name, contents=import_site_list(name, self.read_site_list_file(name), known)
            )
        except (CatalogError, InputError) as error:
            fault = f"The list {name!r} is left out: {error} Import it again, or remove it."
            return SiteList(name=name, fault=fault)

    @property
    def _folder(self) -> Path:
        return self.state_folder / SITE_LIST_FOLDER

    def _resolve_path(self, name: str) -> Path:
        if not SITE_LIST_NAME.fullmatch(name):
            reason = f"{name!r} cannot name a list: use small letters, digits and hyphens."
            raise InputError(reason)
        return self._folder / f"{name}.json"
