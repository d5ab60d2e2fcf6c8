"""The figures of parsing apart can be had; how good they are is for the machine to say."""

import re

from tests.bench.parsing import measured

FIGURES = re.compile(r"wall [\d.]+ ms, processor [\d.]+ ms here and [\d.]+ ms in the child")


def test_what_parsing_apart_costs_is_told_for_heads_and_for_whole_pages():
    start, *costs = measured(3)

    assert start.startswith("a child starts")
    assert [cost.partition(":")[0] for cost in costs] == ["the head", "the whole page"]
    assert all(FIGURES.search(cost) for cost in costs)
