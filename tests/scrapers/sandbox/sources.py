"""Sources whose parsing goes wrong in every way; the children must be able to import them."""

import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scrapers.models import Finding, Kind, Outcome, Page, Query, Reading
from scrapers.parsers.json_fields import tidy
from scrapers.source import Access, Etiquette
from tests.scrapers.http.fakes import FakeSource

MANNERS = Etiquette(origins=("https://alpha.example",), access=Access.PAGE)
FOUND = Reading(outcome=Outcome.FOUND)


@dataclass
class FeedSource(FakeSource):
    """Reads feeds, as one would."""

    def read(self, query: Query, page: Page) -> Reading:  # noqa: ARG002 - the protocol names them
        return Reading(outcome=Outcome.FOUND, unparsed=True)

    def parse(self, query: Query, page: Page) -> Reading:  # noqa: ARG002 - the protocol names it
        from scrapers.parsers.html import xml  # noqa: PLC0415 - in the child alone

        titles = tuple(tidy(each.get_text()) for each in xml(page.text).find_all("title"))
        found = tuple(Finding(key=each, kind=Kind.PAGE, url=each) for each in titles)
        return Reading(outcome=Outcome.FOUND if found else Outcome.ABSENT, findings=found)


@dataclass
class Rogue(FakeSource):
    """Does what the page says, as if the page had taken its parser over."""

    def parse(self, query: Query, page: Page) -> Reading:  # noqa: ARG002 - the protocol names it
        return DEEDS[page.text.partition(" ")[0]](page)


def told(*words: object) -> Reading:
    return Reading(outcome=Outcome.FOUND, note=" ".join(str(word) for word in words))


def spin(_page: Page) -> Reading:
    while True:
        pass


def work(_page: Page) -> Reading:
    ending = time.process_time() + 0.3
    while time.process_time() < ending:
        pass
    return FOUND


def fill_memory(_page: Page) -> Reading:
    filling = [bytes(1 << 20) for _ in range(4096)]
    return told(len(filling))


def stumble(_page: Page) -> Reading:
    raise ZeroDivisionError


def go_away(_page: Page) -> Reading:
    os._exit(0)


def crash(_page: Page) -> Reading:
    os.kill(os.getpid(), signal.SIGSEGV)
    return FOUND


def answer_with(message: bytes) -> Callable[[Page], Reading]:
    """Send something else before the answer; the pipe is the one that is not standard output."""

    def deed(_page: Page) -> Reading:
        for pipe in range(3, 16):
            try:
                os.write(pipe, message)
            except OSError:
                continue
        return FOUND

    return deed


def drip(_page: Page) -> Reading:
    while True:
        answer_with(b"\0")(_page)
        time.sleep(0.01)


def chat(_page: Page) -> Reading:
    sys.stdout.write("Here I am\n" * 1000)
    sys.stdout.flush()
    return FOUND


def look_around(_page: Page) -> Reading:
    return told(*sorted(os.environ))


def hold(_page: Page) -> Reading:
    return told(*(each.name for each in Path("/proc/self/fd").iterdir()))


def write_a_file(page: Page) -> Reading:
    with open(page.text.partition(" ")[2], "w") as file:  # noqa: PTH123 - as a rogue would
        file.write("x" * 10)
    return FOUND


def know_its_limits(_page: Page) -> Reading:
    limits = (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC)
    return told(*(resource.getrlimit(each) for each in limits))


def halve(_page: Page) -> Reading:
    return told("\ud800")


def count_bytes(page: Page) -> Reading:
    return told(len(page.body))


DEEDS: dict[str, Callable[[Page], Reading]] = {
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
    "hold": hold,
    "write": write_a_file,
    "limits": know_its_limits,
    "halve": halve,
    "count": count_bytes,
}
