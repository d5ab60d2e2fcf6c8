"""Two pictures next to each other: stored while a case is open, and no longer."""

from dataclasses import replace

import pytest

from monitor.db.pictures import Thumbnail, ThumbnailsTable
from monitor.db.sweeps import Sweep
from monitor.demo.data import DemoAccount
from monitor.demo.district import JOHN, MARIA
from monitor.domain.errors import InputError
from monitor.domain.finding import Presence
from monitor.domain.reason import Reason
from monitor.domain.retention import RETENTION_PERIODS, RetainedKind
from monitor.domain.vocabulary import CaseKind, ConsentChannel, Decision, Scope, Side, SweepKind
from monitor.services.answers import record_feedback
from monitor.services.consent_renewal import ConsentAnswer, drop_consent_scopes, renew_consent
from monitor.services.consent_terms import hash_district_terms
from monitor.services.data_export import count_stored_data, export_person_data
from monitor.services.disclosure import disclose_own
from monitor.services.evidence_pack import build_evidence_view
from monitor.services.findings import build_comparison_view, build_finding_page
from monitor.services.pictures import load_compared_picture
from monitor.services.thumbnails import may_review_picture
from reports.finding_view import AccountPair
from tests.cases import build_cards
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


def test_the_persons_own_report_has_both_pictures_and_its_none(maria: Staff):
    case = maria.case(CaseKind.IMPERSONATION)
    app = maria.world.app

    own, theirs = (build_evidence_view(app, case, side) for side in Side)

    for side, picture in (("theirs", own.faces.theirs), ("ours", own.faces.ours)):
        assert picture.startswith(b"\xff\xd8\xff"), side
    assert theirs.faces.shown == ()
    # What may be sexual has no picture in any report.
    maria.world.state.cases.update_case(replace(case, reasons=(Reason("lewd"),)))
    lewd = maria.case(CaseKind.IMPERSONATION)
    assert build_evidence_view(app, lewd, Side.PERSON).faces.shown == ()


def test_an_open_case_has_the_found_picture_and_the_persons_own(maria: Staff):
    found, own = finding_id(maria, IMPOSTOR), finding_id(maria, OWN)

    pair = shown_pair(maria)

    assert pair
    assert (pair.their_id, pair.own_id) == (found, own)
    assert (pair.shows_theirs, pair.shows_ours) == (True, True)
    assert pair.declared == OWN.handle
    assert stored(maria) == {found, own}
    for side in (found, own):
        assert load_compared_picture(maria.world.app, maria.id, side).startswith(b"\xff\xd8\xff")
    assert build_finding_page(maria.world.app, maria.id, found).cases[0].case.pair == pair
    card = build_cards(maria.world.app, maria.id)[0]
    assert card.case
    assert card.case.pair == pair
    beside = build_comparison_view(maria.world.app, maria.id, found, "")
    assert beside.pair == pair


def test_an_account_without_a_username_is_shown_by_its_address(maria: Staff):
    found = maria.world.state.findings.load_finding(finding_id(maria, IMPOSTOR))
    url = "https://www.facebook.com/profile.php?id=61568812340077"
    numbered = replace(found.portrait, handle="", url=url)
    maria.world.state.findings.update_finding(replace(found, portrait=numbered))

    pair = shown_pair(maria)

    assert pair
    assert [piece.text for piece in pair.theirs] == ["facebook.com/profile.php?id=61568812340077"]


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


@pytest.mark.parametrize("bio", ["leaked nudes", "class of 2027", "15 y/o, she/her"])
def test_of_what_may_be_sexual_or_a_students_no_picture_is_stored(world: World, bio: str):
    world.internet = world.internet.remove_entry(IMPOSTOR).add_entry(replace(IMPOSTOR, bio=bio))
    maria = world.joins(MARIA, scopes=WITH_PHOTOS)

    world.sweep()

    pair = shown_pair(maria)
    assert pair
    assert (pair.shows_theirs, pair.shows_ours) == (False, False)
    assert stored(maria) == set()


@pytest.mark.parametrize("answer", [Decision.IMPERSONATION, Decision.MOCK])
def test_both_pictures_stay_while_what_others_made_is_pursued(maria: Staff, answer: Decision):
    found, own = finding_id(maria, IMPOSTOR), finding_id(maria, OWN)

    record_feedback(maria.world.app, maria.id, {found: answer})

    assert stored(maria) == {found, own}
    pair = shown_pair(maria)
    assert pair
    assert (pair.shows_theirs, pair.shows_ours) == (True, True)


def test_under_an_older_text_any_answer_deletes_both_and_it_sees_none(maria: Staff):
    app, found = maria.world.app, finding_id(maria, IMPOSTOR)
    consent = app.db.consents.find_latest_consent(maria.id)
    maria.world.later(minutes=1)
    older = replace(consent, text_version="2026-11-30.6", at=app.clock.now())
    app.db.consents.insert_consent(older)
    maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.SHARED)

    assert stored(maria) == {found, finding_id(maria, OWN)}
    assert not may_review_picture(app, maria.case(CaseKind.IMPERSONATION))

    record_feedback(app, maria.id, {found: Decision.IMPERSONATION})

    assert stored(maria) == set()


@pytest.mark.parametrize("answer", [Decision.NAMESAKE, Decision.MINE, Decision.UNRELATED])
def test_an_answer_that_ends_it_deletes_both_pictures(maria: Staff, answer: Decision):
    found = finding_id(maria, IMPOSTOR)

    record_feedback(maria.world.app, maria.id, {found: answer})

    assert stored(maria) == set()
    pair = shown_pair(maria)
    assert pair is None or not (pair.shows_theirs or pair.shows_ours)
    with pytest.raises(InputError):
        load_compared_picture(maria.world.app, maria.id, found)


def test_no_later_check_keeps_the_picture_of_somebody_else(maria: Staff) -> None:
    found = finding_id(maria, IMPOSTOR)
    record_feedback(maria.world.app, maria.id, {found: Decision.NAMESAKE})

    for _ in range(2):
        maria.world.a_week_later()
        maria.world.sweep()

        assert stored(maria) == set()


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


def test_a_check_that_still_runs_may_need_every_picture_but_that_of_someone_else(maria: Staff):
    world = maria.world
    running = "still running"
    world.state.sweeps.open_or_resume(
        Sweep(
            id=running, week="2026-W38", kind=SweepKind.SWEEP, nonce="n", started_at=world.clock.at
        )
    )
    found, own = finding_id(maria, IMPOSTOR), finding_id(maria, OWN)
    for one in (found, own):
        thumbnail = Thumbnail(finding_id=one, at=world.clock.at, picture=b"\xff\xd8\xff")
        world.state.thumbnails.save_thumbnail(maria.id, running, thumbnail)

    record_feedback(world.app, maria.id, {found: Decision.NAMESAKE})

    assert stored(maria) == {own}


def test_no_check_stores_the_picture_of_someone_else_while_it_runs(
    maria: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, found = maria.world, finding_id(maria, IMPOSTOR)
    record_feedback(world.app, maria.id, {found: Decision.NAMESAKE})
    seen: set[str] = set()
    monkeypatch.setattr(
        ThumbnailsTable,
        "save_thumbnail",
        lambda _table, _person, _sweep, thumbnail: seen.add(thumbnail.finding_id),
    )

    world.a_week_later()
    world.sweep()

    assert finding_id(maria, OWN) in seen
    assert found not in seen
