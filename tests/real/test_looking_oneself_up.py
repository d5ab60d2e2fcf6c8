"""`namesake me` as a process of its own, beside a real SearXNG and without any other network."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from monitor.db.private_folders import CHECK_FOLDER_PREFIX
from tests.real.searxng import Searxng
from tests.real.web_index import WebPage

pytestmark = pytest.mark.real

COMMAND = (sys.executable, "-m", "monitor", "me", "Maria Delgado", "--yes")
TOLD = ("--town", "Cedar Valley", "--school", "Cedar Valley Elementary")
FOUND = "cedarvalley[.]example/staff/mdelgado"


@pytest.fixture
def variables(searxng: Searxng, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Give the canary of SearXNG a page to find, and the process a home of its own."""
    page = WebPage(url="https://encyclopedia.example/", title="wikipedia", text="wikipedia")
    searxng.web.publish(page)
    yield {
        **os.environ,
        "NAMESAKE_SEARXNG_URL": searxng.address,
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "TMPDIR": str(tmp_path),
    }
    searxng.web.withdraw(page.url)


def test_what_a_search_engine_knows_is_found_and_nothing_else_is_left(
    variables: dict[str, str], tmp_path: Path
) -> None:
    done = subprocess.run(
        (*COMMAND, *TOLD, "--html", str(tmp_path / "me.html")),
        env=variables,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert FOUND in done.stdout
    assert "mdelgado" in (tmp_path / "me.html").read_text("utf-8")
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"me.html", "cache/namesake/looked-up"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_process_and_leaves_no_folder(
    variables: dict[str, str], number: signal.Signals
) -> None:
    process = subprocess.Popen(
        (*COMMAND, *TOLD, "--json"), env=variables, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    started = [process.stderr.readline() for _ in range(3)]
    folders = _list_folders(process)

    process.send_signal(number)

    assert started[-1].startswith("This takes one to five minutes.")
    assert process.wait(60) == 130
    assert "Stopped before the end." in process.stderr.read()
    process.stderr.close()
    assert [folder.exists() for folder in folders] == [False]


def _list_folders(process: subprocess.Popen[str]) -> set[Path]:
    """List the folders of a check in which this process, and no other, has a file open."""
    opened: list[Path] = []
    for path in Path(f"/proc/{process.pid}/fd").iterdir():
        # It may close a file just now.
        with suppress(FileNotFoundError):
            opened.append(path.readlink())
    parents = [parent for file in opened for parent in file.parents]
    return {parent for parent in parents if parent.name.startswith(CHECK_FOLDER_PREFIX)}
