"""What holds for every test: nothing is left out in silence, and long runs know how long."""

import os
import random
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from typing import TypeVar

import pytest
from hypothesis import settings

Case = TypeVar("Case")
Share = Callable[[Sequence[Case]], Sequence[Case]]

MAY_LEAVE_NOTHING_OUT = os.environ.get("NAMESAKE_REAL") == "1"
SOAKING = os.environ.get("NAMESAKE_SOAK") == "1"

# The machine that decides about a change must decide the same tomorrow.
settings.register_profile("any", deadline=None, derandomize="CI" in os.environ)
settings.register_profile("soak", deadline=None, max_examples=2000)
# For `make mutants`, which runs the same tests once for each mutant.
settings.register_profile("few", deadline=None, derandomize=True, max_examples=15)
settings.load_profile("soak" if SOAKING else "any")


@pytest.fixture
def share(request: pytest.FixtureRequest) -> Share[Case]:
    """Cut a long run to size: all its cases in `make soak`, else the same tenth every time."""

    def cut(cases: Sequence[Case]) -> Sequence[Case]:
        if SOAKING:
            return cases
        seeded = random.Random(request.node.nodeid)  # noqa: S311 - the same again is the point
        kept = sorted(seeded.sample(range(len(cases)), -(-len(cases) // 10)))
        return [cases[index] for index in kept]

    return cut


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put off what only `make soak` has time for; a run that takes a share is never put off.

    It begins with those: one that came last would keep a single process at work in the end.
    """
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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
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
