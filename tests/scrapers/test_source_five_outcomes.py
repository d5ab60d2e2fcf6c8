"""Whoever adds a source shows what it makes of the five things that can come back."""

from scrapers.source import Source
from tests.rows import over_rows
from tests.scrapers.answers import DEMANDED, answers_of, pages_of
from tests.scrapers.known_sources import all_sources, written_sources

WITH_PAGES = [one_source for one_source in all_sources() if pages_of(one_source)]


@over_rows("source", written_sources(), ids=lambda source: source.name)
def test_a_source_brings_a_page_for_each_of_the_five_outcomes(source: Source) -> None:
    shown = {answer.outcome for answer in answers_of(source) if answer.file.stem == answer.outcome}

    assert [str(outcome) for outcome in DEMANDED if outcome not in shown] == []


@over_rows("source", WITH_PAGES, ids=lambda source: source.name)
def test_each_page_comes_to_what_its_name_says(source: Source) -> None:
    read = {answer.file for answer in answers_of(source)}

    assert [page.name for page in pages_of(source) if page not in read] == []
