"""Who was erased, as keyed hashes that tell nothing, beside the newest copy of the keys.

A restored older copy still holds the erased keys, and forgets them again by these marks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from monitor.db.encryption import DISTRICT, Encryption
from monitor.db.files import PRIVATE_MODE, write_file

TOMBSTONES_FILE = "erased.txt"


@dataclass(frozen=True, slots=True)
class ErasureTombstones:
    encryption: Encryption

    def list_tombstones(self) -> tuple[str, ...]:
        """Return the marks of everyone who was erased here, sorted."""
        return tuple(sorted(map(self._hash_person_id, self.encryption.keys.list_destroyed_ids())))

    def replay_erasures(self, marks: Iterable[str]) -> int:
        """Destroy every key that a mark names; return how many there still were."""
        named = set(marks)
        found = [
            person_id
            for person_id in self.encryption.keys.list_key_ids()
            if self._hash_person_id(person_id) in named
        ]
        for person_id in found:
            self.encryption.keys.destroy_key(person_id)
        return len(found)

    def write_tombstone_file(self, path: Path) -> None:
        """Write the marks to a file, one a line, beside what its copy may still hold."""
        known = set(_read_tombstone_file(path)) | set(self.list_tombstones())
        write_file(
            path, "".join(f"{mark}\n" for mark in sorted(known)).encode("ascii"), PRIVATE_MODE
        )

    def count_missing_tombstones(self, path: Path) -> int:
        """Count whom a file does not know of yet."""
        return len(set(self.list_tombstones()) - set(_read_tombstone_file(path)))

    def replay_tombstone_file(self, path: Path) -> int:
        """Replay the file at `path`, if there is one."""
        return self.replay_erasures(_read_tombstone_file(path))

    def _hash_person_id(self, person_id: str) -> str:
        return self.encryption.keyed_hash(DISTRICT, f"erased_people/{person_id}").hex()


def _read_tombstone_file(path: Path) -> tuple[str, ...]:
    try:
        return tuple(path.read_text("ascii").split())
    except FileNotFoundError:
        return ()
