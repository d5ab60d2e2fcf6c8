"""Everything that was found about a person, each page and account once."""

from dataclasses import replace

import pytest

from monitor.demo.district import JOHN, MARIA
from monitor.domain.vocabulary import CaseKind, Decision, FindingGroup, Severity
from monitor.services.answers import list_pending_feedback, record_feedback
from monitor.services.findings import count_findings, filter_findings, list_findings
from tests.monitor.services.world import IMPOSTOR, Staff, World


@pytest.fixture
def maria(world: World) -> Staff:
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    return maria


def list_groups(maria: Staff) -> dict[str, FindingGroup]:
    return {finding.id: finding.group for finding in list_findings(maria.world.app, maria.id)}


def test_each_finding_is_listed_once_and_what_needs_the_person_comes_first(maria: Staff):
    lines = list_findings(maria.world.app, maria.id)
    answers = list_pending_feedback(maria.world.app, maria.id)
    pending = {answer.finding.id for answer in answers if answer.is_question or answer.cases}

    assert sorted(line.id for line in lines) == sorted(
        finding.id for finding in maria.findings.values()
    )
    assert {line.id for line in lines if line.group is FindingGroup.NEEDS_YOU} == pending
    order = list(FindingGroup)
    assert [order.index(line.group) for line in lines] == sorted(
        order.index(line.group) for line in lines
    )


def test_of_what_needs_the_person_the_most_urgent_comes_first(maria: Staff):
    urgent, app = maria.case(CaseKind.IMPERSONATION), maria.world.app
    others = (answer.finding.id for answer in list_pending_feedback(app, maria.id))
    other = next(finding_id for finding_id in others if finding_id != urgent.finding_id)
    milder = replace(urgent, id="milder", finding_id=other, severity=Severity.LOW)
    with app.db.begin_transaction():
        app.db.cases.insert_case(milder)

    lines = list_findings(app, maria.id)

    waiting = [line.id for line in lines if line.group is FindingGroup.NEEDS_YOU]
    assert waiting == [urgent.finding_id, other]


def test_an_answer_moves_a_finding_to_its_group(maria: Staff):
    impostor = maria.case(CaseKind.IMPERSONATION).finding_id
    other = next(
        answer.finding.id
        for answer in list_pending_feedback(maria.world.app, maria.id)
        if answer.finding.id != impostor
    )
    answers = {impostor: Decision.IMPERSONATION, other: Decision.NAMESAKE}

    record_feedback(maria.world.app, maria.id, answers)

    # Nothing happens before it is reported.
    assert list_groups(maria)[impostor] is FindingGroup.NEEDS_YOU
    assert list_groups(maria)[other] is FindingGroup.SOMEONE_ELSE


def test_what_a_person_declared_is_theirs(maria: Staff):
    own = {
        finding.id
        for finding in maria.findings.values()
        if {finding.portrait.account, *finding.portrait.account_aliases} & {*MARIA.person.accounts}
    }

    assert own
    assert {list_groups(maria)[finding_id] for finding_id in own} == {FindingGroup.MINE}


def test_a_search_finds_all_of_its_words_in_titles_and_addresses(maria: Staff):
    lines = list_findings(maria.world.app, maria.id)
    one = lines[0]

    assert one in filter_findings(lines, None, one.url.upper())
    assert filter_findings(lines, None, f"{one.url} nowhere-at-all") == ()
    assert filter_findings(lines, one.group, "") == tuple(
        line for line in lines if line.group is one.group
    )
    assert sum(count_findings(lines).values()) == len(lines)


def test_no_one_sees_what_was_found_about_someone_else(maria: Staff):
    john = maria.world.joins(JOHN)

    theirs = {finding.id for finding in list_findings(maria.world.app, maria.id)}
    assert theirs.isdisjoint(finding.id for finding in list_findings(maria.world.app, john.id))
