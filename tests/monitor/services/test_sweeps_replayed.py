"""A world that is copied from an earlier one is as if it had acted itself."""

from pathlib import Path

from monitor.demo.district import MARIA
from tests.monitor.conftest import MakeWorld
from tests.monitor.services.replays import Replay, Replays
from tests.monitor.services.world import IMPOSTOR, Staff, World


def come_to_be(world: World, replays: Replays) -> tuple[Staff, list[tuple[str, str, str]]]:
    world.replay = Replay(world, replays)
    world.internet = world.internet.add_entry(IMPOSTOR)
    return world.joins(MARIA), world.sweep()


def describe(maria: Staff, told: list[tuple[str, str, str]]) -> tuple[object, ...]:
    world = maria.world
    return (
        told,
        maria.id,
        [(case.id, case.kind, case.opened_at) for case in maria.cases],
        sorted(maria.findings),
        maria.told,
        [sent.envelope for sent in world.post.accepted],
        sorted((visit.host, visit.path, visit.query) for visit in world.asked),
        (world.refs(), world.codes(), world.clock.at),
    )


def test_what_is_met_a_third_time_is_copied_and_the_same(
    world_of: MakeWorld, tmp_path: Path
) -> None:
    replays = Replays(tmp_path / "moments", is_setting_up=True)
    worlds = [
        world_of(families=("bluesky",), folder=tmp_path / name) for name in ("acts", "keeps", "is")
    ]

    acted, kept, copied = (come_to_be(world, replays) for world in worlds)

    assert len(replays.moments) == 2
    assert worlds[2].replay.due is not None
    assert describe(*copied) == describe(*acted) == describe(*kept)


def test_a_world_that_was_touched_goes_on_itself(world_of: MakeWorld, tmp_path: Path) -> None:
    replays = Replays(tmp_path / "moments", is_setting_up=True)
    for name in ("first", "second", "third"):
        world = world_of(families=("bluesky",), folder=tmp_path / name)
        world.replay = Replay(world, replays)
        world.state.outbox.list_emails()
        world.joins(MARIA)

    assert replays.moments == {}
    assert replays.met == set()
