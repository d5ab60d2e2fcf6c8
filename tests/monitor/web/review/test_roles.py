"""Who may open a flag on the pages: each role against each kind of flag, open and shared."""

from dataclasses import replace
from typing import Final

import pytest

from monitor.demo.district import THOMAS
from monitor.domain.vocabulary import FlagKind, FlagState
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


def raised(maria: Staff, kind: FlagKind) -> str:
    """Raise a flag of a kind, of a finding of its own, that has been answered by nobody."""
    world, ref = maria.world, f"{kind}-of-maria"
    finding = world.state.findings.load_finding(fake(maria).finding_id)
    shown = replace(finding.portrait, url=f"https://{SECRET}.example", name=SECRET)
    with world.state.begin_transaction():
        world.state.findings.insert_finding(
            replace(finding, id=f"finding-{kind}", portrait=shown), [kind]
        )
        flag = replace(fake(maria), id=ref, finding_id=f"finding-{kind}", kind=kind, shared_at=None)
        world.state.flags.insert_flag(replace(flag, state=FlagState.OPEN, opened_at=world.clock.at))
    return ref


def sees(guest: Guest, flag: str) -> bool:
    """Try every address that shows a flag, having asked to open it."""
    guest.post("/review/open", one=flag)
    places = (f"/review/flags/{flag}", f"/review/several?flag={flag}", f"/me/flags/{flag}/share")
    return any(SECRET.casefold() in guest.get(each).html.casefold() for each in places)


@pytest.mark.parametrize("kind", FlagKind)
def test_a_flag_is_its_persons_until_they_share_it_and_then_a_reviewers_too(
    maria: Staff, guests: dict[str, Guest], kind: FlagKind
):
    flag = raised(maria, kind)
    assert {role for role in ROLES if sees(guests[role], flag)} == {"person"}

    for role in ROLES:
        if role != "person":
            guests[role].post(f"/me/flags/{flag}/share")
    assert {role for role in ROLES if sees(guests[role], flag)} == {"person"}

    guests["person"].post(f"/me/flags/{flag}/share")
    assert {role for role in ROLES if sees(guests[role], flag)} == {"person", "reviewer"}
    shared = [
        each
        for each in maria.world.state.audit.list_entries_of_subjects((flag,))
        if each.action == "decided"
    ]
    assert [each.actor for each in shared] == ["person"]
