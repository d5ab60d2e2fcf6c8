"""The lists of sites that an operator brought, as files of the state folder."""

import re
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import CannotWriteError, InputError

FOLDER = "catalogues"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True)
class Lists:
    """`state` is the district's folder. A name is that of a file, so it is kept plain."""

    state: Path

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in self._folder.glob("*.json")))

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

    def keep(self, name: str, content: bytes) -> None:
        """Keep it, in place of one of that name: the old one or the new one, never half of it."""
        draft = self._path(name).with_suffix(".new")
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            draft.write_bytes(content)
            draft.chmod(0o600)
            draft.replace(self._path(name))
        except OSError as error:
            reason = f"{self._folder} cannot be written ({error.strerror}): check the folder."
            raise CannotWriteError(reason) from error

    def remove(self, name: str) -> None:
        self.read(name)
        try:
            self._path(name).unlink()
        except OSError as error:
            reason = f"{self._path(name)} cannot be removed ({error.strerror}): check the folder."
            raise CannotWriteError(reason) from error

    @property
    def _folder(self) -> Path:
        return self.state / FOLDER

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            reason = f"{name!r} cannot name a list: use small letters, digits and hyphens."
            raise InputError(reason)
        return self._folder / f"{name}.json"
