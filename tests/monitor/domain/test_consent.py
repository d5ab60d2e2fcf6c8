"""An answer counts while it stands, for what it covers, and for the text it was given to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.consent import Consent, Scope, renewal_due, text_hash
from monitor.domain.consent_text import SCOPES, TEXT, Terms, consent_text
from monitor.domain.disclosure import DisclosurePolicy
from monitor.domain.flag import FlagKind

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)
CONSENT = Consent(
    person="rosa",
    text_version="1",
    text_hash=text_hash(TEXT),
    scopes=frozenset({Scope.SEARCH}),
    given_at=MONDAY,
    expires_at=MONDAY + 365 * DAY,
)
DISTRICT = Terms(
    engines=("Alpha", "Beta"),
    disclosure=DisclosurePolicy(
        student_link_days=21, counsel="Ada Roe", counsel_approved_on="2026-09-01"
    ),
)


@pytest.mark.parametrize(("days", "due"), [(0, False), (334, False), (335, True), (365, False)])
def test_a_renewal_is_asked_for_in_the_last_thirty_days(days, due):
    assert renewal_due(CONSENT, MONDAY + days * DAY) is due


def test_nobody_who_left_is_asked_to_renew():
    left = replace(CONSENT, withdrawn_at=MONDAY + 340 * DAY)

    assert not renewal_due(left, MONDAY + 341 * DAY)


def test_a_text_is_known_by_its_hash():
    assert text_hash(TEXT) == text_hash(consent_text(Terms()))
    assert text_hash(TEXT) != text_hash(consent_text(DISTRICT))


@pytest.mark.parametrize(
    "promise",
    [
        "never sign in",
        "Search engines and sites learn the words they are asked",
        "public records",
        "legal hold",
        "Mail that was already sent cannot be called back",
        "not for employment decisions",
        "leave at any time",
        "within 7 days",
        "two reviewers",
        "A link with students never opens to IT by itself",
        "who has not joined",
        "No picture is kept",
        *SCOPES.values(),
    ],
)
def test_the_text_says_what_has_to_be_said(promise):
    assert promise in TEXT


def test_every_scope_and_every_kind_of_flag_has_its_sentence():
    who_sees = TEXT[TEXT.index("Who sees what") : TEXT.index("What others")]

    assert set(SCOPES) == set(Scope)
    assert who_sees.count("\n- ") == len(FlagKind)


def test_people_are_told_which_engines_are_asked_and_when_student_links_open():
    text = consent_text(DISTRICT)

    assert "Alpha, Beta" in text
    assert "21 days after we told you" in text
    assert "Ada Roe, 2026-09-01" in text
    assert "That students follow you is told to nobody but you" in text
    assert "never opens to IT by itself" not in text
