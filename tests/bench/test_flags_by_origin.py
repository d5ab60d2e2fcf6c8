"""The command that compares wrong flags by the origin of names counts each once."""

from collections import Counter

from tests.bench import made_by_habits, made_by_stories
from tests.bench.flags_by_origin import describe, main, map_origins


def test_a_family_name_tells_the_origin_that_it_was_drawn_for():
    origins = map_origins(made_by_habits)

    assert origins["johnson"] == "nordic"
    assert map_origins(made_by_stories)["ahmed"] == "arabic"
    assert map_origins(made_by_stories)["johnson"] == "anglo"


def test_the_rate_of_a_group_is_compared_with_that_of_all():
    lines = list(describe(Counter(anglo=8, nordic=2), Counter(anglo=1, nordic=1)))

    assert lines[0] == "10 people, 2 wrong flags: 0.200 a person and year"
    assert "0.6 times" in lines[1]
    assert "2.5 times" in lines[2]


def test_it_prints_a_line_for_each_origin(capsys):
    main(["--people", "2", "--seed", "3"])

    assert "people" in capsys.readouterr().out
