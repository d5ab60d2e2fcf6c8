"""An account that shows somebody else's name is followed only for who proves to control it."""

from dataclasses import replace

import pytest

from monitor.db.account_proofs import ProofState
from monitor.demo.district import MARIA, ROSA
from monitor.demo.internet import HostMood
from monitor.domain.errors import TooSoonError
from monitor.domain.students.matching import ContactMatchResult
from monitor.domain.vocabulary import CaseKind, Decision
from monitor.services.answers import record_feedback
from monitor.services.outbox import send_due
from monitor.services.own_accounts import include_confirmed_accounts
from monitor.services.own_details import edit_profile, request_account_proof
from tests.monitor.services.fakes import FakeMatcher
from tests.monitor.services.world import Staff, World, account, profile

HERS = "bluesky:@victoriavictim.skies.example"
VICTORIA = replace(
    account("karen"), id="victoria", handle="victoriavictim.skies.example", name="Victoria Victim"
)
PAGE = "http://snapgarden.example/@victoriavictim"
LINKED = ContactMatchResult(flagged=True, count=2, cues=("class-of",))


@pytest.fixture
def world(world_of) -> World:
    world = world_of(families=("bluesky",))
    world.internet = world.internet.add_entry(VICTORIA)
    return world


@pytest.fixture
def maria(world: World) -> Staff:
    return world.joins(MARIA, accounts=(HERS,))


def accounts(staff: Staff) -> tuple[str, ...]:
    return staff.world.state.people.load_person(staff.id).accounts


def proof(staff: Staff) -> ProofState | None:
    (found,) = staff.world.state.account_proofs.list_proofs_of_person(staff.id)
    return found.state


def actions(staff: Staff) -> list[str]:
    return [entry.action for entry in staff.world.state.audit.list_entries_of_subjects((staff.id,))]


def says(world: World, bio: str) -> None:
    world.internet = world.internet.remove_entry(VICTORIA).add_entry(replace(VICTORIA, bio=bio))


def code(staff: Staff, of: str = HERS) -> str:
    return staff.world.state.account_proofs.derive_proof_code(staff.id, of)


def asks(staff: Staff, of: str = HERS) -> None:
    request_account_proof(staff.world.app, staff.id, of)


def test_an_account_under_another_name_is_dropped_with_an_email_and_nothing_of_it_is_kept(
    world, maria
):
    world.sweep()
    send_due(world.app)

    assert accounts(maria) == ()
    assert not [url for url in maria.findings if "victoria" in url]
    assert "account-removed" in actions(maria)
    (email,) = maria.emails_of("account-removed")
    assert "shows someone else" in email.text
    assert code(maria) in email.text
    world.forgets_visits()
    world.a_week_later()
    world.sweep()
    assert world.asked_about("victoria") == []


def test_the_code_in_the_description_proves_control_once_it_was_looked_for(world, maria):
    world.sweep()
    says(world, f"Hello. {code(maria).upper()}")
    world.sweep()
    assert accounts(maria) == ()

    asks(maria)
    assert proof(maria) is ProofState.REQUESTED
    world.sweep()

    assert proof(maria) is ProofState.PROVEN
    assert accounts(maria) == (HERS,)
    assert [url for url in maria.findings if "victoria" in url]
    assert actions(maria)[-2:] == ["proof-requested", "account-proven"]
    says(world, "The code is gone.")
    world.a_week_later()
    world.sweep()
    assert accounts(maria) == (HERS,)


def test_without_the_code_it_is_looked_for_once_and_no_more(world, maria):
    world.sweep()
    asks(maria)
    world.sweep()

    assert proof(maria) is ProofState.FAILED
    assert actions(maria)[-1] == "proof-failed"
    world.forgets_visits()
    world.a_week_later()
    world.sweep()
    assert world.asked_about("victoria") == []
    assert not [url for url in maria.findings if "victoria" in url]


def test_an_account_that_is_declared_again_is_dropped_again(world, maria):
    world.sweep()
    person = world.state.people.load_person(maria.id)
    edit_profile(world.app, replace(person, accounts=(HERS,)))
    world.a_week_later()
    world.sweep()

    assert accounts(maria) == ()
    assert not [url for url in maria.findings if "victoria" in url]


def test_another_persons_code_proves_nothing(world, maria):
    thomas = world.joins(ROSA, accounts=(HERS,))
    world.sweep()
    says(world, code(thomas))

    asks(maria)
    world.sweep()

    assert proof(maria) is ProofState.FAILED


def test_what_could_not_be_read_is_looked_for_again(world, maria):
    world.sweep()
    says(world, code(maria))
    asks(maria)
    world.internet = world.internet.trouble_host("appview.example", HostMood.DOWN)
    world.sweep()
    assert proof(maria) is ProofState.REQUESTED

    world.internet = world.internet.restore_host("appview.example")
    world.later(days=1)
    world.sweep()
    assert proof(maria) is ProofState.PROVEN


def test_proofs_are_asked_for_a_few_times_a_week(world, maria):
    world.sweep()
    for _ in range(5):
        world.later(minutes=1)
        asks(maria)
        world.sweep()

    with pytest.raises(TooSoonError):
        asks(maria)


def test_an_account_that_was_theirs_and_changes_its_name_is_flagged_and_not_dropped(world):
    own = account("maria")
    maria = world.joins(MARIA)
    world.sweep()
    world.internet = world.internet.remove_entry(own).add_entry(
        replace(own, name="Victoria Victim")
    )
    world.a_week_later()
    world.sweep()

    assert f"bluesky:@{own.handle}" in accounts(maria)
    assert maria.case(CaseKind.OWN_ACCOUNT_CHANGED)


def test_a_change_of_an_account_without_their_exact_name_is_no_case_of_theirs(world):
    vague = replace(VICTORIA, name="room 12 garden")
    world.internet = world.internet.remove_entry(VICTORIA).add_entry(vague)
    maria = world.joins(MARIA, accounts=(HERS,))
    world.sweep()
    assert accounts(maria) == (HERS,)
    world.internet = world.internet.remove_entry(vague).add_entry(
        replace(vague, bio="Something new.")
    )
    world.a_week_later()
    world.sweep()

    assert not [case for case in maria.cases if case.kind is CaseKind.OWN_ACCOUNT_CHANGED]


def test_contacts_are_read_of_accounts_that_show_the_exact_name_and_of_no_other(world):
    world.matcher = FakeMatcher(says=LINKED)
    vague = replace(VICTORIA, name="room 12 garden")
    world.internet = world.internet.remove_entry(VICTORIA).add_entry(vague)
    (told,) = (
        one_account for one_account in ROSA.person.accounts if one_account.startswith("bluesky")
    )
    world.joins(ROSA, accounts=(told, HERS))
    for _ in range(2):
        world.sweep()
        world.a_week_later()

    lists = [query for query in world.asked if "getFollow" in query.path]
    assert lists
    assert not [one_list for one_list in lists if "victoria" in one_list.query]


def test_an_account_with_another_name_that_is_called_mine_is_not_followed_either(world_of):
    world, own = world_of("snapgarden"), profile("snapgarden", "mariadelgado")
    hers = replace(own, handle="victoriavictim", name="Victoria Victim", links=())
    world.internet = world.internet.add_entry(hers)
    maria = world.joins(MARIA, accounts=(), handles=("victoriavictim",))
    world.sweep()
    (finding,) = (one_finding for url, one_finding in maria.findings.items() if "victoria" in url)
    record_feedback(world.app, maria.id, {finding.id: Decision.MINE})
    world.a_week_later()
    world.sweep()

    assert proof(maria) is ProofState.WAITING
    person = world.state.people.load_person(maria.id)
    assert include_confirmed_accounts(world.state, person).accounts == ()


def test_a_link_back_to_a_page_with_their_exact_name_proves_control(world_of):
    world = world_of("snapgarden", "chalkboard", families=())
    own = profile("snapgarden", "mariadelgado")
    hers = replace(own, handle="victoriavictim", name="Victoria Victim", links=())
    world.internet = world.internet.add_entry(hers)
    maria = world.joins(MARIA, accounts=("snapgarden:@mariadelgado", "snapgarden:@victoriavictim"))
    world.sweep()
    assert "snapgarden:@victoriavictim" not in accounts(maria)

    back = replace(hers, links=("http://snapgarden.example/@mariadelgado",))
    world.internet = world.internet.remove_entry(hers).add_entry(back)
    asks(maria, "snapgarden:@victoriavictim")
    world.sweep()

    assert proof(maria) is ProofState.PROVEN
