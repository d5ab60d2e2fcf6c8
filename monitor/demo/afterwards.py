"""The district after its story: the same folder, the same internet, and time that goes on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from msgspec import structs

from monitor.build import build
from monitor.config import Config
from monitor.config_portal import PortalConfig
from monitor.demo import days, district, stage
from monitor.demo.clock import RunningClock
from monitor.demo.internet import Internet
from monitor.demo.server import WebServer
from monitor.outside import Outside
from monitor.service import Service
from scrapers.fetch.egress import Egress, resolve_nothing
from scrapers.fetch.pace import WITHOUT_WAITS

# Monday of the last week, when every digest has been sent.
BEGINS = days.sweep_at(days.LAST_WEEK) + timedelta(hours=5)
OPERATOR = f"operations@{district.MAIL_DOMAIN}"
# Opening a flag early takes two; the story itself has one.
REVIEWERS = (*district.REVIEWERS, f"it-help-desk@{district.MAIL_DOMAIN}")


@contextmanager
def afterwards(folder: Path, address: str) -> Iterator[Service]:
    """Open the district whose story was played, with its pages at an address of loopback."""
    config = _configured(folder.resolve(), address)
    clock = RunningClock(BEGINS)
    with WebServer(Internet(), week=days.LAST_WEEK, now=clock.now) as web:
        outside = Outside(
            clock=clock,
            egress=Egress(address_map=web.address_map(), resolve=resolve_nothing),
            pace=WITHOUT_WAITS,
            environ=os.environ,
        )
        with build(config, outside) as service:
            yield service


def _configured(folder: Path, address: str) -> Config:
    config = stage.configuration(folder)
    return structs.replace(
        config,
        portal=PortalConfig(address=address),
        district=structs.replace(config.district, operators=(OPERATOR,), reviewers=REVIEWERS),
    )
