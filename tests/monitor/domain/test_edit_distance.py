"""How far two words are apart."""

from monitor.domain.edit_distance import count_edits, list_edits, measure_likeness, measure_overlap


def test_an_exchange_of_neighbors_is_one_edit_like_any_other() -> None:
    assert [count_edits("maria", other) for other in ("maria", "amria", "mario", "mari")] == [
        *(0, 1, 1, 1)
    ]


def test_likeness_falls_with_the_edits() -> None:
    assert measure_likeness("maria", "maria") == 1.0
    assert measure_likeness("maria", "mario") == 0.8
    assert measure_likeness("abc", "xyz") == 0.0


def test_a_part_of_a_text_overlaps_with_it_wholly() -> None:
    assert measure_overlap("teaches geology", "She teaches geology here", part=True) == 100
    assert measure_overlap("teaches geology", "She teaches geology here") < 100


def test_edits_lead_from_the_old_text_to_the_new_one() -> None:
    old, new = ["rocks", " ", "mostly"], ["rocks", " ", "only"]

    pieces = [new[step.dest_start : step.dest_end] for step in list_edits(old, new)]

    assert [word for piece in pieces for word in piece] == new
