import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from scrapers.sandbox.protocol import FrameError, receive_message, send_message


@dataclass
class Pipe:
    out: int
    into: int

    def ends(self) -> None:
        os.close(self.into)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    out, into = os.pipe()
    yield Pipe(out, into)
    os.close(out)


@pytest.mark.parametrize("message", [b"", b"x", b"\0" * 10_000])
def test_what_is_sent_is_received(pipe: Pipe, message: bytes) -> None:
    send_message(pipe.into, message)
    send_message(pipe.into, b"next")
    pipe.ends()

    assert receive_message(pipe.out, 10_000) == message
    assert receive_message(pipe.out, 10_000) == b"next"


@pytest.mark.parametrize("half", [b"", b"\0\0", b"\0\0\0\5", b"\0\0\0\5half"])
def test_half_a_message_is_none(pipe: Pipe, half: bytes) -> None:
    os.write(pipe.into, half)
    pipe.ends()

    with pytest.raises(FrameError):
        receive_message(pipe.out, 10)


def test_a_message_that_is_too_long_is_not_read(pipe: Pipe) -> None:
    send_message(pipe.into, b"x" * 11)
    pipe.ends()

    with pytest.raises(FrameError):
        receive_message(pipe.out, 10)
