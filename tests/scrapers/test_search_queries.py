from dataclasses import replace

import pytest

from scrapers.models import Identity
from scrapers.search_queries import (
    CLOSED_NETWORKS,
    PEOPLE_SEARCH_SITES,
    QueryOperators,
    build_merged_terms,
    build_people_search_terms,
    build_search_terms,
    format_search_query,
    is_phrase_term,
    shorten_school,
    split_terms,
)

NORA = Identity(
    person_id="person-1",
    names=("Nora Quill", "Nora Lark"),
    places=("Wexford Bay", ""),
    organization="Harbour Lane Schools",
    school="Lark Hill School",
    handles=("quillandink",),
    own_handles=("quillandink",),
)


def test_the_best_name_is_asked_in_every_context_and_the_others_in_one() -> None:
    assert list(build_search_terms(NORA, QueryOperators.NEWS)) == [
        ("Nora Quill", '"Lark Hill School"'),
        ("Nora Quill", "Harbour Lane Schools"),
        ("Nora Quill", "Wexford Bay"),
        ("Nora Lark", '"Lark Hill School"'),
    ]


def test_closed_networks_and_own_handles_follow() -> None:
    *_, first, second, handle = build_search_terms(NORA, QueryOperators.SITES)

    assert format_search_query(first) == (
        '"Nora Quill" (site:facebook.com OR site:instagram.com OR site:threads.com'
        " OR site:tiktok.com OR site:snapchat.com)"
    )
    assert format_search_query(second) == (
        '"Nora Quill" (site:x.com OR site:linkedin.com OR site:youtube.com'
        " OR site:reddit.com OR site:ratemyteachers.com)"
    )
    assert format_search_query(handle) == '"quillandink"'


def test_without_site_operators_the_bare_name_is_asked_for() -> None:
    *_, plain, handle = build_search_terms(NORA, QueryOperators.PLAIN)

    assert format_search_query(plain) == '"Nora Quill"'
    assert format_search_query(handle) == '"quillandink"'


def test_names_that_do_not_fit_beside_the_sites_are_left_out_from_the_end() -> None:
    long = replace(
        NORA, names=tuple(f"Maximiliana{n * 'x'} Featherstonehaugh" for n in range(40, 44))
    )
    _, first, *_ = build_merged_terms(long, QueryOperators.SITES)
    query = format_search_query(first)

    assert len(query) <= 400
    assert query.startswith('("Maximilianax')
    assert query.endswith("site:snapchat.com)")


def test_each_closed_network_is_in_one_group() -> None:
    sites = [site for group in CLOSED_NETWORKS for site in group]

    assert len(sites) == len(set(sites)) == 10
    assert not set(sites) & set(PEOPLE_SEARCH_SITES)


def test_people_search_sites_are_asked_for_by_name_and_town_alone() -> None:
    (terms,) = build_people_search_terms(NORA, QueryOperators.SITES)
    query = format_search_query(terms)

    assert query.startswith('"Nora Quill" Wexford Bay (site:whitepages.com OR ')
    assert "School" not in query
    assert list(build_people_search_terms(NORA, QueryOperators.PLAIN)) == []


def test_guessed_handles_are_not_searched_for() -> None:
    guessed = replace(NORA, handles=("quillandink", "noraquill"))

    asked = {term for terms in build_search_terms(guessed, QueryOperators.SITES) for term in terms}

    assert "@quillandink" in asked
    assert "@noraquill" not in asked


def test_what_people_call_themselves_is_no_site_and_no_or() -> None:
    odd = replace(NORA, school="", organization='site:evil.example "A OR B"', places=("B OR C",))
    queries = [format_search_query(terms) for terms in build_search_terms(odd, QueryOperators.NEWS)]

    assert queries == ['"Nora Quill" B or C', '"Nora Lark" B or C']


@pytest.mark.parametrize(
    ("terms", "query"),
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
def test_what_people_call_themselves_is_no_command(terms: tuple[str, ...], query: str) -> None:
    assert format_search_query(terms) == query


def test_what_does_not_fit_is_left_out_from_the_end() -> None:
    terms = ("Nora Quill", "Harbour Lane School of the Arts")

    assert format_search_query(terms, most_words=4) == '"Nora Quill" Harbour Lane'
    assert format_search_query(terms, most_characters=26) == '"Nora Quill" Harbour Lane'
    assert format_search_query(terms, most_characters=25) == '"Nora Quill" Harbour Lane'
    assert format_search_query(terms, most_characters=24) == '"Nora Quill" Harbour'


def test_where_each_query_costs_what_can_shares_one() -> None:
    assert [
        format_search_query(term) for term in build_merged_terms(NORA, QueryOperators.SITES)
    ] == [
        '"Nora Quill" "Lark Hill School"',
        (
            '("Nora Quill" OR "Nora Lark") (site:facebook.com OR site:instagram.com'
            " OR site:threads.com OR site:tiktok.com OR site:snapchat.com)"
        ),
        (
            '("Nora Quill" OR "Nora Lark") (site:x.com OR site:linkedin.com'
            " OR site:youtube.com OR site:reddit.com OR site:ratemyteachers.com)"
        ),
        '"Nora Lark" "Lark Hill School"',
        '"Nora Quill" ("Harbour Lane Schools" OR "Wexford Bay")',
        '"quillandink"',
    ]


def test_the_best_name_is_asked_in_no_worse_words_where_there_is_no_school() -> None:
    nowhere = replace(NORA, school=" ", organization="", places=(), own_handles=("ink",))

    assert list(build_merged_terms(nowhere, QueryOperators.NEWS)) == [
        ("Nora Quill", ""),
        ("Nora Lark", ""),
    ]
    assert list(build_merged_terms(replace(nowhere, names=()), QueryOperators.SITES)) == []


def test_of_several_names_any_will_do():
    terms = ("Nora Quill", "Nora Lark", "Harbour Lane")

    assert format_search_query(terms) == '("Nora Quill" OR "Nora Lark") Harbour Lane'
    assert split_terms(terms) == (("Nora Quill", "Nora Lark"), ("Harbour Lane",))
    assert split_terms(("Nora Quill",)) == (("Nora Quill",), ())


CALLED = replace(NORA, phrases=("Ms Quill", "Mr Quill", "Quill memes"))


def test_how_students_call_somebody_is_asked_beside_the_school_on_networks_and_openly() -> None:
    asked = [
        format_search_query(terms)
        for terms in build_merged_terms(CALLED, QueryOperators.SITES)
        if is_phrase_term(terms[0])
    ]

    called = '("Ms Quill" OR "Mr Quill" OR "Quill memes") "Lark Hill"'
    assert asked == [
        (
            f"{called} (site:facebook.com OR site:instagram.com OR site:threads.com"
            " OR site:tiktok.com OR site:snapchat.com OR site:x.com OR site:youtube.com"
            " OR site:reddit.com)"
        ),
        called,
    ]


@pytest.mark.parametrize(
    ("school", "short"),
    [
        ("Lark Hill Elementary School", "Lark Hill"),
        ("Wexford Middle School", "Wexford Middle"),
        ("Harbour Lane High School", "Harbour Lane High"),
        ("Lark School", "Lark School"),
        ("School of the Arts", "School of the Arts"),
        ("", ""),
    ],
)
def test_a_school_is_called_as_students_call_it_and_never_as_its_town(
    school: str, short: str
) -> None:
    assert shorten_school(school, "Harbour Lane Schools") == short


@pytest.mark.parametrize(
    "unasked",
    [
        build_merged_terms(CALLED, QueryOperators.NEWS),
        build_merged_terms(NORA, QueryOperators.SITES),
        build_merged_terms(
            replace(CALLED, school="", organization="", places=()), QueryOperators.SITES
        ),
    ],
)
def test_it_is_asked_of_no_news_nor_without_the_school(unasked) -> None:
    assert not [terms for terms in unasked if is_phrase_term(terms[0])]


@pytest.mark.parametrize(("most_words", "most_characters"), [(50, 400), (32, 400), (50, 250)])
def test_a_phrase_goes_before_the_school_does(most_words: int, most_characters: int) -> None:
    many = replace(CALLED, phrases=tuple(f"Ms Quill{number}" for number in range(20)))
    terms = next(
        terms
        for terms in build_merged_terms(many, QueryOperators.SITES)
        if is_phrase_term(terms[0])
    )

    query = format_search_query(terms, most_words=most_words, most_characters=most_characters)

    assert '"Lark Hill"' in query
    assert query.endswith("site:reddit.com)")
    assert len(query) <= most_characters
    assert len(query.split()) <= most_words
