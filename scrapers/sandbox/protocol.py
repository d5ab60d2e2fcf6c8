"""Messages over a pipe: four bytes that tell the length, and that many bytes.

The first of a child says what it has given up.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass

_LENGTH = struct.Struct(">I")
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxReport:
    """What the kernel keeps a child from, beside its limits: told before it sees any page.

    `landlock_abi` is 0 where there is no Landlock.
    """

    landlock_abi: int = 0
    has_seccomp: bool = False

    def list_missing_parts(self) -> Iterator[str]:
        if not self.landlock_abi:
            yield "Landlock"
        if not self.has_seccomp:
            yield "seccomp"


class FrameError(Exception):
    """The other side broke off, or says more than it may."""


def send_message(pipe: int, message: bytes) -> None:
    """Write a whole message; raise OSError where no one reads anymore."""
    left = memoryview(_LENGTH.pack(len(message)) + message)
    while left:
        left = left[os.write(pipe, left) :]


def receive_message(pipe: int, most: int) -> bytes:
    """Wait for a message of at most `most` bytes; raise FrameError where none comes."""
    (length,) = _LENGTH.unpack(_read_exactly(pipe, _LENGTH.size))
    if length > most:
        raise FrameError
    return _read_exactly(pipe, length)


def _read_exactly(pipe: int, length: int) -> bytes:
    pieces: list[bytes] = []
    while length > 0:
        piece = os.read(pipe, min(length, _PIECE))
        if not piece:
            raise FrameError
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)
