"""The demo district's first week, as others begin with it: everybody joins, and is swept once."""

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

from monitor.build import build
from monitor.db.database import State
from monitor.demo import data as days
from monitor.demo import setup as stage
from monitor.demo.internet import Internet
from monitor.demo.response import Answer, Asked
from monitor.demo.server import WebServer
from monitor.demo.setup import StoryClock
from monitor.demo.story import JOINING_DAYS_BEFORE, LETTERS_AFTER, everybody_joins
from monitor.mailroom import OUTBOX
from monitor.outside import Outside
from scrapers.http.ssrf_guard import Egress, resolve_nothing
from scrapers.http.throttle import WITHOUT_WAITS


@dataclass(frozen=True, slots=True)
class SteadyInternet:
    """Answers every time the same: what differs in the end differs because of us."""

    internet: Internet = field(default_factory=Internet)

    @property
    def hosts(self) -> frozenset[str]:
        return self.internet.hosts

    def answer(self, asked: Asked) -> Answer | None:
        return self.internet.answer(replace(asked, nth=0))


def first_week_in(folder: Path, web: WebServer) -> None:
    """Let the first week pass; the web is then in its second one."""
    config = stage.configuration(folder)
    stage.hash_roster(config)
    clock = StoryClock(days.sweep_at(1) - JOINING_DAYS_BEFORE)
    outside = Outside(
        clock=clock,
        new_code=stage.counted("code"),
        egress=Egress(address_map=web.address_map(), resolve=resolve_nothing),
        pace=WITHOUT_WAITS,
        letter_name=stage.letter_name,
    )
    State.init(config.state).close()
    with build(config, outside) as service:
        everybody_joins(service, config.state / OUTBOX)
        clock.at = days.sweep_at(1)
        service.rounds.ask()
        clock.at += LETTERS_AFTER
        service.rounds.write()
    shutil.rmtree(config.state / OUTBOX)
    web.week = 2
