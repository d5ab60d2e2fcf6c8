"""What to do about each kind of case: short, for every kind, and never a take-down of one's own."""

from datetime import date

import pytest

from monitor.domain.reason import Day, Name, Reason
from monitor.domain.takedown_facts import AdviceTarget, CaseAdvice, FactBook, PlatformPage
from monitor.domain.vocabulary import CaseKind, Language
from reports.reason_rendering import load_words, render_reason
from scrapers.facts.fact import FactsError, parse_facts

LONGEST_BRIEF = 25
GOOD = """
[impersonation]
steps = [{ words = "report-account", at = "kit" }, { words = "tell-principal" }]
known = "recalled"
"""

ENGLISH = load_words(Language.ENGLISH)


def say(rule: str) -> str:
    return render_reason(Reason(rule, {"site": Name("Alpha"), "since": Day(date(2026, 9, 21))}))


def test_every_kind_of_case_has_steps_and_a_short_form():
    assert {*map(str, CaseKind)} <= FactBook().advice.keys()
    assert all(len(say(f"advice.{kind}").split()) <= LONGEST_BRIEF for kind in CaseKind)


def test_the_name_of_the_site_stands_in_the_step():
    step, other = parse_facts(GOOD, "mine.toml", CaseAdvice)["impersonation"].steps

    assert (step.at, other.at) == (AdviceTarget.KIT, None)
    assert say(f"advice.{step.words}").startswith("Report the account to Alpha.")


def test_every_step_has_words():
    steps = [step for advice in FactBook().advice.values() for step in advice.steps]

    assert [step for step in steps if f"advice.{step.words}" not in ENGLISH.messages] == []


def test_a_student_link_says_since_when_and_how_to_look_and_unmasks_nobody():
    steps = FactBook().advice[CaseKind.STUDENT_LINK].steps
    look, *_, together = [say(f"advice.{step.words}") for step in steps]

    assert "We first saw these on Sep 21, 2026." in look
    assert "IT cannot open the student list either" in together


def test_nobody_is_told_to_have_their_own_account_taken_down():
    advice = FactBook().advice[CaseKind.OWN_ACCOUNT_CHANGED]
    said = [f"advice.{step.words}" for step in advice.steps]
    words = " ".join(map(say, (*said, "advice.own-account-changed"))).casefold()

    assert {step.at for step in advice.steps} == {AdviceTarget.RECOVERY, AdviceTarget.SHARE, None}
    assert "report" not in words
    for told in ("password", "sign out everywhere", "two-step", "connected apps", "share it"):
        assert told in words


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('at = "kit"', 'at = "court"'),
        ('[{ words = "report-account", at = "kit" }, { words = "tell-principal" }]', "[]"),
        ('at = "kit"', 'address = "http://alpha.example/kit"'),
    ],
)
def test_a_file_of_another_form_is_refused_and_named(old: str, new: str):
    with pytest.raises(FactsError, match=r"mine\.toml"):
        parse_facts(GOOD.replace(old, new), "mine.toml", CaseAdvice)


def test_a_recovery_page_is_a_secure_address():
    with pytest.raises(FactsError, match="address"):
        parse_facts('[alpha]\naddress = "http://alpha.example"', "mine.toml", PlatformPage)
