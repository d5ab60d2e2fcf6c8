"""A district is opened whole, or not at all. Its parts are built when they are first used."""

from contextlib import ExitStack
from threading import Barrier, RLock, Thread
from typing import Any

import pytest
from msgspec import structs

from monitor.app import App, BuiltOnce, DistrictResources, Environment, open_app, open_portal_app
from monitor.config.sections import DetectionConfig
from monitor.db.database import Database
from monitor.demo import setup as stage
from monitor.domain.errors import ConfigError
from tests.scrapers.http.fakes import FakeClock


@pytest.mark.parametrize("opening", [open_app, open_portal_app])
def test_a_bad_file_of_weights_keeps_a_district_from_opening(tmp_path, opening):
    config = stage.build_config(tmp_path)
    config = structs.replace(
        config,
        detection=DetectionConfig(weights=tmp_path / "none.toml"),
        students=structs.replace(config.students, enabled=False),
    )
    Database.create_or_open_folder(config.state).close()

    with pytest.raises(ConfigError, match=r"none\.toml"), opening(config, Environment()):
        pass


class House:
    """Has a lamp, once it is asked for; `faults` are what goes wrong before."""

    def __init__(self, *faults: Exception) -> None:
        self.building = RLock()
        self.faults = list(faults)
        self.built = 0

    @BuiltOnce
    def lamp(self) -> list[str]:
        if self.faults:
            raise self.faults.pop()
        self.built += 1
        return ["lamp"]


def test_a_part_is_built_at_its_first_use_and_once():
    house = House()
    assert house.built == 0

    assert house.lamp is house.lamp
    assert house.built == 1


def test_threads_that_ask_together_get_one_part():
    house, start, got = House(), Barrier(4), list[list[str]]()

    def ask() -> None:
        start.wait()
        got.append(house.lamp)

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert house.built == 1
    assert all(lamp is got[0] for lamp in got)


def test_what_fails_is_tried_again():
    house = House(OSError("not now"))
    with pytest.raises(OSError, match="not now"):
        _ = house.lamp

    assert house.lamp == ["lamp"]


class FakeCrawler:
    def __init__(self) -> None:
        self.stopped = False
        self.client = self

    def stop(self) -> None:
        self.stopped = True

    def close(self) -> None: ...


@pytest.fixture
def app() -> App:
    """Return an App that builds its crawler of nothing."""
    nothing: Any = None
    resources = DistrictResources(parser=nothing, build_crawler=lambda *_: FakeCrawler())
    whole = App(nothing, nothing, Environment(clock=FakeClock()), resources, ExitStack())
    return whole.copy_with(sources={})


def test_a_crawler_that_was_stopped_before_it_was_there_does_not_begin(app: App):
    app.stop_crawler()
    assert "crawler" not in vars(app)

    assert app.crawler.stopped


def test_a_crawler_that_is_there_is_stopped(app: App):
    assert not app.crawler.stopped

    app.stop_crawler()

    assert app.crawler.stopped


def test_a_copy_has_the_parts_that_were_built_and_those_it_was_given(app: App):
    crawler = app.crawler

    copy = app.copy_with(mailer="mine")

    assert copy.crawler is crawler
    assert copy.mailer == "mine"


def test_no_copy_has_a_part_that_no_app_has(app: App):
    with pytest.raises(TypeError, match="postman"):
        app.copy_with(postman="mine")
