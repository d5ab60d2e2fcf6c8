"""As many hosts keep a connection as are asked, as far as the process may have files open."""

import resource
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.http.fetch_limits import (
    MOST_IDLE_HOSTS,
    RESERVED_FILES,
    USUAL_IDLE_HOSTS,
    WANTED_FILES,
    compute_idle_hosts,
)


@pytest.mark.parametrize(
    ("declared", "kept"),
    [(60, USUAL_IDLE_HOSTS), (2_000, 2_000), (10_000, MOST_IDLE_HOSTS)],
)
def test_each_declared_host_keeps_its_connection(declared: int, kept: int) -> None:
    assert compute_idle_hosts(declared, 512, WANTED_FILES) == kept


@given(st.integers(0, 20_000), st.integers(1, 4_096), st.integers(64, 100_000))
def test_connections_never_use_up_the_files_that_others_need(
    declared: int, workers: int, open_files: int
) -> None:
    kept = compute_idle_hosts(declared, workers, open_files)

    assert kept == 1 or kept + 2 * workers + RESERVED_FILES <= open_files


@pytest.mark.parametrize(("soft", "hard"), [(1_024, 4_096), (256, 1_024)])
def test_a_process_takes_as_many_files_as_it_may(soft: int, hard: int) -> None:
    code = "from scrapers.http.fetch_limits import raise_file_limit; print(raise_file_limit())"

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    said = subprocess.run(
        [sys.executable, "-c", code], preexec_fn=limit, capture_output=True, check=True, text=True
    )

    assert int(said.stdout) == min(hard, WANTED_FILES)
