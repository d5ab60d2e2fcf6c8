"""What most tests begin with is done once in a process, and copied from then on.

Fixtures have the same people join and be swept in front of the same web, a thousand times over.
"""

import shutil
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from monitor.demo.internet import Internet
from monitor.demo.response import FakeRequest
from tests.monitor.services.fakes import Mailroom, Sent

if TYPE_CHECKING:
    from tests.monitor.services.world import World

Result = TypeVar("Result")


@dataclass
class Ids:
    """Ids that look drawn and are the same in every run."""

    word: str
    given: int = 0

    def __call__(self) -> str:
        self.given += 1
        return sha256(f"{self.word} {self.given}".encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A world as its verbs left it; `folder` is a copy of its state."""

    folder: Path
    result: object
    at: datetime
    given: tuple[int, int]
    tried: tuple[Sent, ...]
    accepted: tuple[Sent, ...]
    visits: tuple[FakeRequest, ...]


@dataclass
class Replays:
    """The moments of a process, in a folder that is its own.

    A moment is kept when a world comes to it for the second time: most are met once. Only what
    fixtures do is replayed: what a test does itself happens.
    """

    folder: Path
    is_setting_up: bool = False
    met: set[Hashable] = field(default_factory=set)
    moments: dict[Hashable, Moment] = field(default_factory=dict)


@dataclass
class Replay:
    """How far a world has come by verbs alone; a world that was touched otherwise goes on itself.

    `due` is a moment whose state has yet to be laid where the world's is.
    """

    world: "World"
    replays: Replays
    done: tuple[Hashable, ...] = ()
    due: Moment | None = None
    is_over: bool = False

    def do(self, verb: str, told: Hashable, act: Callable[[], Result]) -> Result:
        """Act, or go to where this very act led before."""
        if self.is_over or not self.replays.is_setting_up or not self._is_plain():
            self.end()
            return act()
        self.done = (*self.done, (verb, told, self._surroundings()))
        if moment := self.replays.moments.get(self.done):
            self._go_to(moment)
            return moment.result  # type: ignore[return-value]  # what this act returned before
        self.lay_state()
        self.is_over = True
        result = act()
        self.is_over = False
        if self.done in self.replays.met:
            self.replays.moments[self.done] = self._keep(result)
        self.replays.met.add(self.done)
        return result

    def end(self) -> None:
        self.lay_state()
        self.is_over = True

    def lay_state(self) -> None:
        """Put the state of the moment that is due where the world looks for its own."""
        moment, self.due = self.due, None
        if moment:
            self.world.close()
            shutil.rmtree(self.world.config.state)
            shutil.copytree(moment.folder, self.world.config.state)
            self.world.opens()

    def _is_plain(self) -> bool:
        world, post = self.world, self.world.post
        fakes = (world.matcher, world.prices, world.variables, world.order, post.answers_to)
        return (
            isinstance(world.web.web, Internet)
            and not any(fakes)
            and world.meanwhile.__name__ == "nothing_happens"
            and post.answer == Mailroom().answer
            and isinstance(world.refs, Ids)
            and isinstance(world.codes, Ids)
        )

    def _surroundings(self) -> Hashable:
        """Return all that an act of a world depends on, but for its state."""
        world = self.world
        folder = world.config.state.parent
        files = sorted(path for path in folder.iterdir() if path.is_file())
        return (
            repr(world.config).replace(str(folder), ""),
            tuple((path.name, path.read_bytes()) for path in files),
            world.clock.at,
            world.started,
            world.purged,
            world.web.web,
            world.web.week,
        )

    def _keep(self, result: object) -> Moment:
        world = self.world
        world.close()
        folder = self.replays.folder / str(len(self.replays.moments))
        shutil.copytree(world.config.state, folder)
        world.opens()
        return Moment(
            folder=folder,
            result=result,
            at=world.clock.at,
            given=(world.refs.given, world.codes.given),
            tried=tuple(world.post.tried),
            accepted=tuple(world.post.accepted),
            visits=tuple(world.web.visits),
        )

    def _go_to(self, moment: Moment) -> None:
        world = self.world
        self.due = moment
        world.clock.at = moment.at
        world.refs.given, world.codes.given = moment.given
        world.post.tried[:], world.post.accepted[:] = moment.tried, moment.accepted
        world.web.visits[:] = moment.visits
