"""The folder in which letters lie where there is no mail server: what we still have of them."""

from contextlib import suppress
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from pathlib import Path


def forget_letters(folder: Path, address: str) -> None:
    """Remove every letter to an address: nobody fetched it, and its reader has left."""
    for path in folder.glob("*.eml"):
        with suppress(FileNotFoundError):
            if _reader(path) == address.casefold():
                path.unlink()


def forget_none(_folder: Path, _address: str) -> None:
    """Leave them all there: in a demo they are all that there is to be seen."""


def _reader(path: Path) -> str:
    with path.open("rb") as file:
        headers = BytesHeaderParser().parse(file)
    return parseaddr(str(headers["To"] or ""))[1].casefold()
