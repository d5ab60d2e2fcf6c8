"""Scoring rows of names and handles from standard input."""

import json

from click.testing import CliRunner

from tests.bench.score.__main__ import score
from tests.rows import over_rows

SAME = {
    "id": "names-1",
    "task": "names",
    "ask": "same_name",
    "staff": {"name": "Maria Delgado"},
    "found": {"display_name": "Delgado, Maria"},
}
OTHER = SAME | {"id": "names-2", "found": {"display_name": "Karl Brandt"}}
OWN = {
    "id": "own-1",
    "ask": "own",
    "staff": {"name": "Maria Delgado", "handles": {"chalkboard": "mdelgado"}},
    "found": {"platform": "paceclub", "handle": "mariadelgado"},
}
IMITATED = {
    "id": "lookalike-1",
    "ask": "lookalike",
    "staff": {"handles": {"paceclub": "mariadelgado"}},
    "found": {"platform": "paceclub", "handle": "mariade1gado"},
}


def scored(*rows):
    return CliRunner().invoke(score, ["--jsonl"], input="".join(f"{row}\n" for row in rows))


def answers(said):
    return [json.loads(line) for line in said.stdout.splitlines()]


def test_each_row_is_answered_in_its_order_with_a_reason():
    said = scored(*map(json.dumps, (SAME, OTHER, OWN, IMITATED)))

    assert said.exit_code == 0
    assert [answer["id"] for answer in answers(said)] == [
        "names-1",
        "names-2",
        "own-1",
        "lookalike-1",
    ]
    assert [answer["label"] for answer in answers(said)] == ["yes", "no", "yes", "yes"]
    assert all(answer["reasons"] for answer in answers(said))


def test_a_name_that_agrees_scores_above_one_that_does_not():
    same, other = answers(scored(json.dumps(SAME), json.dumps(OTHER)))

    assert same["score"] > 0 > other["score"]


@over_rows(
    "bad",
    [
        "{",
        "[]",
        '"words"',
        "\N{REPLACEMENT CHARACTER}",
        json.dumps(SAME | {"ask": "weather"}),
        json.dumps(SAME | {"id": 7}),
        json.dumps(SAME | {"found": {}}),
        json.dumps(SAME | {"staff": {"name": ["Maria"]}}),
        json.dumps(OWN | {"staff": {}}),
        json.dumps(IMITATED | {"staff": {"name": "Maria Delgado"}}),
        '{"id": "deep", "staff": ' + "[" * 100_000,
        '{"id": "\\ud800", "ask": "same_name", "staff": {}, "found": {}}',
    ],
)
def test_a_bad_line_is_named_by_its_number_and_costs_no_other_line_its_answer(bad):
    said = scored(json.dumps(SAME), bad, json.dumps(OTHER))

    named, summary = said.stderr.splitlines()
    assert said.exit_code == 65
    assert named.startswith("score: Line 2 cannot be scored: ")
    assert "1 of the lines" in summary
    assert [answer["id"] for answer in answers(said)] == ["names-1", "names-2"]


def test_an_empty_line_is_no_row():
    said = scored("", json.dumps(SAME), "  ")

    assert (said.exit_code, len(answers(said))) == (0, 1)


def test_whatever_a_row_is_called_the_answer_is_plain_ascii():
    said = scored(json.dumps(SAME | {"id": "\N{RIGHT-TO-LEFT OVERRIDE}\N{ESCAPE}"}))

    assert said.stdout.isascii()
    assert answers(said)[0]["id"] == "\N{RIGHT-TO-LEFT OVERRIDE}\N{ESCAPE}"


def test_what_a_bad_line_holds_reaches_no_terminal_as_it_is():
    said = scored(json.dumps(SAME | {"ask": "\N{RIGHT-TO-LEFT OVERRIDE}\N{ESCAPE}[2J"}))

    assert said.exit_code == 65
    assert said.stderr.replace("\n", "").isprintable()


def test_rows_come_in_one_format_and_it_is_named():
    assert CliRunner().invoke(score, input="").exit_code == 2
