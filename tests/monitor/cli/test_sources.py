"""One source at a time: what it declares, how it has been doing, and a try right now."""

import sys

import pytest

from monitor.demo.internet import HostMood
from scrapers.source_discovery import discover_built_in_sources
from tests.scrapers.plugin import PLUGIN, install


def sheet(said):
    """Read the two columns of a sheet; a word that comes twice keeps its last line."""
    lines = (line.partition("   ") for line in said.out.splitlines())
    return {name.strip(): told.strip() for name, _, told in lines}


def test_a_sheet_says_what_a_source_asks_tells_and_costs(terminal, web):
    told = sheet(terminal.run("sources", "show", "bluesky"))

    declared = discover_built_in_sources()["bluesky"].info
    assert told["asks"] == declared.asks
    assert told["discloses"] == declared.discloses
    assert told["cannot see"] == declared.cannot_see
    assert told["costs"] == "nothing"
    assert "not read there yet" in told["terms"]
    assert told["last seen live"] == "never"
    assert told["hosts"] == "http://appview.example, https://cdn.bsky.app"
    assert told["outcome"] == "not run yet"
    assert (told["last good"], told["last self-test passed"]) == ("never", "never")
    assert told["self-test"] == "no manual self-test yet"


def test_a_sheet_says_what_the_terms_let_us_store_and_for_how_long_we_do(terminal):
    settings = terminal.path.read_text("utf-8")
    terminal.path.write_text(f"{settings}\n[sources.brave]\nnews = false\n", "utf-8")

    told = sheet(terminal.run("sources", "show", "brave"))

    assert told["of 2026-02-11"].startswith("results may be stored only as far as")
    assert told["keeps text"] == "up to 60 days"


def test_a_sheet_says_how_a_source_has_been_doing(terminal, web):
    terminal.enrols(handles=("rosamarchetti",))
    terminal.run_served("check", "--all")
    web.web = web.web.trouble_host("chalkboard.example", HostMood.BLOCKING)
    terminal.run_served("sources", "check", "chalkboard")

    health = terminal.run("sources", "show", "chalkboard", "--json").json["health"]
    told = sheet(terminal.run("sources", "show", "chalkboard"))

    assert (health["outcome"], health["canary"]["status"]) == ("checked", "refuted")
    assert health["last_good"] == health["history"][0]["at"]
    assert (health["asked"], len(health["history"])) == (health["history"][0]["asked"], 1)
    assert health["parked_until"]
    assert told["self-test"].startswith("refuted")
    assert "not parked" not in told["parked until"]
    assert told["cost so far"] == f"{health['asked']} queries, $0.00"


def test_a_source_that_is_turned_off_is_shown_and_said_to_be(terminal):
    told = sheet(terminal.run("sources", "show", "bluesky"))

    assert "turned off" in told["in use"]
    assert told["asks"] == discover_built_in_sources()["bluesky"].info.asks
    assert terminal.run("sources", "show", "bluesky", "--json").json["health"] is None


def test_an_instance_whose_engines_nobody_chose_is_warned_of(terminal, web):
    assert "result pages" not in terminal.run("sources", "list").out
    terminal.run_served("sources", "check", "searxng")

    warning = "tell which of them read result pages"
    assert warning in terminal.run("sources", "list").out
    assert warning in terminal.run("sources", "show", "searxng").out
    assert warning in terminal.run_served("sources", "check", "searxng").out


def test_a_price_that_nobody_has_looked_up_is_not_shown_as_nothing(terminal):
    assert "unknown price" in sheet(terminal.run("sources", "show", "mojeek"))["costs"]
    assert sheet(terminal.run("sources", "show", "gdelt"))["costs"] == "nothing"


def test_what_could_be_asked_is_listed_apart(terminal, web):
    off = terminal.run("sources", "list", "--off", "--json").json
    assert {"bluesky", "searxng"}.isdisjoint(row["source"] for row in off)

    terminal.configured(('[sources.searxng]\nurl = "http://searx.example"', ""))

    off = terminal.run("sources", "list", "--off", "--json").json
    assert "searxng" in {row["source"] for row in off}
    assert "searxng" in terminal.run("sources", "list", "--off").out


def test_a_site_that_is_not_asked_is_listed_with_the_reason(terminal):
    assert "not asked because" not in terminal.run("sources", "list").out

    terminal.configured(("own = false", "own = true"))

    said = " ".join(terminal.run("sources", "list").out.split())
    assert "it checks for bots, and lets none in Academia.edu, ArtStation" in said


@pytest.mark.parametrize("command", ["show", "check"])
def test_a_source_that_nobody_knows_exits_with_65(terminal, command):
    said = terminal.run("sources", command, "nonesuch")

    assert said.code == 65
    assert "There is no source 'nonesuch'" in said.sentence


def test_a_source_that_is_turned_off_cannot_be_tried(terminal):
    said = terminal.run_served("sources", "check", "bluesky")

    assert said.code == 65
    assert "turned off" in said.sentence


def test_one_source_is_tried_and_no_other_is_asked(terminal, web):
    said = terminal.run_served("sources", "check", "chalkboard", "--json")

    assert said.code == 0
    (verdict,) = said.json
    assert (verdict["source"], verdict["trust"]["status"]) == ("chalkboard", "proven")
    assert {visit.host for visit in web.visits} == {"chalkboard.example"}


@pytest.mark.parametrize(
    ("trouble", "outcome"),
    [
        (HostMood.BLOCKING, "blocked"),
        (HostMood.DOWN, "failed"),
        (HostMood.VAGUE, "unreadable"),
    ],
)
def test_a_source_that_cannot_be_asked_or_believed_exits_with_69(terminal, web, trouble, outcome):
    web.web = web.web.trouble_host("chalkboard.example", trouble)

    said = terminal.run_served("sources", "check", "chalkboard")

    assert said.code == 69
    (line,) = [line for line in said.out.splitlines() if line.startswith("chalkboard")]
    assert "refuted" in line
    assert outcome in line


def test_the_service_is_asked_to_try_it(terminal, web):
    with terminal.serving() as service:
        said = terminal.run("sources", "check", "chalkboard", "--json")

        (request,) = service.db.jobs.list_requests()
    assert (request.name, request.source) == ("canaries", "chalkboard")
    assert said.code == 0
    assert [row["source"] for row in said.json] == ["chalkboard"]
    assert {visit.host for visit in web.visits} == {"chalkboard.example"}


def test_a_service_that_does_not_know_the_source_yet_is_named_as_the_reason(terminal, web):
    settings = terminal.path.read_text()
    terminal.configured(("[sources.sites]\nown = false\nfiles", "[sources.sites]\n# files"))
    with terminal.serving():
        terminal.path.write_text(settings)
        said = terminal.run("sources", "check", "chalkboard")

    assert said.code == 69
    assert "restart the service" in said.err


@pytest.fixture
def installing(tmp_path, monkeypatch):
    """Install somebody else's package for the time of a test."""

    def install_it(source=PLUGIN):
        monkeypatch.syspath_prepend(install(tmp_path / "site-packages", source))
        monkeypatch.delitem(sys.modules, "chalk_source", raising=False)

    yield install_it
    sys.modules.pop("chalk_source", None)


def test_a_source_of_somebody_elses_package_is_listed_and_shown(terminal, installing):
    installing()

    (row,) = terminal.run("sources", "list", "--json").json
    told = sheet(terminal.run("sources", "show", "chalk"))

    assert row["source"] == "chalk"
    assert told["origin"] == "its own documentation"
    assert told["hosts"] == "https://chalk.example"


def test_a_broken_plug_in_is_one_sentence_and_the_others_go_on(terminal, web, installing, caplog):
    installing("CHALK = 1 / 0\n")

    said = terminal.run("sources", "list", "--json")

    assert said.code == 0
    assert "bluesky" in {row["source"] for row in said.json}
    (fault,) = [record.reason for record in caplog.records if record.levelname == "WARNING"]
    assert fault.startswith("The plug-in 'chalk' (chalk_source:CHALK) is left out: ")
    assert "ZeroDivisionError" in fault


def test_the_form_of_an_applications_key_is_shown_and_where_it_goes(terminal):
    terminal.configured(("[sources.bluesky]", "[sources.twitch]\n[sources.bluesky]"))

    told = sheet(terminal.run("sources", "show", "twitch-api"))

    assert told["key"] == "needed, as the credential twitch-app, in the form ID:SECRET"
    assert told["token from"] == "https://id.twitch.tv/oauth2/token"
