"""Every value that a person may read has its words in one place."""

import pytest

from monitor.domain.vocabulary import (
    AllowedReporter,
    ConsentAction,
    Decision,
    EventKind,
    FieldLikeness,
    FlagKind,
    FlagState,
    GapKind,
    GuideReliability,
    HealthLevel,
    HoldAction,
    OpeningReason,
    OwnershipLabel,
    ProofRequirement,
    Scope,
    Severity,
    SourceStage,
)
from reports import labels
from scrapers.models import CONCLUSIVE_OUTCOMES, Outcome

UNSPOKEN = {Decision.SHARED, Decision.REOPENED}
UNDECIDED = {FlagState.NEW, FlagState.OPEN}
COMPLETE = (
    (labels.SEVERITIES, Severity),
    (labels.FLAG_KINDS, FlagKind),
    (labels.QUOTE_LEADS, FlagKind),
    (labels.FLAG_ANSWERS, FlagKind),
    (labels.EVENT_KINDS, EventKind),
    (labels.OWNERS, OwnershipLabel),
    (labels.GAPS, GapKind),
    (labels.SOURCE_STAGES, SourceStage),
    (labels.HEALTH_LEVELS, HealthLevel),
    (labels.DECISION_PHRASES, Decision),
    (labels.FLAG_STATES, FlagState),
    (labels.ACCESS_REASONS, OpeningReason),
    (labels.REVIEWER_ACCESS_REASONS, OpeningReason),
    (labels.HOLD_NOTICES, HoldAction),
    (labels.HOLD_ERRORS, HoldAction),
    (labels.LIKENESSES, FieldLikeness),
    (labels.EVIDENCE_LIKENESSES, FieldLikeness),
    (labels.SCOPE_TITLES, Scope),
    (labels.REPORTERS, AllowedReporter),
    (labels.PROOF_REQUIREMENTS, ProofRequirement),
    (labels.GUIDE_SOURCES, GuideReliability),
)


@pytest.mark.parametrize(("table", "values"), COMPLETE)
def test_a_table_of_labels_leaves_out_no_value(table, values) -> None:
    assert set(table) == set(values)
    assert all(table.values())


def test_a_gap_is_whatever_proves_nothing_or_is_not_over() -> None:
    gaps = {*map(str, set(Outcome) - CONCLUSIVE_OUTCOMES), "unproven", "asked", "late"}

    assert {*map(str, GapKind)} == gaps


def test_every_answer_to_a_finding_has_its_words_for_later() -> None:
    answered = {decision for answers in labels.FLAG_ANSWERS.values() for decision in answers}

    assert {*labels.ANSWERS, *answered} <= set(labels.GIVEN_ANSWERS)
    assert set(Decision) - UNSPOKEN == set(labels.GIVEN_ANSWERS) - {FlagState.GONE}
    assert set(labels.OWN_STEPS) == UNSPOKEN


def test_a_reviewer_reads_whatever_anyone_decided() -> None:
    assert set(labels.REVIEWER_ANSWERS) == set(Decision) - UNSPOKEN


def test_every_part_of_the_preview_says_what_they_learn() -> None:
    assert list(labels.PREVIEW_HEADINGS) == list(labels.PREVIEW_DISCLOSURES)


def test_every_step_of_a_report_has_its_notice() -> None:
    assert set(labels.REPORT_STEPS) == set(labels.REPORT_NOTICES)


def test_every_end_and_change_of_a_consent_has_a_sentence() -> None:
    assert {*labels.CONSENT_ENDINGS, *labels.CONSENT_CHANGES, ConsentAction.GIVEN} == set(
        ConsentAction
    )


def test_every_decision_has_a_sentence_for_the_person() -> None:
    decided = {*Decision, *FlagState} - UNSPOKEN - UNDECIDED

    assert {*map(str, labels.DECISION_SENTENCES)} == {each.value for each in decided}


def test_an_account_that_was_taken_over_is_called_that() -> None:
    changed = FlagKind.OWN_ACCOUNT_CHANGED

    assert "taken over" in labels.describe_flag_kind(changed, Severity.HIGH)
    assert "has changed" in labels.describe_flag_kind(changed, Severity.MEDIUM)


def test_every_kind_of_flag_has_a_sentence_for_the_person() -> None:
    sentences = {labels.describe_flag_kind(each, Severity.LOW) for each in FlagKind}

    assert len(sentences) == len(FlagKind)
