"""What a comparison may look at: places, schools, words of work and pastime, sites. No more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.detection.lessons import Trait, TraitKind, extract_traits, look_up_word
from monitor.domain.person import PersonName
from scrapers.models import Trace, TraceKind

NAME = PersonName(given="Maria", family="Delgado", middle="Rose", former_families=("Novak",))


def page(snippet="", title="", url="https://www.news.example/maria"):
    return Trace(key=url, kind=TraceKind.PAGE, url=url, title=title, snippet=snippet)


def account(bio):
    url = "https://skies.example/profile/teacher.skies.example"
    return Trace(key=url, kind=TraceKind.ACCOUNT, url=url, account="skies:1", bio=bio)


def seen(trace, sort):
    return {trait.word for trait in extract_traits(trace, NAME) if trait.kind is sort}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Robotics coach, and a gardener.", {"robotics", "coach", "gardener"}),
        ("Volcanoes, beetles and stories", {"volcano", "beetle", "story"}),
        ("GEOMETRY, Statistics", {"geometry", "statistics"}),
        ("Maria Rose Delgado was here with the Novaks", set()),
    ],
)
def test_words_of_work_and_pastimes_are_seen_however_they_are_written(text, words):
    assert seen(page(text), TraitKind.WORD) == words


@pytest.mark.parametrize(
    "text",
    [
        "Baptist, Catholic, Muslim, Jewish, atheist, church, mosque, prayer, pastor",
        "Democrat, Republican, union, candidate, senator, protest, pride, activist, veteran",
        "cancer, diabetes, autism, recovery, therapy, pregnant, disabled, depression",
        "black, white, Latina, immigrant, gay, woman, mother, divorced, retired, grandmother",
    ],
)
def test_what_somebody_believes_stands_for_suffers_from_or_is_is_not_seen(text):
    assert extract_traits(account(text), NAME) == {}


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("A dentist in Harlan Falls.", {"harlan falls"}),
        ("She is from Port Aldous, and near Fremont", {"port aldous", "fremont"}),
        ("Maria Delgado lives at Fremont, CA", {"fremont"}),
        ("Maria Delgado, MD", set()),
        ("In September, in Christ, in love", set()),
        ("the house at First Avenue", set()),
        ("in Delgado County", set()),
    ],
)
def test_places_are_seen_where_a_preposition_or_a_state_says_so(text, places):
    assert seen(page(text), TraitKind.PLACE) == places


@pytest.mark.parametrize(
    ("text", "schools"),
    [
        ("teacher at Maple Street Elementary School", {"maple street elementary school"}),
        ("Maria Delgado Maple Street Elementary", {"maple street elementary"}),
        ("Schooling is fun; District", set()),
    ],
)
def test_a_school_is_one_thing_with_its_whole_name(text, schools):
    assert seen(page(text), TraitKind.SCHOOL) == schools


def test_a_page_has_a_site_and_words_in_its_address():
    trace = page(url="https://www.news.example/sports/marathon-results?from=newsletter")

    assert seen(trace, TraitKind.SITE) == {"news.example"}
    assert seen(trace, TraitKind.WORD) == {"marathon", "result"}


def test_an_account_has_neither_since_anybody_may_be_on_its_network():
    assert extract_traits(account(""), NAME) == {}


def test_a_trait_remembers_how_it_was_written():
    assert extract_traits(account("in Harlan Falls"), NAME) == {
        Trait(TraitKind.PLACE, "harlan falls"): "Harlan Falls"
    }


@pytest.mark.parametrize("word", ["classes", "glass", "as", "s", "", "ties", "ponies"])
def test_no_word_is_too_short_or_odd_to_look_up(word):
    assert look_up_word(word) in {"", "class"}


@given(text=st.text(max_size=200), url=st.text(max_size=60))
def test_no_text_is_too_strange_to_read(text, url):
    extract_traits(page(text, text, url), NAME)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("She met Odell Brannigan at Ashgrove.", {"odell", "brannigan", "ashgrove"}),
        ("Welcome. Everyone is here.", set()),
        ("In Fremont with Fremont Lions", {"lions"}),
        ("Maria Delgado and friends", set()),
        ("with Geometry, and Al", set()),
        ("She spoke at Lutheran Hall, for Democrats of Ashgrove", {"hall", "ashgrove"}),
    ],
)
def test_a_page_shows_names_by_how_they_are_written(text, names):
    assert seen(page(text), TraitKind.NAME) == names


def test_an_account_shows_no_names():
    assert seen(account("She met Odell Brannigan at Ashgrove."), TraitKind.NAME) == set()


@pytest.mark.parametrize("kind", list(TraitKind))
def test_sites_and_names_are_never_spelled_out(kind):
    assert kind.is_spelled_out is (kind not in {TraitKind.SITE, TraitKind.NAME})
