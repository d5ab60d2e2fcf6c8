"""Files that others read: the old one or the new one, never half of it."""

from contextlib import suppress
from pathlib import Path

from monitor.errors import CannotWriteError

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
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        reason = f"{path} cannot be written ({error.strerror}): check its folder."
        raise CannotWriteError(reason) from error
