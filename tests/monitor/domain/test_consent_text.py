"""Each promise of the consent text is listed with the test that proves it."""

from pathlib import Path

import pytest

from monitor.domain.consent_text import ConsentTerms
from monitor.services.consent_terms import render_consent_text

TESTS = Path(__file__).parents[2]

DEFAULT_TEXT = render_consent_text(ConsentTerms())

FACTS = {
    "You choose each of these separately": (
        "monitor/app/test_query_permission.py::test_a_scope_that_was_not_agreed_to_is_not_asked"
    ),
    "We look you up by the name on your invitation": (
        "monitor/domain/names/test_frequency_bound.py"
        "::test_whatever_is_claimed_only_forms_of_confirmed_names_are_searched"
    ),
    "with the old one and nothing else": (
        "monitor/web/test_operator.py"
        "::test_a_name_waits_for_the_operator_who_sees_that_name_and_nothing_else"
    ),
    "We look up nothing by it before IT confirms it": (
        "monitor/services/test_name_changes.py"
        "::test_who_was_invited_as_one_person_is_not_searched_as_another"
    ),
    "We do not monitor an account that shows someone else's name": (
        "monitor/services/test_account_proofs.py"
        "::test_an_account_under_another_name_is_dropped_with_an_email_and_nothing_of_it_is_kept"
    ),
    "We read contacts, and flag changes, only for accounts": (
        "monitor/services/test_account_proofs.py"
        "::test_contacts_are_read_of_accounts_that_show_the_exact_name_and_of_no_other"
    ),
    "five times in seven days": (
        "monitor/services/test_name_changes.py"
        "::test_words_are_added_five_times_in_seven_days_and_taken_back_at_any_time"
    ),
    "When a check ends, we store numbers": (
        "monitor/services/test_pictures.py::test_a_check_leaves_no_picture_where_nothing_is_compared"
    ),
    "has no answer from you": (
        "monitor/services/test_pictures.py::test_an_answer_deletes_both_pictures"
    ),
    "small locked copies of its picture and yours, for 30 days at most": (
        "monitor/services/test_pictures.py"
        "::test_pictures_that_no_check_renews_are_deleted_after_30_days"
    ),
    "Only you see them": (
        "monitor/web/test_findings_pictures.py"
        "::test_pictures_are_shown_to_their_person_and_to_nobody_else"
    ),
    "We store no student's name, username, or picture": (
        "monitor/services/test_flagging_no_student_named.py::"
    ),
    "People who have not agreed to this": (
        "monitor/app/test_query_permission.py::test_nothing_is_asked_after_consent_is_withdrawn"
    ),
    "IT sees it when you share or confirm it": "monitor/domain/test_disclosure.py::",
    "do not answer our email within 7 days": "monitor/domain/test_disclosure.py::",
    "Then IT sees this and no more": "monitor/domain/test_disclosure.py::",
    "two reviewers together may open one alert early": "monitor/domain/test_disclosure.py::",
    "Every look is recorded": "monitor/services/test_review.py::",
    "Search engines and sites learn what we ask them": (
        "monitor/app/test_query_permission.py::test_people_are_told_which_engines_learn_their_names"
    ),
    "We tell you if that happens": (
        "monitor/services/test_legal_holds.py::test_whoever_is_held_is_told_by_whom_and_why"
    ),
    "A hold gives no one access": (
        "monitor/services/test_legal_holds.py::test_a_hold_opens_nothing_to_reviewers"
    ),
    "If you leave, we still stop looking you up": (
        "monitor/services/test_legal_holds.py"
        "::test_whoever_leaves_under_a_hold_is_asked_about_no_more_and_kept"
    ),
    "pause all of it until a day you choose": (
        "monitor/services/test_consent.py"
        "::test_a_pause_ends_by_itself_and_nothing_seems_to_have_happened"
    ),
    "we erase what only that part had shown": (
        "monitor/services/test_consent.py"
        "::test_a_dropped_scope_is_asked_no_more_and_what_only_it_showed_is_forgotten"
    ),
    "Once you leave, we look up nothing more": (
        "monitor/app/test_query_permission_interleaving.py"
        "::test_nothing_is_stored_asked_or_told_after_a_word_is_taken_back"
    ),
    "what we have is erased within 24 hours": (
        "monitor/services/test_erasure_leaving.py"
        "::test_who_leaves_is_erased_within_a_day_even_if_no_mail_goes_out"
    ),
    "What is still in backups is locked": (
        "monitor/services/test_erasure.py::test_last_months_backup_opens_nothing_of_whoever_was_erased"
    ),
    "When you no longer work here": (
        "monitor/services/test_retention_leavers.py"
        "::test_who_left_the_district_is_neither_asked_about_nor_written_to"
    ),
    "We ask you before it does": (
        "monitor/services/test_consent_renewing.py::test_whoever_joined_is_reminded_twice_before_the_end"
    ),
    "everything is erased 30 days later": (
        "monitor/services/test_consent_renewing.py"
        "::test_what_nobody_renewed_is_erased_with_a_farewell_when_the_email_said"
    ),
}


@pytest.mark.parametrize("promise", FACTS)
def test_a_promise_is_made_and_a_test_holds_it(promise):
    path, _, name = FACTS[promise].partition("::")

    assert promise in DEFAULT_TEXT
    assert f"def {name or 'test_'}" in (TESTS / path).read_text("utf-8")
