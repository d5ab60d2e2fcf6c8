"""Names that wait for IT, accounts that wait for a proof, and how often words are added."""

from dataclasses import replace

import pytest

from monitor.db.account_proofs import AccountProof, ProofState
from monitor.demo.district import MARIA
from monitor.domain.vocabulary import Scope
from monitor.services.name_changes import list_name_changes
from tests.monitor.services.world import Staff, profile
from tests.monitor.web.portal import Guest, Portal


@pytest.fixture
def maria(portal: Portal) -> Staff:
    return portal.world.joins(MARIA, scopes=frozenset({Scope.PROFILES}))


@pytest.fixture
def guest(portal: Portal, maria: Staff) -> Guest:
    return portal.signed_in(maria.mail)


def test_another_family_name_waits_for_it_and_can_be_taken_back(portal, guest, maria):
    naming = portal.world.app

    done = guest.post("/me/data/names", given="Maria", family="Victim")

    assert "IT must confirm the new name" in guest.follow(done).text
    assert "Victim" in guest.get("/me/data/names").html
    assert "IT must confirm this name" in guest.get("/me/data").text
    assert len(list_name_changes(naming)) == 1
    guest.post("/me/data/names", given="Maria", family="Delgado")
    assert list_name_changes(naming) == ()


def test_after_five_changes_in_a_week_the_page_says_when_the_next_is_possible(portal, guest):
    for number in range(5):
        portal.world.later(minutes=1)
        assert guest.post("/me/data/work", school=f"School {number}").status == 303

    seen = guest.post("/me/data/work", school="One more")

    assert seen.status == 429
    assert "You added words five times in seven days. You can add more after" in seen.text
    assert int(seen.headers["Retry-After"]) > 6 * 24 * 3600


def test_an_account_with_another_name_shows_its_code_and_the_state_of_its_proof(guest, maria):
    hers = "instagram:@victoria.v"
    proofs, at = maria.world.state.account_proofs, maria.world.clock.at
    proofs.save_account_proof(
        AccountProof(person_id=maria.id, account=hers, state=ProofState.WAITING, at=at)
    )

    page = guest.get("/me/data/accounts")

    assert "Accounts that show another name" in page.text
    assert proofs.derive_proof_code(maria.id, hers) in page.text
    assert guest.post("/me/data/accounts", prove=hers).leads_to == "/me/data/accounts#proofs"
    assert "The next check will look for it" in guest.get("/me/data/accounts").text
    assert proofs.list_proofs_of_person(maria.id)[0].state is ProofState.REQUESTED
    guest.post("/me/data/accounts", forget=hers)
    assert "Accounts that show another name" not in guest.get("/me/data/accounts").text


def test_each_account_says_how_it_is_seen_and_is_written_as_its_owner_does(guest):
    guest.post("/me/data/accounts", action="add", address="maria.delgado", network="instagram")

    for path in ("/me/data/accounts", "/me/joined"):
        page = guest.get(path).text
        assert "Instagram @maria.delgado Never seen by us Look yourself on " in page
        assert "Does another account use it, or your picture?" in page


def test_an_account_under_another_word_says_that_no_change_of_it_raises_an_alert(guest, maria):
    mine = profile("chalkboard", "mariadelgado")
    world = maria.world
    club = replace(mine, name="Beetle Club")
    world.internet = world.internet.remove_entry(mine).add_entry(club)
    world.sweep()
    taken = replace(club, name="GIVEAWAY LIVE")
    world.internet = world.internet.remove_entry(club).add_entry(taken)
    world.a_week_later()
    world.sweep()
    world.on_monday()

    found = next(one for one in maria.findings.values() if one.portrait.name == "GIVEAWAY LIVE")
    digest = maria.emails_of("digest")[-1]
    told = "It has never shown your exact name, so we send no alert when it changes."
    step = "Have it show that name until a check has seen it: from then on we do."
    guest = guest.portal.signed_in(maria.mail)
    for path in ("/me/data/accounts", f"/me/findings/{found.id}"):
        assert guest.get(path).text.count(f"{told} {step}") == 1
    assert " ".join(digest.text.split()).count(told) == 1
    assert not maria.cases


def test_each_account_has_what_to_look_at_however_it_is_seen(guest, maria):
    declared = maria.world.state.people.load_person(maria.id).accounts
    assert declared

    for path in ("/me/data/accounts", "/me/joined"):
        page = guest.get(path).text
        assert page.count("Who can see your posts") == len(declared)


def test_a_proof_of_what_nobody_dropped_is_asked_for_in_vain(guest, maria):
    guest.post("/me/data/accounts", prove="instagram:@anybody")

    assert maria.world.state.account_proofs.list_proofs_of_person(maria.id) == ()


def test_the_page_of_names_says_next_to_its_button_what_it_will_see(guest):
    assert "IT sees it. They must confirm it" in guest.get("/me/data/names").text
