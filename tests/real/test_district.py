"""Service, pages, commands and backups side by side: what was acknowledged is there in the end."""

import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count, cycle
from pathlib import Path

import click
import pytest

from monitor.cli.main import namesake
from monitor.db.database import Database
from tests.real.district import PATIENCE, PAUSE, SOAKING, SWEEP_PATIENCE, District, running_district
from tests.real.journeys import Journey
from tests.real.search_stub import TICK

pytestmark = pytest.mark.real

# In seconds: how long people and commands go on.
UNDISTURBED, DISTURBED = (600.0, 3600.0) if SOAKING else (30.0, 36.0)
KILLS, ENDS = (200, 50) if SOAKING else (5, 2)
WALKERS = 3
# Commands that wait for the service at every moment, and what they want.
WAITING = 12 if SOAKING else 2
ASKING = ("check --all", "check --all", "check {person}", "sources check")
# How often a service is told to stop while it asks; `share` makes it fewer.
STOPS = 64
# Each command that can be run at any time, with the exit codes that are right for it.
COMMANDS: dict[str, tuple[int, ...]] = {
    "audit": (0,),
    "cases": (0,),
    "check --all": (0, 69),
    "check --all --dry-run": (0,),
    "district check": (65, 69),
    "district domains": (65,),
    "district list": (0,),
    "doctor": (64,),  # its addresses are those of an example
    "explain --weights": (0,),
    "mail list": (0,),
    "mail list --paused": (0,),
    "mail retry --all": (0, 65),
    "mail send": (0, 75),
    "metrics": (0,),
    "roster status": (0, 64, 65),
    "sources check": (0, 69),
    "sources facts": (0,),
    "sources list": (0,),
    "sources show searxng": (0,),
    "staff list": (0,),
    "status": (0, 69),
    "status --jobs": (0,),
    "why nobody.here@cedarvalley.example": (0, 65),
}
# Each command about one person who stays.
ABOUT_A_PERSON: dict[str, tuple[int, ...]] = {
    "check {person}": (0, 69, 77),
    "mail preview {person} --break-glass Drill": (0,),
    "staff export {person}": (0,),
    "staff pause {person} --until 2099-01-01": (0, 65),
}
# What these do is done by the district itself, takes a file, or ends what others walk on.
NOT_IN_THE_LOOP = {
    *("me", "init", "run", "portal", "backup", "restore", "staff invite", "demo"),
    *("sources first-contact", "sources update", "mail resume", "roster erase", "roster import"),
    *("staff left", "staff withdraw", "staff import"),
    *("fleet add", "fleet add-worker", "fleet drain", "fleet move"),
    *("fleet remove", "fleet restore", "fleet worker"),
}


def list_commands(command: click.Command, *path: str) -> Iterator[str]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            part = command.get_command(context, name)
            assert part is not None
            yield from list_commands(part, *path, name)
    else:
        yield " ".join(path)


def test_the_loop_below_knows_every_command() -> None:
    looped = (*COMMANDS, *ABOUT_A_PERSON)
    known = set(list_commands(namesake))

    unplaced = {
        name
        for name in known - NOT_IN_THE_LOOP
        if not any(f"{command} ".startswith(f"{name} ") for command in looped)
    }
    assert unplaced == set()
    assert known >= NOT_IN_THE_LOOP


def drawn(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same again is the point


def walk_again_and_again(district: District, numbers: Iterator[int], until: float) -> None:
    while time.monotonic() < until:
        number = next(numbers)
        Journey(district, number, drawn(number)).walk(stays=number % 2 == 0)


def run_commands(district: District, until: float) -> None:
    """Run each command in turn, and those about a person once somebody has joined."""
    for name in cycle([*COMMANDS, *ABOUT_A_PERSON]):
        if time.monotonic() > until:
            return
        if "{person}" not in name:
            district.run_command(*name.split(), expected=COMMANDS[name])
        elif district.resident:
            command = name.format(person=district.resident).split()
            district.run_command(*command, expected=ABOUT_A_PERSON[name])


def ask_again_and_again(district: District, numbers: Iterator[int], until: float) -> None:
    """Want something that only the service may do, and wait until it is done."""
    expected = {**COMMANDS, **ABOUT_A_PERSON}
    while time.monotonic() < until:
        name = ASKING[next(numbers) % len(ASKING)]
        command = name.format(person=district.resident).split()
        district.run_command(*command, expected=expected[name])


def back_up_and_restore(district: District, until: float) -> None:
    """Copy the district, and bring the copy back elsewhere, where it is read once."""
    other = district.folder / "elsewhere.toml"
    text = district.config.read_text("utf-8")
    for number in count():
        if time.monotonic() > until:
            return
        code, _ = district.run_command("backup")
        if code != 0:
            continue
        folder = district.folder / f"restored-{number}"
        other.write_text(text.replace(str(district.state), str(folder)), "utf-8")
        copies, keys = district.folder / "copies", district.folder / "key-copy"
        command = ("restore", str(copies), "--keys", str(keys))
        code, _ = district.run_command(*command, config=other)
        if code == 0:
            district.run_command("audit", config=other)


def kill_at_random(district: District, until: float) -> None:
    """Spread the kills evenly, and leave the last tenth of the time to recover."""
    lots = drawn(7)
    signals = [signal.SIGKILL] * KILLS + [signal.SIGTERM] * ENDS
    lots.shuffle(signals)
    pause = (until - time.monotonic()) * 0.9 / len(signals)
    for number in signals:
        if district.ended.wait(pause):
            return
        district.kill_something(number, lots)


def run_side_by_side(district: District, until: float, *, killing: bool) -> None:
    journeys, wishes = count(1), count()
    work = [
        *((walk_again_and_again, journeys) for _ in range(WALKERS)),
        *((ask_again_and_again, wishes) for _ in range(WAITING)),
        (run_commands,),
        (back_up_and_restore,),
        *([(kill_at_random,)] if killing else []),
    ]
    threads = [threading.Thread(target=act, args=(district, *more, until)) for act, *more in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(until - time.monotonic() + SWEEP_PATIENCE)


def find_resident(district: District) -> str:
    """Have somebody join who stays, and return the id that commands name them by."""
    journey = Journey(district, 0, drawn(0))
    journey.walk(stays=True)
    with Database.open_folder(district.state) as state:
        return state.people.find_person_id_by_mail(journey.mail) or ""


def check_acknowledged(district: District) -> list[str]:
    """Return what somebody was told is done and what is not there."""
    done, lost = district.done, []
    with Database.open_folder(district.state) as state:
        live = set(state.consents.list_consenting_person_ids(datetime.now(UTC)))
        for mail in sorted(done.joined - done.left - done.unsure):
            ref = state.people.find_person_id_by_mail(mail)
            if ref not in live:
                lost.append(f"{mail} joined, and is not enrolled")
                continue
            verdicts = {
                finding.id: verdict
                for finding, verdict in state.findings.list_findings_with_feedback(ref)
            }
            if any(verdicts.get(finding) != said for finding, said in done.sorted[mail].items()):
                lost.append(f"{mail} sorted what is not sorted")
            case = done.shared.get(mail)
            if case is not None and state.cases.load_case(case).shared_at is None:
                lost.append(f"{mail} shared what is not shared")
        lost += [
            f"{mail} left, and is enrolled"
            for mail in sorted(done.left)
            if state.people.find_person_id_by_mail(mail) in live
        ]
    invited = {entry.recipient for entry in district.mail.taken}
    lost += [f"{mail} was invited, and got no email" for mail in sorted(done.invited - invited)]
    return lost


def count_doubled(district: District) -> int:
    """Count the emails that the mail server took twice: at most one for each kill (RFC 5321)."""
    taken = Counter((entry.recipient, entry.message_id) for entry in district.mail.taken)
    return sum(number - 1 for number in taken.values())


def wait_for_invitations(district: District) -> None:
    def all_have_come() -> bool:
        return district.done.invited <= {entry.recipient for entry in district.mail.taken}

    district.wait_until(all_have_come, "the last invitation")


def end_and_check(district: District) -> None:
    """End the district in good order; nothing that was acknowledged may be missing."""
    wait_for_invitations(district)
    district.check_locks()
    district.ended.set()
    codes = {name: worker.stop() for name, worker in district.workers.items()}
    district.check_integrity()
    lost, doubled = check_acknowledged(district), count_doubled(district)
    print(report(district, doubled))  # noqa: T201 - pytest shows it with `-s`

    assert lost == []
    assert "\n".join(district.faults) == ""
    assert codes == {"run": 0, "portal": 0}
    assert doubled <= sum(district.kills.values())
    assert [gap for gap in district.search.list_gaps() if gap < PAUSE - TICK] == []
    assert len(district.done.joined) > 1


# `share` has them run in `make test`, and longer in `make soak`.
@pytest.mark.usefixtures("share")
def test_side_by_side_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    with running_district(tmp_path) as district:
        district.resident = find_resident(district)
        run_side_by_side(district, time.monotonic() + UNDISTURBED, killing=False)
        end_and_check(district)
        assert [worker.ends for worker in district.workers.values()] == [[], []]


@pytest.mark.usefixtures("share")
def test_killed_at_random_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    with running_district(tmp_path) as district:
        district.resident = find_resident(district)
        run_side_by_side(district, time.monotonic() + DISTURBED, killing=True)
        end_and_check(district)
        assert sum(district.kills.values()) == KILLS + ENDS


def test_a_service_told_to_stop_while_it_asks_ends_in_good_order(
    tmp_path: Path, share: Callable[[range], list[int]]
) -> None:
    lots = drawn(3)
    with running_district(tmp_path) as district:
        district.resident = find_resident(district)
        service = district.workers["run"]
        for number, _ in enumerate(share(range(STOPS)), start=1):
            wait_until_ready(district, number)
            with ask_for_a_sweep(district):
                district.ended.wait(lots.random() / 2)
                service.signal(signal.SIGTERM)
            district.wait_until(lambda n=number: len(service.ends) >= n, "the end of the service")
            assert service.ends == [0] * number
        assert district.faults == []


def wait_until_ready(district: District, times: int) -> None:
    """Wait until the service has said so many times that it is ready."""
    log = district.workers["run"].log
    district.wait_until(lambda: log.read_text("utf-8").count("Ready.") >= times, "a new start")


@contextmanager
def ask_for_a_sweep(district: District) -> Iterator[None]:
    """Have the service asked for a sweep that has begun; who asked goes before it is over."""
    before = district.search.asked
    command = subprocess.Popen(district.argv("check", "--all"), stdout=subprocess.DEVNULL)
    try:
        district.wait_until(lambda: district.search.asked > before, "a search")
        yield
    finally:
        command.kill()
        command.wait(PATIENCE)


def report(district: District, doubled: int) -> str:
    done = district.done
    return (
        f"invited {len(done.invited)}, joined {len(done.joined)}, left {len(done.left)}, "
        f"sorted {sum(map(len, done.sorted.values()))}, shared {len(done.shared)}, "
        f"unsure {len(done.unsure)}, emails {len(district.mail.taken)} ({doubled} doubled), "
        f"commands {sum(done.commands.values())}, kills {dict(district.kills)}, "
        f"searches {district.search.asked}, shortest gap {min(district.search.list_gaps()):.3f} s"
    )
