"""Who may open a case on the pages: each role against each kind of case, open and shared."""

from dataclasses import replace
from typing import Final

import pytest

from monitor.demo.district import THOMAS
from monitor.domain.vocabulary import CaseKind
from tests.cases import forget
from tests.monitor.services.world import Staff
from tests.monitor.web.portal import OPERATOR, Guest, Portal
from tests.monitor.web.review.flagged import ANA, fake

SECRET: Final = "Mariaplantedzq"
ROLES: Final = ("person", "colleague", "reviewer", "operator", "nobody")


@pytest.fixture
def guests(portal: Portal, maria: Staff) -> dict[str, Guest]:
    thomas = portal.world.joins(THOMAS)
    return {
        "person": portal.signed_in(maria.mail),
        "colleague": portal.signed_in(thomas.mail),
        "reviewer": portal.signed_in(ANA),
        "operator": portal.signed_in(OPERATOR),
        "nobody": portal.guest(),
    }


def raised(maria: Staff, kind: CaseKind) -> str:
    """Raise a case of a kind, of a finding of its own, that has been answered by nobody."""
    world, ref = maria.world, f"{kind}-of-maria"
    finding = world.state.findings.load_finding(fake(maria).finding_id)
    shown = replace(finding.portrait, url=f"https://{SECRET}.example", name=SECRET)
    with world.state.begin_transaction():
        world.state.findings.insert_finding(
            replace(finding, id=f"finding-{kind}", portrait=shown), [kind]
        )
        case = replace(forget(fake(maria)), id=ref, finding_id=f"finding-{kind}", kind=kind)
        world.state.cases.insert_case(replace(case, opened_at=world.clock.at))
    return ref


def sees(guest: Guest, case: str) -> bool:
    """Try every address that shows a case, having asked to open it."""
    guest.post("/review/open", one=case)
    places = (f"/review/cases/{case}", f"/review/several?case={case}", f"/me/cases/{case}/share")
    return any(SECRET.casefold() in guest.get(place).html.casefold() for place in places)


@pytest.mark.parametrize("kind", CaseKind)
def test_a_case_is_its_persons_until_they_share_it_and_then_a_reviewers_too(
    maria: Staff, guests: dict[str, Guest], kind: CaseKind
):
    case = raised(maria, kind)
    assert {role for role in ROLES if sees(guests[role], case)} == {"person"}

    for role in ROLES:
        if role != "person":
            guests[role].post(f"/me/cases/{case}/share")
    assert {role for role in ROLES if sees(guests[role], case)} == {"person"}

    guests["person"].post(f"/me/cases/{case}/share")
    assert {role for role in ROLES if sees(guests[role], case)} == {"person", "reviewer"}
    shared = [
        entry
        for entry in maria.world.state.audit.list_entries_of_subjects((case,))
        if entry.action == "decided"
    ]
    assert [entry.actor for entry in shared] == ["person"]
