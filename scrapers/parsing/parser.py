"""Strangers' markup and pictures are parsed in processes of their own, which nobody trusts."""

import pickle
from dataclasses import replace
from queue import LifoQueue
from threading import Event
from types import TracebackType
from typing import Protocol, Self

from msgspec import MsgspecError
from msgspec.msgpack import Decoder

from scrapers.page import Page
from scrapers.parsing.process import LostError, NotStartedError, ParsingProcess
from scrapers.reading import Reading
from scrapers.recipes.document import LARGEST_DOCUMENT
from scrapers.recipes.refusal import unreadable
from scrapers.request import Query
from scrapers.source import Parses

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
