"""Whoever adds a source shows what it makes of the five things that can come back."""

import pytest

from scrapers.source import Source
from tests.scrapers.answers import DEMANDED, answers_of, pages_of
from tests.scrapers.known_sources import all_sources, written_sources

WITH_PAGES = [each for each in all_sources() if pages_of(each)]


@pytest.mark.parametrize("source", written_sources(), ids=lambda source: source.name)
def test_a_source_brings_a_page_for_each_of_the_five_outcomes(source: Source) -> None:
    shown = {each.outcome for each in answers_of(source) if each.file.stem == each.outcome}

    assert [str(outcome) for outcome in DEMANDED if outcome not in shown] == []


@pytest.mark.parametrize("source", WITH_PAGES, ids=lambda source: source.name)
def test_each_page_comes_to_what_its_name_says(source: Source) -> None:
    read = {answer.file for answer in answers_of(source)}

    assert [each.name for each in pages_of(source) if each not in read] == []
