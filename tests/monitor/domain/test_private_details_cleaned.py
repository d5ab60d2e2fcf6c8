"""Of a private contact only its kind and its place are kept, of a secret nothing."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.person import PersonName
from monitor.domain.private_details import (
    TEXT_FIELDS,
    ExposedContact,
    Workplace,
    redact_private_data,
)
from monitor.domain.vocabulary import ContactKind
from scrapers.models import Trace, TraceKind

ROSA = PersonName(given="Rosa", family="Delgado")
WORK = Workplace(domains=frozenset({"cedar.example"}))
PAGE = Trace(
    key="https://people.example/rosa",
    kind=TraceKind.PAGE,
    url="https://people.example/rosa",
    title="Rosa Delgado",
    snippet="Rosa Delgado, 14 Elm Street, 319-555-0134, SSN 123-45-6789",
)


def test_a_value_is_replaced_by_its_kind():
    kept = redact_private_data(PAGE, ROSA, WORK)

    assert kept.snippet == ("Rosa Delgado, [street address], [phone number], SSN [number removed]")
    assert kept.exposed == ("home-address:snippet", "phone:snippet")
    assert [ExposedContact.from_stored_text(text).kind for text in kept.exposed] == [
        ContactKind.HOME,
        ContactKind.PHONE,
    ]


def test_what_holds_nothing_of_the_kind_is_kept_as_it_is():
    plain = replace(PAGE, snippet="Rosa Delgado teaches fifth grade.")

    assert redact_private_data(plain, ROSA, WORK) == plain


def test_links_that_dial_or_write_are_not_kept():
    links = ("tel:+13195550134", "mailto:rosa@gmail.com", "https://rosa.example")
    kept = redact_private_data(replace(PAGE, snippet="", links=links), ROSA, WORK)

    assert kept.links == ("https://rosa.example",)
    assert kept.exposed == ("mail:links", "phone:links")


def test_a_link_to_the_work_address_exposes_nobody():
    kept = redact_private_data(
        replace(PAGE, snippet="", links=("mailto:rosa@cedar.example",)), ROSA, WORK
    )

    assert kept.exposed == ()


def test_what_the_district_shows_on_its_own_pages_stays():
    theirs = replace(PAGE, url="https://www.cedar.example/staff", snippet="Rosa, 319-555-0134")

    assert redact_private_data(theirs, ROSA, WORK) == theirs


def test_a_secret_is_taken_out_of_addresses_too():
    url = "https://people.example/rosa?ssn=123-45-6789"
    kept = redact_private_data(replace(PAGE, key=url, url=url, links=(url,)), ROSA, WORK)

    assert kept.key == kept.url == "https://people.example/rosa"
    assert kept.links == ("https://people.example/rosa",)


@given(st.sampled_from(TEXT_FIELDS), st.text(max_size=30), st.text(max_size=30))
def test_cleaning_twice_changes_nothing_more(field, before, after):
    dirty = replace(PAGE, **{field: f"{before} 319-555-0134 {after} 123-45-6789"})
    once = redact_private_data(dirty, ROSA, WORK)

    assert replace(redact_private_data(once, ROSA, WORK), exposed=once.exposed) == once
