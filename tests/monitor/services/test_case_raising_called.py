"""What students make seldom bears a given name: it is asked for as they write it."""

from dataclasses import replace
from datetime import timedelta

from monitor.demo.data import DemoPage
from monitor.demo.district import MAPLE_STREET, MARIA
from monitor.domain.consent import PHRASES_TOLD_SINCE
from monitor.domain.vocabulary import CaseKind
from tests.monitor.services.world import World

MEMES = DemoPage(
    url="https://www.tiktok.com/@msdelgado.memes",
    title="Ms. Delgado memes (@msdelgado.memes) | TikTok",
    text=f"The best of Ms. Delgado at {MAPLE_STREET}. Not affiliated with the teacher.",
)
EDITS = DemoPage(
    url="https://www.instagram.com/delgado.edits/",
    title="delgado edits (@delgado.edits) • Instagram photos and videos",
    text=f"Delgado edits, daily. {MAPLE_STREET} students only",
)


def test_an_account_that_gives_no_given_name_is_found(world: World):
    world.internet = world.internet.add_entry(MEMES).add_entry(EDITS)
    maria = world.joins(MARIA)
    world.sweep()

    assert {MEMES.url, EDITS.url} <= set(maria.findings)
    flagged = {case.finding_id for case in maria.cases if case.kind is CaseKind.MOCK_ACCOUNT}
    assert flagged == {maria.findings[page.url].id for page in (MEMES, EDITS)}


def test_under_an_older_consent_it_is_not_asked_for(world: World):
    world.internet = world.internet.add_entry(MEMES)
    maria = world.joins(MARIA)
    consent = world.state.consents.find_latest_consent(maria.id)
    older = replace(consent, text_version="2026-11-30.1", at=world.clock.at + timedelta(minutes=1))
    assert older.text_version < PHRASES_TOLD_SINCE
    world.state.consents.insert_consent(older)
    world.later(hours=1)
    world.sweep()

    assert MEMES.url not in maria.findings
    assert not world.asked_about("Ms+Delgado")
