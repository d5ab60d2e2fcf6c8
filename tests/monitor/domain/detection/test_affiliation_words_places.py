"""Places as people write them."""

from dataclasses import replace

import pytest

from monitor.demo.district import MARIA
from monitor.domain.detection.affiliation_words import (
    Locality,
    extract_localities,
    mentions_place,
    parse_locality,
)
from tests.rows import over_rows

VALLEY = Locality(town=("cedar", "valley"), state="oh")


@pytest.mark.parametrize(
    "written",
    [
        "Cedar Valley, OH",
        "Cedar Valley, Ohio",
        "cedar valley, oh, USA",
        "Cedar Valley OH 44321",
        "CEDAR VALLEY, O.H.",
        "Greater Cedar Valley area, Ohio",
        "Cedar Valley | Ohio | United States",
    ],
)
def test_one_town_is_known_however_it_is_written(written):
    assert parse_locality(written) == VALLEY


@over_rows(
    ("written", "town", "state"),
    [
        ("Ohio", (), "oh"),
        ("NY", (), "ny"),
        ("New York, NY", ("new", "york"), "ny"),
        ("Kansas City, Missouri", ("kansas", "city"), "mo"),
        ("Charleston, West Virginia", ("charleston",), "wv"),
        ("Washington, D.C.", ("washington",), "dc"),
        ("Fairmont", ("fairmont",), ""),
        ("Bay Saint Louis, MS", ("bay", "saint", "louis"), "ms"),
        ("Bay Saint Louis MS", ("bay", "saint", "louis"), "ms"),
        ("Toronto, Canada", ("toronto", "canada"), ""),
    ],
)
def test_town_and_state_are_told_apart(written, town, state):
    assert parse_locality(written) == Locality(town=town, state=state)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "USA",
        "everywhere and nowhere",
        "planet earth",
        "my classroom",
        "12345",
        "he said she said that it",
    ],
)
def test_what_names_no_place_is_none(written):
    assert parse_locality(written) is None


def test_towns_agree_unless_their_states_differ():
    assert VALLEY.is_same_town(Locality(town=("cedar", "valley")))
    assert not VALLEY.is_same_town(Locality(town=("cedar", "valley"), state="ia"))
    assert VALLEY.is_other_place(Locality(town=("cedar", "valley"), state="ia"))
    assert VALLEY.is_other_place(Locality(town=("fairmont",)))
    assert not VALLEY.is_other_place(Locality(state="oh"))


def test_a_town_with_its_state_is_found_in_running_text():
    assert list(extract_localities("Mom of two. Cedar Valley, OH. Loves Maria, Ann and Bo")) == [
        VALLEY
    ]


def test_a_town_counts_with_its_own_state_only():
    person = replace(MARIA.person, places=("Springfield, IL", "Boston, MA"))

    assert mentions_place("teacher in Springfield, IL", person)
    assert mentions_place("teacher in Springfield", person)
    assert not mentions_place("teacher in Springfield, MA", person)
