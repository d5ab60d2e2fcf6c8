import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.parsers.json_fields import PageProfile
from scrapers.parsers.json_ld import (
    PageSigns,
    extract_linked_person,
    extract_node_types,
    normalize_page_address,
    parse_linked_data,
)
from tests.rows import over_rows

HERE = "https://alpha.example/jdoe"
JANE = {"@type": "Person", "name": "Jane Doe", "description": "Art teacher"}
PAT = {"@type": "Person", "name": "Pat Poser", "sameAs": "https://x.example/pat"}
ALPHA = {"@type": "Organization", "name": "Alpha", "sameAs": "https://x.example/alpha"}
NAMED = PageSigns(addresses=(HERE,), lines=("Jane Doe",))


def told(*documents: object, **signs: object) -> PageProfile:
    own = replace(PageSigns(addresses=(HERE,)), **signs)  # type: ignore[arg-type]  # by name
    return extract_linked_person(map(json.dumps, documents), own)


@over_rows(
    "document",
    [
        {"@type": "ProfilePage", "mainEntity": JANE},
        {"@type": ["WebPage", "ProfilePage"], "mainEntity": [JANE]},
        {"@type": "http://schema.org/ProfilePage", "about": JANE},
        {"@graph": [{"@type": "ProfilePage", "mainEntity": {"@id": "#j"}}, JANE | {"@id": "#j"}]},
        [ALPHA, {"@type": "ProfilePage", "author": PAT, "mainEntity": JANE}],
        JANE | {"url": HERE},
        [[JANE | {"url": "http://www.alpha.example/jdoe/#me"}]],
        {"@graph": [{"@type": "WebSite", "name": "Alpha"}, JANE | {"@id": f"{HERE}#person"}]},
        [ALPHA, PAT, JANE | {"mainEntityOfPage": {"@type": "WebPage", "@id": HERE}}],
        {"@type": "AboutPage", "url": HERE, "mainEntity": JANE},
    ],
)
def test_whose_page_it_is_is_its_subject(document: object) -> None:
    person = told(document)

    assert (person.name, person.bio) == ("Jane Doe", "Art teacher")


@pytest.mark.parametrize(
    "line", ["Jane Doe", "About Jane Doe", "Jane Doe (@jdoe)", "JANE DOE: art"]
)
def test_whom_the_title_names_is_the_subject(line: str) -> None:
    assert told(ALPHA, PAT, JANE, lines=("Welcome", line)).name == "Jane Doe"


@pytest.mark.parametrize("line", ["Janet Doering", "Doe, Jane", "A trip to the sea", ""])
def test_whom_nothing_names_is_not_the_subject(line: str) -> None:
    assert told(JANE, lines=(line,)) == PageProfile()


def test_a_single_name_has_to_be_what_a_title_begins_with() -> None:
    will = {"@type": "Person", "name": "Will"}

    assert told(will, lines=("Will it rain?",)) == PageProfile()
    assert told(will, lines=("Will | Alpha",)).name == "Will"


@over_rows("key", ["author", "publisher", "creator", "editor", "contributor"])
@over_rows("named", [PAT, {"name": "Pat Poser"}, "Pat Poser", {"@id": "#p"}, [{"@id": "#p"}]])
@over_rows("kind", ["NewsArticle", "WebPage", "BlogPosting", "Recipe"])
def test_whom_a_page_names_its_author_is_not_its_subject(
    key: str, named: object, kind: str
) -> None:
    author = PAT | {"@id": "#p", "url": HERE}

    assert told({"@type": kind, key: named}, author, lines=("By Pat Poser",)) == PageProfile()


def test_an_author_s_own_page_is_about_them() -> None:
    archive = {"@type": "ProfilePage", "@id": HERE, "name": "Jane Doe, Author at Alpha"}
    jane = JANE | {"@id": "https://alpha.example/#/schema/person/1", "mainEntityOfPage": HERE}

    assert told({"@graph": [archive, ALPHA, jane]}).name == "Jane Doe"


def test_an_address_that_many_blogs_give_their_writers_is_no_page() -> None:
    writer = JANE | {"@id": "https://alpha.example/#/schema/person/1", "url": "#"}

    assert told(writer, addresses=("https://alpha.example/",)) == PageProfile()


def test_the_profile_of_somebody_else_tells_nothing_of_an_article() -> None:
    profile = {"@type": "ProfilePage", "url": "https://alpha.example/pat", "mainEntity": PAT}

    assert told({"@type": "NewsArticle"}, profile) == PageProfile()


def test_several_people_are_no_subject() -> None:
    staff = [JANE | {"url": HERE}, PAT | {"url": HERE}]

    assert told(*staff) == PageProfile()
    assert told(*staff, lines=("Jane Doe",)).name == "Jane Doe"


def test_an_organization_is_a_subject_only_on_a_profile() -> None:
    band = {"@type": "MusicGroup", "name": "The Lanterns", "url": HERE}

    assert told(band, lines=("The Lanterns",)) == PageProfile()
    assert told(band, lines=("The Lanterns",), is_profile=True).name == "The Lanterns"


@pytest.mark.parametrize(
    "signs",
    [
        {"sites": ("Alpha",)},
        {"addresses": ("https://alpha.example/jdoe", HERE)},
        {"addresses": ("https://beta.example/jdoe",), "lines": ("Alpha", "Jane Doe | Alpha")},
    ],
)
def test_the_site_itself_is_never_the_subject(signs: dict[str, object]) -> None:
    site = {"@type": "WebSite", "name": "Alpha"}

    assert told(ALPHA | {"url": HERE}, site, is_profile=True, **signs) == PageProfile()


def test_the_front_page_of_a_site_is_about_whoever_publishes_it() -> None:
    home = "https://jane.example/"
    jane = JANE | {"@type": ["Person", "Organization"], "@id": "#j", "url": home}
    site = {"@type": "WebSite", "name": "Jane Doe", "publisher": {"@id": "#j"}}

    assert told({"@graph": [site, jane]}, addresses=(home,)).name == "Jane Doe"
    assert told({"@graph": [site, jane]}, addresses=(f"{home}contact",)) == PageProfile()


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
    assert extract_linked_person([spoilt], NAMED).name == "Jane Doe"


@pytest.mark.parametrize(
    "broken", ["", "{", "null", "7", '{"@type": "Person"', "[" * 100_000, '{"@graph":' * 10_000]
)
def test_what_is_broken_beyond_that_tells_nothing(broken: str) -> None:
    assert extract_linked_person([broken], NAMED) == PageProfile()


def test_links_and_pictures_come_as_text_as_list_or_as_object() -> None:
    own = JANE | {"mainEntityOfPage": HERE}
    several = told(own | {"sameAs": ["https://a.example", 7], "image": [{"url": "/j.jpg"}]})
    single = told(own | {"sameAs": "https://a.example", "image": "/j.jpg", "url": "/"})

    assert (several.links, several.picture) == (("https://a.example",), "/j.jpg")
    assert (single.links, single.picture) == (("https://a.example", "/"), "/j.jpg")


def test_a_nickname_is_no_handle() -> None:
    assert told(JANE | {"url": HERE, "alternateName": "@jdoe"}).handle == "jdoe"
    assert told(JANE | {"url": HERE, "alternateName": "Miss D"}).handle == ""


def test_a_strange_date_says_nothing_of_the_rest() -> None:
    assert told(JANE | {"url": HERE, "dateCreated": "in spring"}).created_at is None
    created = told({"@type": "ProfilePage", "dateCreated": "2019-08-30", "mainEntity": JANE})
    assert created.created_at is not None


def test_types_are_known_with_and_without_their_vocabulary() -> None:
    assert extract_node_types({"@type": ["https://schema.org/Person", "Thing", 7]}) == {
        "Person",
        "Thing",
    }


def test_two_spellings_of_a_page_are_one_and_a_bare_hash_is_none() -> None:
    assert normalize_page_address(HERE, "http://www.alpha.example/jdoe/#x") == "alpha.example/jdoe"
    assert normalize_page_address(HERE, "#") == ""


JSON = st.recursive(
    st.none() | st.text(max_size=9) | st.just(HERE) | st.just("#j"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "@type",
                    "@id",
                    "@graph",
                    "name",
                    "url",
                    "author",
                    "mainEntity",
                    "mainEntityOfPage",
                ]
            ),
            inner | st.sampled_from(["Person", "ProfilePage", "WebPage", "Article"]),
            max_size=6,
        )
    ),
    max_leaves=25,
)


@given(JSON)
def test_no_shape_is_too_strange(document: object) -> None:
    assert told(document, lines=("Jane Doe",)) == told(document, lines=("Jane Doe",))


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    parse_linked_data(text)
    assert extract_linked_person([text], NAMED) == extract_linked_person([text], NAMED)
