"""Updates of facts, as signed files in the district's folder: the newest counts.

A file is a line with a signature, then what is signed, as TOML. Nothing of it is ever run.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from monitor.db.atomic_files import make_folder, write_private_file
from monitor.domain.errors import CannotWriteError, ConfigError, InputError, MonitorError
from scrapers.facts.fact import (
    SHIPPED_ON,
    FactChanges,
    FactsError,
    list_change_faults,
    parse_update,
    split_known,
)

FOLDER = "facts"
SUFFIX = ".facts"
FIRST_WORD = "namesake-facts"
MOST_BYTES = 1_000_000
# That which counts, and that before it.
KEPT_FILES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledFacts:
    """What an update changed; nothing where there is none, or where `fault` says what is wrong."""

    made_on: date = SHIPPED_ON
    changes: FactChanges = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedUpdate:
    """What is signed and changes no more than it may.

    `unknown` are facts that this version does not have.
    """

    content: bytes
    made_on: date
    changes: FactChanges
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactUpdateStore:
    """`state_folder` is the district's folder, `key` the public key of who signs, in hex."""

    state_folder: Path
    key: str

    def load_update(self) -> InstalledFacts:
        """Return what counts; an update that is older than the program counts no more."""
        newest = max(self._list_files(), default=None)
        if newest is None or newest.stem <= SHIPPED_ON.isoformat():
            return InstalledFacts()
        try:
            update = self._verify_update(newest.read_bytes())
        except (MonitorError, OSError) as error:
            return InstalledFacts(fault=f"The update {newest.name} is not used: {error}")
        return InstalledFacts(made_on=update.made_on, changes=update.changes)

    def check_update(self, content: bytes, today: date) -> VerifiedUpdate:
        """Verify a file that somebody brought; raises InputError where it may not be installed."""
        update = self._verify_update(content)
        newest = max((SHIPPED_ON.isoformat(), *(path.stem for path in self._list_files())))
        if update.made_on.isoformat() <= newest:
            reason = f"This update is of {update.made_on}, and the facts here are of {newest}."
            raise InputError(reason)
        if update.made_on > today:
            reason = f"This update is of {update.made_on}, which is not over yet: check the clock."
            raise InputError(reason)
        return update

    def install_update(self, new: VerifiedUpdate) -> None:
        """Keep it: it counts as soon as its file is there, whole."""
        if not self.state_folder.is_dir():
            raise CannotWriteError(f"{self.state_folder} is not there: run `namesake init` first.")
        try:
            make_folder(self._folder, like=self.state_folder)
        except OSError as error:
            reason = f"{self._folder} cannot be made ({error.strerror}): check the folder."
            raise CannotWriteError(reason) from error
        write_private_file(self._folder / f"{new.made_on}{SUFFIX}", new.content)
        for path in sorted(self._list_files())[:-KEPT_FILES]:
            path.unlink(missing_ok=True)

    def remove_update(self) -> date:
        """Go back to the update before, or to the facts of the program; return their day."""
        newest = max(self._list_files(), default=None)
        if newest is None:
            reason = "No update of facts is installed: those that came with the program count."
            raise InputError(reason)
        try:
            newest.unlink()
        except OSError as error:
            reason = f"{newest} cannot be removed ({error.strerror}): check the folder."
            raise CannotWriteError(reason) from error
        return self.load_update().made_on

    def _verify_update(self, content: bytes) -> VerifiedUpdate:
        """Read an update; raises InputError where it is none, and ConfigError without a key."""
        head, _, signed = content[:MOST_BYTES].partition(b"\n")
        word, _, signature = head.decode("ascii", "replace").partition(" ")
        if word != FIRST_WORD or len(content) > MOST_BYTES:
            raise InputError("This file is not an update of facts.")
        if not self.key:
            reason = "No key is set: set `key` under [facts] to the public key of its signer."
            raise ConfigError(reason)
        if not is_signed(signed, signature, self.key):
            reason = "This update is not signed with the key under [facts], or was changed since."
            raise InputError(reason)
        try:
            update = parse_update(signed.decode("utf-8"))
        except (FactsError, UnicodeDecodeError) as error:
            raise InputError(f"This update cannot be read: {error}") from error
        changes, unknown = split_known(update.changes)
        fault = next(list_change_faults(changes, update.made_on), "")
        if fault:
            reason = f"This update changes what it may not, so nothing of it is taken: {fault}."
            raise InputError(reason)
        return VerifiedUpdate(
            content=content, made_on=update.made_on, changes=changes, unknown=unknown
        )

    def _list_files(self) -> Iterator[Path]:
        return self._folder.glob(f"????-??-??{SUFFIX}")

    @property
    def _folder(self) -> Path:
        return self.state_folder / FOLDER


def is_signed(content: bytes, signature: str, key: str) -> bool:
    """Tell whether the owner of an Ed25519 key signed just this."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - most start without one
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - likewise
        Ed25519PublicKey,
    )

    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True
