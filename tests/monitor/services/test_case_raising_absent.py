"""Who says to have no account on a network, wants to hear of one in their name."""

from monitor.demo.district import MARIA
from monitor.domain.vocabulary import CaseKind, OwnershipLabel
from reports.reason_rendering import render_reason
from tests.monitor.conftest import MakeWorld
from tests.monitor.services.world import Staff, account

THERE = "https://bsky.app/profile/mariadelgado.skies.example"


def joined(world_of: MakeWorld, *absent_from: str) -> Staff:
    """Let Maria join with an account elsewhere, while one in her name and words is here."""
    world = world_of("chalkboard", families=("bluesky",))
    elsewhere = ("chalkboard:@mariadelgado",)
    maria = world.joins(MARIA, handles=(), accounts=elsewhere, absent_from=absent_from)
    world.sweep()
    return maria


def test_an_account_where_its_person_has_none_is_suspect(world_of):
    maria = joined(world_of, "bluesky")
    case = maria.case(CaseKind.IMPERSONATION)

    assert (
        maria.world.state.findings.load_finding(case.finding_id).portrait.handle
        == account("maria").handle
    )
    assert any("no account" in render_reason(reason) for reason in case.reasons)


def test_without_that_word_the_same_account_is_only_asked_about(world_of):
    maria = joined(world_of)

    assert maria.cases == ()
    label = maria.world.state.findings.find_finding_label(maria.findings[THERE].id)
    assert label in {OwnershipLabel.UNKNOWN, OwnershipLabel.MINE}
