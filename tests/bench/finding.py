"""How many files one finding runs through: `python -m tests.bench.finding` lists them.

A week in which one account changed is swept and its digest sent, with every call into our code
looked at, in all threads; pages are parsed in the same process, so that the parsers count.
"""

import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from unittest.mock import patch

from monitor.db.database import Database
from monitor.demo.district import MARIA
from monitor.demo.internet import Internet
from monitor.demo.server import WebServer
from monitor.demo.setup import StoryClock
from tests.house.tree import PACKAGES, ROOT
from tests.monitor.services.world import World, configured, profile
from tests.scrapers.sandbox.fakes import InProcessParser

OURS = tuple(f"{ROOT / package}/" for package in PACKAGES)
OWN = profile("chalkboard", "mariadelgado")


@dataclass
class CallCounter:
    """Which of our files were entered, and how often a call led from one into another."""

    files: set[str] = field(default_factory=set)
    crossings: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note_call(self, frame: FrameType, event: str, _argument: object) -> None:
        callee = frame.f_code.co_filename
        if event != "call" or not callee.startswith(OURS) or not callee.endswith(".py"):
            return
        self.files.add(callee)
        caller = frame.f_back.f_code.co_filename if frame.f_back else ""
        if caller != callee and caller.startswith(OURS):
            self.crossings[caller, callee] += 1

    @contextmanager
    def watch_calls(self) -> Iterator[None]:
        threading.setprofile(self.note_call)
        sys.setprofile(self.note_call)
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(None)


@contextmanager
def open_world(folder: Path) -> Iterator[World]:
    config = configured(folder, ("chalkboard",))
    Database.create_or_open_folder(config.state).close()
    clock = StoryClock(datetime(2026, 9, 12, 20, tzinfo=UTC))
    parser = nullcontext(InProcessParser())
    with (
        WebServer(Internet(), now=clock.now) as web,
        patch.object(import_module("monitor.app.builders"), "SandboxParser", lambda: parser),
    ):
        world = World(config, web, clock)
        try:
            yield world
        finally:
            world.close()


def count_files_of_one_finding() -> CallCounter:
    """Count from the first answer of the second week to the email that tells of it."""
    counter = CallCounter()
    with TemporaryDirectory() as folder, open_world(Path(folder)) as world:
        maria = world.joins(MARIA)
        world.sweep()
        world.on_monday()
        world.a_week_later()
        changed = replace(OWN, bio="Rocks, mostly.")
        world.internet = world.internet.remove_entry(OWN).add_entry(changed)
        with counter.watch_calls():
            world.sweep()
            world.on_monday()
        assert "Its bio has changed" in maria.emails_of("digest")[-1].text
    return counter


def main() -> None:
    counter = count_files_of_one_finding()
    files = sorted(str(Path(file).relative_to(ROOT)) for file in counter.files)
    crossings = sum(counter.crossings.values())
    figures = {"files": len(files), "calls_between": crossings, "names": files}
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
