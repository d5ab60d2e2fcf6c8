"""What was there before we looked is no news; what pretends to be somebody is, from the first."""

from dataclasses import replace

import pytest
from msgspec import structs

from monitor.config.sections import SiteCatalogConfig
from monitor.demo.district import DANIEL, MARIA, ROSA
from monitor.domain.finding import Presence
from monitor.domain.vocabulary import CaseKind, Severity
from monitor.services.outbox import send_due
from reports.reason_rendering import render_reason
from tests.monitor.services.world import World, account, catalog, profile

IMPOSTOR = account("impersonator", week=2)
PRETENDER = "https://bsky.app/profile/mariadelgad0.skies.example"
SITE = "http://chalkboard.example/t/mariadelgado"


def stands_from_the_start(trace):
    return replace(trace, since=1)


def test_a_first_sweep_tells_nothing_of_all_that_it_finds(world: World):
    maria = world.joins(MARIA)

    assert world.sweep() == []
    assert len(maria.findings) > 3


def test_an_impersonation_that_was_there_first_is_flagged_and_told_at_once(world: World):
    world.internet = world.internet.add_entry(stands_from_the_start(IMPOSTOR))
    maria = world.joins(MARIA)

    assert world.sweep() == []
    send_due(world.app)

    case = maria.case(CaseKind.IMPERSONATION)
    assert case.severity is Severity.HIGH
    assert maria.findings[PRETENDER].id == case.finding_id
    (alert,) = maria.emails_of("alert")
    assert "pretending to be you" in alert.text
    assert render_reason(case.reasons[0]) in alert.text


def test_the_first_email_asks_to_sort_what_nobody_can_tell(world: World):
    another = replace(account("mason"), id="other", handle="herons.skies.example")
    world.internet = world.internet.add_entry(
        replace(another, name="Daniel Reyes", bio="Herons, and Cedar Valley.")
    )
    daniel = world.joins(DANIEL)
    world.sweep()
    world.on_monday()

    (overview,) = daniel.emails_of("digest")
    assert "Here is what we found under your name" in " ".join(overview.text.split())
    assert "bsky[.]app/profile/inkandheron" in overview.text.partition("IS THIS YOU?")[2]


def test_what_a_new_handle_shows_first_is_told_once_as_found_now(world_of):
    world = world_of("readerly")
    world.internet = world.internet.add_entry(
        replace(profile("readerly", "bethreads"), handle="mariareads", name="Maria Delgado")
    )
    maria = world.joins(MARIA)
    world.sweep()
    person = world.state.people.load_person(maria.id)
    world.state.people.update_person(replace(person, handles=(*person.handles, "mariareads")))
    world.a_week_later()

    reader = "http://readerly.example/reader/mariareads"
    assert world.sweep() == [("Maria", "found-now", reader)]
    assert reader in maria.findings
    world.a_week_later()
    assert world.sweep() == []


@pytest.mark.parametrize(
    "change",
    [{"given": "Mary"}, {"family": "Torres", "former_families": ("Delgado",)}, {"middle": "Ines"}],
)
def test_a_new_name_that_shows_nothing_new_is_silent(world: World, change):
    maria = world.joins(MARIA)
    world.sweep()
    person = world.state.people.load_person(maria.id)
    world.state.people.update_person(replace(person, name=replace(person.name, **change)))
    world.a_week_later()

    assert world.sweep() == []
    assert maria.cases == ()


def test_a_new_source_starts_silently(world_of, tmp_path):
    world = world_of("readerly")
    maria = world.joins(MARIA)
    world.sweep()
    files = (catalog(tmp_path, ("readerly", "chalkboard")),)
    sources = structs.replace(world.config.sources, sites=SiteCatalogConfig(own=False, files=files))
    world.restarts(structs.replace(world.config, sources=sources))
    world.a_week_later()

    assert world.sweep() == []
    assert SITE in maria.findings


def test_somebody_who_joins_later_starts_silently_too(world: World):
    world.joins(MARIA)
    world.sweep()
    world.a_week_later()
    world.joins(ROSA)

    assert world.sweep() == []


@pytest.fixture
def reads_anew(tmp_path):
    """Ask and read in the same way under another mark, as a new version of the reader would."""

    def read_anew(world: World, mark: str) -> None:
        catalog(tmp_path, ("chalkboard",), e_string=mark)
        world.restarts()

    return read_anew


def test_a_new_version_of_a_reader_starts_silently(world_of, reads_anew):
    world = world_of("chalkboard")
    own = profile("chalkboard", "mariadelgado")
    world.joins(MARIA)
    world.sweep()
    world.internet = world.internet.remove_entry(own).add_entry(replace(own, bio="Rocks, mostly."))
    reads_anew(world, "teacher-card")
    world.a_week_later()
    assert world.sweep() == []

    world.internet = world.internet.remove_entry(replace(own, bio="Rocks, mostly.")).add_entry(own)
    world.a_week_later()

    assert world.sweep() == [("Maria", "changed", SITE)]


def test_what_a_new_reader_does_not_find_is_not_thereby_gone(world_of, reads_anew):
    world = world_of("chalkboard")
    maria = world.joins(MARIA)
    world.sweep()
    world.internet = world.internet.remove_entry(profile("chalkboard", "mariadelgado"))
    reads_anew(world, "teacher-card")
    world.a_week_later()

    assert world.sweep() == []
    assert maria.findings[SITE].presence is Presence.PRESENT


def test_after_the_baseline_a_new_account_is_told_and_asked_about(world: World):
    stranger = replace(
        account("mason"),
        id="other",
        created=account("maria").created,
        handle="mdelgado-art.skies.example",
        name="Maria Delgado",
        bio="Beetles, and Maple Street Elementary School.",
    )
    maria = world.joins(MARIA)
    world.sweep()
    world.on_monday()
    world.internet = world.internet.add_entry(stranger)
    world.a_week_later()

    url = "https://bsky.app/profile/mdelgado-art.skies.example"
    assert world.sweep() == [("Maria", "appeared", url)]
    assert maria.cases == ()
    world.on_monday()
    digest = maria.emails_of("digest")[-1]
    assert "1 result to review" in digest.email.subject
    assert "mdelgado-art[.]skies[.]example" in digest.text
