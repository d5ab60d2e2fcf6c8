"""Which clause of the policy is shown where; each is short, and none judges an opinion."""

import re

import pytest

from monitor.domain.conduct_policy import (
    CASE_CLAUSES,
    JOINING_CLAUSES,
    PolicyClause,
    list_account_clauses,
    load_own_policy_texts,
    parse_policy_texts,
)
from monitor.domain.errors import ConfigError
from monitor.domain.vocabulary import CaseKind

OPINIONS = re.compile(
    r"opinion|view|belie|politic|relig|union|critic|complain|appropriate|professional|offens|"
    r"respect|reputation|disparag|controvers|positive|negative|tone",
    re.IGNORECASE,
)
# In characters: one line.
LONGEST = 60


def test_each_clause_is_reached_from_a_finding_or_a_page():
    shown = {
        *(clause for clauses in CASE_CLAUSES.values() for clause in clauses),
        *list_account_clauses(names_school=True, is_public=True),
        *JOINING_CLAUSES,
    }

    assert shown == set(PolicyClause)


@pytest.mark.parametrize("clause", PolicyClause)
def test_each_clause_is_one_line_and_judges_no_opinion(clause: PolicyClause):
    text = load_own_policy_texts()[clause]

    assert len(text) <= LONGEST
    assert not OPINIONS.search(text)


def test_what_fits_which_finding():
    assert CASE_CLAUSES == {
        CaseKind.EXPOSED_CONTACT: (PolicyClause.PRIVACY_SETTINGS,),
        CaseKind.STUDENT_LINK: (PolicyClause.STUDENT_PROFILES, PolicyClause.OFF_HOURS),
    }
    assert list_account_clauses(names_school=False, is_public=False) == ()
    assert list_account_clauses(names_school=True, is_public=False) == (
        PolicyClause.SEPARATE_ACCOUNTS,
        PolicyClause.PRIVACY_SETTINGS,
    )
    assert PolicyClause.STUDENT_PHOTOS in list_account_clauses(names_school=False, is_public=True)


@pytest.mark.parametrize(
    "text", ["opinions = 'None, please.'", "joining = ''", f"joining = '{'x' * 101}'", "joining"]
)
def test_a_file_of_another_form_is_named(text: str):
    with pytest.raises(ConfigError, match=r"ours\.toml"):
        parse_policy_texts(text, "ours.toml")


def test_a_clause_is_one_line():
    with pytest.raises(ConfigError):
        parse_policy_texts('joining = "One\\nTwo"', "ours.toml")
