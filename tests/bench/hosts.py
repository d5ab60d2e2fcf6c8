"""One portal for many districts: how long a page of one takes while others are opened by turns.

python -m tests.bench.hosts --districts 149 --clients 2 --seconds 6
"""

import argparse
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from time import monotonic, sleep

from werkzeug.test import Client

from monitor.app import DistrictResources, Environment
from monitor.app.builders import build_crawler, build_parser
from monitor.cli.context import CliContext
from monitor.cli.portal import open_site
from monitor.fleet.district_folders import DistrictFolder, build_district_environment
from monitor.fleet.portals import DistrictSites
from monitor.scheduler.daemon import WATCHED_SECONDS
from monitor.web.app import OpenSite
from tests.monitor.made_districts import make_districts

GAP_SECONDS = 0.005


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--districts", type=int, default=149)
    parser.add_argument("--clients", type=int, default=2, help="who ask all others by turns")
    parser.add_argument("--seconds", type=float, default=6.0)
    given = parser.parse_args()
    names = tuple(f"d{number:04}" for number in range(given.districts))
    with tempfile.TemporaryDirectory() as folder:
        make_districts(Path(folder) / "districts", names, 1, 1)
        with open_portal(Path(folder) / "districts") as sites:
            alone = measure(sites, names[0], given.seconds)
            with ask_by_turns(sites, names[1:], given.clients):
                beside = measure(sites, names[0], given.seconds)
    sys.stdout.write(f"alone: {alone}\nbeside the others: {beside}\n")


@contextmanager
def open_portal(folder: Path) -> Iterator[DistrictSites]:
    environment = Environment()
    with build_parser() as parser:
        resources = DistrictResources(parser=parser, build_crawler=build_crawler)

        def open_district(district: DistrictFolder) -> AbstractContextManager[OpenSite]:
            own = build_district_environment(environment, district)
            return open_site(CliContext(district.config_path, own), resources)

        sites = DistrictSites(folder, open_district, on_socket=False)
        try:
            yield sites
        finally:
            sites.close()


def ask_page(sites: DistrictSites, name: str) -> float:
    """Return the seconds that a page took."""
    host, began = f"namesake.{name}.example", monotonic()
    with Client(sites).get("/sign-in", base_url=f"https://{host}", headers={"Host": host}) as page:
        page.get_data()
    return monotonic() - began


def measure(sites: DistrictSites, name: str, seconds: float) -> str:
    taken, until = [ask_page(sites, name)], monotonic() + seconds
    while monotonic() < until:
        taken.append(ask_page(sites, name))
        sleep(GAP_SECONDS)
    late = quantiles(taken[1:], n=20)[-1]
    return f"median {median(taken) * 1e3:.1f} ms, p95 {late * 1e3:.1f} ms of {len(taken)} pages"


@contextmanager
def ask_by_turns(sites: DistrictSites, names: tuple[str, ...], clients: int) -> Iterator[None]:
    """Ask one district after another, and let go of the surplus as the portal does."""
    ended = threading.Event()

    def ask(first: int) -> None:
        for number in count(first):
            if ended.is_set():
                return
            ask_page(sites, names[number % len(names)])

    def tidy() -> None:
        while not ended.wait(WATCHED_SECONDS):
            sites.tidy()

    with ExitStack() as stack:
        stack.callback(ended.set)
        threads = [threading.Thread(target=tidy)]
        threads += [threading.Thread(target=ask, args=(37 * number,)) for number in range(clients)]
        for thread in threads:
            thread.start()
        yield
        ended.set()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main()
