"""A word in every form in which it could have slipped into a file."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path

_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
_CASES = (str.lower, str.upper, str.title, str)
# Base64 takes three bytes at a time, so a word looks otherwise at each of three places, and its
# first and last emails hang on what stands beside it.
_PLACES = range(3)


def forms(word: str) -> frozenset[bytes]:
    written = {case(word).encode(encoding) for case in _CASES for encoding in _ENCODINGS}
    return frozenset(
        (*written, *(entry.hex().encode() for entry in written), *_base64(frozenset(written)))
    )


def _base64(written: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in written:
        for before in _PLACES:
            whole = b64encode(b"\0" * before + chunk).rstrip(b"=")
            yield whole[-(-before * 8 // 6) : (before + len(chunk)) * 8 // 6]


def found(words: Iterable[str], content: bytes) -> set[str]:
    """Return which of the words stand in the bytes, in whatever form."""
    return {word for word in words if any(form in content for form in forms(word))}


def found_in(words: Iterable[str], folder: Path) -> set[str]:
    """Look through every file of a folder, and at the names of the files."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    assert files
    names = "\n".join(map(str, files)).encode()
    listed = tuple(words)
    return found(listed, names).union(*(found(listed, path.read_bytes()) for path in files))
