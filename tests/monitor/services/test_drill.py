"""A drill: a page about an invented person is found and told by the means that staff have."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from monitor.config.sections import DrillConfig, MailSecurity
from monitor.demo.internet import Internet
from monitor.demo.response import (
    FakeRequest,
    FakeResponse,
    build_html_response,
    build_text_response,
)
from monitor.domain.email_delivery import Delivery, DeliveryStatus
from monitor.domain.errors import CannotWriteError
from monitor.domain.health import DRILL
from monitor.domain.person import Reviewer
from monitor.domain.vocabulary import DrillOutcome
from monitor.mail.smtp import SmtpTransport
from monitor.services.district import build_district_view
from monitor.services.drill import HANDLE, KNOWN_HANDLE, run_drill
from monitor.services.due_jobs import run_due_sweeps, schedule_jobs
from monitor.services.health import collect_vitals, list_warnings
from reports.pages.district import DistrictView, DrillLine, render_district
from reports.pages.layout import PageFrame
from tests.monitor.post_office import LOOPBACK, Counter, opened
from tests.monitor.services.world import REVIEWERS, World

HOST = "www.cedarvalley.example"


@dataclass(frozen=True)
class OwnSite:
    """The made-up web, and beside it a web server of the district's that serves a folder."""

    web: Internet
    folder: Path
    is_up: bool = True

    @property
    def hosts(self) -> frozenset[str]:
        return self.web.hosts | {HOST}

    def answer_request(self, asked: FakeRequest) -> FakeResponse | None:
        if asked.host != HOST:
            return self.web.answer_request(asked)
        if asked.path == "/robots.txt":
            return build_text_response("")
        path = self.folder / asked.path.removeprefix("/drill/")
        if not self.is_up:
            return build_html_response("<title>Sorry</title>", 503)
        if not path.is_file():
            return build_html_response("<title>Not found</title>", 404)
        return build_html_response(path.read_text("utf-8"))


@pytest.fixture
def drilled(world_of, tmp_path) -> World:
    """Make a district that holds drills."""
    world = world_of("chalkboard")
    folder = tmp_path / "site"
    folder.mkdir()
    world.internet = OwnSite(world.internet, folder)
    chosen = DrillConfig(folder=folder, address=f"http://{HOST}/drill")
    world.restarts(structs.replace(world.config, drill=chosen))
    return world


def goes_on(world: World) -> None:
    """Take the step that is due, and sleep until the next one is."""
    world.clock.at = run_drill(world.app, world.config.drill)


def runs_its_time(world: World) -> None:
    """Go on until the drill that was begun is over."""
    over = len(lines(world))
    while len(lines(world)) == over:
        goes_on(world)


def warned(world: World) -> list[str]:
    vitals = collect_vitals(world.state, world.clock.at, ())
    return [warning.message.rule for warning in list_warnings(vitals) if warning.what == "drill"]


def district_view(world: World) -> DistrictView:
    return build_district_view(world.app, Reviewer(address=REVIEWERS[0]))


def lines(world: World) -> tuple[DrillLine, ...]:
    return district_view(world).drills


def district_page(world: World) -> str:
    frame = PageFrame(
        title="District", district="Cedar Valley", contact="it@cedar.example", zone="UTC"
    )
    return render_district(district_view(world), frame)


def test_a_page_on_our_own_site_is_found_by_the_next_sweep_and_told_to_our_contact(drilled):
    goes_on(drilled)
    goes_on(drilled)

    (sent,) = drilled.post.accepted
    assert (sent.envelope.kind, sent.envelope.recipient) == (
        "alert",
        drilled.config.district.contact,
    )
    assert f"{HANDLE}[.]html" in sent.email.text
    assert "a drill: nothing to do" in sent.email.text
    (line,) = lines(drilled)
    assert (line.outcome, line.alert_hours, line.mail_minutes) == (DrillOutcome.DONE, 6, 0)
    assert warned(drilled) == []


def test_its_alert_goes_through_the_mail_server_of_the_district(drilled):
    counter = Counter()
    with opened(counter) as office:
        settings = structs.replace(
            drilled.config.mail, host=LOOPBACK, port=office.port, security=MailSecurity.RELAY
        )
        transport = SmtpTransport(settings, "", drilled.clock)
        drilled.app = drilled.app.copy_with(mailer=replace(drilled.app.mailer, transport=transport))
        goes_on(drilled)
        goes_on(drilled)

    assert counter.recipients == [[drilled.config.district.contact]]
    assert [line.outcome for line in lines(drilled)] == [DrillOutcome.DONE]


def test_nothing_of_it_is_in_the_district_nor_left_behind(drilled):
    goes_on(drilled)
    assert {path.stem for path in drilled.config.drill.folder.iterdir()} == {HANDLE, KNOWN_HANDLE}
    goes_on(drilled)

    assert list(drilled.config.drill.folder.iterdir()) == []
    assert not (drilled.config.state / DRILL).exists()
    assert drilled.state.people.list_person_ids() == ()
    assert drilled.state.outbox.list_emails() == ()
    assert drilled.state.source_health.list_source_health() == ()
    assert DRILL not in drilled.app.sources


def test_the_district_page_draws_the_drills_once_there_are_any(drilled):
    goes_on(drilled)
    assert "Drills" not in district_page(drilled)
    goes_on(drilled)

    page = district_page(drilled)
    assert '<svg class="chart"' in page
    assert re.search(r'Sep 12</th><td>found and reported</td><td class="number">6</td>', page)


def test_what_our_site_does_not_show_could_not_be_checked(drilled):
    goes_on(drilled)
    drilled.web.web = OwnSite(drilled.web.web.web, drilled.config.drill.folder, is_up=False)
    runs_its_time(drilled)

    assert drilled.post.accepted == []
    assert lines(drilled)[0].outcome is DrillOutcome.UNCHECKED
    assert warned(drilled) == ["health.drill.unchecked"]


def test_a_page_that_is_not_found_while_the_site_answers_is_a_failure(drilled):
    goes_on(drilled)
    (drilled.config.drill.folder / f"{HANDLE}.html").unlink()
    runs_its_time(drilled)

    assert lines(drilled)[0].words[1:] == ("not found", "none", "none")
    assert warned(drilled) == ["health.drill.unfound"]


def test_an_alert_that_the_mail_server_refuses_is_tried_for_a_day_and_warned_of(drilled):
    drilled.post.answer = Delivery(status=DeliveryStatus.DEFERRED, note="later")
    goes_on(drilled)
    swept = drilled.clock.at
    goes_on(drilled)
    assert drilled.clock.at - swept == timedelta(minutes=10)
    runs_its_time(drilled)

    assert drilled.clock.at - swept > timedelta(days=1)
    assert len(drilled.post.tried) > 1
    (line,) = lines(drilled)
    assert (line.outcome, line.alert_hours, line.mail_minutes) == (DrillOutcome.UNMAILED, 6, None)
    assert warned(drilled) == ["health.drill.unmailed"]


def test_an_alert_that_the_mail_server_takes_at_last_says_how_long_that_took(drilled):
    drilled.post.answer = Delivery(status=DeliveryStatus.DEFERRED, note="later")
    goes_on(drilled)
    goes_on(drilled)
    drilled.post.answer = Delivery(status=DeliveryStatus.ACCEPTED)
    drilled.later(hours=2)
    goes_on(drilled)

    (line,) = lines(drilled)
    assert (line.outcome, line.mail_minutes) == (DrillOutcome.DONE, 130)


def test_each_month_another_one_is_held_and_an_old_one_warns_of_nothing(drilled):
    began = drilled.clock.at
    goes_on(drilled)
    (drilled.config.drill.folder / f"{KNOWN_HANDLE}.html").unlink()
    runs_its_time(drilled)
    assert drilled.clock.at - began == timedelta(days=30)
    assert warned(drilled) == ["health.drill.unchecked"]
    runs_its_time(drilled)

    assert [line.outcome for line in lines(drilled)] == [DrillOutcome.UNCHECKED, DrillOutcome.DONE]
    assert warned(drilled) == []
    drilled.later(days=100)
    assert collect_vitals(drilled.state, drilled.clock.at, ()).drill is None


def test_a_folder_that_cannot_be_written_is_named(drilled):
    drilled.config.drill.folder.rmdir()

    with pytest.raises(CannotWriteError, match=r"corvelladrillhaven.html cannot be written"):
        goes_on(drilled)
    assert drilled.state.audit.list_entries() == ()


def test_only_a_district_that_asks_for_it_has_drills(drilled):
    schedule_jobs(drilled.app)
    run_due_sweeps(drilled.app)

    (job,) = (job for job in drilled.state.jobs.list_jobs() if job.name == DRILL)
    assert any(drilled.config.drill.folder.iterdir())
    assert timedelta() < job.due_at - drilled.clock.at < timedelta(days=7)

    drilled.restarts(structs.replace(drilled.config, drill=None))
    drilled.later(days=7)
    run_due_sweeps(drilled.app)
    assert DRILL not in {job.name for job in drilled.state.jobs.list_jobs()}
