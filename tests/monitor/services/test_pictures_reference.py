"""A picture that a person added: only its print is stored, and it finds who shows the same one."""

from dataclasses import replace

import pytest
from msgspec import json

from monitor.app import sources
from monitor.demo import response as cdn
from monitor.demo.district import MARIA
from monitor.domain.case import FlaggedFindings
from monitor.domain.errors import NotPermittedError
from monitor.domain.vocabulary import ConsentChannel, Scope, UploadProblem
from monitor.services.consent_renewal import drop_consent_scopes
from monitor.services.data_export import DataExport, export_person_data
from monitor.services.own_details import edit_profile
from monitor.services.pictures import (
    MAX_UPLOAD_BYTES,
    add_reference_picture,
    remove_reference_picture,
)
from reports.reason_rendering import render_reason
from tests.monitor.services.world import Staff, World, account

pytest.importorskip("PIL", reason="Pillow: the extra `photos` is not installed")

WITH_PHOTOS = MARIA.scopes | {Scope.PHOTOS}
YEARBOOK = "her picture in the yearbook"
# Nothing of it but name and picture is hers.
STRANGER = replace(
    account("impersonator", week=2),
    since=1,
    handle="md1980.skies.example",
    bio="Potter in Fairmont.",
    picture=YEARBOOK,
)
SENTENCE = "It uses the picture that you added"


@pytest.fixture
def world(world_of) -> World:
    world = world_of(families=("bluesky",))
    world.internet = world.internet.add_entry(STRANGER)
    return world


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA, scopes=WITH_PHOTOS)
    world.sweep()
    return maria


def person(maria: Staff):
    return maria.world.state.people.load_person(maria.id)


def reasons(maria: Staff) -> str:
    finding = maria.findings[f"https://bsky.app/profile/{STRANGER.handle}"]
    assessment = maria.world.state.findings.find_assessment(finding.id)
    return " ".join(map(render_reason, assessment.reasons)) if assessment else ""


def profile(copy: DataExport) -> dict[str, object]:
    return json.decode(copy.encode_json())["profile"]


def add(maria: Staff, body: bytes | None = None) -> UploadProblem | None:
    picture = cdn.draw_png(YEARBOOK) if body is None else body
    return add_reference_picture(maria.world.app, maria.id, picture)


def test_an_account_that_shows_it_is_judged_again_at_once(maria: Staff):
    assert SENTENCE not in reasons(maria)

    assert add(maria) is None

    assert SENTENCE in reasons(maria)


def test_the_next_check_counts_it_too(world: World):
    maria = world.joins(MARIA, scopes=WITH_PHOTOS)
    add(maria)
    world.sweep()

    assert SENTENCE in reasons(maria)


def test_removing_it_takes_back_what_it_said(maria: Staff):
    add(maria)

    remove_reference_picture(maria.world.app, maria.id)

    assert person(maria).reference_picture == ""
    assert SENTENCE not in reasons(maria)


def test_without_the_consent_to_compare_pictures_none_can_be_added(world: World):
    maria = world.joins(MARIA)

    with pytest.raises(NotPermittedError):
        add(maria)

    assert person(maria).reference_picture == ""


def test_it_goes_with_the_consent_to_compare_pictures(maria: Staff):
    add(maria)

    drop_consent_scopes(maria.world.app, maria.id, MARIA.scopes, ConsentChannel.PORTAL)

    assert person(maria).reference_picture == ""
    assert SENTENCE not in reasons(maria)


def test_a_change_of_other_words_keeps_it(maria: Staff):
    add(maria)
    before = person(maria)

    edit_profile(maria.world.app, replace(before, reference_picture="", places=("Fairmont",)))

    assert person(maria).reference_picture == before.reference_picture


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", UploadProblem.MISSING),
        (b"x" * (MAX_UPLOAD_BYTES + 1), UploadProblem.TOO_LARGE),
        (b"no picture", UploadProblem.UNREADABLE),
    ],
)
def test_what_cannot_be_compared_is_named_and_not_stored(
    maria: Staff, body: bytes, problem: UploadProblem
):
    assert add(maria, body) is problem
    assert person(maria).reference_picture == ""


def test_where_no_picture_can_be_opened_none_is_taken(maria: Staff, monkeypatch):
    monkeypatch.setattr(sources, "can_open_pictures", lambda: False)

    assert add(maria) is UploadProblem.UNSUPPORTED


def test_their_own_copy_has_it_and_nobody_elses_does(maria: Staff):
    add(maria)
    stored = person(maria).reference_picture
    app = maria.world.app

    own = export_person_data(app, maria.id, maria.id, FlaggedFindings.SHOWN)
    others = export_person_data(app, maria.id, "operator", FlaggedFindings.LEFT_OUT)

    assert profile(own)["reference_picture"] == stored
    assert "added, as numbers" in own.render_html()
    assert profile(others)["reference_picture"] == ""


def test_the_audit_log_says_that_it_was_added_and_nothing_of_it(maria: Staff):
    add(maria)
    remove_reference_picture(maria.world.app, maria.id)

    entries = maria.world.state.audit.list_entries_of_subjects((maria.id,))
    actions = [entry.action for entry in entries]
    assert actions[-2:] == ["reference-picture-added", "reference-picture-removed"]
