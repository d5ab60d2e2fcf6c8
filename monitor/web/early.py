"""Opening a flag early: two reviewers, each in a session of their own."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, request

from monitor.domain.flag import Flag
from monitor.domain.glass import CONFIRM_WITHIN, Proposal
from monitor.errors import InputError, NotPermittedError
from monitor.flows.reviewing.early import EarlyLooks
from monitor.web.desk import WebDesk
from monitor.web.review import reviewer_of
from reports import words
from reports.page import Fault
from reports.pages import early as document
from reports.pages.early import EarlyView, ProposalLine

LONGEST = 1_000
# Whether there is such a flag, or whose it is, is not told to who guesses.
NONE_SUCH = "No flag of this reference can be opened early by you. Check it, and the queue."


def early(desk: WebDesk) -> Blueprint:
    routes, pages = Blueprint("early", __name__), _Pages(desk)
    routes.add_url_rule("/review/early", "start", pages.start)
    routes.add_url_rule("/review/early", "propose", pages.propose, methods=["POST"])
    routes.add_url_rule("/review/early/<ref>", "confirm", pages.confirm, methods=["POST"])
    return routes


@dataclass(frozen=True, slots=True)
class _Pages:
    desk: WebDesk

    @property
    def _looks(self) -> EarlyLooks:
        return self.desk.service.casework.early

    def start(self) -> Response:
        return self._shown(())

    def propose(self) -> Response:
        flag, reason = request.form.get("flag", ""), request.form.get("reason", "").strip()
        faults = tuple(_faults(reason))
        if not faults:
            try:
                self._looks.propose(reviewer_of(self.desk), flag, reason)
            except (InputError, NotPermittedError):
                faults = (Fault(field="flag", words=NONE_SUCH),)
        if faults:
            return self._shown(faults)
        told = "Proposed. Another reviewer has a day to confirm it."
        return self.desk.done("/review/early", told)

    def confirm(self, ref: str) -> Response:
        try:
            proposal = self._looks.confirm(reviewer_of(self.desk), ref)
        except (InputError, NotPermittedError) as error:
            return self.desk.done("/review/early", str(error))
        self.desk.wake()
        told = "It is open for a day, and its person is being told."
        return self.desk.done(f"/review/flags/{proposal.flag}", told)

    def _shown(self, faults: tuple[Fault, ...]) -> Response:
        view = EarlyView(
            proposals=tuple(_line(self.desk, *each) for each in self._looks.waiting()),
            flag=request.form.get("flag", ""),
            reason=request.form.get("reason", ""),
            faults=faults,
        )
        status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
        return self.desk.page("Early looks", document.render, view, status)


def _line(desk: WebDesk, proposal: Proposal, flag: Flag) -> ProposalLine:
    mine = reviewer_of(desk).address.casefold()
    return ProposalLine(
        ref=proposal.ref,
        flag=flag.ref,
        kind=words.FlagKind(flag.kind),
        severity=words.Severity(flag.severity),
        by=proposal.first,
        reason=proposal.reason,
        at=proposal.at,
        until=proposal.at + CONFIRM_WITHIN,
        mine=proposal.first.casefold() == mine,
    )


def _faults(reason: str) -> Iterator[Fault]:
    if not reason:
        yield Fault(field="reason", words="Give a reason: the person will read it.")
    if len(reason) > LONGEST:
        yield Fault(field="reason", words=f"Shorten the reason to {LONGEST} characters.")
