"""What a text says of where someone lives and works."""

from dataclasses import replace

import pytest

from monitor.demo.district import MARIA
from monitor.domain.detection import affiliation_words as occupations
from monitor.domain.detection import affiliation_words as workplaces
from monitor.domain.detection import claim_signs as surroundings
from monitor.domain.detection.appearance import Inventory, Subject, build_input
from monitor.domain.person import Person
from scrapers.models import Trace, TraceKind
from tests.rows import over_rows

PERSON = MARIA.person
PAGE = Trace(key="https://a.example/", kind=TraceKind.PAGE, url="https://a.example/")


def names_another_town(text: str, person: Person) -> bool:
    inputs = build_input(
        Subject(person=person, commonness=2.0), replace(PAGE, snippet=text), Inventory()
    )
    rules = {rule.rule for rule in surroundings.match_context_rules(inputs, ())}
    return "other-place" in {rule.name for rule in rules}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Maple Street Elementary School, Cedar Valley Public Schools", 2),
        ("maple street elementary, room 5", 1),
        ("Cedar Valley Public Library", 0),
        ("Maple Street", 0),
        ("", 0),
    ],
)
def test_school_and_employer_are_counted_where_they_are_named_in_full(text, count):
    assert workplaces.count_named_employers(text, PERSON) == count


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Science in Cedar Valley.", True),
        ("CEDAR  VALLEY, always", True),
        ("Cedar Valley Public Schools", False),
        ("Cedar Valley Public Schools, in Cedar Valley", True),
        ("The valley of cedars", False),
    ],
)
def test_a_place_counts_where_it_is_not_just_part_of_the_employers_name(text, named):
    assert workplaces.mentions_place(text, PERSON) is named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Cedar Valley, TX", False),
        ("Cedar Valley, KS", True),
        ("born in Cedar Valley, TX, now in Cedar Valley", True),
    ],
)
def test_a_town_of_that_name_in_another_state_is_another_one(text, named):
    kansan = replace(PERSON, places=("Cedar Valley, KS",))

    assert workplaces.mentions_place(text, kansan) is named


@over_rows(
    ("text", "named"),
    [
        ("Dental hygienist in Fairmont", True),
        ("First payout from Bitcoin", False),
        ("Teacher at Fairmont High", False),
        ("Fairmont, OH", True),
        ("From Port Aldous with love", True),
        ("Teacher at Maple Street Elementary", False),
        ("Lives in Cedar Valley", False),
        ("In January, at Home, in English", False),
        ("from Maria", False),
        ("believes in volcanoes", False),
        ("", False),
    ],
)
def test_another_place_is_one_that_the_text_puts_somebody_in(text, named):
    assert names_another_town(text, PERSON) is named


def test_no_place_is_another_one_for_somebody_who_told_us_none():
    homeless = type(PERSON)(
        id="x", name=PERSON.name, mail="x@a.example", organization="A", zone="UTC"
    )

    assert not names_another_town("Dental hygienist in Fairmont", homeless)


def test_work_is_named_by_a_telling_word_of_the_role():
    assert occupations.mentions_role("I teach science", PERSON)
    assert not occupations.mentions_role("Dental hygienist", PERSON)
