"""A flag of a person who shared it, and further ones like it."""

from dataclasses import replace

from monitor.domain.flag import Flag
from monitor.domain.vocabulary import FlagKind
from tests.monitor.services.world import REVIEWERS, Staff
from tests.monitor.web.portal import Portal

ANA, BO = REVIEWERS


def fake(maria: Staff) -> Flag:
    return next(each for each in maria.flags if each.kind is FlagKind.IMPERSONATION)


def several(portal: Portal, maria: Staff, count: int) -> list[str]:
    """Raise and share as many further flags, of findings of their own."""
    world, refs = portal.world, []
    with world.state.begin_transaction():
        for number in range(count):
            finding = replace(
                world.state.findings.load_finding(fake(maria).finding_id), id=f"finding{number:028}"
            )
            world.state.findings.insert_finding(finding, [f"alias{number}"])
            flag = replace(fake(maria), id=f"flag{number:028}", finding_id=finding.id)
            world.state.flags.insert_flag(flag)
            refs.append(flag.id)
    return refs
