"""A machine with districts that ends in a sweep: what was asked is not asked again."""

import logging
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.demo.setup import StoryClock
from tests.bench import scale
from tests.monitor.made_districts import FRIDAY, SUNDAY, list_handles, make_districts
from tests.real.fleet.asker import AskerSettings
from tests.real.fleet.machines import PATIENCE, open_home, run_askers, wait_for
from tests.real.fleet.world import FleetSize, list_traces, sweep_alone

pytestmark = pytest.mark.real

LOG = logging.getLogger(__name__)
SIZE = FleetSize(districts=2, people=12, sites=4, pace=0.3)


@contextmanager
def home_process(database: str, folder: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    words = (sys.executable, "-m", "tests.real.fleet.home", database, str(folder))
    with log.open("ab") as file, subprocess.Popen(words, stdout=file, stderr=file) as process:
        try:
            yield process
        finally:
            process.kill()


def test_what_was_answered_while_the_home_was_gone_is_taken_up_when_it_is_back(
    fleet_address: str, tmp_path: Path
) -> None:
    folder = tmp_path / "districts"
    make_districts(folder, SIZE.names, SIZE.people, SIZE.sites)
    people = {handle for place in range(2) for handle in list_handles(place, SIZE.people)}
    with scale.run_server_process(SIZE.sites) as web:
        with open_home(fleet_address, folder, StoryClock(FRIDAY)) as home:
            home.works()
        settings = AskerSettings(database=fleet_address, addresses=web.address_map, pace=SIZE.pace)

        def list_asked() -> list[tuple[str, str]]:
            found = web.fetch_queries()
            return [(host, handle) for host, handle, _ in found if handle in people]

        with run_askers(tmp_path, settings, settings):
            with home_process(fleet_address, folder, tmp_path / "home.log") as process:
                wait_for(lambda: len(list_asked()) >= SIZE.queries // 4, 240)
                process.send_signal(signal.SIGKILL)
                process.wait()
            gone = len(list_asked())
            # The machines that ask go on: they are permitted to for minutes.
            wait_for(lambda: len(list_asked()) > gone, 60)
            with open_home(fleet_address, folder, StoryClock(SUNDAY)) as home:
                home.works_for(PATIENCE)
        asked = Counter(list_asked())

    again = asked.total() - len(asked)
    LOG.info("%s of %s had been asked; asked again: %s", gone, SIZE.queries, again)
    assert list_traces(folder, SIZE.names) == sweep_alone(SIZE)
    assert again == 0
