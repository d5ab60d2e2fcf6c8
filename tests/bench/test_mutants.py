"""Mutants are drawn alike on every machine, and none that lives is counted as killed."""

import json

from tests.bench.mutants import Fate, drawn, exits, fate, room, told

NAMES = "monitor.domain.names.normalize.x_words_of__mutmut_"
WHOSE = "monitor.domain.severity.x_rate_exposure__mutmut_"
MANY = [f"{stem}{number}" for stem in (NAMES, WHOSE) for number in range(50)]


def test_a_seed_draws_the_same_as_often_from_each_room():
    chosen = drawn(MANY, number=7, seed=3)

    assert chosen == drawn(MANY, number=7, seed=3) != drawn(MANY, number=7, seed=4)
    assert [room(name) for name in chosen] == ["beside"] * 7 + ["names"] * 7
    assert len(set(chosen)) == len(chosen)


def test_of_a_small_room_all_are_drawn():
    assert sorted(drawn(MANY, number=1000, seed=1)) == sorted(MANY)


def test_only_a_failing_test_kills():
    assert {code: fate(code) for code in (0, 1, 24, 33, None)} == {
        0: Fate.SURVIVED,
        1: Fate.KILLED,
        24: Fate.KILLED,
        33: Fate.UNMET,
        None: Fate.UNTRIED,
    }


def test_what_no_test_meets_is_alive_and_what_was_not_tried_does_not_count():
    fates = {
        f"{NAMES}1": Fate.KILLED,
        f"{NAMES}2": Fate.SURVIVED,
        f"{WHOSE}1": Fate.UNMET,
        f"{WHOSE}2": Fate.UNTRIED,
    }

    assert told(fates).splitlines() == [
        "beside: 0 of 1 killed (0.0%)",
        "names: 1 of 2 killed (50.0%)",
        "all: 1 of 3 killed (33.3%)",
        f"survived {NAMES}2",
        f"unmet {WHOSE}1",
    ]


def test_what_mutmut_wrote_down_is_read_in_one_order(tmp_path):
    for name, codes in (("b", {"y": 1, "x": 0}), ("a", {"z": None})):
        (tmp_path / f"{name}.py.meta").write_text(json.dumps({"exit_code_by_key": codes}), "utf-8")

    assert list(exits(tmp_path).items()) == [("x", 0), ("y", 1), ("z", None)]
