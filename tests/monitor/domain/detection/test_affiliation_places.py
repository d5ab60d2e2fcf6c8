"""Places as people write them."""

import pytest

from monitor.domain.detection.affiliation import Place, places_in, read_place

VALLEY = Place(town=("cedar", "valley"), state="oh")


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
    assert read_place(written) == VALLEY


@pytest.mark.parametrize(
    ("written", "town", "state"),
    [
        ("Ohio", (), "oh"),
        ("NY", (), "ny"),
        ("New York, NY", ("new", "york"), "ny"),
        ("Kansas City, Missouri", ("kansas", "city"), "mo"),
        ("Charleston, West Virginia", ("charleston",), "wv"),
        ("Washington, D.C.", ("washington",), "dc"),
        ("Fairmont", ("fairmont",), ""),
        ("Toronto, Canada", ("toronto", "canada"), ""),
    ],
)
def test_town_and_state_are_told_apart(written, town, state):
    assert read_place(written) == Place(town=town, state=state)


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
    assert read_place(written) is None


def test_towns_agree_unless_their_states_differ():
    assert VALLEY.agrees(Place(town=("cedar", "valley")))
    assert not VALLEY.agrees(Place(town=("cedar", "valley"), state="ia"))
    assert VALLEY.elsewhere(Place(town=("cedar", "valley"), state="ia"))
    assert VALLEY.elsewhere(Place(town=("fairmont",)))
    assert not VALLEY.elsewhere(Place(state="oh"))


def test_a_town_with_its_state_is_found_in_running_text():
    assert list(places_in("Mom of two. Cedar Valley, OH. Loves Maria, Ann and Bo")) == [VALLEY]
