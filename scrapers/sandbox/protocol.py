"""Messages over a pipe: four bytes that tell the length, and that many bytes."""

import os
import struct

_LENGTH = struct.Struct(">I")
_PIECE = 1 << 20


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
