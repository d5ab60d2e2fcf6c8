"""One child that parses, as the service sees it: started when needed, killed when late."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import IO

from scrapers.parsing.frames import FrameError, receive, send

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
        [sys.executable, "-P", "-s", "-S", "-m", "scrapers.parsing.child"],
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
