"""Another version of the program, with other tables, beside a service and after it.

It knows only commands, `kill` and what they say.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from monitor.domain.errors import DatabaseError
from tests.real.district import District, running_district
from tests.real.machine import HERE
from tests.real.test_clock_back import invite
from tests.real.test_commands_ask import wait_until_ready

pytestmark = pytest.mark.real

COMMANDS = (("staff", "list"), ("sources", "list"), ("backup",), ("status",), ("run",))


@pytest.fixture
def other_version(tmp_path: Path) -> Path:
    """Return a folder with the program as another release has it: with one more column."""
    packages = HERE.parents[1]
    copytree(packages / "monitor", tmp_path / "other/monitor", ignore=ignore_patterns("*.pyc"))
    schema = tmp_path / "other/monitor/db/schema.sql"
    text = schema.read_text("utf-8")
    before, table, after = text.partition("CREATE TABLE people (")
    assert table
    schema.write_text(f"{before}{table}\n    pronouns TEXT,{after}", "utf-8")
    return tmp_path / "other"


def run_other(district: District, other: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-P", "-m", "monitor", "--config", str(district.config), *words),
        env={**os.environ, "PYTHONPATH": str(other)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def read_files(district: District) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in district.state.glob("*.db")}


def test_another_version_is_refused_in_one_sentence_and_changes_nothing(
    tmp_path: Path, other_version: Path
) -> None:
    with running_district(tmp_path) as district:
        wait_until_ready(district, 1)
        invite(district, "ann")
        beside = run_other(district, other_version, "run")
        assert (beside.returncode, beside.stderr.count("\n")) == (DatabaseError.exit_code, 1)

        district.ended.set()
        for worker in district.workers.values():
            worker.signal(signal.SIGTERM)
            worker.stop()
        before = read_files(district)
        for words in COMMANDS:
            said = run_other(district, other_version, *words)
            assert said.returncode == DatabaseError.exit_code, (words, said)
            assert said.stderr.count("\n") == 1, (words, said.stderr)
            assert "version" in said.stderr
        assert read_files(district) == before

        for worker in district.workers.values():
            worker.start()
        wait_until_ready(district, 2)
        invite(district, "ben")
        assert district.faults == []
