"""A verdict settles an account for as long as it is the account that was judged."""

from dataclasses import replace

import pytest

from monitor.demo.district import MARIA
from monitor.domain.detection.appearance import Inventory, Subject
from monitor.domain.detection.assessment import Assessor
from monitor.domain.detection.lessons import learn_from_feedback
from monitor.domain.detection.weights import load_own_weights
from monitor.domain.finding import withhold_account_text
from monitor.domain.vocabulary import Decision, OwnershipLabel
from tests.monitor.domain.detection.test_imitation_watch import OWN, STRANGER

CLONE = replace(STRANGER, handle="mariade1gado", bio=OWN.bio)
LESSONS = learn_from_feedback([(STRANGER, Decision.NAMESAKE)], (OWN,), MARIA.person.name)
JUDGING = Assessor(
    subject=Subject(person=MARIA.person, commonness=60.0),
    inventory=Inventory(own_traces=(OWN,), lessons=LESSONS),
    weights=load_own_weights(),
)


@pytest.mark.parametrize(
    ("decision", "label"),
    [
        (Decision.MINE, OwnershipLabel.MINE),
        (Decision.NAMESAKE, OwnershipLabel.NAMESAKE),
        (Decision.UNRELATED, OwnershipLabel.UNRELATED),
        (Decision.IMPERSONATION, OwnershipLabel.IMPERSONATION),
    ],
)
def test_what_a_person_says_of_a_finding_settles_it(decision, label):
    assert JUDGING.assess_with_feedback(CLONE, decision).label is label


def test_what_was_judged_is_not_held_to_what_it_taught():
    rules = {
        piece.rule for piece in JUDGING.assess_with_feedback(STRANGER, Decision.NAMESAKE).evidence
    }

    assert not {rule for rule in rules if rule.startswith(("like-", "unlike-me"))}


@pytest.mark.parametrize("decision", [Decision.NAMESAKE, Decision.UNRELATED])
def test_a_verdict_of_somebody_else_is_outgrown_by_imitating(decision):
    assert JUDGING.is_decision_outdated(CLONE, decision)
    assert not JUDGING.is_decision_outdated(STRANGER, decision)
    assert not JUDGING.is_decision_outdated(
        replace(STRANGER, bio="A florist with cats now."), decision
    )


@pytest.mark.parametrize(
    "decision", [None, Decision.MINE, Decision.IMPERSONATION, Decision.HARMLESS]
)
def test_any_other_verdict_is_not(decision):
    assert not JUDGING.is_decision_outdated(CLONE, decision)


@pytest.mark.parametrize("trace", [CLONE, STRANGER])
def test_without_its_words_an_account_stays_what_it_was_found_to_be(trace):
    known = JUDGING.assess_with_feedback(trace, None)
    bare = withhold_account_text(trace, "sexual")

    assert JUDGING.keep_assessment(known, bare, None) == known
    for decision, label in {
        Decision.MINE: OwnershipLabel.MINE,
        Decision.UNRELATED: OwnershipLabel.UNRELATED,
        Decision.MOCK: OwnershipLabel.MOCK,
    }.items():
        said = JUDGING.keep_assessment(known, bare, decision)
        again = JUDGING.keep_assessment(said, bare, Decision.NAMESAKE)

        assert (said.label, said.judged) == (label, known)
        assert (again.label, again.judged) == (OwnershipLabel.NAMESAKE, known)
        assert JUDGING.keep_assessment(again, bare, None) == known


def test_without_its_words_what_was_declared_is_theirs():
    known = JUDGING.assess_with_feedback(STRANGER, None)
    bare = withhold_account_text(OWN, "adult")

    assert JUDGING.keep_assessment(known, bare, None).label is OwnershipLabel.MINE
