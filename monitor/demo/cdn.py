"""Where the network behind the AppView keeps pictures: drawn from their names, in waves."""

import struct
import zlib
from base64 import b32encode
from hashlib import sha256
from math import sin, tau

from monitor.demo.answer import Answer, Asked, plain
from monitor.demo.traces import Traces

HOST = "cdn.skies.example"
FOLDER = "/img/avatar/plain"
SIZE = 96
WAVES = 5
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_EIGHT_BITS_OF_GREY = struct.pack(">5B", 8, 0, 0, 0, 0)


def address(did: str, picture: str) -> str:
    """Return where an account's picture lies; one picture has one name, whoever shows it."""
    return f"http://{HOST}{FOLDER}/{did}/{_content_id(picture)}@jpeg"


def answer(asked: Asked, traces: Traces) -> Answer:
    if asked.path == "/robots.txt":
        return plain("User-Agent: *\nAllow: /\n")
    wanted = asked.path.rpartition("/")[2].partition("@")[0]
    shown = {account.picture for account in traces.accounts if account.picture}
    for picture in shown:
        if _content_id(picture) == wanted:
            return Answer(body=png(picture), headers=(("content-type", "image/png"),))
    return Answer(body=b"Not Found", status=404, headers=(("content-type", "text/plain"),))


def png(picture: str) -> bytes:
    """Draw a picture; the same name makes the same one."""
    drawn = sha256(picture.encode()).digest()
    waves = [drawn[3 * n : 3 * n + 3] for n in range(WAVES)]
    rows = (bytes((0, *(_shade(waves, x, y) for x in range(SIZE)))) for y in range(SIZE))
    head = struct.pack(">2I", SIZE, SIZE) + _EIGHT_BITS_OF_GREY
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(name, data) for name, data in chunks)


def _shade(waves: list[bytes], x: int, y: int) -> int:
    heights = (
        sin(tau * ((across % 7 - 3) * x / SIZE + (down % 5) * y / SIZE + shift / 256))
        for across, down, shift in waves
    )
    return round(127.5 + 127.5 * sum(heights) / len(waves))


def _chunk(name: bytes, data: bytes) -> bytes:
    check = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)


def _content_id(picture: str) -> str:
    drawn = b32encode(sha256(picture.encode()).digest()).decode().casefold()
    return f"bafkrei{drawn[:52]}"
