"""Profile pictures: only of those who agreed, compared, and not kept."""

from dataclasses import replace

import pytest

from monitor.app import sources
from monitor.demo import response as cdn
from monitor.demo.data import DemoAccount
from monitor.demo.district import JOHN, MARIA
from monitor.demo.internet import HostMood
from monitor.domain.takedown_plan import is_harmful
from monitor.domain.vocabulary import CaseKind, Scope
from monitor.domain.withheld_accounts import may_be_sexual
from reports.reason_rendering import render_reason
from tests.monitor.services.world import IMPOSTOR, Staff, World

pytest.importorskip("PIL", reason="Pillow: the extra `photos` is not installed")

WITH_PHOTOS = MARIA.scopes | {Scope.PHOTOS}
SENTENCE = "It uses the same picture as your account on Bluesky"


def shown(account: DemoAccount) -> str:
    return f"https://bsky.app/profile/{account.handle}"


def namesake(number: int, picture: str = IMPOSTOR.picture) -> DemoAccount:
    """Make another Maria Delgado, of whom nothing else is like ours."""
    return replace(
        IMPOSTOR,
        id=f"namesake-{number}",
        handle=f"md{number}.skies.example",
        bio="Potter in Fairmont.",
        picture=picture,
    )


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


def reasons(maria: Staff, account: DemoAccount) -> tuple[str, ...]:
    finding = maria.findings[shown(account)]
    assessment = maria.world.state.findings.find_assessment(finding.id)
    return tuple(map(render_reason, assessment.reasons)) if assessment else ()


def pictures_asked_for(world: World) -> list[str]:
    return [knock.path for knock in world.asked if knock.host == cdn.HOST]


def test_a_case_says_that_the_picture_is_the_persons_own(maria: Staff):
    assert any(
        reason.startswith(SENTENCE)
        for reason in map(render_reason, maria.case(CaseKind.IMPERSONATION).reasons)
    )


def test_words_that_do_harm_are_a_reason_however_many_signs_are_stronger(world: World):
    lewd = replace(IMPOSTOR, bio="leaked nudes")
    world.internet = world.internet.remove_entry(IMPOSTOR).add_entry(lewd)
    maria = world.joins(MARIA, scopes=WITH_PHOTOS)
    world.sweep()

    case = maria.case(CaseKind.IMPERSONATION)

    assert any(render_reason(reason).startswith(SENTENCE) for reason in case.reasons)
    assert is_harmful(case)
    assert may_be_sexual(case, maria.findings[shown(lewd)].portrait)
    assert world.state.pages.list_findings_with_evidence() == frozenset()


def test_each_picture_is_asked_for_once_in_a_sweep(maria: Staff):
    asked = pictures_asked_for(maria.world)

    assert len(asked) == len(set(asked)) == 2


def test_nobodys_picture_is_asked_for_who_did_not_agree(world: World):
    maria = world.joins(MARIA)
    world.sweep()

    assert pictures_asked_for(world) == []
    assert not any(finding.portrait.picture_print for finding in maria.findings.values())
    assert SENTENCE not in " ".join(map(render_reason, maria.case(CaseKind.IMPERSONATION).reasons))


def test_no_picture_is_asked_for_where_none_can_be_opened(world_of, monkeypatch):
    monkeypatch.setattr(sources, "can_open_pictures", lambda: False)
    world = world_of(families=("bluesky",))
    maria = world.joins(MARIA, scopes=WITH_PHOTOS)
    world.sweep()

    assert pictures_asked_for(world) == []
    assert len(maria.findings) > 0
    assert world.gaps() == {}


def test_the_picture_itself_is_nowhere_on_disk(maria: Staff):
    drawn = cdn.draw_png(IMPOSTOR.picture)
    files = [path for path in maria.world.config.state.rglob("*") if path.is_file()]

    assert files
    assert not any(drawn[:24] in file.read_bytes() for file in files)


def test_a_picture_that_cannot_be_had_leaves_what_was_known_and_no_gap(maria: Staff):
    before = maria.findings[shown(IMPOSTOR)].portrait.picture_print
    maria.world.internet = maria.world.internet.trouble_host(cdn.HOST, HostMood.DOWN)
    maria.world.a_week_later()

    assert maria.world.sweep() == []
    assert maria.world.gaps() == {}
    assert maria.findings[shown(IMPOSTOR)].portrait.picture_print == before != ""


def test_another_picture_is_another_print(maria: Staff):
    before = maria.findings[shown(IMPOSTOR)].portrait.picture_print
    other = replace(IMPOSTOR, picture="blue-van")
    maria.world.internet = maria.world.internet.remove_entry(IMPOSTOR).add_entry(other)
    maria.world.a_week_later()
    maria.world.sweep()

    assert maria.findings[shown(IMPOSTOR)].portrait.picture_print not in {before, ""}
    assert SENTENCE not in " ".join(reasons(maria, IMPOSTOR))


def test_a_removed_picture_leaves_no_print(maria: Staff):
    maria.world.internet = maria.world.internet.remove_entry(IMPOSTOR).add_entry(
        replace(IMPOSTOR, picture="")
    )
    maria.world.a_week_later()
    maria.world.sweep()

    assert maria.findings[shown(IMPOSTOR)].portrait.picture_print == ""


def test_a_picture_that_many_show_says_nothing(maria: Staff):
    strangers = [namesake(number) for number in range(4)]
    for stranger in strangers:
        maria.world.internet = maria.world.internet.add_entry(stranger)
    maria.world.a_week_later()
    maria.world.sweep()

    assert [SENTENCE in " ".join(reasons(maria, one_stranger)) for one_stranger in strangers] == [
        False
    ] * 4


def test_accounts_found_for_others_count_among_the_many(maria: Staff):
    for number in range(4):
        other = replace(namesake(number), name="John Smith")
        maria.world.internet = maria.world.internet.add_entry(other)
    maria.world.joins(JOHN, scopes=JOHN.scopes | {Scope.PHOTOS})
    maria.world.a_week_later()
    maria.world.sweep()
    maria.world.a_week_later()
    maria.world.sweep()

    assert SENTENCE not in " ".join(reasons(maria, IMPOSTOR))


def test_whoever_leaves_takes_the_marks_of_pictures_along(maria: Staff):
    state, print_ = maria.world.state, maria.findings[shown(IMPOSTOR)].portrait.picture_print
    assert state.pictures.count_accounts_with_picture(print_, excluded_finding_ids=()) == 2

    maria.withdraws()
    maria.world.writes()

    assert state.pictures.count_accounts_with_picture(print_, excluded_finding_ids=()) == 0
