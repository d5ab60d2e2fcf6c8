"""What a district's policy reminds staff of, and where.

A reminder says what to do. It never says that someone broke a rule, and no clause judges an
opinion. What cannot be seen in a finding, such as a student in a photo, is a reminder alone.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from monitor.domain.serialization import parse_data_file
from monitor.domain.vocabulary import CaseKind

# A reminder is read in passing, so it is short.
ClauseText = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+\Z")]


class PolicyClause(StrEnum):
    ON_DUTY = "on-duty"
    SEPARATE_ACCOUNTS = "separate-accounts"
    STUDENT_PHOTOS = "student-photos"
    PRIVACY_SETTINGS = "privacy-settings"
    JOINING = "joining"
    STUDENT_PROFILES = "student-profiles"
    OFF_HOURS = "off-hours"


PolicyTexts = Mapping[PolicyClause, str]

CASE_CLAUSES: Mapping[CaseKind, tuple[PolicyClause, ...]] = {
    CaseKind.EXPOSED_CONTACT: (PolicyClause.PRIVACY_SETTINGS,),
    CaseKind.STUDENT_LINK: (PolicyClause.STUDENT_PROFILES, PolicyClause.OFF_HOURS),
}
JOINING_CLAUSES = (PolicyClause.JOINING,)
_SCHOOL_NAMED_CLAUSES = (PolicyClause.SEPARATE_ACCOUNTS, PolicyClause.PRIVACY_SETTINGS)
_PUBLIC_CLAUSES = (PolicyClause.STUDENT_PHOTOS, PolicyClause.ON_DUTY)


def list_account_clauses(*, names_school: bool, is_public: bool) -> tuple[PolicyClause, ...]:
    """Return the clauses that fit an account of the person's own."""
    return (
        *(_SCHOOL_NAMED_CLAUSES if names_school else ()),
        *(_PUBLIC_CLAUSES if is_public else ()),
    )


def parse_policy_texts(text: str, name: str) -> PolicyTexts:
    """Read clauses from TOML; raise ConfigError naming the file if it is not of that form."""
    return parse_data_file(text, name, dict[PolicyClause, ClauseText])


@cache
def load_own_policy_texts() -> PolicyTexts:
    file = Path(__file__).with_name("conduct_policy.toml")
    return parse_policy_texts(file.read_text("utf-8"), "conduct_policy.toml")
