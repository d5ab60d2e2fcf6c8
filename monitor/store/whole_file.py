"""Files that are written anew: the old one or the new one, never half of it."""

from contextlib import suppress
from pathlib import Path

from monitor.errors import CannotWriteError
from monitor.store.copies import flush

READABLE = 0o644
PRIVATE = 0o600


def put(path: Path, content: bytes, rights: int = READABLE) -> None:
    """Write a file that anybody on this machine may read, or none but us (`PRIVATE`).

    Raises CannotWriteError, and leaves what was there before.
    """
    # What is being written begins with a dot, so that nobody who reads the folder takes it up.
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.unlink(missing_ok=True)
        draft.touch(mode=PRIVATE)
        draft.write_bytes(content)
        draft.chmod(rights)
        flush(draft)
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise _cannot_write(path, error) from error


def keep(path: Path, content: bytes) -> None:
    """Write a file of ours, and make its folder where it is the first one there."""
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise _cannot_write(path, error) from error
    put(path, content, PRIVATE)


def _cannot_write(path: Path, error: OSError) -> CannotWriteError:
    return CannotWriteError(
        f"{path} cannot be written ({error.strerror}): check its disk and folder."
    )
