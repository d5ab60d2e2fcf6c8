"""A person's own screenshots: copied, sealed, theirs alone, and gone when they are not needed."""

import json
import zipfile
from dataclasses import replace
from io import BytesIO

import pytest

from monitor.app import sources
from monitor.demo import response as cdn
from monitor.demo.district import MARIA, ROSA
from monitor.domain.case import Case
from monitor.domain.errors import InputError
from monitor.domain.person import Reviewer
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import CaseKind, Decision, Side, UploadProblem
from monitor.services.answers import share_case
from monitor.services.data_export import count_stored_data, export_person_data
from monitor.services.evidence_pack import build_evidence_view
from monitor.services.pictures import MAX_UPLOAD_BYTES
from monitor.services.review import download_review_evidence
from monitor.services.review_access import record_case_views
from monitor.services.takedown import (
    MAX_SCREENSHOTS,
    add_screenshot,
    build_takedown_evidence,
    build_takedown_view,
    load_screenshot,
    remove_screenshot,
)
from monitor.web.errors import ERROR_TEXTS
from reports.evidence_pack import build_evidence_pack
from reports.labels.takedown import SCREENSHOT_PROBLEMS
from scrapers.models import Outcome, ParseResult
from tests.monitor.services.held import places_hold
from tests.monitor.services.world import IMPOSTOR, REVIEWERS, Staff

pytest.importorskip("PIL", reason="Pillow: the extra `photos` is not installed")
from scrapers.parsers.images import MOST_SCREENSHOT_PIXELS

SHOT = cdn.draw_png("what maria saw")


@pytest.fixture
def maria(world_of) -> Staff:
    """Somebody who is impersonated."""
    world = world_of(families=("bluesky",))
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    return maria


def fake(maria: Staff) -> Case:
    return maria.case(CaseKind.IMPERSONATION)


def adds(maria: Staff, body: bytes = SHOT) -> UploadProblem | None:
    return add_screenshot(maria.world.app, maria.id, fake(maria).id, body)


def shots(maria: Staff):
    return maria.world.state.screenshots.list_screenshots_of_case(fake(maria).id)


def test_a_screenshot_is_stored_as_a_copy_that_nobody_reads_on_disk(maria: Staff):
    assert adds(maria) is None

    (shot,) = shots(maria)
    assert shot.picture.startswith(b"\xff\xd8\xff")
    assert load_screenshot(maria.world.app, maria.id, shot.case_id, shot.id) == shot.picture
    files = [path for path in maria.world.config.state.rglob("*") if path.is_file()]
    parts = (SHOT[40:80], shot.picture[200:240])
    assert not any(part in file.read_bytes() for file in files for part in parts)


def test_the_page_lists_what_was_added_and_how_much_still_fits(maria: Staff):
    adds(maria)

    view = build_takedown_view(maria.world.app, maria.id, fake(maria).id).screenshots

    assert [line.id for line in view.lines] == [shot.id for shot in shots(maria)]
    assert (view.most, view.megabytes, view.has_room) == (MAX_SCREENSHOTS, 5, True)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", UploadProblem.MISSING),
        (b"x" * (MAX_UPLOAD_BYTES + 1), UploadProblem.TOO_LARGE),
        (b"x" * MAX_UPLOAD_BYTES, UploadProblem.UNREADABLE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", UploadProblem.UNREADABLE),
        (SHOT[: len(SHOT) // 2], UploadProblem.UNREADABLE),
    ],
    ids=["nothing", "too large", "noise", "a drawing", "half a picture"],
)
def test_what_is_no_screenshot_is_not_added(maria: Staff, body: bytes, problem: UploadProblem):
    assert adds(maria, body) is problem
    assert shots(maria) == ()


def test_the_sentences_name_the_limits():

    megabytes = MAX_UPLOAD_BYTES >> 20
    million = MOST_SCREENSHOT_PIXELS // 1_000_000

    assert f" {megabytes} MB." in SCREENSHOT_PROBLEMS[UploadProblem.TOO_LARGE]
    assert f" {MAX_SCREENSHOTS} screenshots." in SCREENSHOT_PROBLEMS[UploadProblem.TOO_MANY]
    assert f" {million} million pixels" in SCREENSHOT_PROBLEMS[UploadProblem.UNREADABLE]
    assert f" {megabytes} MB." in ERROR_TEXTS[413].what


def test_there_are_so_many_screenshots_of_a_case_and_no_more(maria: Staff):
    for _ in range(MAX_SCREENSHOTS):
        assert adds(maria) is None

    assert adds(maria) is UploadProblem.TOO_MANY
    first, *rest = shots(maria)
    remove_screenshot(maria.world.app, maria.id, first.case_id, first.id)
    assert shots(maria) == tuple(rest)
    assert adds(maria) is None


def test_where_no_picture_can_be_opened_none_is_taken(maria: Staff, monkeypatch):
    monkeypatch.setattr(sources, "can_open_pictures", lambda: False)

    assert adds(maria) is UploadProblem.UNSUPPORTED
    view = build_takedown_view(maria.world.app, maria.id, fake(maria).id).screenshots
    assert (view.supported, view.has_room) == (False, False)


def test_of_what_may_be_sexual_no_picture_is_taken_and_no_page_is_handed_out(maria: Staff):
    adds(maria)
    case = fake(maria)
    lewd = replace(case, reasons=(Reason("lewd"),))
    assert build_evidence_view(maria.world.app, case, Side.IT).pages
    maria.world.state.cases.update_case(lewd)

    assert adds(maria) is UploadProblem.SEXUAL
    view = build_takedown_view(maria.world.app, maria.id, case.id).screenshots
    assert (view.withheld, view.has_room) == (True, False)
    given_out = build_takedown_evidence(maria.world.app, maria.id, case.id)
    assert (given_out.pages, given_out.screenshots) == ((), ())
    assert not build_evidence_view(maria.world.app, lewd, Side.IT).pages


def test_a_busy_machine_blames_no_file(maria: Staff):
    class Lost:
        def copy_screenshot(self, _body: bytes) -> ParseResult:
            return ParseResult(outcome=Outcome.FAILED)

    app = maria.world.app.copy_with(copier=Lost())

    assert add_screenshot(app, maria.id, fake(maria).id, SHOT) is UploadProblem.BUSY


def test_the_persons_own_evidence_has_them_and_its_never_has(maria: Staff):
    adds(maria)
    share_case(maria.world.app, maria.id, fake(maria).id)
    case = fake(maria)
    reviewer = Reviewer(address=REVIEWERS[0])
    record_case_views(maria.world.app, reviewer, (case.id,))

    own = build_takedown_evidence(maria.world.app, maria.id, case.id)
    theirs = download_review_evidence(maria.world.app, reviewer, case.id)

    assert [screenshot.picture for screenshot in own.screenshots] == [
        shot.picture for shot in shots(maria)
    ]
    assert theirs.screenshots == ()
    with zipfile.ZipFile(BytesIO(build_evidence_pack(own))) as pack:
        assert pack.read("screenshots/1.jpg") == shots(maria)[0].picture


def test_a_screenshot_of_somebody_else_is_not_there(maria: Staff):
    adds(maria)
    (shot,) = shots(maria)
    rosa, app = maria.world.joins(ROSA), maria.world.app

    with pytest.raises(InputError):
        add_screenshot(app, rosa.id, shot.case_id, SHOT)
    with pytest.raises(InputError):
        load_screenshot(app, rosa.id, shot.case_id, shot.id)
    with pytest.raises(InputError):
        remove_screenshot(app, rosa.id, shot.case_id, shot.id)
    with pytest.raises(InputError):
        load_screenshot(app, maria.id, shot.case_id, "another")
    assert shots(maria) == (shot,)


def test_the_copy_of_ones_data_has_them_as_files_and_my_data_counts_them(maria: Staff):
    adds(maria)
    app = maria.world.app
    copy = export_person_data(app, maria.id, maria.id)

    with zipfile.ZipFile(BytesIO(copy.build_archive())) as archive:
        assert archive.read("pictures/screenshot-1.jpg") == shots(maria)[0].picture
        told = json.loads(archive.read("data.json"))["pictures"]
    assert [picture["file"] for picture in told] == ["pictures/screenshot-1.jpg"]
    assert "pictures/screenshot-1" in copy.render_html()
    counted = dict(count_stored_data(app, maria.id))
    assert counted["Pictures: your screenshots and profile pictures"] == 1


@pytest.mark.parametrize("decision", [Decision.NAMESAKE, Decision.UNRELATED])
def test_those_of_what_is_someone_elses_go_with_the_answer(maria: Staff, decision: Decision):
    adds(maria)

    maria.rules(fake(maria), decision)

    assert shots(maria) == ()


@pytest.mark.parametrize("decision", [Decision.MINE, Decision.HARMLESS])
def test_those_of_a_dismissed_case_wait_30_days_for_an_undo(maria: Staff, decision: Decision):
    adds(maria)
    maria.rules(fake(maria), decision)

    maria.world.later(days=29)
    maria.world.writes()
    assert len(shots(maria)) == 1

    maria.world.later(days=2)
    maria.world.writes()
    assert shots(maria) == ()


@pytest.mark.parametrize("decision", [None, Decision.IMPERSONATION])
def test_those_of_a_case_that_is_open_or_pursued_stay(maria: Staff, decision: Decision | None):
    adds(maria)
    _ = decision and maria.rules(fake(maria), decision)

    maria.world.later(days=200)
    maria.world.writes()

    assert len(shots(maria)) == 1


def test_a_hold_keeps_those_of_a_dismissed_case(maria: Staff):
    adds(maria)
    places_hold(maria.world.app, maria.id, "A lawsuit.")
    maria.rules(fake(maria), Decision.NAMESAKE)

    maria.world.later(days=60)
    maria.world.writes()

    assert len(shots(maria)) == 1


def test_two_cases_that_become_one_keep_the_screenshots_of_both(maria: Staff):
    adds(maria)
    cases, one = maria.world.state.cases, fake(maria)
    other = replace(one, id="another", relation="another")
    cases.insert_case(other)
    assert add_screenshot(maria.world.app, maria.id, other.id, SHOT) is None

    cases.merge_cases(one, other.id)

    assert len(shots(maria)) == 2
    assert all(shot.picture.startswith(b"\xff\xd8\xff") for shot in shots(maria))


def test_whoever_leaves_leaves_no_screenshot(maria: Staff):
    adds(maria)
    maria.withdraws()
    maria.world.writes()

    assert maria.world.state.count_rows()["screenshots"] == 0
