"""Every word of the domain that a person may read has its words in one place."""

from monitor.domain import events, evidence, flag
from reports import labels

UNSPOKEN = {flag.Decision.SHARED, flag.Decision.REOPENED}
UNDECIDED = {flag.FlagState.NEW, flag.FlagState.OPEN}


def test_the_labels_know_every_kind_of_the_domain() -> None:
    assert set(labels.FlagKindLabel) == set(flag.FlagKind)
    assert list(labels.SeverityLabel) == list(flag.Severity)
    assert set(labels.EventKindLabel) == set(events.EventKind)
    assert set(labels.ItemOwnerLabel) == set(evidence.OwnershipLabel)


def test_every_ruling_ends_a_sentence_about_the_person() -> None:
    assert set(labels.DEEDS) == set(flag.Decision)


def test_every_state_of_a_flag_has_words_for_it() -> None:
    assert set(labels.STATES) == set(flag.FlagState)


def test_every_decision_has_a_sentence_for_the_person() -> None:
    decided = {*flag.Decision, *flag.FlagState} - UNSPOKEN - UNDECIDED

    assert set(labels.DECISIONS) == {each.value for each in decided}


def test_an_account_that_was_taken_over_is_called_that() -> None:
    changed = flag.FlagKind.OWN_ACCOUNT_CHANGED

    assert "taken over" in labels.describe_flag_kind(changed, flag.Severity.HIGH)
    assert "has changed" in labels.describe_flag_kind(changed, flag.Severity.MEDIUM)


def test_every_kind_of_flag_has_a_sentence_for_the_person() -> None:
    sentences = {labels.describe_flag_kind(each, flag.Severity.LOW) for each in flag.FlagKind}

    assert len(sentences) == len(flag.FlagKind)
