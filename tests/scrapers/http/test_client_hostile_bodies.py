"""Whatever a server sends, a visit ends in time and costs little memory."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from scrapers.http.fetch_limits import FetchLimits
from tests.scrapers.http.loopback import Behavior, Loopback, answer, answering, without_robots
from tests.scrapers.http.misbehavior import BODIES, HANDSHAKES
from tests.scrapers.http.visitor import Cost, running_visitor

MOST_MEBIBYTES = 64
GRACE = 1.0
BRIEF = FetchLimits(total_seconds=0.6)

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="Linux: tells a process's own peak of memory"
)
every_body = pytest.mark.parametrize("behavior", BODIES.values(), ids=BODIES)
every_handshake = pytest.mark.parametrize("behavior", HANDSHAKES.values(), ids=HANDSHAKES)


Visiting = Callable[..., Cost]


@pytest.fixture(scope="module")
def visit_apart() -> Iterator[Visiting]:
    with running_visitor() as visit:
        yield visit


@pytest.fixture
def calm() -> Iterator[Loopback]:
    server = Loopback(without_robots(answering(answer(b"x" * 100_000))))
    yield server
    server.close()


@pytest.fixture
def body_cost(visit_apart: Visiting, calm: Loopback) -> Visiting:
    def cost(behavior: Behavior, limits: FetchLimits) -> Cost:
        with closing(Loopback(without_robots(behavior))) as hostile:
            return visit_apart(calm.port, hostile.port, limits)

    return cost


@pytest.fixture
def handshake_cost(visit_apart: Visiting, calm: Loopback) -> Visiting:
    def cost(behavior: Behavior, limits: FetchLimits) -> Cost:
        with closing(Loopback(behavior, hear=lambda connection: connection.recv(4_096))) as hostile:
            return visit_apart(calm.port, hostile.port, limits, scheme="https")

    return cost


def is_borne(cost: Cost, limits: FetchLimits) -> bool:
    in_time = cost.seconds <= limits.total_seconds + GRACE
    return in_time and cost.mebibytes <= MOST_MEBIBYTES


@every_body
def test_a_hostile_body_ends_in_time_and_in_little_memory(
    body_cost: Visiting, behavior: Behavior
) -> None:
    cost = body_cost(behavior, BRIEF)

    assert is_borne(cost, BRIEF), cost


@every_handshake
def test_a_hostile_handshake_fails_in_time_and_in_little_memory(
    handshake_cost: Visiting, behavior: Behavior
) -> None:
    cost = handshake_cost(behavior, BRIEF)

    assert is_borne(cost, BRIEF), cost
    assert cost.came == ["failed", "failed"]


@pytest.mark.soak
@every_body
def test_a_hostile_body_is_borne_under_the_limits_of_the_service(
    body_cost: Visiting, behavior: Behavior
) -> None:
    cost = body_cost(behavior, FetchLimits())

    assert is_borne(cost, FetchLimits()), cost


@pytest.mark.soak
@every_handshake
def test_a_hostile_handshake_is_borne_under_the_limits_of_the_service(
    handshake_cost: Visiting, behavior: Behavior
) -> None:
    cost = handshake_cost(behavior, FetchLimits())

    assert is_borne(cost, FetchLimits()), cost
