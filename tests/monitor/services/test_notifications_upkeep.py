"""Operators hear of trouble with a source when it begins, and not every week."""

import pytest
from msgspec import structs

from monitor.demo.district import MARIA
from monitor.demo.internet import HostMood
from monitor.domain.email_delivery import Bounce
from monitor.services.bounces import process_bounce
from monitor.services.due_jobs import run_due_sweeps, run_mail_and_cleanup
from tests.monitor.services.world import World

OPERATOR = "ops@cedarvalley.example"
SITE = "chalkboard.example"


@pytest.fixture
def world(world_of) -> World:
    world = world_of("chalkboard")
    district = structs.replace(world.config.district, operators=(OPERATOR,))
    world.restarts(structs.replace(world.config, district=district))
    world.joins(MARIA)
    return world


def weeks_go_by(world: World, number: int = 1) -> None:
    for _ in range(number):
        world.a_week_later()
        run_due_sweeps(world.app)
        run_mail_and_cleanup(world.app)


def told(world: World) -> list[str]:
    return [email.text for email in world.post.to(OPERATOR)]


def test_a_world_without_trouble_is_no_news(world: World):
    weeks_go_by(world, 2)

    assert told(world) == []


def test_trouble_that_goes_on_is_told_once_and_trouble_that_comes_back_again(world: World):
    well = world.internet
    world.internet = well.trouble_host(SITE, HostMood.BLOCKING)
    weeks_go_by(world, 3)
    (email,) = told(world)
    assert "Chalkboard has been blocking us" in email

    world.internet = well
    weeks_go_by(world, 2)
    world.internet = well.trouble_host(SITE, HostMood.DOWN)
    weeks_go_by(world)
    assert len(told(world)) == 2


def test_an_email_to_operators_names_nobody_who_takes_part(world: World):
    world.internet = world.internet.trouble_host(SITE, HostMood.BLOCKING)
    weeks_go_by(world)

    assert "maria" not in told(world)[0].lower()


def test_a_district_without_operators_is_written_to_by_nobody(world_of):
    world = world_of("chalkboard")
    world.joins(MARIA)
    world.internet = world.internet.trouble_host(SITE, HostMood.BLOCKING)
    weeks_go_by(world)

    assert world.post.of_kind("sources-parked") == []


def test_reviewers_read_how_the_service_is_doing_in_counts(world: World):
    world.on_monday()
    email = world.post.of_kind("review")[-1]
    assert "Every email went out." in email.text
    assert "refuse" not in email.text

    maria = next(iter(world.state.people.list_person_ids()))
    sent = next(one_sent for one_sent in world.post.accepted if one_sent.envelope.kind == "digest")
    process_bounce(world.app, Bounce(local_id=sent.envelope.local_id, status="5.1.1"))
    world.on_monday()

    email = world.post.of_kind("review")[-1]
    assert "1 address refuses our email" in email.text
    assert maria not in email.text


def test_when_every_source_is_down_operators_read_one_line(world_of):
    sites = ("chalkboard", "readerly", "stitchbook", "snapgarden", "paceclub", "givingdesk")
    world = world_of(*sites)
    district = structs.replace(world.config.district, operators=(OPERATOR,))
    world.restarts(structs.replace(world.config, district=district))
    world.joins(MARIA)
    for site in sites:
        world.internet = world.internet.trouble_host(f"{site}.example", HostMood.DOWN)
    weeks_go_by(world)

    (email,) = told(world)
    assert "each of 6 places (of 6) could not be reached" in " ".join(email.split())
    assert "Chalkboard" not in email
