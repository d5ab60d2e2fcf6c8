"""A sheet is read by people, not computed."""

import csv
from io import StringIO

from reports.data_export import render_csv
from tests.hostile_strings import ALL, FORMULAS
from tests.rows import over_rows


@over_rows("planted", ALL)
def test_no_text_becomes_a_formula_or_another_cell(planted: str) -> None:
    page = render_csv([("title", "kind"), (planted, "link")])

    head, row = csv.reader(StringIO(page, newline=""))
    assert (head, row[1], len(row)) == (["title", "kind"], "link", 2)
    assert not row[0].startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20\t\r\n"))


@over_rows("planted", FORMULAS)
def test_a_program_that_splits_elsewhere_finds_no_formula_either(planted: str) -> None:
    for separator in ";\t":
        for row in csv.reader(StringIO(render_csv([(planted, "link")])), delimiter=separator):
            assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


def test_plain_text_stays_as_it_is() -> None:
    assert render_csv([("Rosa, née Ruiz", "3")]) == '"Rosa, née Ruiz","3"\r\n'
