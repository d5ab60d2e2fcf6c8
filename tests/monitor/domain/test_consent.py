"""An answer counts while it stands, for what it covers, and for the text it was given to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.case_end import Countdown
from monitor.domain.consent import (
    Consent,
    apply_end,
    apply_narrowing,
    apply_pause,
    apply_resume,
    compute_consent_phase,
    hash_consent_text,
    is_renewal_due,
    select_due_reminder,
)
from monitor.domain.consent_text import OFFERED_SCOPES, UNUSED_SCOPES, ConsentTerms
from monitor.domain.disclosure import DisclosurePolicy
from monitor.domain.planning.consented_queries import SCOPE_BY_FAMILY
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import CaseKind, ConsentAction, ConsentPhase, Scope
from monitor.services.consent_terms import render_consent_text
from reports.reason_rendering import render_in_english
from tests.rows import over_rows

DEFAULT_TEXT = render_consent_text(ConsentTerms())
SCOPE_SENTENCES = {scope: render_in_english(Reason(f"scope.{scope}")) for scope in Scope}
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)
CONSENT = Consent(
    person_id="rosa",
    text_version="1",
    text_hash=hash_consent_text(DEFAULT_TEXT),
    scopes=frozenset({Scope.SEARCH}),
    given_at=MONDAY,
    expires_at=MONDAY + 365 * DAY,
)
DISTRICT = ConsentTerms(
    engines=("Alpha", "Beta"),
    disclosure=DisclosurePolicy(
        student_link_days=21, counsel="Ada Roe", counsel_approved_on="2026-09-01"
    ),
)


@pytest.mark.parametrize(("days", "due"), [(0, False), (334, False), (335, True), (365, False)])
def test_a_renewal_is_asked_for_in_the_last_thirty_days(days, due):
    assert is_renewal_due(CONSENT, MONDAY + days * DAY) is due


def test_nobody_who_left_is_asked_to_renew():
    left = replace(CONSENT, withdrawn_at=MONDAY + 340 * DAY)

    assert not is_renewal_due(left, MONDAY + 341 * DAY)


def test_a_text_is_known_by_its_hash():
    assert hash_consent_text(DEFAULT_TEXT) == hash_consent_text(render_consent_text(ConsentTerms()))
    assert hash_consent_text(DEFAULT_TEXT) != hash_consent_text(render_consent_text(DISTRICT))


@over_rows(
    "promise",
    [
        "never sign in",
        "Search engines and sites learn what we ask: your name",
        "public records",
        "legal hold",
        "Email that was already sent cannot be called back",
        "not for employment decisions",
        "leave at any time",
        "within 7 days",
        "two reviewers",
        "A link to students never opens to IT automatically",
        "who has not joined",
        "we also store small locked copies of its picture and yours, for 30 days at most",
        "A hold gives no one access",
        "pause all of it until a day you choose",
        "we erase what only that part had shown, unless you shared or claimed it",
        "no longer work here",
        "everything is erased 30 days later",
        *(SCOPE_SENTENCES[scope] for scope in OFFERED_SCOPES),
    ],
)
def test_the_text_says_what_has_to_be_said(promise):
    assert promise in DEFAULT_TEXT


def test_every_scope_and_every_kind_of_case_has_its_sentence():
    who_sees = DEFAULT_TEXT[DEFAULT_TEXT.index("Who sees what") : DEFAULT_TEXT.index("What others")]

    in_full = who_sees[who_sees.index("In full") :]
    assert in_full.count("\n- ") == len(CaseKind)


def test_people_are_told_which_engines_are_asked_and_when_student_links_open():
    text = render_consent_text(DISTRICT)

    assert "Alpha, Beta" in text
    assert "If you follow students, IT sees it 21 days after we tell you, unless you" in text
    assert "Ada Roe, 2026-09-01" in text
    assert "If students follow you, only you find out" in text
    assert "never opens to IT automatically" not in text


LEFT = replace(CONSENT, withdrawn_at=MONDAY + 2 * DAY)
RESTING = apply_pause(CONSENT, MONDAY + 20 * DAY, MONDAY + 10 * DAY)


def test_a_pause_rests_all_that_is_asked_and_nothing_that_is_kept():
    during, after = MONDAY + 15 * DAY, MONDAY + 20 * DAY

    assert RESTING.is_active(during)
    assert not RESTING.allows_queries(during)
    assert not any(RESTING.covers_scope(scope, during) for scope in Scope)
    assert RESTING.allows_queries(after)
    assert apply_resume(RESTING, during).allows_queries(during)


@pytest.mark.parametrize(
    ("since", "until", "rest"),
    [
        (0, 7, 0),  # over before it began
        (8, 15, 10),  # all of it
        (12, 19, 8),  # begun meanwhile
        (20, 27, 0),  # begun afterwards
    ],
)
def test_a_pause_takes_its_share_of_a_span_once_it_began_in_time(since, until, rest):
    limit = Countdown(start=MONDAY + since * DAY, span=(until - since) * DAY)

    assert limit.compute_end(RESTING) == MONDAY + (until + rest) * DAY


def test_a_pause_within_a_stop_takes_no_more_of_a_span():
    stop = (MONDAY + 8 * DAY, MONDAY + 25 * DAY)
    limit = Countdown(start=MONDAY + 5 * DAY, span=7 * DAY, stops=(stop,))

    assert limit.compute_end(RESTING) == MONDAY + (5 + 7 + 17) * DAY


@pytest.mark.parametrize(
    ("days", "before"), [(0, None), (334, None), (335, 30), (357, 30), (358, 7), (400, 7)]
)
def test_each_reminder_has_its_time_and_the_last_one_has_no_end(days, before):
    due = select_due_reminder(CONSENT, MONDAY + days * DAY)

    assert due == (None if before is None else before * DAY)
    assert select_due_reminder(LEFT, MONDAY + days * DAY) is None


@given(
    keep=st.frozensets(st.sampled_from(Scope)),
    days=st.integers(min_value=-10, max_value=800),
    scope=st.sampled_from(Scope),
)
def test_no_word_but_an_answer_ever_allows_more(keep, days, scope):
    at, now = MONDAY + 30 * DAY, MONDAY + days * DAY
    whole = replace(CONSENT, scopes=frozenset(Scope))
    less = [apply_pause(whole, at + DAY, at), apply_end(whole, ConsentAction.LEFT, at)]
    if keep < whole.scopes:
        less.append(apply_narrowing(whole, keep, at))

    assert not any(
        entry.covers_scope(scope, now) and not whole.covers_scope(scope, now) for entry in less
    )


def test_a_consent_is_in_one_phase_at_a_time():
    assert [
        compute_consent_phase(consent, MONDAY + 15 * DAY)
        for consent in (CONSENT, RESTING, LEFT, replace(CONSENT, expires_at=MONDAY + DAY))
    ] == [ConsentPhase.ENROLLED, ConsentPhase.PAUSED, ConsentPhase.WITHDRAWN, ConsentPhase.EXPIRED]


def test_nobody_is_asked_to_agree_to_what_nothing_asks():
    asked = {*SCOPE_BY_FAMILY.values(), Scope.PEOPLE_SEARCH, Scope.PHOTOS, Scope.STUDENT_LINKS}

    assert set(OFFERED_SCOPES) == asked
    assert asked.isdisjoint(UNUSED_SCOPES)
    assert not [scope for scope in UNUSED_SCOPES if SCOPE_SENTENCES[scope] in DEFAULT_TEXT]
