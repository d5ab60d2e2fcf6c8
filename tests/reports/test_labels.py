"""Every word of the domain that a person may read has its words in one place."""

from monitor.domain import vocabulary
from reports import labels

UNSPOKEN = {vocabulary.Decision.SHARED, vocabulary.Decision.REOPENED}
UNDECIDED = {vocabulary.FlagState.NEW, vocabulary.FlagState.OPEN}


def test_the_labels_know_every_kind_of_the_domain() -> None:
    assert set(labels.FlagKindLabel) == set(vocabulary.FlagKind)
    assert list(labels.SeverityLabel) == list(vocabulary.Severity)
    assert set(labels.EventKindLabel) == set(vocabulary.EventKind)
    assert set(labels.ItemOwnerLabel) == set(vocabulary.OwnershipLabel)


def test_every_ruling_ends_a_sentence_about_the_person() -> None:
    assert set(labels.DEEDS) == set(vocabulary.Decision)


def test_every_state_of_a_flag_has_words_for_it() -> None:
    assert set(labels.STATES) == set(vocabulary.FlagState)


def test_every_decision_has_a_sentence_for_the_person() -> None:
    decided = {*vocabulary.Decision, *vocabulary.FlagState} - UNSPOKEN - UNDECIDED

    assert set(labels.DECISIONS) == {each.value for each in decided}


def test_an_account_that_was_taken_over_is_called_that() -> None:
    changed = vocabulary.FlagKind.OWN_ACCOUNT_CHANGED

    assert "taken over" in labels.describe_flag_kind(changed, vocabulary.Severity.HIGH)
    assert "has changed" in labels.describe_flag_kind(changed, vocabulary.Severity.MEDIUM)


def test_every_kind_of_flag_has_a_sentence_for_the_person() -> None:
    sentences = {
        labels.describe_flag_kind(each, vocabulary.Severity.LOW) for each in vocabulary.FlagKind
    }

    assert len(sentences) == len(vocabulary.FlagKind)
