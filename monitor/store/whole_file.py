"""Files that others read: the old one or the new one, never half of it."""

from pathlib import Path

from monitor.errors import CannotWriteError

READABLE = 0o644


def put(path: Path, content: bytes) -> None:
    """Write a file that anybody on this machine may read; raises CannotWriteError."""
    # What is being written begins with a dot, so that nobody who reads the folder takes it up.
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.write_bytes(content)
        draft.chmod(READABLE)
        draft.replace(path)
    except OSError as error:
        reason = f"{path} cannot be written ({error.strerror}): check its folder."
        raise CannotWriteError(reason) from error
