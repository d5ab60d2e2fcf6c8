"""Whether the person runs an account."""

from collections.abc import Iterator

from monitor.domain.evidence import Sign
from monitor.domain.names.names import Level
from monitor.domain.reasons import rules
from monitor.domain.reasons.case import Case
from monitor.domain.reasons.links import linked
from monitor.domain.reasons.subject import handles_on


def control(case: Case) -> Iterator[Sign]:
    if case.look.level is Level.NEAR:
        yield rules.NAME_MISSPELT.holds()
    if any(linked(own.links, case.portrait) for own in case.inventory.own):
        yield rules.LINKED_FROM_OWN.holds()
    elif handles_on(case.portrait.platform, case.subject, case.inventory):
        yield rules.SECOND_ACCOUNT.holds()
    if case.portrait.platform in case.inventory.none_on:
        yield rules.NONE_HERE.holds()
