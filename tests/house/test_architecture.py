"""The page for newcomers names what there is."""

import re

from tests.house.tree import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")


def read_section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_the_picture_of_the_tables_has_each_table_of_a_district() -> None:
    picture = read_section("The tables").split("```")[1]
    schema = (ROOT / "monitor" / "db" / "schema.sql").read_text("utf-8")

    words = set(re.findall(r"[a-z_]+", picture))
    assert set(re.findall(r"^CREATE TABLE (\w+)", schema, re.MULTILINE)) <= words
