"""An explanation says what the assessment did, and by what."""

from dataclasses import replace

from hypothesis import assume, given

from monitor.demo.district import MARIA
from monitor.domain.detection.appearance import Subject
from monitor.domain.detection.assessment import assess_trace, explain_assessment
from monitor.domain.vocabulary import Decision, OwnershipLabel
from scrapers.models import TraceKind
from tests.monitor.domain.detection.test_assessment_laws import (
    INVENTORY,
    OWN,
    WEIGHTS,
    subjects,
    traces,
)


@given(subject=subjects, trace=traces)
def test_no_answer_would_have_cost_less_than_the_one_given(subject, trace):
    # No page is an account.
    assume(trace.kind is TraceKind.ACCOUNT or not trace.account)
    assessment = assess_trace(subject, trace, INVENTORY, None, WEIGHTS)
    told = explain_assessment(assessment, trace.kind, WEIGHTS)

    costs = told.costs
    others = (costs.mine, costs.impersonation, costs.mock, costs.unknown)
    # A question may suggest an answer that would cost more than to ask.
    given = {assessment.label, assessment.suggestion or assessment.label}
    given_costs = [
        costs.mine if it is OwnershipLabel.ABOUT_ME else getattr(costs, it) for it in given
    ]
    assert told.held_back or min(given_costs) <= min(others)


@given(subject=subjects, trace=traces)
def test_it_has_the_sums_of_the_evidence_and_its_version(subject, trace):
    assessment = assess_trace(subject, trace, INVENTORY, None, WEIGHTS)
    told = explain_assessment(assessment, trace.kind, WEIGHTS)

    assert told.sums == assessment.axis_sums
    assert told.weights == WEIGHTS.version
    assert not told.settled


def test_what_a_person_said_is_settled():
    subject = Subject(person=MARIA.person, commonness=1.0)
    ruled = assess_trace(subject, replace(OWN, key="x"), INVENTORY, Decision.NAMESAKE, WEIGHTS)

    assert explain_assessment(ruled, OWN.kind, WEIGHTS).settled
