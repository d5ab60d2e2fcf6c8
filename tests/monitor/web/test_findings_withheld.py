"""Who finds no words of an account reads why, in their language; IT reads no more than ever."""

from dataclasses import replace

import pytest

from monitor.demo.district import MARIA
from monitor.domain.vocabulary import CaseKind, Decision
from monitor.services.outbox import send_due
from tests.monitor.services.world import IMPOSTOR, REVIEWERS
from tests.monitor.web.portal import Portal

SAID = {
    "leaked nudes, Zanzibar": ("Its words seem sexual", "Sus palabras parecen sexuales"),
    "15 y/o. Zanzibar": ("It says that a student", "Dice que la maneja un estudiante"),
}


@pytest.mark.parametrize("bio", SAID)
def test_its_person_reads_why_there_are_no_words_of_it(portal: Portal, bio: str):
    english, spanish = SAID[bio]
    world = portal.world
    world.internet = world.internet.add_entry(replace(IMPOSTOR, bio=bio))
    maria = world.joins(MARIA)
    world.sweep()
    send_due(world.app)
    case = maria.case(CaseKind.IMPERSONATION)
    guest = portal.signed_in(maria.mail)

    for path in ("/me", "/me/sort", f"/me/findings/{case.finding_id}"):
        shown = guest.get(path).text
        assert english in shown, path
        assert "Zanzibar" not in shown, path
    guest.post("/language", language="es", back="/me")
    assert spanish in guest.get(f"/me/findings/{case.finding_id}").text

    maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.IMPERSONATION)
    reviewer = portal.signed_in(REVIEWERS[0])
    reviewer.post("/review/open", one=case.id)
    seen = reviewer.get(f"/review/cases/{case.id}").text
    assert english not in seen
    assert "Zanzibar" not in seen
    assert "mariadelgad0" in seen
