"""Counting verdicts across people, so that weights can be learnt and nobody be known from them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

from monitor.domain.evidence import Axis
from monitor.domain.flag import FlagKind, FlagState, Ruling
from monitor.domain.item import Item
from monitor.domain.verdicts.judging import Judging
from monitor.domain.verdicts.reweighing import Proposal, reweigh
from monitor.domain.verdicts.tally import Judged, Tally, answers
from monitor.domain.weights import Weights
from monitor.flows.judging.flagging import Flagging
from monitor.flows.parts import Now
from monitor.store.state import State
from scrapers.finding import Kind

# Of three people two are learnt from, and the third checks what was learnt.
_PARTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Tallying:
    state: State
    flagging: Flagging
    now: Now

    def propose(self, ours: Weights, version: int) -> Proposal:
        """Propose new weights. Raises InputError where there is too little to learn from."""
        learnt, held_out = self.tallies()
        return reweigh(ours, learnt, held_out, version)

    def note(self, action: str, version: int) -> None:
        """Note in the audit what was done with which version."""
        details = {"version": str(version)}
        self.state.audit.append(self.now(), "operator", action, "", details)

    def tallies(self) -> tuple[Tally, Tally]:
        """Count those to learn from and those to check with: a person is in one of them, whole."""
        learnt = held_out = Tally()
        for ref in self.state.consents.live(self.now()):
            if _checks(ref):
                held_out = held_out.plus(self._judged(ref))
            else:
                learnt = learnt.plus(self._judged(ref))
        return learnt, held_out

    def _judged(self, ref: str) -> Iterator[Judged]:
        judged = self.state.items.judged(ref)
        if not judged:
            return
        judging = self.flagging.judging(self.state.people.get(ref))
        for item, said in judged:
            account = item.portrait.kind is Kind.ACCOUNT
            answered = answers(said, agreed=self._agreed(item), account=account)
            if answered:
                yield Judged(rules=_rules(judging, item), answers=answered)

    def _agreed(self, item: Item) -> bool:
        """Tell whether the network took it down, or a reviewer, too, called it so."""
        flags = self.state.flags.of_item(item.ref)
        return any(
            flag.state is FlagState.REMOVED
            or any(
                each.by != flag.person and each.ruling is Ruling.IMPERSONATION
                for each in self.state.flags.judgements(flag.ref)
            )
            for flag in flags
            if flag.kind is FlagKind.IMPERSONATION and flag.pursued
        )


def _rules(judging: Judging, item: Item) -> dict[Axis, frozenset[str]]:
    held = defaultdict(set)
    for each in judging.afresh(item.portrait).evidence:
        held[each.axis].add(each.rule)
    return {axis: frozenset(rules) for axis, rules in held.items()}


def _checks(ref: str) -> bool:
    """Draw by the ref, so that the same people check each time and never teach."""
    return blake2b(ref.encode(), digest_size=1).digest()[0] % _PARTS == 0
