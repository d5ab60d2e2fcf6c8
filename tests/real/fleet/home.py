"""A machine with districts, as a process: `python -m tests.real.fleet.home` DATABASE FOLDER.

It sweeps its districts once, and serves them for as many seconds as a third word says.
"""

import logging
import sys
import threading
from pathlib import Path
from time import monotonic

from monitor.demo.setup import StoryClock
from tests.monitor.made_districts import SUNDAY
from tests.real.fleet.machines import PATIENCE, open_home


def main() -> None:
    handler = logging.StreamHandler()
    words = "%(asctime)s %(levelname)s %(message)s %(job)s %(error)s"
    handler.setFormatter(logging.Formatter(words, defaults={"job": "", "error": ""}))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    database, folder, *seconds = sys.argv[1:]
    until, pause = monotonic() + float(*seconds), threading.Event()
    with open_home(database, Path(folder), StoryClock(SUNDAY)) as home:
        home.works_for(0.0 if seconds else PATIENCE)
        while monotonic() < until:
            # Looks as the service does, also while a sweep runs.
            home.runner.look_at_districts()
            pause.wait(1.0)


if __name__ == "__main__":
    main()
