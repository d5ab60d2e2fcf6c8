"""Who works when a command wants something asked: whoever holds the state folder."""

import time
from dataclasses import dataclass

from monitor.build import Service
from monitor.cli.desk import Desk
from monitor.cli.progress import display
from monitor.daemon import Doorbell
from monitor.errors import BusyError, UnavailableError
from monitor.flows.parts import Watch
from monitor.store.lock import StateLock
from monitor.store.requests import RunRequest
from monitor.store.sweeps import Sweep, SweepKind

POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A sweep, or the self-check of one person."""

    desk: Desk
    service: Service
    kind: SweepKind
    person: str = ""

    def run(self) -> Sweep:
        """Run it here; or, while another holds the folder, ask them to and look on."""
        lock = StateLock(self.desk.config.state)
        with display(self.desk.output) as watch:
            if _taken(lock):
                return self._here(lock, watch)
            request = self._handed_over()
            while not self._served(request, watch):
                # They may end before they come to it, and then nobody would.
                if _taken(lock):
                    return self._here(lock, watch, request)
                time.sleep(POLL_SECONDS)
        return self._latest()

    def _here(self, lock: StateLock, watch: Watch, request: RunRequest | None = None) -> Sweep:
        try:
            if request is not None:
                if self._served(request, watch):
                    return self._latest()
                self.service.state.requests.remove(request.ref)
            rounds = self.service.rounds
            rounds.begin()
            done = rounds.check(self.person, watch) if self.person else rounds.sweep(watch)
            rounds.write()
            return done
        finally:
            lock.release()

    def _handed_over(self) -> RunRequest:
        service = self.service
        request = RunRequest(
            ref=service.new_ref(), kind=self.kind, person=self.person, asked_at=service.now()
        )
        service.state.requests.add(request)
        Doorbell(self.desk.config.state).ring()
        return request

    def _served(self, request: RunRequest, watch: Watch) -> bool:
        requests = self.service.state.requests
        for source, state in requests.progress(request.ref).items():
            watch(source, state)
        known = requests.get(request.ref)
        return known is None or known.done_at is not None

    def _latest(self) -> Sweep:
        latest = self.service.state.sweeps.latest(self.kind, self.person)
        if latest is None:
            reason = "The daemon did not run it; `namesake due` shows what it is at."
            raise UnavailableError(reason)
        return latest


def _taken(lock: StateLock) -> bool:
    try:
        lock.acquire()
    except BusyError:
        return False
    return True
