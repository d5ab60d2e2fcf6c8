"""A case of a person who shared it, and further ones like it."""

from dataclasses import replace

from monitor.domain.case import Case
from monitor.domain.vocabulary import CaseKind
from tests.monitor.services.world import REVIEWERS, Staff
from tests.monitor.web.portal import Portal

ANA, BO = REVIEWERS


def fake(maria: Staff) -> Case:
    return next(case for case in maria.cases if case.kind is CaseKind.IMPERSONATION)


def several(portal: Portal, maria: Staff, count: int) -> list[str]:
    """Raise and share as many further cases, of findings of their own."""
    world, refs = portal.world, []
    with world.state.begin_transaction():
        for number in range(count):
            finding = replace(
                world.state.findings.load_finding(fake(maria).finding_id), id=f"finding{number:028}"
            )
            world.state.findings.insert_finding(finding, [f"alias{number}"])
            case = replace(fake(maria), id=f"case{number:028}", finding_id=finding.id)
            world.state.cases.insert_case(case)
            refs.append(case.id)
    return refs
