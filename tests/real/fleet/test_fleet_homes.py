"""A machine with districts that ends in a sweep: what was asked is not asked again."""

import logging
import threading
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from monitor.db.database import Database
from monitor.db.jobs import build_request
from monitor.demo.setup import StoryClock
from monitor.fleet.db.mailbox import Mailbox, SealedAnswer, SealedBatch
from tests.bench import scale
from tests.monitor.made_districts import FRIDAY, SUNDAY, list_handles, make_districts
from tests.real.fleet.asker import AskerSettings
from tests.real.fleet.machines import (
    PATIENCE,
    HomeProcess,
    killing,
    open_home,
    run_askers,
    wait_for,
)
from tests.real.fleet.world import FleetSize, list_traces, sweep_alone

pytestmark = pytest.mark.real

LOG = logging.getLogger(__name__)
SIZE = FleetSize(districts=2, people=12, sites=4, pace=0.3)


def test_what_was_answered_while_the_home_was_gone_is_taken_up_when_it_is_back(
    fleet_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
            words = ("-m", "tests.real.fleet.home", fleet_address, str(folder))
            with killing(HomeProcess(words, tmp_path / "home.log")) as process:
                process.start()
                wait_for(lambda: len(list_asked()) >= SIZE.queries // 4, 240)
            gone = len(list_asked())
            # The machines that ask go on: they are permitted to for minutes.
            wait_for(lambda: len(list_asked()) > gone, 60)
            # Two runs of one district take up what was sent, at the same time.
            checked = ask_for_check(folder / SIZE.names[0] / "state")
            hold_second_look(monkeypatch)
            with open_home(fleet_address, folder, StoryClock(SUNDAY)) as home:
                home.works_for(PATIENCE)
        asked = Counter(query for query in list_asked() if query[1] not in checked)

    again = asked.total() - len(asked)
    LOG.info("%s of %s had been asked; asked again: %s", gone, SIZE.queries, again)
    assert list_traces(folder, SIZE.names) == sweep_alone(SIZE)
    assert again == 0


def hold_second_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a run that looks for what was sent, beside another one, find what that one takes."""
    list_alone, take = Mailbox.list_district_batches, Mailbox.take_answers
    looks, second, taken = Counter[str](), threading.Event(), threading.Event()

    def list_beside_other(self: Mailbox, district: str) -> list[SealedBatch]:
        found = list_alone(self, district)
        looks[district] += 1
        if looks[district] == 1:
            second.wait(2)
        else:
            second.set()
            taken.wait(10)
        return found

    def take_and_tell(self: Mailbox, answers: Iterable[SealedAnswer]) -> None:
        take(self, answers)
        taken.set()

    monkeypatch.setattr(Mailbox, "list_district_batches", list_beside_other)
    monkeypatch.setattr(Mailbox, "take_answers", take_and_tell)


def ask_for_check(state: Path) -> tuple[str, ...]:
    """Have a person wait for a check; return their handles."""
    with Database.open_folder(state) as db:
        person = db.people.load_person(min(db.people.list_person_ids()))
        db.jobs.insert_request(build_request("check", "check", SUNDAY, person.id))
    return tuple(person.handles)
