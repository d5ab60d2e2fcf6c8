"""A verdict settles an account for as long as it is the account that was judged."""

from dataclasses import replace

import pytest

from monitor.demo.district import MARIA
from monitor.domain.detection.assessment import Judging
from monitor.domain.detection.case import Inventory, Subject
from monitor.domain.detection.lessons import lessons
from monitor.domain.evidence import Label
from monitor.domain.flag import Ruling
from monitor.services.weights import own_weights
from tests.monitor.domain.detection.test_imitation_watch import OWN, STRANGER

CLONE = replace(STRANGER, handle="mariade1gado", bio=OWN.bio)
LESSONS = lessons([(STRANGER, Ruling.NAMESAKE)], (OWN,), MARIA.person.name)
JUDGING = Judging(
    subject=Subject(person=MARIA.person, commonness=60.0),
    said=Inventory(own=(OWN,), lessons=LESSONS),
    weights=own_weights(),
)


@pytest.mark.parametrize(
    ("ruling", "label"),
    [
        (Ruling.MINE, Label.OWN),
        (Ruling.NAMESAKE, Label.NAMESAKE),
        (Ruling.UNRELATED, Label.UNRELATED),
        (Ruling.IMPERSONATION, Label.IMPERSONATION),
    ],
)
def test_what_a_person_says_of_a_finding_settles_it(ruling, label):
    assert JUDGING.judge(CLONE, ruling).label is label


def test_what_was_judged_is_not_held_to_what_it_taught():
    rules = {each.rule for each in JUDGING.judge(STRANGER, Ruling.NAMESAKE).evidence}

    assert not {rule for rule in rules if rule.startswith(("like-", "unlike-me"))}


@pytest.mark.parametrize("ruling", [Ruling.NAMESAKE, Ruling.UNRELATED])
def test_a_verdict_of_somebody_else_is_outgrown_by_imitating(ruling):
    assert JUDGING.outgrown(CLONE, ruling)
    assert not JUDGING.outgrown(STRANGER, ruling)
    assert not JUDGING.outgrown(replace(STRANGER, bio="A florist with cats now."), ruling)


@pytest.mark.parametrize("ruling", [None, Ruling.MINE, Ruling.IMPERSONATION, Ruling.HARMLESS])
def test_any_other_verdict_is_not(ruling):
    assert not JUDGING.outgrown(CLONE, ruling)
