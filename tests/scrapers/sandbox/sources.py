"""Sources whose parsing goes wrong in every way; the children must be able to import them."""

import ctypes
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from scrapers.models import Contact, Outcome, Page, ParseResult, Query, Trace, TraceKind
from scrapers.parsers.json_fields import clean_text
from scrapers.source import AccessMode, CrawlPolicy
from scrapers.text_limits import LONGEST_TEXT
from tests.scrapers.http.fakes import FakeSource
from tests.scrapers.sandbox.hostile import read_victim, try_act

MANNERS = CrawlPolicy(origins=("https://alpha.example",), access=AccessMode.PAGE)
FOUND = ParseResult(outcome=Outcome.FOUND)


@dataclass
class FeedSource(FakeSource):
    """Reads feeds, as one would."""

    def parse_response(self, query: Query, page: Page) -> ParseResult:  # noqa: ARG002 - the protocol names them
        return ParseResult(outcome=Outcome.FOUND, unparsed=True)

    def parse_body(self, query: Query, page: Page) -> ParseResult:  # noqa: ARG002 - the protocol names it
        from scrapers.parsers.html import parse_xml  # noqa: PLC0415 - in the child alone

        titles = tuple(
            clean_text(element.get_text()) for element in parse_xml(page.text).find_all("title")
        )
        found = tuple(Trace(key=title, kind=TraceKind.PAGE, url=title) for title in titles)
        return ParseResult(outcome=Outcome.FOUND if found else Outcome.ABSENT, traces=found)


@dataclass
class Rogue(FakeSource):
    """Does what the page says, as if the page had taken its parser over."""

    def parse_body(self, query: Query, page: Page) -> ParseResult:  # noqa: ARG002 - the protocol names it
        return DEEDS[page.text.partition(" ")[0]](page)


def told(*words: object) -> ParseResult:
    return ParseResult(outcome=Outcome.FOUND, note=" ".join(str(word) for word in words))


def spin(_page: Page) -> ParseResult:
    while True:
        pass


def work(_page: Page) -> ParseResult:
    ending = time.process_time() + 0.3
    while time.process_time() < ending:
        pass
    return FOUND


def fill_memory(_page: Page) -> ParseResult:
    filling = [bytes(1 << 20) for _ in range(4096)]
    return told(len(filling))


def stumble(_page: Page) -> ParseResult:
    raise ZeroDivisionError


def go_away(_page: Page) -> ParseResult:
    os._exit(0)


def crash(_page: Page) -> ParseResult:
    ctypes.string_at(0)
    return FOUND


def answer_with(message: bytes) -> Callable[[Page], ParseResult]:
    """Send something else before the answer; the pipe is the one that is not standard output."""

    def deed(_page: Page) -> ParseResult:
        for pipe in range(3, 16):
            try:
                os.write(pipe, message)
            except OSError:
                continue
        return FOUND

    return deed


def drip(_page: Page) -> ParseResult:
    while True:
        answer_with(b"\0")(_page)
        time.sleep(0.01)


def chat(_page: Page) -> ParseResult:
    sys.stdout.write("Here I am\n" * 1000)
    sys.stdout.flush()
    return FOUND


def look_around(_page: Page) -> ParseResult:
    return told(*sorted(os.environ))


def act(page: Page) -> ParseResult:
    name, victim = page.text.removeprefix("act ").split("|")
    return told(try_act(name, read_victim(victim)))


def know_its_limits(_page: Page) -> ParseResult:
    limits = (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC)
    return told(*(resource.getrlimit(limit) for limit in limits))


def halve(_page: Page) -> ParseResult:
    return told("\ud800")


def tell_secrets(_page: Page) -> ParseResult:
    rosa = Trace(
        key="https://alpha.example/rosa",
        kind=TraceKind.ACCOUNT,
        url="https://alpha.example/rosa",
        bio="SSN 123-45-6789",
        name="x" * 2 * LONGEST_TEXT,
    )
    follower = Contact(name="Rosa", handle="rosa", bio="SSN 123-45-6789")
    return ParseResult(outcome=Outcome.FOUND, traces=(rosa,), contacts=(follower,))


def count_bytes(page: Page) -> ParseResult:
    return told(len(page.body))


DEEDS: dict[str, Callable[[Page], ParseResult]] = {
    "spin": spin,
    "work": work,
    "fill": fill_memory,
    "stumble": stumble,
    "leave": go_away,
    "crash": crash,
    "nonsense": answer_with(b"\0\0\0\3abc"),
    "endless": answer_with(b"\xff\xff\xff\xff"),
    "shape": answer_with(b"\0\0\0\1\x01"),
    "drip": drip,
    "chat": chat,
    "look": look_around,
    "act": act,
    "limits": know_its_limits,
    "halve": halve,
    "count": count_bytes,
    "tell": tell_secrets,
}
