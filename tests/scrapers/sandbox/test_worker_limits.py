"""The kernel holds a child to its bounds; each is tried in a process of its own."""

import signal
import subprocess
import sys

from tests.house.tree import ROOT

BEFORE = "from scrapers.sandbox import worker as bounds\n"


def ran(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-c", BEFORE + code), cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_what_works_on_one_job_for_too_long_is_ended_without_a_parent() -> None:
    done = ran("bounds.allow_another_job(0)\nwhile True: pass")

    assert done.returncode == -signal.SIGXCPU


def test_each_job_has_the_same_time_however_many_came_before() -> None:
    done = ran(
        "from time import process_time\n"
        # The kernel's count for limits may run ahead of this clock, by part of a second.
        "for job in range(4):\n"
        "    began = process_time()\n"
        "    bounds.allow_another_job(2)\n"
        "    while process_time() < began + 0.8: pass\n"
        "print('done')"
    )

    assert done.stdout == "done\n"


def test_memory_has_an_end() -> None:
    done = ran("bounds.set_resource_limits()\nbytes(bounds.MOST_MEMORY)")

    assert "MemoryError" in done.stderr


def test_files_have_an_end() -> None:
    done = ran(
        "import os\nbounds.set_resource_limits()\n"
        "[os.open('/', 0) for _ in range(bounds.MOST_FILES)]"
    )

    assert "Too many open files" in done.stderr


def test_bounds_that_were_narrower_stay_so() -> None:
    done = ran(
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))\n"
        "bounds.set_resource_limits()\n"
        "print(resource.getrlimit(resource.RLIMIT_NOFILE))"
    )

    assert done.stdout == "(9, 9)\n"
