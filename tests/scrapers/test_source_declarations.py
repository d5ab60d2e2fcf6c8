"""Each source says what it is before anybody turns it on."""

from dataclasses import fields
from decimal import Decimal

from scrapers.source import ANY_ORIGIN, ApiKeySpec, AppTokenSpec, Source, SourceInfo
from tests.rows import over_rows
from tests.scrapers.known_sources import all_sources, written_sources

TEXTS = ("title", "asks", "discloses", "sees", "cannot_see", "provenance")


@over_rows("source", all_sources(), ids=lambda source: source.name)
def test_a_source_leaves_nothing_unsaid(source: Source) -> None:
    told = {name: getattr(source.info, name) for name in TEXTS}

    assert [name for name, text in told.items() if not text.strip()] == []
    assert [name for name, text in told.items() if text != text.strip() or "\n" in text] == []


@over_rows("source", all_sources(), ids=lambda source: source.name)
def test_no_source_claims_to_have_been_run_live(source: Source) -> None:
    assert source.info.seen_live is None


@over_rows("source", written_sources(), ids=lambda source: source.name)
def test_a_source_of_its_own_names_the_terms_it_is_asked_under(source: Source) -> None:
    terms = source.info.terms

    assert terms is not None
    assert terms.url.startswith("https://")


@over_rows("source", all_sources(), ids=lambda source: source.name)
def test_a_source_of_our_own_is_asked_over_https(source: Source) -> None:
    origins = source.crawl_policy.origins

    # What opens the pages that others found goes where they are.
    assert origins == ANY_ORIGIN or [url for url in origins if not url.startswith("https://")] == []


def test_what_is_paid_for_needs_a_key() -> None:
    paid = [source for source in all_sources() if source.info.usd_per_1000 != Decimal(0)]

    assert [source.name for source in paid if source.info.api_key is None] == []


@over_rows("source", all_sources(), ids=lambda source: source.name)
def test_a_key_has_a_name_and_one_place_in_a_request(source: Source) -> None:
    key = source.info.api_key

    assert key is None or (key.name and bool(key.header) is not bool(key.param))


def test_a_declaration_holds_no_key_itself() -> None:
    assert {field.name for field in fields(ApiKeySpec)} == {
        "name",
        "header",
        "prefix",
        "param",
        "required",
        "app_token",
    }
    assert {field.name for field in fields(AppTokenSpec)} == {"url", "secret_in", "id_header"}
    assert not {"secret", "token", "password"} & {field.name for field in fields(SourceInfo)}
