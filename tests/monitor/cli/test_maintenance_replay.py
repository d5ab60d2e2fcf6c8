"""What today's readers make of the pages that are kept: counts, and nothing personal."""

from dataclasses import replace

from monitor.cli import maintenance as command
from scrapers.models import Outcome, Page, Reading
from tests.monitor.cli.conftest import Terminal
from tests.monitor.cli.test_main_quiet import leaks


def of_source(terminal: Terminal, name: str):
    said = terminal.run("replay", "--source", name, "--json")
    (told,) = said.json
    return said.code, told


def test_the_same_readers_read_the_same(after_demo: Terminal):
    said = after_demo.run("replay", "--json")

    assert said.code == 0
    assert {each["source"] for each in said.json} >= {"bluesky", "chalkboard", "searxng"}
    for each in said.json:
        assert each["pages"] == each["same"] > 0
        assert (each["worse"], each["outcomes"], each["details"]) == (0, {}, {})


def test_nothing_is_asked_and_nothing_changes(after_demo: Terminal):
    with after_demo.service() as service:
        before = [(each.mark, each.reading) for each in service.state.pages.all()]

    after_demo.run("replay")

    with after_demo.service() as service:
        assert [(each.mark, each.reading) for each in service.state.pages.all()] == before


def test_nobody_is_named(after_demo: Terminal, played):
    for form in ((), ("--json",)):
        assert leaks(after_demo.run("replay", *form), played.planted) == set()


def reads_nothing(_source, _query, page: Page, _parser) -> Reading:
    return Reading(outcome=Outcome.UNREADABLE)


def test_a_reader_that_became_worse_ends_with_69(after_demo: Terminal, monkeypatch):
    monkeypatch.setattr(command, "read", reads_nothing)

    code, told = of_source(after_demo, "chalkboard")

    assert code == 69
    assert told["worse"] == told["pages"]
    assert set(told["outcomes"]) == {"absent to unreadable", "found to unreadable"}


def test_a_field_that_is_read_otherwise_is_named(after_demo: Terminal, monkeypatch):
    read = command.read

    def reads_shouting(*given) -> Reading:
        reading = read(*given)
        loud = (replace(each, name=f"{each.name}!") for each in reading.findings)
        return replace(reading, findings=tuple(loud))

    monkeypatch.setattr(command, "read", reads_shouting)

    code, told = of_source(after_demo, "bluesky")

    assert code == 0
    assert set(told["details"]) == {"name"}
    assert told["same"] < told["pages"]


def test_who_has_left_is_left_alone(after_demo: Terminal):
    with after_demo.service() as service:
        mine = [each.person for each in service.state.pages.all() if each.person]
        before = sum(each["pages"] for each in after_demo.run("replay", "--json").json)
        assert mine
        for person in set(mine):
            service.leaving.withdraw(person)

    assert sum(each["pages"] for each in after_demo.run("replay", "--json").json) == before - len(
        mine
    )


def test_without_kept_pages_a_sentence_says_so(terminal: Terminal):
    assert "No page is kept" in terminal.run("replay").out
    assert terminal.run("replay", "--json").json == []


def test_an_unknown_source_is_said_in_a_sentence(terminal: Terminal):
    said = terminal.run("replay", "--source", "nowhere")

    assert said.code == 65
    assert "sources list" in said.sentence
