"""Strangers' markup and pictures are parsed in processes of their own, which nobody trusts.

One child that parses, as the service sees it: started when needed, killed when late.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from queue import LifoQueue
from threading import Event, Timer
from types import TracebackType
from typing import IO, Protocol, Self

from msgspec import MsgspecError
from msgspec.msgpack import Decoder

from scrapers.models import Page, Query, Reading
from scrapers.parsers.block_detection import unreadable
from scrapers.parsers.text import LARGEST_DOCUMENT
from scrapers.sandbox.protocol import FrameError, receive, send
from scrapers.source import Parses

# Readings are cut to a few kilobytes a finding; this is room for hundreds.
LARGEST_ANSWER = 1 << 20
# A machine under load may take seconds to start Python; that is no page's fault.
STARTING_SECONDS = 30.0
# Started anew now and then, a child that a page took over sees no more than these.
MOST_JOBS = 500
_FAREWELL_SECONDS = 1.0


class LostError(Exception):
    """The child died, was killed for being late, or said more than it may."""


class NotStartedError(Exception):
    """The machine starts no child, which says nothing of any page."""


class ParsingProcess:
    """Belongs to one thread at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._jobs = 0

    @property
    def pid(self) -> int | None:
        """None while it does not run."""
        return self._process.pid if self._process else None

    def exchange(self, job: bytes, seconds: float) -> bytes:
        """Return the answer to a job; raise LostError where none comes in time.

        Raise NotStartedError where there is no child to ask.
        """
        process = self._running()
        try:
            answer = _within(seconds, process, job)
        except (OSError, FrameError) as error:
            self.kill()
            raise LostError from error
        except BaseException:
            # What it answers later would be taken for the answer to the next job.
            self.kill()
            raise
        self._jobs += 1
        return answer

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._forget(self._process)

    def end(self) -> None:
        """Let it end by itself, which it does when its pipe does."""
        process = self._process
        if process is None:
            return
        _ends(process)[0].close()
        try:
            process.wait(_FAREWELL_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
        self._forget(process)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._jobs >= MOST_JOBS:
            self.end()
        if self._process is not None and self._process.poll() is not None:
            self._forget(self._process)
        return self._process or self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        try:
            process = _child()
            self._process, self._jobs = process, 0
            with _killed_after(STARTING_SECONDS, process):
                receive(_ends(process)[1].fileno(), 0)
        except (OSError, FrameError) as error:
            self.kill()
            raise NotStartedError from error
        return process

    def _forget(self, process: subprocess.Popen[bytes]) -> None:
        self._process = None
        process.wait()
        for pipe in _ends(process):
            pipe.close()


def _within(seconds: float, process: subprocess.Popen[bytes], job: bytes) -> bytes:
    jobs, answers = _ends(process)
    with _killed_after(seconds, process):
        send(jobs.fileno(), job)
        return receive(answers.fileno(), LARGEST_ANSWER)


@contextmanager
def _killed_after(seconds: float, process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End the wait at a child's pipes without looking at a clock: they close when it is killed."""
    watch = Timer(seconds, process.kill)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _child() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-s", "-S", "-m", "scrapers.sandbox.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        # It finds the modules that we found, sources of plug-ins among them, and knows no secret.
        env={"PYTHONPATH": os.pathsep.join(place or str(Path.cwd()) for place in sys.path)},
        # Ctrl-C in a terminal ends the sweep first; a child ends when its pipe does.
        process_group=0,
    )


def _ends(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    """Return where jobs go in and where answers come out; both are there, for both are pipes."""
    if process.stdin is None or process.stdout is None:
        raise FrameError
    return process.stdin, process.stdout


# An ordinary page takes a hundredth of it.
PATIENCE_SECONDS = 2.0
CHILDREN = 2
OUT_OF_BOUNDS = "its page could not be parsed within bounds"
"""The note of a page that its child did not survive: nothing was learnt, not even an empty card."""
NO_CHILD = "no process could be started to parse its page"

_READING = Decoder(Reading)


class Parser(Protocol):
    def parse(self, source: Parses, query: Query, page: Page) -> Reading: ...


class ChildParser:
    """A few children, started when first needed; any number of threads may share them.

    A page that its child does not survive, in time and in memory, is UNREADABLE.
    """

    def __init__(self, children: int = CHILDREN, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._closed = Event()
        self._children = tuple(ParsingProcess() for _ in range(children))
        # The last one that was busy comes first: where one is enough, no other is started.
        self._idle: LifoQueue[ParsingProcess] = LifoQueue()
        for child in self._children:
            self._idle.put(child)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pids(self) -> tuple[int, ...]:
        """The children that run."""
        return tuple(child.pid for child in self._children if child.pid is not None)

    def parse(self, source: Parses, query: Query, page: Page) -> Reading:
        job = pickle.dumps((source, query, _cut(page)))
        child = self._idle.get()
        try:
            if self._closed.is_set():
                return unreadable(NO_CHILD)
            return _READING.decode(child.exchange(job, self._patience))
        except NotStartedError:
            return unreadable(NO_CHILD)
        except LostError:
            return unreadable(OUT_OF_BOUNDS)
        except MsgspecError:
            child.kill()
            return unreadable(OUT_OF_BOUNDS)
        finally:
            self._idle.put(child)

    def close(self) -> None:
        """End the children; whoever still asks is told that nothing could be parsed."""
        self._closed.set()
        busy = [self._idle.get() for _ in self._children]
        for child in busy:
            child.end()
            self._idle.put(child)


def _cut(page: Page) -> Page:
    """Return the page with as much of its body as is ever parsed."""
    return replace(page, body=page.body[:LARGEST_DOCUMENT], headers=dict(page.headers))
