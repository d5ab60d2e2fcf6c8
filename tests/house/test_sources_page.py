"""docs/sources.md says what the sources declare, no more and no less."""

from msgspec.structs import fields

from docs.sources import FILE, build_page, find_table
from monitor.config.sections import SourcesConfig
from tests.scrapers.known_sources import all_sources, written_sources


def test_the_page_of_sources_is_up_to_date() -> None:
    assert FILE.read_text("utf-8") == build_page(), "renew it: make sources"


def test_the_page_names_each_source_and_what_it_discloses() -> None:
    told = build_page()

    assert all(source.info.title in told for source in written_sources())
    assert all(source.info.discloses in told for source in all_sources())


def test_the_page_says_that_none_was_run_live() -> None:
    assert not any(source.info.seen_live for source in all_sources())
    assert "was ever run against the live service" in build_page()


def test_the_page_names_the_table_that_turns_a_source_on() -> None:
    tables = {field.name for field in fields(SourcesConfig)}

    assert {find_table(source) for source in written_sources()} == tables - {"sites"}
