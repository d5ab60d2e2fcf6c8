"""Who was erased, as marks that tell nothing: what a restored copy has to forget again.

The keys of those who were erased are gone for good, but an older copy of `keys.db` still has
them. So the marks are kept beside the newest copy of the keys, and are replayed on what was
restored. A mark is a keyed hash under the district's key, which never changes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from monitor.store.sealing import DISTRICT, Sealing
from monitor.store.whole_file import PRIVATE, put

TOMBSTONES = "erased.txt"


@dataclass(frozen=True, slots=True)
class Tombstones:
    sealing: Sealing

    def all(self) -> tuple[str, ...]:
        """Return the marks of everybody who was erased here, sorted."""
        return tuple(sorted(map(self._mark, self.sealing.keys.all_destroyed())))

    def replay(self, marks: Iterable[str]) -> int:
        """Destroy every key that a mark names; return how many there still were."""
        named = set(marks)
        found = [ref for ref in self.sealing.keys.refs() if self._mark(ref) in named]
        for ref in found:
            self.sealing.keys.destroy(ref)
        return len(found)

    def write(self, path: Path) -> None:
        """Write the marks to a file, one a line, beside what its copy may still hold."""
        known = set(_read(path)) | set(self.all())
        put(path, "".join(f"{mark}\n" for mark in sorted(known)).encode("ascii"), PRIVATE)

    def lacks(self, path: Path) -> int:
        """Count whom a file does not know of yet."""
        return len(set(self.all()) - set(_read(path)))

    def read(self, path: Path) -> int:
        """Replay the file at `path`, if there is one."""
        return self.replay(_read(path))

    def _mark(self, ref: str) -> str:
        return self.sealing.mark(DISTRICT, f"erased/{ref}").hex()


def _read(path: Path) -> tuple[str, ...]:
    try:
        return tuple(path.read_text("ascii").split())
    except FileNotFoundError:
        return ()
