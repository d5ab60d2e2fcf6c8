"""What to do about each kind of case: short, for every kind, and never a take-down of one's own."""

from datetime import UTC, datetime

import pytest

from monitor.domain.errors import ConfigError
from monitor.domain.reason import Name, Reason
from monitor.domain.takedown import AdviceTarget, RecoveryPage, load_advice, parse_advice
from monitor.domain.vocabulary import CaseKind, GuideReliability, Language
from reports.wording import load_words, render_reason

LONGEST_BRIEF = 25
GOOD = """
[kinds.impersonation]
steps = [{ words = "report-account", at = "kit" }, { words = "tell-principal" }]
known = "recalled"

[recovery.alpha]
address = "https://alpha.example/hacked"
known = "secondary"
seen_on = 2026-03-01
"""

ENGLISH = load_words(Language.ENGLISH)


def say(rule: str) -> str:
    return render_reason(Reason(rule, {"site": Name("Alpha")}))


def test_every_kind_of_case_has_two_or_three_steps_and_a_short_form():
    book = load_advice()

    assert {*map(str, CaseKind)} <= book.kinds.keys()
    assert all(len(say(f"advice.{kind}").split()) <= LONGEST_BRIEF for kind in CaseKind)


def test_the_name_of_the_site_stands_in_the_step():
    step, other = parse_advice(GOOD, "mine.toml").get_advice(CaseKind.IMPERSONATION).steps

    assert (step.at, other.at) == (AdviceTarget.KIT, None)
    assert say(f"advice.{step.words}").startswith("Report the account to Alpha.")


def test_every_step_has_words():
    steps = [step for kind in load_advice().kinds.values() for step in kind.steps]

    assert [step for step in steps if f"advice.{step.words}" not in ENGLISH.messages] == []


def test_nobody_is_told_to_have_their_own_account_taken_down():
    advice = load_advice().get_advice(CaseKind.OWN_ACCOUNT_CHANGED)
    said = [f"advice.{step.words}" for step in advice.steps]
    words = " ".join(map(say, (*said, "advice.own-account-changed"))).casefold()

    assert {step.at for step in advice.steps} == {AdviceTarget.RECOVERY, None}
    assert "report" not in words
    for told in ("password", "sign out everywhere", "two-step", "connected apps", "tell it"):
        assert told in words


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('at = "kit"', 'at = "court"'),
        (', { words = "tell-principal" }', ""),
        ('address = "https:', 'address = "http:'),
        ("[kinds", "[kind"),
    ],
)
def test_a_file_of_another_form_is_refused_and_named(old: str, new: str):
    with pytest.raises(ConfigError, match=r"mine\.toml"):
        parse_advice(GOOD.replace(old, new), "mine.toml")


def test_a_recovery_page_that_nobody_looked_up_always_warns():
    page = RecoveryPage(
        address="https://alpha.example/hacked", known=GuideReliability.RECALLED, seen_on=None
    )

    assert page.is_stale(datetime(2026, 3, 1, tzinfo=UTC))
