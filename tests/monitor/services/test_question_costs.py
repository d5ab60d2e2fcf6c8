"""What a week costs is computed from what is asked, and grows with the staff alone."""

from monitor.services.question_costs import FREE_A_WEEK, estimate_week


def test_a_district_without_staff_asks_for_itself_alone():
    alone = estimate_week(0)

    assert 0 < alone.due == alone.free < 30
    assert alone.usd_a_month == 0


def test_what_the_credit_does_not_pay_for_costs_what_is_beyond_it():
    small, large = estimate_week(130), estimate_week(1000)

    assert (small.due, small.usd_a_month) == (small.free, 0)
    assert large.free < FREE_A_WEEK < large.due
    assert large.usd_a_month == round(large.due * 52 / 12 * 5 / 1000) - 5
