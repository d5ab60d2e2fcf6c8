"""The lists of sites that an operator brought, as files of the state folder."""

import re
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import CannotWriteError, InputError
from monitor.store.whole_file import keep
from scrapers.catalogue.entry import Entry
from scrapers.catalogue.imported import Imported, Known, imported
from scrapers.catalogue.reader import CatalogueError

FOLDER = "catalogues"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptList:
    """`found` is None where the file can no longer be read; `fault` says why."""

    name: str
    found: Imported | None = None
    fault: str = ""

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.found.entries if self.found else ()


@dataclass(frozen=True, slots=True)
class Lists:
    """`state` is the district's folder. A name is that of a file, so it is kept plain."""

    state: Path

    def names(self) -> tuple[str, ...]:
        """Return them in the order in which they were brought in."""
        brought = [(path.stat().st_mtime_ns, path.stem) for path in self._folder.glob("*.json")]
        return tuple(name for _, name in sorted(brought))

    def read(self, name: str) -> bytes:
        """Return the file as it was brought; raises InputError where there is none."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            reason = f"There is no list {name!r}; `namesake sources imported` shows which are."
            raise InputError(reason) from None
        except OSError as error:
            reason = f"{self._path(name)} cannot be read ({error.strerror})."
            raise InputError(reason) from error

    def kept(self, known: Known, but: str = "") -> tuple[KeptList, ...]:
        """Read all `but` one beside what is known: what two of them hold is the first one's."""
        learnt, kept = known.copy(), []
        for name in self.names():
            if name != but:
                kept.append(self._kept(name, learnt))
                learnt.learn(kept[-1].entries)
        return tuple(kept)

    def compared(self, file: str, content: bytes, known: Known, name: str = "") -> Imported:
        """Read a list that is not kept yet, beside what is known and all that are.

        It comes in the place of `name`, else of its form. Raises InputError where it is no list.
        """
        learnt = known.copy()
        try:
            replaced = name or imported(file, content, Known()).form.lower()
            for each in self.kept(known, but=replaced):
                learnt.learn(each.entries)
            return imported(file, content, learnt)
        except CatalogueError as error:
            raise InputError(str(error)) from error

    def keep(self, name: str, content: bytes) -> None:
        """Keep it, in place of one of that name: the old one or the new one, never half of it."""
        keep(self._path(name), content)

    def remove(self, name: str) -> None:
        self.read(name)
        try:
            self._path(name).unlink()
        except OSError as error:
            reason = f"{self._path(name)} cannot be removed ({error.strerror}): check the folder."
            raise CannotWriteError(reason) from error

    def _kept(self, name: str, known: Known) -> KeptList:
        try:
            return KeptList(name=name, found=imported(name, self.read(name), known))
        except (CatalogueError, InputError) as error:
            fault = f"The list {name!r} is left out: {error} Bring it in again, or remove it."
            return KeptList(name=name, fault=fault)

    @property
    def _folder(self) -> Path:
        return self.state / FOLDER

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            reason = f"{name!r} cannot name a list: use small letters, digits and hyphens."
            raise InputError(reason)
        return self._folder / f"{name}.json"
