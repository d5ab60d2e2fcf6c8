"""Looking again at an account that its person has reported: at once, and some days later."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.flag import Flag, FlagState, Ruling
from monitor.domain.item import Item
from monitor.domain.planning.questions import at_their_address
from monitor.flows.asking.planning import Planning
from monitor.flows.judging.own_accounts import key_of
from monitor.flows.parts import Now
from monitor.store.state import State

RECHECK = "recheck"
# Platforms take a few days; after that the weekly sweep looks again anyway.
LOOKS_AGAIN_AFTER = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechecks:
    """The look at once is what the later one is compared with, and renews the evidence."""

    state: State
    planning: Planning
    now: Now

    def keys(self, item: Item) -> frozenset[str]:
        """Return the questions that ask for the account at its own address."""
        consent = self.state.consents.latest(item.person)
        sources = self.planning.sources.values()
        asked = at_their_address((key_of(item.portrait),), consent, sources, self.now())
        return frozenset(each.key for each in asked)

    def again_at(self, item: Item) -> datetime | None:
        """Return when to look once more; None where that was done, or nothing is reported."""
        flags = self.state.flags.of_item(item.ref)
        due = [at for flag in flags if (at := looks_again_at(self.state, flag))]
        return next((at for at in due if at > self.now()), None)


def looks_again_at(state: State, flag: Flag) -> datetime | None:
    """Return when the later look is; None for what is not reported."""
    reported = reported_at(state, flag)
    still = flag.state is FlagState.REPORTED
    return reported + LOOKS_AGAIN_AFTER if reported and still else None


def reported_at(state: State, flag: Flag) -> datetime | None:
    """Return when it was last reported; None where nobody did."""
    said = state.flags.judgements(flag.ref)
    return max((each.at for each in said if each.ruling is Ruling.REPORTED), default=None)
