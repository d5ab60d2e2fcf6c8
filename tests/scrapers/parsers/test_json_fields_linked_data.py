import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.parsers.json_fields import (
    LinkedPerson,
    extract_linked_person,
    extract_node_types,
    parse_linked_data,
)

JANE = {"@type": "Person", "name": "Jane Doe", "description": "Art teacher"}


def told(*documents: object) -> LinkedPerson:
    return extract_linked_person(json.dumps(document) for document in documents)


@pytest.mark.parametrize(
    "document",
    [
        JANE,
        [JANE],
        [[JANE]],
        {"@graph": [{"@type": "WebSite", "name": "Alpha"}, JANE]},
        {"@type": "ProfilePage", "mainEntity": JANE},
        {"@type": ["WebPage", "ProfilePage"], "mainEntity": [JANE]},
        {"@type": "http://schema.org/ProfilePage", "about": JANE},
        {"@graph": [{"@type": "ProfilePage", "mainEntity": {"@id": "#j"}}, JANE | {"@id": "#j"}]},
        [{"@type": "Organization", "name": "Alpha"}, JANE],
    ],
)
def test_a_person_is_found_wherever_they_stand(document: object) -> None:
    person = told(document)

    assert (person.name, person.bio) == ("Jane Doe", "Art teacher")


@pytest.mark.parametrize(
    "spoilt",
    [
        '<!--{"@type": "Person", "name": "Jane Doe"}-->',
        '//<![CDATA[\n{"@type": "Person", "name": "Jane Doe"}\n//]]>',
        '{"@type": "Person", "name": "Jane\tDoe",}',
        '{"@type": "Person", "name": "Jane Doe"};',
        '{"@type": "Person", "name": "Jane Doe"} {"@type": "Person", "name": "Joan"}',
        '\n{"@type": "Person",\n "name": "Jane Doe", "knows": [1,],}',
    ],
)
def test_json_is_read_as_sites_spoil_it(spoilt: str) -> None:
    assert extract_linked_person([spoilt]).name == "Jane Doe"


@pytest.mark.parametrize(
    "broken", ["", "{", "null", "7", '{"@type": "Person"', "[" * 100_000, '{"@graph":' * 10_000]
)
def test_what_is_broken_beyond_that_tells_nothing(broken: str) -> None:
    assert extract_linked_person([broken]) == LinkedPerson()


def test_links_and_pictures_come_as_text_as_list_or_as_object() -> None:
    several = told(JANE | {"sameAs": ["https://a.example", 7], "image": [{"url": "/j.jpg"}]})
    single = told(JANE | {"sameAs": "https://a.example", "image": "/j.jpg", "url": "/"})

    assert (several.links, several.picture) == (("https://a.example",), "/j.jpg")
    assert (single.links, single.picture) == (("https://a.example", "/"), "/j.jpg")


def test_a_nickname_is_no_handle() -> None:
    assert told(JANE | {"alternateName": "@jdoe"}).handle == "jdoe"
    assert told(JANE | {"alternateName": "Miss D"}).handle == ""


def test_a_strange_date_says_nothing_of_the_rest() -> None:
    assert told(JANE | {"dateCreated": "in spring"}).created_at is None
    created = told({"@type": "ProfilePage", "dateCreated": "2019-08-30", "mainEntity": JANE})
    assert created.created_at is not None


def test_types_are_known_with_and_without_their_vocabulary() -> None:
    assert extract_node_types({"@type": ["https://schema.org/Person", "Thing", 7]}) == {
        "Person",
        "Thing",
    }


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    parse_linked_data(text)
    assert extract_linked_person([text]) == extract_linked_person([text])
