"""What a page of a long review queue takes: `python -m tests.bench.review_queue` prints JSON.

The store, the rules, the flows, the templates and the app are the real ones, and so is the folder;
there is no network, and no waitress before the app.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import thread_time

from monitor.db.database import Database
from monitor.db.review_index import ReviewFilter
from monitor.demo.internet import Internet
from monitor.demo.server import WebServer
from monitor.demo.setup import StoryClock
from monitor.domain.case import Case
from monitor.domain.consent import Consent
from monitor.domain.finding import Finding
from monitor.domain.person import Person, PersonName
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import CaseKind, Decision, Scope, Severity
from monitor.services.review_access import build_review_gate
from scrapers.models import Trace, TraceKind
from tests.cases import say
from tests.monitor.conftest import SATURDAY
from tests.monitor.services.world import REVIEWERS, World, configured
from tests.monitor.web.portal import Portal, Seen, with_portal

DAY = timedelta(days=1)
PLACES = ("/review?page=1", "/review?page=100", "/review?severity=high&school=School%203&page=2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """`shared` of ten cases are open to IT; each page is loaded `loads` times."""

    cases: int = 10_000
    people: int = 1_000
    shared: int = 10
    loads: int = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Medians, in seconds of the processor, by the address of the page.

    What else runs on the machine is not in them.
    """

    open: int
    medians: dict[str, float]
    worst: float


def measured(size: Size) -> Figures:
    with TemporaryDirectory() as folder, _portal(Path(folder)) as portal:
        _fill(portal.world.state, size)
        guest = portal.signed_in(REVIEWERS[0])
        times = {place: [_load(guest.get, place) for _ in range(size.loads)] for place in PLACES}
        gate = build_review_gate(portal.world.app)
        opened = portal.world.state.review_index.group_visible_cases(gate, ReviewFilter())
    return Figures(
        open=sum(group.count for group in opened),
        medians={place: median(time) for place, time in times.items()},
        worst=max(max(time) for time in times.values()),
    )


def _load(get: Callable[[str], Seen], place: str) -> float:
    began = thread_time()
    answer = get(place)
    took = thread_time() - began
    assert answer.status == 200
    assert answer.page.select("[data-row]")
    return took


@contextmanager
def _portal(folder: Path) -> Iterator[Portal]:
    config = with_portal(configured(folder, ("chalkboard",), "bluesky"))
    Database.create_or_open_folder(config.state).close()
    clock = StoryClock(SATURDAY)
    with WebServer(Internet(), now=clock.now) as web:
        world = World(config, web, clock)
        yield Portal(world)
        world.close()


def _fill(state: Database, size: Size) -> None:
    for number in range(size.people):
        with state.begin_transaction():
            _person(state, number)
    kinds, severities = list(CaseKind), list(Severity)
    with state.begin_transaction():
        for number in range(size.cases):
            finding = _finding(number, f"person{number % size.people:026}")
            state.findings.insert_finding(finding, [f"alias{number}"])
            raised = Case(
                id=f"case{number:028}",
                person_id=finding.person_id,
                finding_id=finding.id,
                kind=kinds[number % 4],
                severity=severities[number % 3],
                opened_at=SATURDAY - (number % 200) * DAY,
                reasons=(Reason("copied-bio"),),
            )
            if number % 10 < size.shared:
                raised = say(raised, Decision.SHARED, at=SATURDAY - DAY)
            state.cases.insert_case(raised)


def _person(state: Database, number: int) -> None:
    ref = f"person{number:026}"
    state.people.insert_person(
        Person(
            id=ref,
            name=PersonName(given="Rosa", family=f"Delgado{number}"),
            mail=f"rosa{number}@cedarvalley.example",
            organization="Cedar Valley",
            zone="America/Chicago",
            school=f"School {number % 20}",
        )
    )
    state.consents.insert_consent(
        Consent(
            person_id=ref,
            text_version="1",
            text_hash="aa",
            scopes=frozenset(Scope),
            given_at=SATURDAY - 300 * DAY,
            expires_at=SATURDAY + 60 * DAY,
        )
    )


def _finding(number: int, person: str) -> Finding:
    url = f"https://alpha.example/rosa{number}"
    portrait = Trace(key=url, kind=TraceKind.ACCOUNT, url=url, account=f"alpha:@rosa{number}")
    return Finding(
        id=f"finding{number:028}",
        person_id=person,
        portrait=portrait,
        first_seen=SATURDAY - 200 * DAY,
        last_seen=SATURDAY,
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    for name, usual in asdict(Size()).items():
        options.add_argument(f"--{name}", type=type(usual), default=usual)
    figures = measured(Size(**vars(options.parse_args())))
    sys.stdout.write(json.dumps(asdict(figures)) + "\n")


if __name__ == "__main__":
    main()
