"""Two pictures next to each other: stored while a case waits for its person, and no longer."""

from dataclasses import replace

import pytest

from monitor.db.pictures import Thumbnail
from monitor.db.sweeps import Sweep
from monitor.demo.data import DemoAccount
from monitor.demo.district import JOHN, MARIA
from monitor.domain.errors import InputError
from monitor.domain.finding import Presence
from monitor.domain.retention import RETENTION_PERIODS, RetainedKind
from monitor.domain.vocabulary import CaseKind, ConsentChannel, Decision, Scope, SweepKind
from monitor.services.answers import record_feedback
from monitor.services.consent import ConsentAnswer, drop_consent_scopes, renew_consent
from monitor.services.consent_terms import hash_district_terms
from monitor.services.data_export import count_stored_data, export_person_data
from monitor.services.disclosure import disclose_own
from monitor.services.findings import (
    build_comparison_view,
    build_finding_page,
    list_pending_cards,
)
from monitor.services.pictures import load_compared_picture
from reports.finding_view import AccountPair
from tests.monitor.services.held import places_hold
from tests.monitor.services.world import IMPOSTOR, Staff, World, account

pytest.importorskip("PIL", reason="Pillow: the extra `photos` is not installed")

WITH_PHOTOS = MARIA.scopes | {Scope.PHOTOS}
OWN = account("maria")


@pytest.fixture
def world(world_of) -> World:
    world = world_of(families=("bluesky",))
    world.internet = world.internet.add_entry(IMPOSTOR)
    return world


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA, scopes=WITH_PHOTOS)
    world.sweep()
    return maria


def finding_id(maria: Staff, account: DemoAccount) -> str:
    return maria.findings[f"https://bsky.app/profile/{account.handle}"].id


def stored(maria: Staff) -> set[str]:
    thumbnails = maria.world.state.thumbnails.list_records_of_person(maria.id)
    return {thumbnail.finding_id for thumbnail in thumbnails}


def shown_pair(maria: Staff) -> AccountPair | None:
    return disclose_own(maria.world.app, maria.case(CaseKind.IMPERSONATION)).pair


def test_an_open_case_has_the_found_picture_and_the_persons_own(maria: Staff):
    found, own = finding_id(maria, IMPOSTOR), finding_id(maria, OWN)

    pair = shown_pair(maria)

    assert pair
    assert (pair.their_id, pair.own_id) == (found, own)
    assert (pair.shows_theirs, pair.shows_ours) == (True, True)
    assert stored(maria) == {found, own}
    for side in (found, own):
        assert load_compared_picture(maria.world.app, maria.id, side).startswith(b"\xff\xd8\xff")
    assert build_finding_page(maria.world.app, maria.id, found).cases[0].case.pair == pair
    card = list_pending_cards(maria.world.app, maria.id)[0]
    assert card.case
    assert card.case.pair == pair
    beside = build_comparison_view(maria.world.app, maria.id, found, "")
    assert beside.pair == pair


def test_a_check_leaves_no_picture_where_nothing_is_compared(world: World):
    john = world.joins(JOHN, scopes=JOHN.scopes | {Scope.PHOTOS})
    world.sweep()

    assert any(finding.portrait.picture_print for finding in john.findings.values())
    assert stored(john) == set()


def test_who_agrees_later_has_them_after_the_next_check(world: World):
    maria = world.joins(MARIA)
    world.sweep()
    seen = hash_district_terms(world.app)
    answer = ConsentAnswer(scopes=WITH_PHOTOS, seen_text_hash=seen, channel=ConsentChannel.PORTAL)
    renew_consent(world.app, maria.id, answer)

    world.a_week_later()
    world.sweep()

    assert stored(maria) == {finding_id(maria, IMPOSTOR), finding_id(maria, OWN)}


def test_who_did_not_agree_to_pictures_has_none_stored(world: World):
    maria = world.joins(MARIA)
    world.sweep()

    assert stored(maria) == set()
    pair = shown_pair(maria)
    assert pair
    assert (pair.shows_theirs, pair.shows_ours) == (False, False)


@pytest.mark.parametrize("answer", [Decision.IMPERSONATION, Decision.NAMESAKE, Decision.MINE])
def test_an_answer_deletes_both_pictures(maria: Staff, answer: Decision):
    found = finding_id(maria, IMPOSTOR)

    record_feedback(maria.world.app, maria.id, {found: answer})

    assert stored(maria) == set()
    pair = shown_pair(maria)
    assert pair is None or not (pair.shows_theirs or pair.shows_ours)
    with pytest.raises(InputError):
        load_compared_picture(maria.world.app, maria.id, found)


def test_dropping_the_scope_deletes_them_at_once(maria: Staff):
    drop_consent_scopes(maria.world.app, maria.id, MARIA.scopes, ConsentChannel.PORTAL)

    assert stored(maria) == set()


def test_they_go_when_the_account_is_gone(maria: Staff):
    findings = maria.world.state.findings
    findings.update_finding(
        replace(findings.load_finding(finding_id(maria, IMPOSTOR)), presence=Presence.GONE)
    )

    maria.world.writes()

    assert maria.case(CaseKind.IMPERSONATION).gone_at
    assert stored(maria) == set()


def test_pictures_that_no_check_renews_are_deleted_after_30_days(maria: Staff):
    maria.world.later(days=29)
    maria.world.writes()
    assert stored(maria)

    maria.world.later(days=2)
    maria.world.writes()

    assert RETENTION_PERIODS[RetainedKind.THUMBNAIL].open
    assert maria.case(CaseKind.IMPERSONATION).is_undecided
    assert stored(maria) == set()


def test_the_next_check_shows_the_picture_of_that_day(maria: Staff):
    found = finding_id(maria, IMPOSTOR)
    before = load_compared_picture(maria.world.app, maria.id, found)
    other = replace(IMPOSTOR, picture="blue-van")
    maria.world.internet = maria.world.internet.remove_entry(IMPOSTOR).add_entry(other)
    maria.world.a_week_later()
    maria.world.sweep()

    assert load_compared_picture(maria.world.app, maria.id, found) != before


def test_what_is_no_picture_is_not_stored(world: World, monkeypatch):
    monkeypatch.setattr("monitor.services.thumbnails.is_picture_copy", lambda *_: False)
    maria = world.joins(MARIA, scopes=WITH_PHOTOS)
    world.sweep()

    assert stored(maria) == set()


def test_a_hold_keeps_what_is_there_and_adds_nothing(maria: Staff):
    places_hold(maria.world.app, maria.id, "A lawsuit.")
    before = stored(maria)
    pictures = maria.world.state.thumbnails.list_records_of_person(maria.id)
    seen = {picture.at for picture in pictures}
    maria.world.later(days=31)
    maria.world.sweep()
    maria.world.writes()

    assert stored(maria) == before
    pictures = maria.world.state.thumbnails.list_records_of_person(maria.id)
    assert {picture.at for picture in pictures} == seen


def test_the_copy_of_ones_data_has_them_as_files_and_my_data_counts_them(maria: Staff):
    copy = export_person_data(maria.world.app, maria.id, maria.id)

    assert {picture["finding_id"] for picture in copy.data["pictures"]} == stored(maria)  # type: ignore[attr-defined]  # a list
    assert set(copy.pictures) == {"pictures/profile-1.jpg", "pictures/profile-2.jpg"}
    counted = dict(count_stored_data(maria.world.app, maria.id))
    assert counted["Pictures: your screenshots and profile pictures"] == 2


def test_whoever_leaves_leaves_no_picture(maria: Staff):
    maria.withdraws()
    maria.world.writes()

    assert maria.world.state.count_rows()["thumbnails"] == 0


def test_a_check_that_still_runs_may_need_every_picture(maria: Staff):
    world = maria.world
    running = "still running"
    world.state.sweeps.open_or_resume(
        Sweep(
            id=running, week="2026-W38", kind=SweepKind.SWEEP, nonce="n", started_at=world.clock.at
        )
    )
    found = finding_id(maria, IMPOSTOR)
    thumbnail = Thumbnail(finding_id=found, at=world.clock.at, picture=b"\xff\xd8\xff")
    world.state.thumbnails.save_thumbnail(maria.id, running, thumbnail)

    record_feedback(world.app, maria.id, {found: Decision.NAMESAKE})

    assert stored(maria) == {found}
