"""A colleague tells an address: it is stored alone, opened by nothing, and read by reviewers."""

from datetime import timedelta

import pytest

from monitor.demo.district import MARIA, ROSA
from monitor.domain.errors import InputError
from monitor.domain.vocabulary import DistrictFindingKind
from monitor.services.lookalike_checks import run_district_check
from monitor.services.tips import MAX_TIPS_PER_DAY, can_tell, tell_address
from tests.monitor.services.watched import stored, turn_on_telling, watches
from tests.monitor.services.world import World

FAKE = "https://www.instagram.com/mariadelgad0/"


@pytest.fixture
def telling(world: World) -> World:
    return turn_on_telling(world)


def told(world: World) -> list[str]:
    kind = DistrictFindingKind.TOLD
    return [finding.trace.address for finding in stored(world) if finding.trace.kind is kind]


def test_it_is_off_unless_the_district_turns_it_on(world: World):
    assert not can_tell(world.app)
    watches(world)
    assert not can_tell(world.app)


def test_the_address_alone_is_stored_and_nothing_opens_it(telling: World):
    maria = telling.joins(MARIA)
    telling.sweep()
    before = len(telling.asked)

    tell_address(telling.app, FAKE)

    assert told(telling) == [FAKE]
    assert len(telling.asked) == before
    telling.a_week_later()
    run_district_check(telling.app)
    telling.sweep()
    assert not telling.asked_about("mariadelgad0")
    # Nothing reaches the person, and no case of theirs is made of it.
    assert not [email for email in maria.emails if "mariadelgad0" in email.email.text]
    assert "mariadelgad0" not in str([case.finding_id for case in maria.cases])
    finding = next(finding for finding in stored(telling) if finding.trace.address == FAKE)
    assert maria.id not in str(finding)


def test_whoever_it_imitates_the_answer_and_what_is_stored_are_alike(telling: World):
    telling.joins(ROSA)
    for address in (FAKE, FAKE, "instagram.com/nobody.here", "https://nook.example/rosamarchetti"):
        assert tell_address(telling.app, address) is None

    assert len(told(telling)) == 3


@pytest.mark.parametrize("text", ["", "somebody", "ftp://x.example/a", "javascript:alert(1)"])
def test_what_is_no_address_is_not_stored(telling: World, text: str):
    with pytest.raises(InputError, match="no address"):
        tell_address(telling.app, text)
    assert told(telling) == []


def test_there_are_so_many_a_day_and_no_more(telling: World):
    for number in range(MAX_TIPS_PER_DAY):
        tell_address(telling.app, f"https://nook.example/{number}")
    with pytest.raises(InputError, match="call IT"):
        tell_address(telling.app, FAKE)

    telling.clock.at += timedelta(days=1, minutes=1)
    tell_address(telling.app, FAKE)
    assert FAKE in told(telling)
