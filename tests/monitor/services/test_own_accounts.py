"""An account that a person confirmed is theirs from then on, like one they told us of."""

from monitor.demo.district import MARIA
from monitor.domain.vocabulary import Decision
from monitor.services.answers import record_feedback
from monitor.services.job_kinds import preview_sweep
from monitor.services.own_accounts import include_confirmed_accounts
from tests.monitor.services.world import Staff, World


def accounts(maria: Staff) -> tuple[str, ...]:
    state = maria.world.state
    return include_confirmed_accounts(state, state.people.load_person(maria.id)).accounts


def found_anew(world: World) -> tuple[Staff, str]:
    """Let Maria join without her accounts, and return one that a sweep found."""
    maria = world.joins(MARIA, accounts=())
    world.sweep()
    finding = next(
        one_finding for one_finding in maria.findings.values() if one_finding.portrait.handle
    )
    return maria, finding.id


def test_what_was_confirmed_is_asked_about_by_its_own_address(world):
    maria, finding = found_anew(world)
    assert accounts(maria) == ()

    record_feedback(world.app, maria.id, {finding: Decision.MINE})

    handle = world.state.findings.load_finding(finding).portrait.handle.casefold()
    assert [account.partition(":@")[2] for account in accounts(maria)] == [handle]
    asked = [term for query in preview_sweep(world.app) for term in query.terms]
    assert handle in (term.casefold() for term in asked)


def test_what_was_taken_back_or_is_somebody_elses_is_not(world):
    maria, finding = found_anew(world)
    record_feedback(world.app, maria.id, {finding: Decision.MINE})
    record_feedback(world.app, maria.id, {finding: Decision.NAMESAKE})

    assert accounts(maria) == ()


def test_an_account_that_was_told_of_is_not_there_twice(world):
    maria = world.joins(MARIA)
    world.sweep()
    for finding in maria.findings.values():
        record_feedback(world.app, maria.id, {finding.id: Decision.MINE})
    told = world.state.people.load_person(maria.id).accounts

    assert accounts(maria)[: len(told)] == told
    assert len(set(accounts(maria))) == len(accounts(maria))
