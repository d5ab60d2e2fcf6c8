"""How many others bear a name."""

from importlib.resources import files

import pytest

from monitor.domain.commonness import expected_namesakes, name_counts
from monitor.domain.person import PersonName


@pytest.fixture(scope="module")
def counts():
    text = (files("monitor.domain") / "name_counts.tsv").read_text("utf-8")
    return name_counts(text.splitlines())


def test_a_common_name_has_thousands_of_bearers_and_a_rare_one_hardly_any(counts):
    assert expected_namesakes(PersonName(given="John", family="Smith"), counts) > 1000
    assert expected_namesakes(PersonName(given="Ottilie", family="Achterberg"), counts) < 0.1


def test_marks_and_case_do_not_make_a_name_rarer(counts):
    plain = expected_namesakes(PersonName(given="Jose", family="Garcia"), counts)

    assert expected_namesakes(PersonName(given="JOSÉ", family="García"), counts) == plain


def test_a_double_name_is_as_rare_as_its_rarer_half(counts):
    double = expected_namesakes(PersonName(given="Maria", family="Smith-Delgado"), counts)

    assert double == expected_namesakes(PersonName(given="Maria", family="Delgado"), counts)


def test_more_people_have_more_namesakes(counts):
    name = PersonName(given="Maria", family="Delgado")

    assert expected_namesakes(name, counts, 2000) == 2 * expected_namesakes(name, counts, 1000)
