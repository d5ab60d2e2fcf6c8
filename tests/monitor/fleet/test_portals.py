"""One portal shows each district under its own host name, and nothing of another."""

import logging
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from shutil import copytree, rmtree

import pytest
from werkzeug.test import Client, TestResponse

from monitor.app import DistrictResources, Environment
from monitor.app.builders import build_crawler, build_parser
from monitor.cli.context import CliContext
from monitor.cli.portal import open_site
from monitor.demo.setup import StoryClock
from monitor.fleet.district_folders import (
    LEAVING_FILE,
    DistrictFolder,
    ask_to_leave,
    build_district_environment,
)
from monitor.fleet.moves import close_databases
from monitor.fleet.portals import AWAY, UNKNOWN, DistrictSites
from monitor.web.app import OpenSite
from tests.monitor.made_districts import FRIDAY, copy_elsewhere, make_districts, write_elsewhere

NAMES = ("birch", "cedar")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_districts(tmp_path / "districts", NAMES, 1, 1)
    return tmp_path / "districts"


@pytest.fixture
def sites(folder: Path) -> Iterator[DistrictSites]:
    environment = Environment(clock=StoryClock(FRIDAY))
    with build_parser() as parser:
        resources = DistrictResources(parser=parser, build_crawler=build_crawler)

        def open_district(district: DistrictFolder) -> AbstractContextManager[OpenSite]:
            own = build_district_environment(environment, district)
            return open_site(CliContext(district.config_path, own), resources)

        opened = DistrictSites(folder, open_district, on_socket=False)
        yield opened
        opened.close()


def get(sites: DistrictSites, name: str, path: str = "/sign-in") -> TestResponse:
    host = f"namesake.{name}.example"
    return Client(sites).get(path, base_url=f"https://{host}", headers={"Host": host})


def test_each_host_name_shows_its_own_district(sites: DistrictSites) -> None:
    for name, other in (("birch", "cedar"), ("cedar", "birch")):
        with get(sites, name) as shown:
            text = shown.get_data(as_text=True)
        assert shown.status_code == 200
        assert f"District of {name}" in text
        assert f"District of {other}" not in text
    assert sites.count_open == 2


def test_a_host_that_no_district_has_shows_nothing(sites: DistrictSites) -> None:
    shown = get(sites, "maple")

    assert (shown.status_code, shown.get_data(as_text=True)) == (404, UNKNOWN)
    assert sites.count_open == 0


def test_a_cookie_of_one_district_opens_nothing_in_another(sites: DistrictSites) -> None:
    with get(sites, "birch") as shown:
        cookie = shown.headers["Set-Cookie"].partition(";")[0]
    host = "namesake.cedar.example"
    headers = {"Host": host, "Cookie": cookie}

    with Client(sites).get("/sign-in", base_url=f"https://{host}", headers=headers) as other:
        assert cookie not in other.headers.get("Set-Cookie", cookie.swapcase())


def test_a_broken_district_is_away_and_the_others_are_shown(
    sites: DistrictSites, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    (folder / "cedar" / "state" / "keys.db").unlink()

    away = [get(sites, "cedar") for _ in range(2)]

    assert [(entry.status_code, entry.get_data(as_text=True)) for entry in away] == [
        (503, AWAY)
    ] * 2
    with get(sites, "birch") as shown:
        assert shown.status_code == 200
    assert caplog.text.count("event=district_set_aside district=cedar") == 1


def test_a_district_that_is_opened_holds_up_no_other(
    sites: DistrictSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    get(sites, "birch").close()
    opening, opened = threading.Event(), threading.Event()
    open_at_once = open_site

    def open_slowly(
        context: CliContext, resources: DistrictResources
    ) -> AbstractContextManager[OpenSite]:
        opening.set()
        assert opened.wait(60)
        return open_at_once(context, resources)

    monkeypatch.setattr(f"{__name__}.open_site", open_slowly)
    answers: list[int] = []
    reader = threading.Thread(target=lambda: answers.append(get(sites, "cedar").status_code))
    reader.start()
    assert opening.wait(60)

    with get(sites, "birch") as shown:
        assert shown.status_code == 200
    assert answers == []
    opened.set()
    reader.join()
    assert answers == [200]


def test_two_districts_with_one_address_are_both_refused(
    sites: DistrictSites,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("monitor.fleet.portals.LOOKED_EVERY", 0.0)
    get(sites, "birch").close()
    copytree(folder / "birch", folder / "birch-2")

    for _ in range(2):
        assert get(sites, "birch").status_code == 503
    assert get(sites, "cedar").status_code == 200
    assert caplog.text.count("event=district_set_aside") == 1
    assert "birch and birch-2 have the address namesake.birch.example" in caplog.text

    rmtree(folder / "birch-2")
    assert get(sites, "birch").status_code == 200


def test_a_copied_district_at_another_address_is_refused_with_its_original(
    sites: DistrictSites, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.fleet.portals.LOOKED_EVERY", 0.0)
    get(sites, "birch").close()
    copy_elsewhere(folder / "birch", folder / "oak")

    assert get(sites, "oak").status_code == 503
    assert get(sites, "birch").status_code == 503

    (folder / "oak" / LEAVING_FILE).touch()
    assert get(sites, "birch").status_code == 200


def test_who_is_reading_as_a_district_changes_its_address_reads_on(
    sites: DistrictSites, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.fleet.portals.LOOKED_EVERY", 0.0)
    config = folder / "birch" / "namesake.toml"
    reading = get(sites, "birch")
    write_elsewhere(config, "birch", "oak")

    with get(sites, "oak") as moved:
        assert moved.status_code == 200
    assert get(sites, "birch").status_code == 404
    with reading:
        assert reading.status_code == 200
    assert sites.count_open == 1


def test_a_sign_in_by_a_header_needs_a_socket_for_all_districts(
    sites: DistrictSites, folder: Path
) -> None:
    config = folder / "cedar" / "namesake.toml"
    text = config.read_text("utf-8")
    forged = 'sign_in = "header"\nlisten = "unix:/run/pages.sock"\n\n[sources.bluesky]'
    config.write_text(text.replace("[sources.bluesky]", forged), "utf-8")

    assert get(sites, "cedar").status_code == 404


def test_idle_districts_are_closed_and_opened_again(sites: DistrictSites) -> None:
    get(sites, "birch").close()
    sites.tidy(idle_seconds=-1.0)
    assert sites.count_open == 0

    with get(sites, "birch") as shown:
        assert shown.status_code == 200


def test_a_district_that_is_being_answered_for_stays_open(sites: DistrictSites) -> None:
    with get(sites, "birch"):
        sites.tidy(idle_seconds=-1.0)
        assert sites.count_open == 1
    sites.tidy(idle_seconds=-1.0)
    assert sites.count_open == 0


def test_a_district_that_leaves_is_shown_no_more(
    folder: Path, sites: DistrictSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    get(sites, "birch").close()
    ask_to_leave(DistrictFolder(name="birch", path=folder / "birch"))
    monkeypatch.setattr("monitor.fleet.portals.LOOKED_EVERY", 0.0)

    assert get(sites, "birch").status_code == 404
    assert sites.count_open == 0


def test_the_portal_closes_a_district_that_leaves_though_no_one_asks_for_it(
    sites: DistrictSites, folder: Path
) -> None:
    for name in NAMES:
        get(sites, name).close()
    ask_to_leave(DistrictFolder(name="birch", path=folder / "birch"))
    sites.tidy()

    assert sites.count_open == 1
    close_databases(folder / "birch" / "state")
