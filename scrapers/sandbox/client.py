"""Strangers' markup and pictures are parsed in processes of their own, which no one trusts.

One child that parses, as the service sees it: started when needed, killed when late.
"""

import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from queue import Empty, LifoQueue
from threading import Event, Timer
from types import TracebackType
from typing import IO, Protocol, Self, TypeVar

from msgspec import MsgspecError, msgpack

from scrapers.models import Outcome, Page, ParseResult, Query
from scrapers.parsers.block_detection import build_unreadable_result
from scrapers.parsers.profile_images import copy_screenshot, print_picture
from scrapers.parsers.text import LARGEST_PAGE
from scrapers.sandbox.protocol import FrameError, SandboxReport, receive_message, send_message
from scrapers.secret_numbers import find_numbers_in_body, overwrite_numbers_in_page
from scrapers.source import MarkupParser

LOG = logging.getLogger(__name__)
# Readings are cut to a few kilobytes a trace; this is room for hundreds.
LARGEST_ANSWER = 1 << 20
LARGEST_REPORT = 1 << 10
# A machine under load may take seconds to start Python; that is no page's fault.
STARTING_SECONDS = 30.0
# Started again now and then, a child that a page took over sees no more than these.
MOST_JOBS = 500
_FAREWELL_SECONDS = 1.0


class ParserLostError(Exception):
    """The child died, was killed for being late, or said more than it may."""


class ParserStartError(Exception):
    """The machine starts no child, which says nothing of any page."""


class ParserProcess:
    """Belongs to one thread at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._jobs = 0
        self._modules: frozenset[str] = frozenset()
        self.report: SandboxReport | None = None
        """What it has given up; None before it was first started."""

    @property
    def pid(self) -> int | None:
        """None while it does not run."""
        return self._process.pid if self._process else None

    def start(self, modules: frozenset[str] = frozenset()) -> SandboxReport:
        """Have it run with these modules loaded; raise ParserStartError where there is no child."""
        self._ensure_running(modules)
        if self.report is None:
            raise ParserStartError
        return self.report

    def run_job(self, job: bytes, seconds: float, modules: frozenset[str] = frozenset()) -> bytes:
        """Return the answer to a job, which needs these modules beside our own.

        Raise ParserLostError where none comes in time, ParserStartError where there is no child to
        ask.
        """
        process = self._ensure_running(modules)
        try:
            jobs, answers = _get_pipes(process)
            with _kill_after(seconds, process):
                send_message(jobs.fileno(), job)
                answer = receive_message(answers.fileno(), LARGEST_ANSWER)
        except (OSError, FrameError) as error:
            self.kill()
            raise ParserLostError from error
        except BaseException:
            # What it answers later would be taken for the answer to the next job.
            self.kill()
            raise
        self._jobs += 1
        return answer

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._reap_process(self._process)

    def shut_down(self) -> None:
        """Let it end by itself, which it does when its pipe does."""
        process = self._process
        if process is None:
            return
        _get_pipes(process)[0].close()
        try:
            process.wait(_FAREWELL_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
        self._reap_process(process)

    def _ensure_running(self, modules: frozenset[str]) -> subprocess.Popen[bytes]:
        """Start it anew where it lacks a module: it can load none once it has begun to answer."""
        if self._jobs >= MOST_JOBS or not modules <= self._modules:
            self.shut_down()
        if self._process is not None and self._process.poll() is not None:
            self._reap_process(self._process)
        return self._process or self._start_process(modules)

    def _start_process(self, modules: frozenset[str]) -> subprocess.Popen[bytes]:
        try:
            process = _spawn_child(modules)
            self._process, self._jobs, self._modules = process, 0, modules
            with _kill_after(STARTING_SECONDS, process):
                told = receive_message(_get_pipes(process)[1].fileno(), LARGEST_REPORT)
            self.report = msgpack.decode(told, type=SandboxReport)
            _warn_of_missing_parts(self.report)
        except (OSError, FrameError, MsgspecError) as error:
            self.kill()
            raise ParserStartError from error
        return process

    def _reap_process(self, process: subprocess.Popen[bytes]) -> None:
        self._process = None
        process.wait()
        for pipe in _get_pipes(process):
            pipe.close()


@cache
def _warn_of_missing_parts(report: SandboxReport) -> None:
    """Say once in a process what its children run without."""
    if missing := " and ".join(report.list_missing_parts()):
        reason = f"The process that parses pages runs without {missing}, which this system lacks."
        LOG.warning("sandbox_incomplete", extra={"reason": reason})


@contextmanager
def _kill_after(seconds: float, process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End the wait at a child's pipes without looking at a clock: they close when it is killed."""
    watch = Timer(seconds, process.kill)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _spawn_child(modules: Iterable[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own program, and names of installed modules
        [sys.executable, "-P", "-s", "-S", "-m", "scrapers.sandbox.worker", *sorted(modules)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        # It finds the modules that we found, sources of plug-ins among them, and knows no secret.
        env={"PYTHONPATH": os.pathsep.join(place or str(Path.cwd()) for place in sys.path)},
        # Ctrl-C in a terminal ends the sweep first; a child ends when its pipe does.
        process_group=0,
    )


def _get_pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    """Return where jobs go in and where answers come out; both are there, for both are pipes."""
    if process.stdin is None or process.stdout is None:
        raise FrameError
    return process.stdin, process.stdout


# Processor time, which a busy machine does not shorten. An ordinary page takes a hundredth of it.
PAGE_CPU_SECONDS = 2
# The largest screenshot takes two fifths of it.
UPLOAD_CPU_SECONDS = 5
# A second line, by the clock: for what waits instead of working.
PATIENCE_SECONDS = 30.0
UPLOAD_WAIT_SECONDS = 1.0
CHILDREN = 2
OUT_OF_BOUNDS = "page-out-of-bounds"
"""The note of a page that killed its parser: it proves nothing."""
NO_CHILD = "no-parser"

T = TypeVar("T")


class PageParser(Protocol):
    def parse_body(self, source: MarkupParser, query: Query, page: Page) -> ParseResult: ...

    def mask_page(self, page: Page) -> Page | None:
        """Return a page to store, with nines over its secret numbers; None if it cannot be said."""
        ...


class SandboxParser:
    """A few children, started when first needed; any number of threads may share them.

    A page that its child does not survive, in time and in memory, is UNREADABLE.
    """

    def __init__(self, children: int = CHILDREN, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._closed = Event()
        self._children = tuple(ParserProcess() for _ in range(children))
        # The last one that was busy comes first: where one is enough, no other is started.
        self._idle: LifoQueue[ParserProcess] = LifoQueue()
        for child in self._children:
            self._idle.put(child)
        self._plugin_modules: frozenset[str] = frozenset()

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
    def child_pids(self) -> tuple[int, ...]:
        """The children that run."""
        return tuple(child.pid for child in self._children if child.pid is not None)

    def examine_sandbox(self) -> SandboxReport:
        """Have a child tell what it has given up; raise ParserStartError where none starts."""
        child = self._idle.get()
        try:
            return child.start(self._plugin_modules)
        finally:
            self._idle.put(child)

    def parse_body(self, source: MarkupParser, query: Query, page: Page) -> ParseResult:
        self._plugin_modules |= _list_plugin_modules(source)
        return self._run_job(
            partial(source.parse_body, query, _cut_page(page)), cpu_seconds=PAGE_CPU_SECONDS
        )

    def mask_page(self, page: Page) -> Page | None:
        """Let a child look for the numbers: a page may be large, and looking may take long."""
        found = self._run_job(
            partial(find_numbers_in_body, page.body), cpu_seconds=PAGE_CPU_SECONDS
        )
        if found.outcome is not Outcome.FOUND:
            return None
        return overwrite_numbers_in_page(page, found.secret_spans)

    def copy_screenshot(self, body: bytes) -> ParseResult:
        """Encode a picture that a person uploaded again."""
        return self._open_upload(partial(copy_screenshot, body))

    def print_picture(self, body: bytes) -> ParseResult:
        """Compute the print of a picture that a person uploaded."""
        return self._open_upload(partial(print_picture, body))

    def _open_upload(self, run: Callable[[], ParseResult]) -> ParseResult:
        """UNREADABLE is a picture that we do not open; FAILED says nothing of it.

        Few may wait for a child at once: each of them holds up a thread that serves pages.
        """
        result = self._run_job(
            run, cpu_seconds=UPLOAD_CPU_SECONDS, wait_seconds=UPLOAD_WAIT_SECONDS
        )
        return replace(result, outcome=Outcome.FAILED) if result.note == NO_CHILD else result

    def _run_job(
        self, run: Callable[[], ParseResult], *, cpu_seconds: int, wait_seconds: float | None = None
    ) -> ParseResult:
        try:
            return self.call(run, ParseResult, cpu_seconds=cpu_seconds, wait_seconds=wait_seconds)
        except ParserStartError:
            return build_unreadable_result(NO_CHILD)
        except ParserLostError:
            return build_unreadable_result(OUT_OF_BOUNDS)

    def call(
        self,
        run: Callable[[], T],
        answer: type[T],
        *,
        cpu_seconds: int,
        wait_seconds: float | None = None,
        modules: frozenset[str] = frozenset(),
    ) -> T:
        """Return what a call of ours comes to in a child that has these modules loaded.

        Raise ParserLostError where it takes too much or says something else, and ParserStartError
        where there is no child for it.
        """
        self._plugin_modules |= modules
        job = pickle.dumps((run, cpu_seconds))
        try:
            child = self._idle.get(timeout=wait_seconds)
        except Empty as error:
            raise ParserStartError from error
        try:
            if self._closed.is_set():
                raise ParserStartError
            said = child.run_job(job, self._patience, self._plugin_modules)
            return msgpack.decode(said, type=answer)
        except MsgspecError as error:
            child.kill()
            raise ParserLostError from error
        finally:
            self._idle.put(child)

    def close(self) -> None:
        """End the children; later jobs get the answer that nothing could be parsed."""
        self._closed.set()
        busy = [self._idle.get() for _ in self._children]
        for child in busy:
            child.shut_down()
            self._idle.put(child)


def _list_plugin_modules(source: MarkupParser) -> frozenset[str]:
    """Return the modules that a source needs; those of our own sources are always loaded."""
    module = type(source).__module__
    if module.startswith("scrapers."):
        return frozenset()
    return frozenset((module, *getattr(source, "parser_modules", ())))


def _cut_page(page: Page) -> Page:
    """Return the page with as much of its body as is ever looked through."""
    return replace(page, body=page.body[:LARGEST_PAGE], headers=dict(page.headers))
