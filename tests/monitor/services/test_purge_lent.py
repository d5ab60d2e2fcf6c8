"""What a source's terms let us keep for a while is forgotten, unless it was seen anew."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.app import App
from monitor.demo.district import MARIA
from monitor.domain.detection.evidence import Evidence, EvidenceAxis
from monitor.domain.reason import Quoted, Reason
from monitor.services.evidence_pages import list_text_retention
from monitor.services.purge import delete_expired_sightings, purge_expired_data
from tests.monitor.services.world import World, retaining

MONTH = timedelta(days=30)


@pytest.fixture
def lent(world: World) -> App:
    return retaining(world.app, "bluesky", MONTH)


def evidence(reason: Reason) -> Evidence:
    return Evidence(
        rule="like-me",
        axis=EvidenceAxis.CLAIM,
        bits=1.0,
        reason=reason,
    )


def seen_by(world: World, person: str, source: str):
    return [
        sighting
        for sighting in world.state.sightings.list_sightings_of_person(person)
        if sighting.source == source
    ]


def test_what_was_last_seen_a_month_ago_is_forgotten(world: World, lent: App):
    maria = world.joins(MARIA)
    world.sweep()
    sighting = seen_by(world, maria.id, "bluesky")[0]
    others = len(world.state.sightings.list_sightings_of_person(maria.id))
    assert world.state.versions.list_versions(sighting.finding_id)

    world.clock.at = sighting.last + MONTH
    delete_expired_sightings(lent, maria.id)

    finding = world.state.findings.load_finding(sighting.finding_id)
    assert seen_by(world, maria.id, "bluesky") == []
    assert 0 < len(world.state.sightings.list_sightings_of_person(maria.id)) < others
    assert all(
        version.query != sighting.query
        for version in world.state.versions.list_versions(finding.id)
    )
    assert (finding.portrait.url, finding.portrait.account) != ("", "")


def test_nothing_is_left_of_its_words_where_nobody_else_shows_the_account(world: World, lent: App):
    maria = world.joins(MARIA)
    world.sweep()
    alone = seen_by(world, maria.id, "bluesky")[0]
    for other in world.state.sightings.list_sightings_of_finding(alone.finding_id):
        if other.source != "bluesky":
            world.state.sightings.delete_sighting(other)

    world.clock.at = alone.last + MONTH
    delete_expired_sightings(lent, maria.id)

    portrait = world.state.findings.load_finding(alone.finding_id).portrait
    assert portrait.account == alone.trace.account
    assert (portrait.name, portrait.bio, portrait.links, portrait.counts) == ("", "", (), ())


def test_words_of_an_engine_come_back_with_its_next_answer_and_are_no_news(world: World):
    lent = retaining(world.app, "searxng", MONTH)
    maria = world.joins(MARIA)
    world.sweep()
    before = [(seen.finding_id, seen.trace) for seen in seen_by(world, maria.id, "searxng")]

    world.clock.at += MONTH
    purge_expired_data(lent)
    assert seen_by(world, maria.id, "searxng") == []
    begun = world.clock.at
    world.sweep()

    again = [(seen.finding_id, seen.trace) for seen in seen_by(world, maria.id, "searxng")]
    assert again == before != []
    assert world.state.events.list_events_of_person(maria.id, begun) == ()


def test_what_was_lent_has_an_end_also_where_its_source_is_not_asked_anymore(world: World):
    assert not {"brave", "youtube-api"} & {*world.app.sources}

    assert list_text_retention(world.app) == {
        **dict.fromkeys(("brave", "brave-news"), timedelta(days=60)),
        "youtube-api": MONTH,
    }


def test_no_reason_quotes_what_was_forgotten(world: World, lent: App):
    maria = world.joins(MARIA)
    world.sweep()
    shown = seen_by(world, maria.id, "bluesky")[0]
    quoting = evidence(Reason("like-me.quoted", {"traits": Quoted("volcanoes")}))
    known = world.state.findings.find_assessment(shown.finding_id)
    assert known
    world.state.findings.set_assessment(shown.finding_id, replace(known, evidence=(quoting,)))

    world.clock.at = shown.last + MONTH
    delete_expired_sightings(lent, maria.id)

    after = world.state.findings.find_assessment(shown.finding_id)
    assert after == replace(known, evidence=(evidence(Reason("like-me")),))


def test_what_was_seen_since_stays(world: World, lent: App):
    maria = world.joins(MARIA)
    world.sweep()
    before = world.state.sightings.list_sightings_of_person(maria.id)

    world.clock.at = before[0].last + MONTH - timedelta(seconds=1)
    delete_expired_sightings(lent, maria.id)

    assert world.state.sightings.list_sightings_of_person(maria.id) == before


def test_words_that_were_replaced_a_month_ago_go_though_the_account_is_still_seen(
    world: World, lent: App
):
    maria = world.joins(MARIA)
    world.sweep()
    sighting = seen_by(world, maria.id, "bluesky")[0]
    (first,) = [
        version
        for version in world.state.versions.list_versions(sighting.finding_id)
        if version.query == sighting.query
    ]
    later = replace(first, at=first.at + MONTH)
    world.state.versions.insert_version(later)
    world.state.sightings.save_sighting(replace(sighting, last=later.at))

    world.clock.at = later.at + timedelta(days=1)
    delete_expired_sightings(lent, maria.id)

    kept = world.state.versions.list_versions(sighting.finding_id)
    assert later in kept
    assert first not in kept


def test_the_daily_round_forgets_what_the_declarations_say(world: World, lent: App):
    purging = world.app
    maria = world.joins(MARIA)
    world.sweep()
    world.clock.at += MONTH
    purge_expired_data(purging)
    assert "bluesky" not in list_text_retention(purging)
    assert seen_by(world, maria.id, "bluesky") != []

    purge_expired_data(lent)

    assert seen_by(world, maria.id, "bluesky") == []
