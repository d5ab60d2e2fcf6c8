"""A clock that is set back a day, and right again, beside a service, its pages and commands.

It knows only commands, `kill`, a clock that each process reads, and the logs of two servers.
"""

import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.real.district import DOMAIN, District, running_district
from tests.real.fleet.machines import find_clock_library
from tests.real.test_commands_ask import LATENCY, gather_staff, wait_until_ready

pytestmark = pytest.mark.real

PAUSE, DAY = 1.0, 86_400


@pytest.fixture
def set_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Return what sets the clock of all processes that the test starts, by seconds."""
    library, clock = find_clock_library(), tmp_path / "clock"
    if library is None:
        pytest.skip("libfaketime not installed")

    def set_to(seconds: int) -> None:
        fresh = clock.with_suffix(".new")
        fresh.write_text(f"{seconds:+}", "ascii")
        fresh.replace(clock)

    set_to(0)
    monkeypatch.setenv("LD_PRELOAD", str(library))
    monkeypatch.setenv("FAKETIME_TIMESTAMP_FILE", str(clock))
    monkeypatch.setenv("FAKETIME_NO_CACHE", "1")
    monkeypatch.setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1")
    return set_to


def invite(district: District, name: str) -> None:
    """Invite somebody, and wait for what the mail server was given."""
    address = f"{name}.doe@{DOMAIN}"
    district.run_command("staff", "invite", address, name.capitalize(), "Doe")
    district.wait_until(lambda: bool(district.mail.sent_to(address)), f"the email to {name}")


def test_a_clock_that_is_set_back_a_day_costs_nothing_and_doubles_nothing(
    tmp_path: Path, set_clock: Callable[[int], None]
) -> None:
    with running_district(tmp_path, PAUSE) as district:
        gather_staff(district)
        wait_until_ready(district, 1)
        invite(district, "ann")
        district.run_command("check", "--all")

        set_clock(-DAY)
        invite(district, "ben")
        district.run_command("check", "--all")
        district.workers["run"].signal(signal.SIGKILL)
        wait_until_ready(district, 2)
        invite(district, "cam")

        set_clock(0)
        invite(district, "dee")
        district.run_command("check", "--all")
        district.run_command("status", "--jobs", "--clock-is-right")
        district.workers["run"].signal(signal.SIGTERM)
        wait_until_ready(district, 3)
        invite(district, "eve")
        district.run_command("audit")
        district.run_command("backup")
        district.check_integrity()

        taken = Counter((mail.recipient, mail.message_id) for mail in district.mail.taken)
        print(f"{taken.total()} emails, {len(district.search.list_gaps())} gaps")  # noqa: T201 - pytest shows it with `-s`
        assert max(taken.values()) == 1
        assert min(district.search.list_gaps()) >= PAUSE - LATENCY
        assert district.workers["run"].ends == [-signal.SIGKILL, 0]
        assert district.faults == []
