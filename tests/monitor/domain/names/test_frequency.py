"""How many others bear a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.names.frequency import (
    EVERYBODY,
    UNLISTED,
    NameCountTable,
    estimate_namesakes,
    load_census,
)
from monitor.domain.person import PersonName
from tests.name_counts import build_count_table


@pytest.fixture(scope="module")
def counts():
    return load_census()


words = st.text(alphabet="abcz", min_size=1, max_size=4)
tables = st.dictionaries(words, st.integers(1, 999), max_size=30)


def test_a_common_name_has_thousands_of_bearers_and_a_rare_one_hardly_any(counts):
    assert estimate_namesakes(PersonName(given="John", family="Smith"), counts) > 1000
    assert estimate_namesakes(PersonName(given="Ottilie", family="Achterberg"), counts) < 0.1


def test_marks_and_case_do_not_make_a_name_rarer(counts):
    plain = estimate_namesakes(PersonName(given="Jose", family="Garcia"), counts)

    assert estimate_namesakes(PersonName(given="JOSÉ", family="García"), counts) == plain


def test_an_apostrophe_does_not_make_a_name_rarer(counts):
    plain = estimate_namesakes(PersonName(given="Ann", family="Obrien"), counts)

    assert estimate_namesakes(PersonName(given="Ann", family="O'Brien"), counts) == plain > 5


def test_a_double_name_is_as_rare_as_its_rarer_half(counts):
    double = estimate_namesakes(PersonName(given="Maria", family="Smith-Delgado"), counts)

    assert double == estimate_namesakes(PersonName(given="Maria", family="Delgado"), counts)


def test_more_people_have_more_namesakes(counts):
    name = PersonName(given="Maria", family="Delgado")

    assert estimate_namesakes(name, counts, 2000) == 2 * estimate_namesakes(name, counts, 1000)


def test_a_name_that_nobody_can_write_is_rare_and_no_mistake(counts):
    assert estimate_namesakes(PersonName(given="", family="\t\n"), counts) < 0.1


@given(numbers=tables, asked=words)
def test_a_table_answers_what_was_written_into_it(numbers, asked):
    table = build_count_table({EVERYBODY: 5000, **numbers})

    assert table.everybody == 5000
    assert {name: table.count_bearers(name) for name in numbers} == numbers
    assert table.count_bearers(asked) == numbers.get(asked, UNLISTED)


def test_the_rarer_a_name_the_more_bits_it_is_worth():
    table = build_count_table({EVERYBODY: 4096, "smith": 1024, "achterberg": 1})

    assert (table.compute_rarity("smith"), table.compute_rarity("achterberg")) == (2.0, 12.0)


def test_a_table_that_counts_nobody_is_refused():
    with pytest.raises(ValueError, match="everybody"):
        NameCountTable(b"smith\t3\n")


def test_the_tables_that_are_shipped_hold_a_name_and_a_count_a_line_in_order(counts):
    for table in (counts.given, counts.family):
        rows = [line.split(b"\t") for line in table.lines.splitlines()]
        names = [name for name, _count in rows]

        assert names == sorted(set(names))
        assert all(number.isdigit() for _name, number in rows)
        assert len(rows) > 50_000
