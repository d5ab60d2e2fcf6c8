"""A service killed at any instant goes on as if it had never been killed."""

import random
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from monitor.demo.response import FakeRequest, FakeResponse
from monitor.demo.server import WebServer
from tests.monitor.crashing import PHASES, Crash, Deeds, Life, Work, daemon, second_week
from tests.monitor.end_state import Address, EndState, asked, delivered, sent, sound, staged
from tests.monitor.first_week import SteadyInternet, first_week_in

KILLS = range(500)
WRITES = 10
UNHARMED = Crash()
# No life takes half as long: one that does hangs.
PATIENCE = 180.0
# About what asking costs, so that at any instant something is in flight.
SECONDS_TO_ANSWER = 0.004
# About as long as one entry into a phase lasts.
A_PHASE_TAKES = 0.004

End = Callable[[BaseProcess], None]


def of_itself(process: BaseProcess) -> None:
    process.join(PATIENCE)


def killed_after(seconds: float) -> End:
    def end(process: BaseProcess) -> None:
        process.join(seconds)
        process.kill()

    return end


@dataclass(slots=True)
class SlowInternet:
    """Answers late, and every time the same.

    After `holds_after` queries it keeps the rest waiting until it may go on.
    """

    internet: SteadyInternet = field(default_factory=SteadyInternet)
    holds_after: int = sys.maxsize
    goes_on: threading.Event = field(default_factory=threading.Event)

    @property
    def hosts(self) -> frozenset[str]:
        return self.internet.hosts

    def answer_request(self, asked: FakeRequest) -> FakeResponse | None:
        if asked.nth > self.holds_after:
            self.goes_on.wait(PATIENCE)
        time.sleep(SECONDS_TO_ANSWER)
        return self.internet.answer_request(asked)


def asked_to_stop_once_held(server: WebServer, internet: SlowInternet) -> End:
    def end(process: BaseProcess) -> None:
        while len(server.visits) <= internet.holds_after and process.is_alive():
            process.join(SECONDS_TO_ANSWER)
        process.terminate()

    return end


@dataclass(frozen=True, slots=True, kw_only=True)
class Undisturbed:
    """Week 2 as it goes without a crash: how it ends, what it asks, how long, and its deeds."""

    end: EndState
    asked: Counter[Address]
    seconds: float
    deeds: Deeds


@dataclass(slots=True)
class District:
    """A copy of the demo district as week 1 left it; it lives as often as it takes.

    `seconds` is how long its last life worked. `lost` counts, for each life, what was asked at
    each host and got lost with it.
    """

    folder: Path
    web: WebServer
    internet: SlowInternet
    kills: int = 0
    seconds: float = 0.0
    lost: list[Counter[str]] = field(default_factory=list)

    def lives(
        self, work: Work = second_week, crash: Crash = UNHARMED, end: End = of_itself
    ) -> object:
        """Work in one more process; return what it did, None if it did not come to its end."""
        life = Life(folder=self.folder, address_map=self.web.build_address_map(), crash=crash)
        process, said = life.begin(work)
        if heard(said) == "begun":
            began = time.monotonic()
            end(process)
            self.seconds = time.monotonic() - began
        done = heard(said)
        if done == "stopping":
            self.internet.goes_on.set()
            done = heard(said)
        process.join(PATIENCE)
        assert process.exitcode in {0, -signal.SIGKILL, -signal.SIGALRM}
        return done

    def goes_on(self, usual: Undisturbed, crash: Crash = UNHARMED, end: End = of_itself) -> bool:
        """Live once more; see that it is whole, and that no answer was asked for again."""
        self.web.visits.clear()
        before = staged(self.folder)
        done = self.lives(crash=crash, end=end) is not None
        assert sound(self.folder)
        now = asked(self.web.visits)
        if before is None:
            assert now == Counter()
        else:
            # Two people may share a handle, and so an address; a canary's is drawn anew.
            again = [key for key, n in (now + before).items() if n > (usual.asked[key] or 1)]
            assert again == []
            self._note_lost(now + before)
        self.kills += not done
        return done

    def _note_lost(self, answered: Counter[Address]) -> None:
        kept = staged(self.folder)
        if kept is not None:
            self.lost.append(Counter(host for host, _, _ in (answered - kept).elements()))

    def ended_as(self, usual: Undisturbed) -> None:
        assert EndState.of(self.folder).against(usual.end) == {}
        emails = delivered(self.folder)
        assert emails.keys() == sent(self.folder)
        # Between an email and the note that it left is an instant that nothing can close.
        assert emails.total() - len(emails) <= self.kills
        # A lane asks one thing at a time, and no more before the answer is kept.
        assert all(times == 1 for hosts in self.lost for times in hosts.values())


def heard(pipe: Connection) -> object:
    """Return what a life says next; None if it ended without another word."""
    assert pipe.poll(PATIENCE)
    try:
        return pipe.recv()
    except EOFError:
        return None


@pytest.fixture(scope="module")
def internet() -> SlowInternet:
    return SlowInternet()


@pytest.fixture(scope="module")
def web(internet: SlowInternet) -> Iterator[WebServer]:
    with WebServer(internet) as server:
        yield server


@pytest.fixture(scope="module")
def first_week(web: WebServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cedar-valley")
    first_week_in(folder, web)
    return folder


@pytest.fixture(scope="module")
def usual(
    first_week: Path,
    web: WebServer,
    internet: SlowInternet,
    tmp_path_factory: pytest.TempPathFactory,
) -> Undisturbed:
    folder = shutil.copytree(first_week, tmp_path_factory.mktemp("usual") / "d")
    district = District(folder, web, internet)
    web.visits.clear()
    deeds = district.lives()
    assert isinstance(deeds, Deeds)
    end = EndState.of(district.folder)
    return Undisturbed(end=end, asked=asked(web.visits), seconds=district.seconds, deeds=deeds)


@pytest.fixture
def districts(
    first_week: Path, web: WebServer, internet: SlowInternet, tmp_path: Path
) -> Iterator[District]:
    """Yield copies of the district, one after the other."""
    return (
        District(shutil.copytree(first_week, tmp_path / f"copy-{number}"), web, internet)
        for number in count()
    )


def drawn_end(number: int, usual: Undisturbed, outlived: int = 0) -> tuple[Crash, End]:
    """Draw when to die: at any time of the sweep, or at any instant of one of the short phases.

    Each life that outlived it halves the time: a busy machine measured a usual life too long.
    """
    drawn = random.Random(number)  # noqa: S311 - the same again is the point
    phase = ("sweep", *PHASES)[number % (1 + len(PHASES))]
    if phase == "sweep":
        return UNHARMED, killed_after(drawn.uniform(0, usual.seconds / 2) / 2**outlived)
    nth = max(1, drawn.randint(1, usual.deeds.entered[phase]) >> outlived)
    return Crash(phase=phase, nth=nth, seconds=drawn.uniform(1e-6, A_PHASE_TAKES)), of_itself


def test_a_week_killed_again_and_again_ends_as_if_it_never_was(districts, usual, share):
    district = next(districts)
    for number in share(KILLS, of=100):
        for outlived in count():
            crash, end = drawn_end(number, usual, outlived)
            if not district.goes_on(usual, crash=crash, end=end):
                break
            district.ended_as(usual)
            district = next(districts)

    assert district.goes_on(usual)
    district.ended_as(usual)


def test_a_kill_after_any_write_changes_nothing(districts, usual, share):
    drawn = random.Random("writes")  # noqa: S311 - likewise
    for number in share(sorted(drawn.sample(range(1, usual.deeds.writes), WRITES))):
        district = next(districts)
        assert not district.goes_on(usual, crash=Crash(writes=number))
        assert district.goes_on(usual)
        district.ended_as(usual)


def test_an_email_caught_by_a_kill_goes_out_again_under_its_own_name(districts, usual):
    district = next(districts)
    caught = usual.deeds.emails
    assert not district.goes_on(usual, crash=Crash(emails=caught))
    assert district.goes_on(usual)

    district.ended_as(usual)
    emails = delivered(district.folder)
    assert sorted(emails.values()) == [*[1] * (caught - 1), 2]


def test_a_service_asked_to_stop_leaves_a_sweep_to_go_on_with(
    districts, usual, web, internet, monkeypatch
):
    district = next(districts)
    web.visits.clear()
    monkeypatch.setattr(internet, "holds_after", usual.asked.total() // 4)
    assert district.lives(daemon, end=asked_to_stop_once_held(web, internet)) == "ended"

    half = staged(district.folder)
    assert half
    assert district.goes_on(usual)
    district.ended_as(usual)
