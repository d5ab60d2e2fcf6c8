"""The table of the detection rules is of whatever rows are given."""

import json
from random import Random

import pytest

from monitor.domain.vocabulary import OwnershipLabel
from tests.bench.detection import (
    Calibration,
    compute_area,
    compute_f1,
    compute_recall,
    describe_calibration,
    describe_labels,
    describe_year,
    draw_task,
    main,
)
from tests.bench.labels.rows import draw_year

NAMES = (("Maria Delgado", 1), ("M. Delgado", 1), ("Karl Brandt", 0), ("Maria Novak", 0))


def test_rows_of_a_folder_are_scored_by_the_rules_of_assessments(tmp_path, capsys):
    asked = [
        {
            "id": shown,
            "ask": "same_name",
            "staff": {"name": "Maria Delgado"},
            "found": {"display_name": shown},
        }
        for shown, _ in NAMES
    ]
    gold = [{"id": shown, "gold": same} for shown, same in NAMES]
    for ending, lines in (("in", asked), ("gold", gold)):
        text = "\n".join(map(json.dumps, lines))
        (tmp_path / f"names.{ending}.jsonl").write_text(text, "utf-8")

    main(["--rows", str(tmp_path)])

    said = capsys.readouterr().out
    assert "names: 4 rows" in said
    assert "F1 1.000, AUC 1.000, recall at 1 % false 1.000" in said


def test_without_a_folder_invented_profiles_are_drawn_by_a_seed(capsys):
    main(["--number", "20", "--seed", "3", "--people", "2"])

    said = capsys.readouterr().out
    assert "invented profiles, seed 3: 20 rows" in said
    assert "minutes a profile" in said
    assert draw_task(5, 3) == draw_task(5, 3)


def test_a_yes_above_every_no_is_an_area_of_one_and_a_tie_a_half():
    assert compute_area([(1.0, True), (0.0, False)]) == 1
    assert compute_area([(1.0, True), (1.0, False)]) == 0.5
    assert compute_area([(0.0, True), (1.0, False)]) == 0
    assert compute_area([(2.0, True), (1.0, False), (0.0, True), (3.0, True)]) == pytest.approx(
        2 / 3
    )


def test_f1_is_of_the_rules_own_threshold():
    assert compute_f1([(1.0, True), (-1.0, False), (-0.1, True)]) == pytest.approx(2 / 3)


def test_recall_is_of_scores_above_the_hundredth_no():
    noes = [(float(at), False) for at in range(100)]

    assert compute_recall([*noes, (98.5, True), (97.0, True)]) == 0.5


def test_what_answers_cost_is_said():
    lines = list(describe_labels([("own", "own"), ("impersonation", "own"), ("own", "unknown")]))

    assert lines[-1].endswith("cost 20.67 minutes a profile")
    assert any("own" in line and "asked 1" in line for line in lines)


def test_a_reliability_plot_shows_what_was_said_beside_what_is_true(tmp_path, capsys):
    main(["--number", "30", "--seed", "3", "--people", "2", "--plot", str(tmp_path / "plot.svg")])

    assert "neither flagged nor asked about" in capsys.readouterr().out
    assert (tmp_path / "plot.svg").read_text("utf-8").count("<circle") > 1


def test_a_year_is_told_by_its_questions_and_by_the_true_cases_that_stay_silent():
    lines = list(describe_year(people=3, seed=3, year=2026))

    assert lines[0].startswith("a year of 3 people: ")
    assert [line.split(":")[0].strip() for line in lines[1:]] == ["impersonation", "attack"]
    assert list(describe_year(people=3, seed=3, year=2026)) == lines


def test_a_year_brings_each_kind_as_often_as_asked():
    random = Random(5)  # noqa: S311  # the same draws each time
    drawn = [list(draw_year(random, {"own": 2.0, "attack": 0.1})) for _ in range(300)]
    kinds = [gold for rows in drawn for _, gold in rows]

    assert kinds.count("own") / 300 == pytest.approx(2.0, abs=0.3)
    assert kinds.count("attack") / 300 == pytest.approx(0.1, abs=0.06)
    assert all(row["staff"] == rows[0][0]["staff"] for rows in drawn for row, _ in rows)


def test_what_was_said_is_counted_by_how_sure_it_was():
    measured = Calibration(
        chances=[(0.0, False), (0.5, True), (0.5, False), (1.0, True)],
        outcomes=[
            ("impersonation", OwnershipLabel.NAMESAKE),
            ("impersonation", OwnershipLabel.UNKNOWN),
            ("namesake", OwnershipLabel.MOCK),
        ],
    )

    assert list(measured.bins) == [(0.0, 0.0, 1), (0.5, 0.5, 2), (1.0, 1.0, 1)]
    assert list(describe_calibration(measured))[:2] == [
        "  of accounts that others made, 50.0% are neither flagged nor asked about",
        "  namesake: 0.0% are asked about, 100.0% flagged",
    ]
