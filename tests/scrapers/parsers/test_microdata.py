"""Attributes of tags say whom a page is about by the same rule as scripts do."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup

from scrapers.models import Page
from scrapers.parsers.microdata import MOST_ITEMS, extract_microdata, has_subject_item
from scrapers.parsers.profile_card import ProfileCard, parse_profile_card

Answered = Callable[..., Page]

PERSON = '<div itemscope itemtype="https://schema.org/Person"'
NORA = (
    '<span itemprop="name">Nora <b>Quill</b></span><a itemprop="url" href="/people/nora">page</a>'
    '<img itemprop="image" src="/nora.jpg"><a itemprop="sameAs" href="https://nora.example/">mine</a>'
    '<p itemprop="description">Art teacher by the sea.</p>'
)
KARL = '<span itemprop="name">Karl Brandt</span><a itemprop="sameAs" href="https://karl.example/">'


def items(markup: str) -> list[dict[str, object]]:
    return list(extract_microdata(BeautifulSoup(markup, "lxml")))


@pytest.fixture
def read(answered: Answered) -> Callable[[str], ProfileCard]:
    def reading(body: str, title: str = "People") -> ProfileCard:
        markup = (
            f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>"
        )
        return parse_profile_card(answered(markup, url="https://town.example/people/nora"))

    return reading


def test_an_item_holds_its_texts_its_addresses_and_the_items_inside_it() -> None:
    inside = (
        f'<div itemprop="author" itemscope itemtype="http://schema.org/Person">{KARL}</a></div>'
    )
    dated = '<time itemprop="dateCreated" datetime="2024-02-03">a while ago</time>'

    (item,) = items(
        f"{PERSON} itemid='#n'>{NORA}{inside}{dated}<i itemprop='articleBody'>x</i></div>"
    )

    assert item == {
        "@type": ["https://schema.org/Person"],
        "@id": "#n",
        "name": "Nora Quill",
        "url": "/people/nora",
        "image": "/nora.jpg",
        "sameAs": "https://nora.example/",
        "description": "Art teacher by the sea.",
        "author": {
            "@type": ["http://schema.org/Person"],
            "name": "Karl Brandt",
            "sameAs": "https://karl.example/",
        },
        "dateCreated": "2024-02-03",
    }


def test_what_is_said_twice_is_a_list_and_an_item_of_no_other_stands_alone() -> None:
    both = '<a itemprop="sameAs" href="https://a.example/"></a>' * 2
    first, second = items(f"{PERSON}>{both}{PERSON}>{KARL}</a></div></div>")

    assert first["sameAs"] == ["https://a.example/", "https://a.example/"]
    assert second["name"] == "Karl Brandt"


def test_no_text_is_read_twice_however_deep_it_is_nested() -> None:
    nested = '<i itemprop="name">' * 2_000 + "Nora" + "</i>" * 2_000

    (item,) = items(f"{PERSON}>{nested}</div>")

    assert item["name"] == "Nora"


def test_a_page_of_endless_items_is_read_to_a_bound() -> None:
    assert len(items(f"{PERSON}></div>" * (MOST_ITEMS + 50))) == MOST_ITEMS


@pytest.mark.parametrize(
    ("tag", "is_parsed"),
    [
        ('<div itemscope itemtype="https://schema.org/Person">', True),
        ("<main itemscope itemtype='http://schema.org/ProfilePage'>", True),
        ('<a itemprop="mainEntity" itemscope itemtype="https://schema.org/Person">', True),
        ('<a itemprop="author" itemscope itemtype="https://schema.org/Person">', False),
        ('<a itemscope itemtype="https://schema.org/Product">', False),
        ('<script>{"@type": "https://schema.org/Person"}</script>', False),
        ("schema.org/Person", False),
    ],
)
def test_a_page_is_parsed_for_people_only_where_one_may_be_its_subject(
    tag: str, *, is_parsed: bool
) -> None:
    assert has_subject_item(f"<body>{'x' * 2000}{tag}") is is_parsed


def test_a_person_whose_page_this_is_is_its_subject(read: Callable[..., ProfileCard]) -> None:
    card = read(f"{PERSON}>{NORA}</div>")

    assert (card.name, card.bio) == ("Nora Quill", "Art teacher by the sea.")
    assert card.links == ("https://nora.example/",)
    assert card.picture == "https://town.example/nora.jpg"


def test_the_main_entity_of_a_profile_page_is_its_subject(
    read: Callable[..., ProfileCard],
) -> None:
    inner = f'<div itemprop="mainEntity" itemscope itemtype="https://schema.org/Person">{KARL}</a></div>'

    card = read(f'<main itemscope itemtype="https://schema.org/ProfilePage">{inner}</main>')

    assert card.name == "Karl Brandt"


def test_who_wrote_a_page_is_not_its_subject(read: Callable[..., ProfileCard]) -> None:
    writer = (
        f'<div itemprop="author" itemscope itemtype="https://schema.org/Person">{KARL}</a></div>'
    )
    article = f'<article itemscope itemtype="https://schema.org/NewsArticle">{writer}</article>'

    card = read(article, title="Nora Quill opens a show")

    assert (card.name, card.links) == ("Nora Quill opens a show", ())


def test_nobody_speaks_for_the_page_in_its_comments(read: Callable[..., ProfileCard]) -> None:
    card = read(f'<div class="comments">{PERSON}>{NORA}</div></div>')

    assert card.links == ()
