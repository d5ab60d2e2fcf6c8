"""What holds for every test: nothing is left out in silence, and long runs know how long."""

import gc
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings

Case = TypeVar("Case")
Share = Callable[..., Sequence[Case]]

# A shell lets what it starts in the background ignore Ctrl-C, and all that it starts in turn; a
# test that presses it would wait forever.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Who ends a run that takes too long learns from it what it was at.
if "PYTEST_XDIST_WORKER" not in os.environ:
    signal.signal(signal.SIGTERM, signal.default_int_handler)

# Tests that run side by side do not wait for each other at hosts: each folder has its own pauses.
os.environ["NAMESAKE_PAUSES"] = os.devnull

# What a test leaves is mostly gone with its last name: to look for cycles took 13 % of it.
GARBAGE_AFTER = (20_000, 20, 20)
NOT_ENDED = set[str]()
MAY_LEAVE_NOTHING_OUT = os.environ.get("NAMESAKE_REAL") == "1"
SOAKING = os.environ.get("NAMESAKE_SOAK") == "1"

# The machine that decides about a change must decide the same tomorrow.
# Each run elsewhere tries others, and `make soak` finds what is wrong more seldom.
settings.register_profile("any", deadline=None, max_examples=25, derandomize="CI" in os.environ)
settings.register_profile("soak", deadline=None, max_examples=2000)
# For `make mutants`, which runs the same tests once for each mutant.
settings.register_profile("few", deadline=None, derandomize=True, max_examples=15)
settings.load_profile("soak" if SOAKING else "any")


ROOT = Path(__file__).parents[1]
PRODUCT = tuple(f"{ROOT / package}{os.sep}" for package in ("monitor", "scrapers", "reports"))
DATABASE_FILES = (".db", ".db-wal", ".db-shm")


def refuse_to_open_a_live_database(event: str, arguments: tuple[object, ...]) -> None:
    """Fail the test in which code of ours opens a database by path that this process has open.

    To close it again would drop every lock that SQLite holds on it.
    """
    if event != "open" or not str(arguments[0]).endswith(DATABASE_FILES):
        return
    if isinstance(arguments[2], int) and arguments[2] & os.O_EXCL:  # opens no file that is there
        return
    frame = sys._getframe(1)  # noqa: SLF001 - an audit hook is told no caller
    while frame and not frame.f_code.co_filename.startswith(str(ROOT)):
        frame = frame.f_back  # through the standard library
    if frame and frame.f_code.co_filename.startswith(PRODUCT) and _is_open(str(arguments[0])):
        pytest.fail(f"{arguments[0]} is in use here: to open it by path drops its locks")


def _is_open(path: str) -> bool:
    opened = Path("/proc/self/fd")
    return opened.exists() and os.path.realpath(path) in {
        os.path.realpath(one_path) for one_path in opened.iterdir()
    }


sys.addaudithook(refuse_to_open_a_live_database)


@pytest.fixture
def share(request: pytest.FixtureRequest) -> Share[Case]:
    """Cut a long run to size: all its cases in `make soak`, else the same one of ten every time."""

    def cut(cases: Sequence[Case], of: int = 10) -> Sequence[Case]:
        if SOAKING:
            return cases
        seeded = random.Random(request.node.nodeid)  # noqa: S311 - the same again is the point
        kept = sorted(seeded.sample(range(len(cases)), -(-len(cases) // of)))
        return [cases[index] for index in kept]

    return cut


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for garbage only among what the tests make: what is collected stays to the end.

    To look through all of it, again and again, takes a quarter of the time of collecting.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*GARBAGE_AFTER)
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put off what only `make soak` has time for; a run that takes a share is never put off.

    It begins with those: one that came last would keep a single process at work in the end. Others
    stay beside those of their folder, in any order there: what they share is made in one process.
    """
    items.sort(key=lambda item: item.path.parent)
    sharing = [item for item in items if "share" in getattr(item, "fixturenames", ())]
    for item in sharing:
        item.add_marker("soak")
    if SOAKING:
        return
    others = [item for item in items if item not in sharing]
    put_off = [item for item in others if item.get_closest_marker("soak")]
    items[:] = sharing + [item for item in others if item not in put_off]
    if put_off:
        config.hook.pytest_deselected(items=put_off)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    left_out = report.skipped and not hasattr(report, "wasxfail")
    if MAY_LEAVE_NOTHING_OUT and left_out and item.get_closest_marker("real"):
        report.longrepr = f"nothing may be left out here, but: {_reason(report)}"
        report.outcome = "failed"
    return report


def pytest_runtest_logstart(nodeid: str) -> None:
    NOT_ENDED.add(nodeid)


def pytest_runtest_logfinish(nodeid: str) -> None:
    NOT_ENDED.discard(nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Look for garbage for the last time: pytest would look five times, and Python once more."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if NOT_ENDED:
        terminalreporter.section("did not end")
    for nodeid in sorted(NOT_ENDED):
        terminalreporter.write_line(nodeid)
    reasons = Counter(map(_reason, terminalreporter.getreports("skipped")))
    if reasons:
        title = (
            "left out" if MAY_LEAVE_NOTHING_OUT else "left out (make test REAL=1 needs all parts)"
        )
        terminalreporter.section(title)
    for reason, count in sorted(reasons.items()):
        tests = "1 test" if count == 1 else f"{count} tests"
        terminalreporter.write_line(f"{reason} ({tests})")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    place_and_reason = report.longrepr
    if isinstance(place_and_reason, tuple):
        return place_and_reason[2].removeprefix("Skipped: ")
    return str(place_and_reason)
