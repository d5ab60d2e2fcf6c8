"""A machine with districts, as a process: `python -m tests.real.fleet.home DATABASE FOLDER`.

It sweeps its districts once, unless someone ends it before.
"""

import sys
from pathlib import Path

from monitor.demo.setup import StoryClock
from tests.monitor.made_districts import SUNDAY
from tests.real.fleet.machines import PATIENCE, open_home


def main() -> None:
    database, folder = sys.argv[1:]
    with open_home(database, Path(folder), StoryClock(SUNDAY)) as home:
        home.works_for(PATIENCE)


if __name__ == "__main__":
    main()
