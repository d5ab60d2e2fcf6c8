"""What an assessment takes from its evidence: its label, its severity, and what would weaken it."""

from dataclasses import replace

import pytest

from monitor.demo.district import MARIA
from monitor.domain.detection import evidence_rules
from monitor.domain.detection.appearance import AssessmentInput, Inventory, Subject, build_input
from monitor.domain.detection.assessment import Assessment, assess_input, compute_priors
from monitor.domain.detection.evidence import (
    Evidence,
    EvidenceAxis,
    choose_cheapest_label,
    compute_probabilities,
)
from monitor.domain.detection.weights import load_own_weights
from monitor.domain.reason import Reason
from monitor.domain.severity import rate_severity
from monitor.domain.students.matching import UNFLAGGED, ContactMatchResult
from monitor.domain.vocabulary import OwnershipLabel, Severity
from scrapers.models import Trace, TraceKind

WEIGHTS = load_own_weights()
STUDENTS = ContactMatchResult(flagged=True, count=7, cues=())
FOUND = Trace(
    key="https://social.example/maria",
    kind=TraceKind.ACCOUNT,
    url="https://social.example/maria",
    account="social:@maria",
    name="Maria Delgado",
    handle="sunnydays",
    bio="Two cats.",
)
BEARERS = [2.0**power for power in range(30)]


def inputs(bearers: float, contacts: ContactMatchResult, bio: str = FOUND.bio) -> AssessmentInput:
    subject = Subject(person=MARIA.person, commonness=bearers)
    laid = build_input(subject, replace(FOUND, bio=bio), Inventory())
    return replace(laid, contacts=contacts)


def sign(rule: str, bits: float) -> Evidence:
    return Evidence(rule=rule, axis=EvidenceAxis.IMITATION, bits=bits, reason=Reason(rule))


def flagged(*evidence: Evidence) -> Assessment:
    return Assessment(label=OwnershipLabel.IMPERSONATION, bits=0.0, evidence=evidence)


def labels(
    contacts: ContactMatchResult, *, linked: bool
) -> tuple[list[OwnershipLabel], list[OwnershipLabel]]:
    """Return what is said however many bear the name, and what the costs make of the same bits."""
    said = [assess_input(inputs(bearers, contacts), None, WEIGHTS) for bearers in BEARERS]
    priors = compute_priors(FOUND.kind, WEIGHTS)
    costs = [
        choose_cheapest_label(
            compute_probabilities(entry.axis_sums, priors, linked=linked), OwnershipLabel.NAMESAKE
        )
        for entry in said
    ]
    return [entry.suggestion or entry.label for entry in said], costs


def test_an_account_with_students_among_its_contacts_is_judged_by_what_a_link_costs():
    said, costs = labels(STUDENTS, linked=True)

    assert said == costs
    assert said != labels(STUDENTS, linked=False)[1]


def test_an_account_without_them_is_judged_by_what_an_account_costs():
    said, costs = labels(UNFLAGGED, linked=False)

    assert said == costs


@pytest.mark.parametrize(
    ("signs", "found"),
    [
        ({evidence_rules.LOOKALIKE: 3.0, evidence_rules.COPIED_BIO: 3.0}, Severity.HIGH),
        ({evidence_rules.LOOKALIKE: 3.0, evidence_rules.COPIED_BIO: 2.4}, Severity.MEDIUM),
        ({evidence_rules.COPIED_BIO: 9.0, evidence_rules.WATCHED_WORDS: 9.0}, Severity.MEDIUM),
        ({evidence_rules.LOOKALIKE: 9.0, evidence_rules.COPIED_NAME: 9.0}, Severity.MEDIUM),
        ({evidence_rules.COPIED_NAME: 3.0, evidence_rules.LEWD: 1.0}, Severity.HIGH),
        ({evidence_rules.COPIED_NAME: 3.0, evidence_rules.LURE: 1.0}, Severity.HIGH),
        ({}, Severity.MEDIUM),
    ],
)
def test_two_kinds_of_signs_of_three_bits_each_are_severe_and_so_is_what_does_harm(signs, found):
    evidence = [sign(rule.name, bits) for rule, bits in signs.items()]

    assert rate_severity(flagged(*evidence)) is found


def test_what_would_weaken_an_assessment_is_told_of_all_that_speaks_for_it():
    for bearers in BEARERS:
        judged = assess_input(
            inputs(bearers, UNFLAGGED, "Teacher at Maple Street Elementary"), None, WEIGHTS
        )
        telling = [
            evidence_rules.RULES[piece.rule].counterfactual
            for piece in judged.evidence
            if piece.bits > 0
        ]

        assert judged.lowered_by
        assert list(judged.lowered_by) == list(dict.fromkeys(filter(None, telling)))


def test_students_among_the_contacts_are_no_evidence_whose_account_it_is():
    for bearers in BEARERS:
        linked, unlinked = (
            assess_input(inputs(bearers, contacts), None, WEIGHTS)
            for contacts in (STUDENTS, UNFLAGGED)
        )

        assert linked.evidence == unlinked.evidence


def test_what_weighs_nothing_is_no_reason_though_it_is_explained():
    found = assess_input(inputs(1.0, UNFLAGGED), None, WEIGHTS)

    assert any(piece.rule == "name-exact" and piece.bits == 0 for piece in found.evidence)
    assert evidence_rules.NAME_EXACT.reason not in found.reasons
    assert len(found.reasons) == len(found.shown_evidence) < len(found.evidence)


def test_that_words_mean_the_person_is_a_reason_though_it_weighs_nothing():
    sign_of_it = Evidence(
        rule=evidence_rules.SPEAKS_OF_PERSON.name,
        axis=EvidenceAxis.CLAIM,
        bits=0.0,
        reason=evidence_rules.SPEAKS_OF_PERSON.reason,
    )

    assert flagged(sign_of_it).reasons == (evidence_rules.SPEAKS_OF_PERSON.reason,)
