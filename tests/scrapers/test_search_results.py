"""Engines take quotes for a hint, so what they found is looked at again."""

import pytest

from scrapers.parsers.json_fields import ShapeError
from scrapers.search_results import SearchHit, build_person_traces, parse_hits, strip_markup

TERMS = ("Nora J. Quill", "Harbour Lane School")


def hit(title: str = "", snippet: str = "", url: str = "https://paper.example/a") -> SearchHit:
    return SearchHit(url=url, title=title, snippet=snippet)


@pytest.mark.parametrize(
    "named",
    [
        hit("Nora Quill wins a prize"),
        hit("QUILL, NORA"),
        hit("N. Quill, 2nd place"),
        hit("N. J. Quill, 2nd place"),
        hit("Staff", "Ms. Quill teaches art at Harbour Lane."),
        hit("Mrs. Quill's class", url="https://harbourlane.example/art"),
        hit("Results", url="https://paper.example/nora-quill"),
        hit("Results", url="https://paper.example/noraquill"),
        hit("A quiet account", url="https://instagram.com/nquill.art"),
    ],
)
def test_a_hit_that_names_the_person_is_one(named: SearchHit) -> None:
    assert len(build_person_traces(TERMS, [named])) == 1


@pytest.mark.parametrize(
    "other",
    [
        hit("Nora Lark wins a prize", "Harbour Lane School"),
        hit("The quill: a history", "How a feather is cut."),
        hit("Quill College, fall sports"),
        hit("Quill's n best pens", "By J. Lark."),
        hit("", ""),
    ],
)
def test_a_hit_that_bears_a_family_name_alone_is_none(other: SearchHit) -> None:
    assert build_person_traces(TERMS, [other]) == ()


def test_a_word_alone_is_looked_for_alone() -> None:
    assert len(build_person_traces(("wikipedia",), [hit("Wikipedia, the free encyclopedia")])) == 1


def test_an_address_is_one_trace_however_often_it_is_listed() -> None:
    twice = [hit("Nora Quill", url=f"https://{host}paper.example/a") for host in ("", "www.")]

    assert len(build_person_traces(TERMS, twice)) == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A &quot;Hello&quot; &amp; <strong>more</strong>", 'A "Hello" & more'),
        ("<b>async</b>-std", "async-std"),
        ("Nora&#39;s  page\n", "Nora's page"),
        ("1 < 2 > 0", "1 < 2 > 0"),
        ("<" * 5_000, "<" * 5_000),
    ],
)
def test_tags_and_entities_of_an_engine_are_taken_out(text: str, shown: str) -> None:
    assert strip_markup(text) == shown


def test_what_is_paid_for_or_leads_nowhere_is_no_hit() -> None:
    rows = [
        {"title": "Ad", "url": "https://duckduckgo.com/y.js?ad_domain=shop.example"},
        {"title": "Ad", "url": "https://www.google.com/aclk?sa=l&adurl=https://shop.example"},
        {"title": "Odd", "url": "javascript:alert(1)"},
        {"title": "", "url": ""},
        {"title": "Wrapped", "url": "https://www.google.com/url?q=https://paper.example/a&sa=U"},
    ]

    (only,) = parse_hits(rows, "url", "title", "")
    assert only == hit("Wrapped")


@pytest.mark.parametrize(
    "row",
    [7, {"title": "A"}, {"url": "https://a.example"}, {"title": 7, "url": "https://a.example"}],
)
def test_a_result_without_its_mandatory_parts_is_no_result(row: object) -> None:
    with pytest.raises(ShapeError):
        list(parse_hits([row], "url", "title", ""))


def test_a_hit_that_bears_any_of_the_names_is_one():
    terms = ("Nora Quill", "Nora Lark", "Harbour Lane School")

    assert len(build_person_traces(terms, [hit("Nora Lark wins a prize")])) == 1
    assert build_person_traces(terms, [hit("Harbour Lane School")]) == ()


@pytest.mark.parametrize(
    "broken",
    ["https://[quill/", "https://quill]/", "https://:443/quill", "https://\u2100.example/"],
)
def test_a_hit_that_names_no_host_leads_nowhere(broken: str) -> None:
    rows = [{"url": broken, "title": "Nora Quill"}, {"url": "https://a.example", "title": "Quill"}]

    assert [search_hit.url for search_hit in parse_hits(rows, "url", "title", "")] == [
        "https://a.example"
    ]


def test_the_name_of_a_network_that_was_asked_for_vouches_for_nobody() -> None:
    terms = ("Nora Quill", "", "site:facebook.com", "site:instagram.com")
    other = hit("Ivo Quill | Facebook", url="https://www.facebook.com/ivo.marsh")
    hers = hit("Nora Quill | Facebook", url="https://www.facebook.com/people/1")

    assert [trace.url for trace in build_person_traces(terms, [other, hers])] == [hers.url]


@pytest.mark.parametrize(
    "shown",
    [
        hit(url="https://www.tiktok.com/@InkAndQuill"),
        hit(url="https://www.tiktok.com/@ink.and_quill"),
        hit(title="Ask @inkandquill about ink"),
        hit(snippet="by inkandquill."),
        hit(url="https://forum.example/u/inkandquill"),
    ],
)
def test_a_hit_that_shows_a_handle_is_one(shown: SearchHit) -> None:
    assert build_person_traces(("@inkandquill", ""), [shown])


@pytest.mark.parametrize(
    "other",
    [
        hit(title="inkandquill2"),
        hit(snippet="inkandquill.shop and inkandquill-art"),
        hit(url="https://forum.example/u/my.inkandquill"),
        hit(title="Ink and Quill"),
    ],
)
def test_a_hit_that_shows_another_handle_is_none(other: SearchHit) -> None:
    assert build_person_traces(("@inkandquill", ""), [other]) == ()


PHRASES = ("=Ms Quill", "=Quill memes", '"Lark Hill School"')


@pytest.mark.parametrize(
    ("shown", "counts"),
    [
        (hit("Ms. Quill (@someone) \u2022 Instagram photos and videos"), True),
        (hit("a page", "The best of Ms Quill at Lark Hill"), True),
        (hit("(@msquill_fans) on TikTok", url="https://www.tiktok.com/@msquill_fans"), True),
        (hit("quillmemes", url="https://www.instagram.com/quillmemes/"), True),
        (hit("Quill, ms. of the year", "Lark Hill School"), False),
        (hit("Quills and memes", "Lark Hill School"), False),
    ],
)
def test_a_phrase_counts_word_for_word(shown: SearchHit, *, counts: bool) -> None:
    assert bool(build_person_traces(PHRASES, [shown])) is counts
