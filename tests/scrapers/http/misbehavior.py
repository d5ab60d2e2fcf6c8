"""What a server can do to whoever asks it."""

import gzip
import socket
import time
import zlib

from tests.scrapers.http.loopback import Behavior, answer, answering, moved, packed

MIB = 1_048_576
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
TWO_GIB = OK + b"Content-Length: 2147483648\r\n\r\n"


def bomb(mebibytes: int) -> bytes:
    """Pack that many MiB of zeros, a thousandth in size; made by repeating one packed MiB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    one = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + one * mebibytes


BOMB = bomb(1_900)


def dripping(start: bytes, drop: bytes = b"x") -> Behavior:
    """Send a byte now and then, so that no single read ever times out."""

    def behave(connection: socket.socket, _: bytes) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(drop)
            time.sleep(0.02)

    return behave


def flooding(start: bytes, wave: bytes, most: int = 2**62) -> Behavior:
    """Send as much as the other side takes, or `most` bytes."""

    def behave(connection: socket.socket, _: bytes) -> None:
        connection.sendall(start)
        for _wave in range(most // len(wave)):
            connection.sendall(wave)

    return behave


def silent(connection: socket.socket, _: bytes) -> None:
    connection.recv(1)


def hanging_up(connection: socket.socket, _: bytes) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def hanging_up_half_way(connection: socket.socket, _: bytes) -> None:
    connection.sendall(OK + b"Content-Length: 10\r\n\r\nhalf")
    connection.shutdown(socket.SHUT_RDWR)


WAVE = b"x" * 60_000
FLOOD_OF_HEADERS = b"X-Flood: " + WAVE + b"\r\n"

# The nine that were measured on other programs' guards, and those that came to mind beside them.
BODIES: dict[str, Behavior] = {
    "gzip bomb": answering(packed(BOMB, "gzip")),
    "bomb within a bomb": answering(packed(gzip.compress(BOMB), "gzip, gzip")),
    "redirect with a bomb": answering(
        moved("/next", BOMB, "Content-Encoding: gzip\r\n"), answer(b"there")
    ),
    "endless body": flooding(OK + b"\r\n", WAVE),
    "endless chunks of one byte": flooding(CHUNKED, b"1\r\nx\r\n" * 10_000),
    "body drip": dripping(OK + b"Content-Length: 1000000\r\n\r\n"),
    "header drip": dripping(OK + b"X-Drip: "),
    "300 MB of headers": flooding(OK, FLOOD_OF_HEADERS, most=300_000_000),
    "2 GiB announced and sent": flooding(TWO_GIB, WAVE, most=2**31),
    "2 GiB announced, a torso sent": answering(TWO_GIB + b"torso"),
    "2 GiB announced, hung up": hanging_up_half_way,
    "less announced than sent": flooding(OK + b"Content-Length: 5\r\n\r\n", WAVE),
    "negative length": flooding(OK + b"Content-Length: -1\r\n\r\n", WAVE),
    "two lengths": flooding(OK + b"Content-Length: 5, 2147483648\r\n\r\n", WAVE),
    "negative chunk": flooding(CHUNKED + b"-1\r\n", WAVE),
    "chunk of all memory": flooding(CHUNKED + b"7fffffffffffffff\r\n", WAVE),
    "one endless chunk size": flooding(CHUNKED, b"1" * 60_000),
    "endless trailers": flooding(CHUNKED + b"0\r\n", b"X: 1\r\n" * 10_000),
    "endless early hints": flooding(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1_000),
    "redirect with an endless body": flooding(
        b"HTTP/1.1 302 Found\r\nLocation: /next\r\n\r\n", WAVE
    ),
    "deflate bomb": answering(packed(b"\x78\xda" + BOMB[10:], "deflate")),
    "many bombs in a row": answering(packed(gzip.compress(bytes(5 * MIB)) * 320, "gzip")),
}


# What answers a greeting that asks for TLS.
HANDSHAKES: dict[str, Behavior] = {
    "silence": silent,
    "hanging up": hanging_up,
    "garbage": flooding(b"", b"garbage " * 1_000),
    "plain HTTP": flooding(OK + b"\r\n", WAVE),
    "a drip of a record": dripping(b"\x16\x03\x03\x40\x00", b"\x02"),
    "endless records": flooding(b"", b"\x16\x03\x03\x40\x00" + b"\x02" * 0x4000),
    "a certificate of 16 MB": flooding(b"\x16\x03\x03\x40\x00\x0b\xff\xff\xff", b"\x00" * 0x4000),
    "endless warnings": flooding(b"", b"\x15\x03\x03\x00\x02\x01\x5a" * 1_000),
    "endless empty records": flooding(b"", b"\x16\x03\x03\x00\x00" * 1_000),
}
