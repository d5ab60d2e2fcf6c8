"""Which accounts lose their text: where sexual words stand in it, and no others that ring."""

from datetime import UTC, datetime

import pytest

from monitor.domain.case import Case
from monitor.domain.detection.assessment import Assessment
from monitor.domain.detection.evidence import Evidence, EvidenceAxis
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import CaseKind, OwnershipLabel, Severity
from monitor.domain.withheld_accounts import (
    choose_withheld_kind,
    keeps_address_alone,
    may_be_sexual,
)
from scrapers.models import Trace, TraceKind

URL = "https://x.com/ms.roe"


def flag(reason: str) -> Case:
    """Return a case of such an account that was flagged for this."""
    return Case(
        id="case",
        person_id="rosa",
        finding_id="finding",
        kind=CaseKind.IMPERSONATION,
        severity=Severity.HIGH,
        opened_at=datetime(2026, 11, 30, tzinfo=UTC),
        reasons=(Reason(reason),),
    )


def choose(
    bio: str, *rules: str, platform: str = "x", label: OwnershipLabel = OwnershipLabel.UNKNOWN
) -> str:
    account = Trace(
        key=URL,
        kind=TraceKind.ACCOUNT,
        url=URL,
        account=f"{platform}:@ms.roe",
        name="Ms Roe",
        bio=bio,
    )
    evidence = tuple(
        Evidence(rule=rule, axis=EvidenceAxis.IMITATION, bits=2.0, reason=Reason(rule))
        for rule in rules
    )
    return choose_withheld_kind(account, Assessment(label=label, bits=0.0, evidence=evidence), 2026)


@pytest.mark.parametrize(
    ("bio", "kind"),
    [
        ("send nudes", "sexual"),
        ("send nudes, kill her", "sexual"),
        ("Spicy content, subs half off", "sexual"),
        ("vendo packs de fotos", "sexual"),
        ("solo adultos", "sexual"),
        # Who needs these words is the person.
        ("kill her", ""),
        ("we know where she lives", ""),
        ("bomb threat", ""),
        ("a pedo, a rapist, touching kids", ""),
        ("freaky, make her famous", ""),
        ("sex education and sexual health", ""),
        ("", ""),
        ("15 y/o, kill her", "minor"),
        # What rings is not known, so it may be sexual.
        ("15 y/o", "sexual"),
    ],
)
@pytest.mark.parametrize("rule", ["lewd", "mock-harm"])
def test_what_rings_for_harm_loses_its_text_where_it_is_sexual(rule: str, bio: str, kind: str):
    assert choose(bio, rule) == kind


@pytest.mark.parametrize(
    ("bio", "platform", "kind"),
    [
        ("Potter in Fairmont", "x", ""),
        ("Romance novels, sexy covers", "x", ""),
        ("Teacher, class of 1998", "x", ""),
        ("5th grade teacher", "x", ""),
        ("15 y/o, she/her", "x", "minor"),
        ("Tengo 15 a\u00f1os", "x", "minor"),
        # Whom students call by a title is no student.
        ("Cedar Valley class of 2028", "x", ""),
        ("Potter in Fairmont", "onlyfans", "adult"),
        ("Potter in Fairmont", "tinder", "adult"),
    ],
)
def test_what_rings_for_nothing_loses_it_on_a_site_for_adults_and_where_a_minor_runs_it(
    bio: str, platform: str, kind: str
):
    assert choose(bio, "same-picture", platform=platform) == kind


@pytest.mark.parametrize("bio", ["send nudes", "15 y/o"])
def test_what_is_theirs_is_kept(bio: str):
    assert choose(bio, "lewd", label=OwnershipLabel.MINE) == ""
    assert choose(bio, "lewd", platform="onlyfans", label=OwnershipLabel.MINE) == ""


def test_a_page_has_a_rule_of_its_own():
    page = Trace(key=URL, kind=TraceKind.PAGE, url=URL, title="Ms Roe, 15 y/o: nudes")
    assessment = Assessment(label=OwnershipLabel.UNKNOWN, bits=0.0)

    assert choose_withheld_kind(page, assessment, 2026) == ""


@pytest.mark.parametrize(
    ("reason", "bio", "sexual"),
    [
        ("lewd", "send nudes", True),
        ("mock-harm", "send nudes, kill her", True),
        # What its words were is not known: then nothing of it is saved.
        ("mock-harm", "", True),
        ("mock-harm", "kill her", False),
        ("same-picture", "send nudes", False),
    ],
)
def test_of_threats_a_picture_is_evidence_and_of_what_is_sexual_none_is_saved(
    reason: str,
    bio: str,
    sexual: bool,  # noqa: FBT001 - a column of the table
):
    account = Trace(key=URL, kind=TraceKind.ACCOUNT, url=URL, name="Ms Roe", bio=bio)

    assert may_be_sexual(flag(reason), account) is sexual


@pytest.mark.parametrize(
    ("reason", "mark", "sexual"),
    [("lewd", "sexual", True), ("mock-harm", "minor", False), ("same-picture", "adult", False)],
)
def test_where_the_words_are_not_kept_the_mark_says_what_they_were(
    reason: str,
    mark: str,
    sexual: bool,  # noqa: FBT001 - a column of the table
):
    account = Trace(key=URL, kind=TraceKind.ACCOUNT, url=URL, withheld=mark)

    assert may_be_sexual(flag(reason), account) is sexual
    assert keeps_address_alone(flag(reason), account)
