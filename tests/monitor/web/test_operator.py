from datetime import timedelta

from monitor.demo.district import MARIA
from tests.monitor.services.world import REVIEWERS
from tests.monitor.web.portal import OPERATOR, Portal


def test_the_operator_sees_how_the_service_fares_and_nothing_of_anybody(portal: Portal) -> None:
    world = portal.world
    maria = world.joins(MARIA)
    world.sweep()
    world.writes()
    operator = portal.signed_in(OPERATOR)

    seen = operator.get("/operate")

    assert "Chalkboard" in seen.text
    assert "Letters by their state" in seen.text
    for its in (maria.ref, maria.mail, "Maria", "Delgado", "mariadelgado"):
        assert its not in seen.html


def test_what_is_to_be_done_comes_first_with_what_to_do(portal: Portal) -> None:
    world = portal.world
    world.joins(MARIA)
    world.sweep()
    world.rounds.schedule()
    world.clock.at += timedelta(days=30)
    operator = portal.signed_in(OPERATOR)

    cards = operator.get("/operate").page.select(".card")

    assert cards
    assert all("What to do:" in card.get_text() for card in cards)


def test_before_anything_was_done_the_page_says_so(portal: Portal) -> None:
    seen = portal.signed_in(OPERATOR).get("/operate")

    assert "No source was asked yet." in seen.text
    assert "Never" in seen.text


def test_a_program_gets_what_the_page_shows_under_the_same_roles(portal: Portal) -> None:
    world = portal.world
    maria = portal.signed_in(world.joins(MARIA).mail)
    operator, reviewer = portal.signed_in(OPERATOR), portal.signed_in(REVIEWERS[0])

    assert operator.get("/api/v1/operate").response.json["checks"]
    assert reviewer.get("/api/v1/review").response.is_json
    assert maria.get("/api/v1/me").response.is_json
    assert maria.get("/api/v1/operate").response.json["error"] == "Forbidden"
    assert portal.guest().get("/api/v1/me").status == 401
