"""Who works when a command wants something asked: whoever holds the state folder."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

from monitor.cli.desk import Desk
from monitor.cli.progress import display
from monitor.daemon import Doorbell
from monitor.errors import BusyError, UnavailableError
from monitor.flows.parts import Watch
from monitor.service import Service
from monitor.store.canaries import CanaryCheck
from monitor.store.lock import StateLock
from monitor.store.requests import RunRequest
from monitor.store.sweeps import Sweep, SweepKind

POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Something that a command wants asked, and the request by which others learn of it."""

    desk: Desk
    service: Service
    request: RunRequest

    @classmethod
    def of(cls, desk: Desk, service: Service, kind: SweepKind) -> Self:
        """Want something of that kind now, about everybody or everything."""
        request = RunRequest(ref=service.new_ref(), kind=kind, asked_at=service.now())
        return cls(desk=desk, service=service, request=request)

    def about(self, *, person: str = "", source: str = "") -> Self:
        return replace(self, request=replace(self.request, person=person, source=source))

    def run(self, here: Callable[[Watch], object]) -> None:
        """Do it here; or, while another holds the folder, ask them to and look on."""
        lock = StateLock(self.desk.config.state)
        with display(self.desk.output) as watch:
            if _taken(lock):
                self._here(lock, lambda: here(watch))
                return
            self.service.state.requests.add(self.request)
            Doorbell(self.desk.config.state).ring()
            while not self._served(watch):
                # They may end before they come to it, and then nobody would.
                if _taken(lock):
                    self._here(lock, lambda: self._instead(here, watch))
                    return
                time.sleep(POLL_SECONDS)
        self._see_that_it_was_done()

    def _here(self, lock: StateLock, work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            lock.release()

    def _see_that_it_was_done(self) -> None:
        known = self.service.state.requests.get(self.request.ref)
        if known is not None and known.note:
            raise UnavailableError(known.note)

    def _instead(self, here: Callable[[Watch], object], watch: Watch) -> None:
        if not self._served(watch):
            self.service.state.requests.remove(self.request.ref)
            here(watch)

    def _served(self, watch: Watch) -> bool:
        requests = self.service.state.requests
        for source, state in requests.progress(self.request.ref).items():
            watch(source, state)
        known = requests.get(self.request.ref)
        return known is None or known.done_at is not None


def asked(desk: Desk, service: Service, kind: SweepKind, person: str = "") -> Sweep:
    """Run a sweep, or the self-check of one person, to its end."""

    def here(watch: Watch) -> None:
        rounds = service.rounds
        rounds.begin()
        if person:
            rounds.check(person, watch)
        else:
            rounds.sweep(watch)
        rounds.write()

    Asking.of(desk, service, kind).about(person=person).run(here)
    latest = service.state.sweeps.latest(kind, person)
    if latest is None:
        reason = "The daemon did not run it; `namesake due` shows what it is at."
        raise UnavailableError(reason)
    return latest


def tried(desk: Desk, service: Service, source: str = "") -> tuple[CanaryCheck, ...]:
    """Ask the canaries of one source, or of all; what was cut short is left out."""
    began = service.now()

    def here(watch: Watch) -> None:
        service.rounds.begin()
        service.canaries.ask(source, watch)

    Asking.of(desk, service, SweepKind.CANARIES).about(source=source).run(here)
    checks = service.state.canary_checks.since(began)
    return tuple(each for each in checks if source in {"", each.source})


def _taken(lock: StateLock) -> bool:
    try:
        lock.acquire()
    except BusyError:
        return False
    return True
