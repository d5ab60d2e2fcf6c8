"""All programs of a machine keep one another's pauses, whatever becomes of each of them."""

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest

from scrapers.crawl import pause_file
from scrapers.crawl.pause_file import (
    DECLARED_PLACES,
    LOOK_AGAIN_SECONDS,
    MOST_YIELDED_SECONDS,
    OTHER_PLACES,
    PLACE,
    PauseFile,
    find_place,
)
from tests.scrapers.crawl.asker import PAUSE_SECONDS, QUERIES_EACH, SITES
from tests.scrapers.http.watchful import Note, Watched, watched_hosts

PATIENCE = 120
# From the moment that a pause is written until the host has read the request.
LATENCY = 0.05
HOST = find_place("alpha.example", declared=True)


def opened(path: Path) -> PauseFile:
    found = PauseFile.open_first([path])
    assert found is not None
    return found


def started(path: Path, watched: Watched, name: str) -> subprocess.Popen[bytes]:
    command = (sys.executable, "-m", "tests.scrapers.crawl.asker")
    return subprocess.Popen((*command, str(path), str(watched.port), name))


def gaps(notes: Iterable[Note]) -> list[float]:
    """Return the seconds from each request of a host to the next one."""
    began = defaultdict(list)
    for note in notes:
        began[note.host].append(note.began)
    return [later - first for times in began.values() for first, later in pairwise(sorted(times))]


def test_programs_that_ask_at_once_are_as_polite_as_one(tmp_path):
    with watched_hosts() as watched:
        programs = [started(tmp_path / "pauses", watched, name) for name in ("rosa", "karen")]
        assert [program.wait(PATIENCE) for program in programs] == [0, 0]

    found = gaps(watched.notes)
    assert len(found) == len(SITES) * (2 * QUERIES_EACH - 1)
    assert min(found) >= PAUSE_SECONDS


def test_what_a_program_asked_right_before_it_was_killed_is_known_to_the_others(tmp_path):
    with watched_hosts() as watched:
        other = started(tmp_path / "pauses", watched, "rosa")
        for number in range(3):
            killed = started(tmp_path / "pauses", watched, f"karen{number}")
            with pytest.raises(subprocess.TimeoutExpired):
                killed.wait(0.7)
            killed.kill()
            killed.wait()
        assert other.wait(PATIENCE) == 0

    assert min(gaps(watched.notes)) >= PAUSE_SECONDS - LATENCY


def test_the_pause_is_written_before_the_request_and_by_its_end(tmp_path):
    first, next_start = opened(tmp_path / "pauses"), opened(tmp_path / "pauses")

    assert first.take_turn(HOST, 5.0, now=100.0) is None
    assert next_start.take_turn(HOST, 5.0, now=101.0) == 105.0
    assert first.end_turn(HOST, 110.0, now=102.0) == 110.0
    assert next_start.take_turn(HOST, 5.0, now=109.0) == 110.0
    assert next_start.take_turn(HOST, 5.0, now=110.0) is None


def test_who_has_just_asked_lets_the_one_who_waits_ask_first(tmp_path, monkeypatch):
    ours, theirs = opened(tmp_path / "pauses"), opened(tmp_path / "pauses")
    ours.take_turn(HOST, 5.0, now=100.0)
    with monkeypatch.context() as other_program:
        other_program.setattr(os, "getpid", lambda: 7)
        assert theirs.take_turn(HOST, 5.0, now=101.0) == 105.0

    assert ours.end_turn(HOST, 106.0, now=101.0) == 111.0
    assert ours.end_turn(HOST, 106.0, now=101.0) == 106.0


def test_a_host_that_is_being_asked_is_locked_until_its_program_ends(tmp_path):
    path = tmp_path / "pauses"
    holding = f"""
import sys
from pathlib import Path
from scrapers.crawl.pause_file import PauseFile
PauseFile.open_first([Path(sys.argv[1])]).take_turn({HOST}, 0.0, now=100.0)
print("asking", flush=True)
sys.stdin.read()
"""
    ours = opened(path)
    with subprocess.Popen(
        (sys.executable, "-c", holding, str(path)), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"asking\n"
        assert ours.take_turn(HOST, 5.0, now=200.0) == 200.0 + LOOK_AGAIN_SECONDS
        # Who never lets go holds no one up for ever.
        assert ours.take_turn(HOST, 5.0, now=201.0 + MOST_YIELDED_SECONDS) is None
        other.kill()
    assert ours.take_turn(HOST, 5.0, now=300.0 + MOST_YIELDED_SECONDS) is None


def test_what_was_written_before_the_machine_started_counts_no_more(tmp_path):
    opened(tmp_path / "pauses").take_turn(HOST, 5.0, now=50_000.0)

    assert opened(tmp_path / "pauses").take_turn(HOST, 5.0, now=60.0) is None


def test_hosts_that_may_carry_a_handle_share_a_few_places():
    places = {find_place(f"rosa{number}.example", declared=False) for number in range(5000)}
    declared = {find_place(f"site{number}.example", declared=True) for number in range(5000)}

    assert len(places) == OTHER_PLACES
    assert min(places) == DECLARED_PLACES * PLACE.size > max(declared)


def test_a_file_that_was_laid_out_to_mislead_us_is_not_used(tmp_path):
    secret = tmp_path / "secret"
    secret.touch()
    link, second_name, pipe = (tmp_path / name for name in ("link", "second", "pipe"))
    link.symlink_to(secret)
    second_name.hardlink_to(secret)
    os.mkfifo(pipe)
    folder = tmp_path / "nowhere" / "pauses"

    assert PauseFile.open_first([link, second_name, pipe, folder, tmp_path]) is None
    assert opened(tmp_path / "pauses") is not None
    assert (tmp_path / "pauses").stat().st_mode & 0o777 == pause_file.ANYONE_MODE


def test_a_full_disk_keeps_no_one_from_asking(tmp_path, monkeypatch):
    ours = opened(tmp_path / "pauses")

    def fail(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", fail)
    assert ours.take_turn(HOST, 5.0, now=100.0) is None
    assert ours.end_turn(HOST, 105.0, now=100.0) == 105.0
