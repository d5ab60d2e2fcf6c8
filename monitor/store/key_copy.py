"""The second copy: the keys, who was erased, and which letters went out. There is only ever one.

A copy of the keys that is kept keeps what it opens: so each one takes the place of the last.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import CannotWriteError, InputError
from monitor.store.copies import copy_database
from monitor.store.sealing import KEYS_DATABASE
from monitor.store.state import POSTMARKS, State
from monitor.store.tombstones import TOMBSTONES
from monitor.store.whole_file import PRIVATE, put

BESIDE = (TOMBSTONES, POSTMARKS)


@dataclass(frozen=True, slots=True)
class KeyCopy:
    folder: Path

    def renew(self, keys: Path, state: State) -> None:
        """Overwrite it with the keys of today."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            state.tombstones.write(self.folder / TOMBSTONES)
            if state.postmarks.path.exists():
                put(self.folder / POSTMARKS, state.postmarks.path.read_bytes(), PRIVATE)
        except OSError as error:
            reason = f"{self.folder} cannot be written ({error.strerror}): check the folder."
            raise CannotWriteError(reason) from error
        copy_database(keys, self.folder / KEYS_DATABASE)

    def lacks(self, state: State) -> int:
        """Count who was erased since it was made; none where there is no copy yet.

        Raises CannotWriteError where its folder cannot even be read.
        """
        try:
            made = (self.folder / KEYS_DATABASE).exists()
            return state.tombstones.lacks(self.folder / TOMBSTONES) if made else 0
        except OSError as error:
            reason = f"{self.folder} cannot be read ({error.strerror}): check the folder."
            raise CannotWriteError(reason) from error

    def lay_out(self, folder: Path) -> None:
        """Copy it to a folder; raises InputError where there are no keys in it."""
        if not (self.folder / KEYS_DATABASE).exists():
            reason = f"There are no keys in {self.folder}: name the folder of their copy."
            raise InputError(reason)
        # By SQLite, not by path: it may be the district's own file, which this process has open.
        copy_database(self.folder / KEYS_DATABASE, folder / KEYS_DATABASE)
        for name in BESIDE:
            if (self.folder / name).exists():
                shutil.copyfile(self.folder / name, folder / name)
                (folder / name).chmod(0o600)
