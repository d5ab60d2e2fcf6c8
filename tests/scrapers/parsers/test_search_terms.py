import pytest

from scrapers.models import Identity
from scrapers.parsers.search_terms import (
    build_merged_terms,
    build_search_terms,
    format_search_query,
    split_terms,
)

NORA = Identity(
    person_id="person-1",
    names=("Nora Quill", "Nora Lark"),
    places=("Wexford Bay", ""),
    organization="Harbour Lane School",
)


def test_the_best_name_is_asked_in_every_context_and_the_others_in_one() -> None:
    assert list(build_search_terms(NORA)) == [
        ("Nora Quill", "Harbour Lane School"),
        ("Nora Quill", "Wexford Bay"),
        ("Nora Lark", "Harbour Lane School"),
    ]


@pytest.mark.parametrize(
    ("terms", "question"),
    [
        (("Nora Quill",), '"Nora Quill"'),
        (("Nora Quill", ""), '"Nora Quill"'),
        (("Nora  Quill ", "Wexford Bay"), '"Nora Quill" Wexford Bay'),
        (
            ('Nora "!bang" Quill', "!!go :fr -site:x School"),
            '"Nora !bang Quill" go fr site:x School',
        ),
    ],
)
def test_what_people_call_themselves_is_no_command(terms: tuple[str, ...], question: str) -> None:
    assert format_search_query(terms) == question


def test_what_does_not_fit_is_left_out_from_the_end() -> None:
    terms = ("Nora Quill", "Harbour Lane School of the Arts")

    assert format_search_query(terms, most_words=4) == '"Nora Quill" Harbour Lane'
    assert format_search_query(terms, most_characters=26) == '"Nora Quill" Harbour Lane'
    assert format_search_query(terms, most_characters=25) == '"Nora Quill" Harbour Lane'
    assert format_search_query(terms, most_characters=24) == '"Nora Quill" Harbour'


def test_where_each_question_costs_the_other_names_share_one():
    assert list(build_merged_terms(NORA))[:2] == [
        (NORA.names[0], NORA.organization),
        (*NORA.names[1:], NORA.organization),
    ]
    assert {term for terms in build_merged_terms(NORA) for term in split_terms(terms)[0]} == set(
        NORA.names
    )


def test_of_several_names_any_will_do():
    terms = ("Nora Quill", "Nora Lark", "Harbour Lane")

    assert format_search_query(terms) == '("Nora Quill" OR "Nora Lark") Harbour Lane'
    assert split_terms(terms) == (("Nora Quill", "Nora Lark"), ("Harbour Lane",))
    assert split_terms(("Nora Quill",)) == (("Nora Quill",), ())
