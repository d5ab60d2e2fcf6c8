"""Commands that ask the service, and what its end does to them and to the hosts: nothing.

These know only commands, `kill` and the log of a server.
"""

import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from monitor.db.database import Database
from monitor.domain.vocabulary import SweepKind
from tests.bench import scale
from tests.bench.sweep import enrol
from tests.real.district import PATIENCE, PAUSE, SOAKING, District, running_district
from tests.real.search_stub import TICK

pytestmark = pytest.mark.real

TRIES = 6
COMMANDS = 12 if SOAKING else 3
STAFF = 2
ASKING = (("check", "--all"), ("sources", "check"), ("check", "{person}"))
LONG_PAUSE = 5.0
# From the moment that a request is sent until the server has noted it.
LATENCY = 0.25


def gather_staff(district: District) -> str:
    """Have some people enrolled, and return the id of one."""
    with Database.open_folder(district.state) as state:
        enrol(state, scale.build_staff(STAFF))
        return state.people.list_person_ids()[0]


@contextmanager
def waiting_commands(district: District, person: str) -> Iterator[list[subprocess.Popen[str]]]:
    with ExitStack() as stack:
        commands = [
            stack.enter_context(
                subprocess.Popen(
                    district.argv(*(word.format(person=person) for word in ASKING[number % 3])),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            for number in range(COMMANDS)
        ]
        try:
            yield commands
        finally:
            for command in commands:
                command.kill()


def wait_for_searches(district: District, count: int) -> None:
    before = district.search.asked
    district.wait_until(lambda: district.search.asked >= before + count, "a search")


def wait_until_ready(district: District, times: int) -> None:
    log = district.workers["run"].log
    district.wait_until(lambda: log.read_text("utf-8").count("Ready.") >= times, "a new start")


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_service_that_ends_beside_waiting_commands_is_never_locked_out(
    tmp_path: Path, end: signal.Signals, share: Callable[[range], list[int]]
) -> None:
    with running_district(tmp_path) as district:
        person, service = gather_staff(district), district.workers["run"]
        wait_until_ready(district, 1)
        with waiting_commands(district, person) as commands:
            for number, _ in enumerate(share(range(TRIES)), start=1):
                wait_for_searches(district, 2)
                service.signal(end)
                wait_until_ready(district, number + 1)
            told = [command.communicate(timeout=PATIENCE)[1] for command in commands]
        gaps = district.search.list_gaps()
        too_close = [gap for gap in gaps if gap < PAUSE - TICK]
        print(f"{end.name}: {len(too_close)} of {len(gaps)} too close, ends {service.ends}")  # noqa: T201 - pytest shows it with `-s`

        assert [command.returncode for command in commands] == [0] * COMMANDS, told
        assert set(service.ends) == {0 if end is signal.SIGTERM else -end}
        assert too_close == []
        with Database.open_folder(district.state) as state:
            requests = state.jobs.list_requests()
            assert all(request.done_at is not None for request in requests)
            # Who wanted the same waited for the same, and what was begun was gone on with.
            assert len(state.sweeps.list_district_sweeps(SweepKind.SWEEP)) <= sum(
                request.name == "sweep" for request in requests
            )
        assert district.faults == []


def test_a_quick_start_after_a_crash_keeps_the_pauses(
    tmp_path: Path, share: Callable[[range], list[int]]
) -> None:
    with running_district(tmp_path, LONG_PAUSE) as district:
        gather_staff(district)
        wait_until_ready(district, 1)
        command = subprocess.Popen(district.argv("check", "--all"), stderr=subprocess.DEVNULL)
        try:
            for number, _ in enumerate(share(range(TRIES)), start=1):
                wait_for_searches(district, 1)
                district.workers["run"].signal(signal.SIGKILL)
                wait_until_ready(district, number + 1)
            wait_for_searches(district, 1)
        finally:
            command.kill()
            command.wait(PATIENCE)
        gaps = district.search.list_gaps()
        print(f"gaps {min(gaps):.2f} s to {max(gaps):.2f} s where {LONG_PAUSE:.0f} s are asked")  # noqa: T201 - see above

        assert min(gaps) >= LONG_PAUSE - LATENCY
        assert set(district.workers["run"].ends) == {-signal.SIGKILL}
