"""What the rules must ask for and tell of planted look-alikes of an invented district."""

from tests.bench import lookalikes


def test_most_planted_accounts_are_asked_for_within_four_weeks():
    every = len(lookalikes.PLANTED_ACCOUNTS)

    assert lookalikes.measure_handles(1) >= 0.5 * every
    assert lookalikes.measure_handles(4) >= 0.8 * every


def test_each_account_that_a_search_shows_is_told():
    every = len(lookalikes.PLANTED_ACCOUNTS) + len(lookalikes.PLANTED_NAMES)

    assert lookalikes.measure_names() == every


def test_most_planted_domains_are_looked_up_within_a_week():
    assert lookalikes.measure_domains() >= 0.85 * len(lookalikes.PLANTED_DOMAINS)


def test_no_person_no_class_no_fan_and_no_other_school_is_told():
    assert lookalikes.count_false_alarms() == 0


def test_the_shares_are_told_in_five_lines():
    assert len(tuple(lookalikes.describe_shares())) == 5
