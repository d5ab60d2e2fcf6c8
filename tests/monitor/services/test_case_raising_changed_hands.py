"""A declared handle makes an account its person's own only while the same account bears it."""

from dataclasses import replace

from monitor.demo.data import DemoPage
from monitor.demo.district import MARIA
from monitor.domain.vocabulary import CaseKind, OwnershipLabel, Severity
from tests.monitor.services.world import Staff, World, account

OWN = "bluesky:@mariadelgado.skies.example"


def test_a_declared_handle_that_has_changed_hands_is_asked_about(world: World):
    mine = account("maria")
    maria = world.joins(MARIA)
    world.sweep()
    (own,) = world.state.findings.find_findings_by_aliases(maria.id, [OWN])
    assert world.state.findings.find_finding_label(own.id) is OwnershipLabel.MINE

    squatter = replace(mine, id="squatter", bio="Painter in another town.")
    world.internet = world.internet.remove_entry(mine).add_entry(squatter)
    world.a_week_later()
    world.sweep()

    others = [
        finding
        for finding in world.state.findings.list_findings_of_person(maria.id)
        if finding.portrait.handle == mine.handle and finding.id != own.id
    ]
    assert len(others) == 1
    assert world.state.findings.find_finding_label(others[0].id) is not OwnershipLabel.MINE
    assert world.state.findings.find_finding_label(own.id) is OwnershipLabel.MINE


def test_a_clone_of_an_account_that_was_then_taken_over_copies_its_owner(world: World):
    mine = account("maria")
    maria = world.joins(MARIA)
    world.sweep()
    taken = replace(mine, name="Crypto Tips", bio="Double your money today.", picture="")
    clone = replace(mine, id="clone", handle="maria.delgado.skies.example")
    world.internet = world.internet.remove_entry(mine).add_entry(taken).add_entry(clone)
    world.a_week_later()
    world.sweep()

    finding = maria.findings["https://bsky.app/profile/maria.delgado.skies.example"]
    found = world.state.findings.find_assessment(finding.id)
    assert found
    assert "copied-bio" in {piece.rule for piece in found.evidence}


def test_an_account_that_takes_another_handle_stays_its_persons_own(world: World):
    mine = account("maria")
    maria = world.joins(MARIA)
    world.sweep()
    (own,) = world.state.findings.find_findings_by_aliases(maria.id, [OWN])

    renamed = replace(mine, handle="maria-teaches.skies.example")
    world.internet = world.internet.remove_entry(mine).add_entry(renamed)
    world.a_week_later()

    assert ("Maria", "changed", "https://bsky.app/profile/maria-teaches.skies.example") in [
        answer for answer in world.sweep() if answer[1] == "changed"
    ]
    assert world.state.findings.find_finding_label(own.id) is OwnershipLabel.MINE


PRINTS = DemoPage(
    url="https://www.instagram.com/tidepoolprints/",
    title="Maria Delgado (@tidepoolprints) • Instagram photos and videos",
    text="Prints and tide pools. Cedar Valley.",
)


def declares(world: World, maria: Staff, handle: str, *accounts: str) -> None:
    person = world.state.people.load_person(maria.id)
    told = replace(
        person, handles=(*person.handles, handle), accounts=(*person.accounts, *accounts)
    )
    world.state.people.update_person(told)


def test_who_takes_a_declared_handle_is_seen_though_another_was_declared_meanwhile(world: World):
    """A new handle is asked for beside the older ones, in a question that was never asked."""
    world.internet = world.internet.add_entry(PRINTS)
    maria = world.joins(MARIA)
    declares(world, maria, "tidepoolprints", "instagram:@tidepoolprints")
    world.sweep()
    assert maria.findings[PRINTS.url].portrait.name == "Maria Delgado"

    declares(world, maria, "mariaprints")
    taken = replace(
        PRINTS, title="Tidepool Shop (@tidepoolprints) • Instagram", text="CashApp only"
    )
    world.internet = world.internet.remove_entry(PRINTS).add_entry(taken)
    world.a_week_later()

    assert ("Maria", "changed", PRINTS.url) in world.sweep()
    assert maria.findings[PRINTS.url].portrait.name == "Tidepool Shop"
    assert maria.case(CaseKind.OWN_ACCOUNT_CHANGED).severity is Severity.HIGH


def test_other_words_under_a_declared_name_are_no_change(world: World):
    world.internet = world.internet.add_entry(PRINTS)
    maria = world.joins(MARIA)
    declares(world, maria, "tidepoolprints", "instagram:@tidepoolprints")
    world.sweep()

    declares(world, maria, "mariaprints")
    sells = replace(PRINTS, text="CashApp only")
    world.internet = world.internet.remove_entry(PRINTS).add_entry(sells)
    world.a_week_later()

    assert world.sweep() == []
