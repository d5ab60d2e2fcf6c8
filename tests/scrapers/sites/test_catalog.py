import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.sites.catalog import (
    CatalogError,
    SiteCatalog,
    load_catalog_file,
    load_own_catalog,
    merge_catalogs,
    parse_catalog,
)

Read = Callable[..., SiteCatalog]
Site = dict[str, object]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def test_an_entry_is_read_as_it_stands(read: Read, alpha: Site) -> None:
    (entry,) = read(alpha).entries

    assert entry.key == "alpha"
    assert entry.rule.m_string == "Not found"
    assert entry.crawl_policy.origins == ("https://alpha.example",)
    assert entry.format_check_url("j d") == "https://alpha.example/j%20d"


def test_a_site_may_keep_its_pictures_elsewhere(read: Read, alpha: Site) -> None:
    (entry,) = read(alpha | {"pictures": ["https://*.cdn.example"]}).entries

    assert entry.crawl_policy.origins == ("https://alpha.example", "https://*.cdn.example")


def test_accounts_that_nobody_vouches_for_are_never_asked(read: Read, alpha: Site) -> None:
    assert read(alpha).entries[0].known_accounts == ()
    assert read(alpha | {"provenance": "seen in its help pages"}).entries[0].known_accounts == (
        "alpha",
    )


def test_what_only_browsers_send_is_left_out_and_the_site_is_asked(read: Read, alpha: Site) -> None:
    headers = {"User-Agent": "Mozilla/5.0", "Sec-Fetch-Mode": "cors", "Accept": "text/html"}

    (entry,) = read(alpha | {"headers": headers}).entries

    assert entry.headers == (("accept", "text/html"),)


def test_a_host_may_hold_more_than_the_handle_before_its_first_dot(read: Read, alpha: Site) -> None:
    (entry,) = read(alpha | {"uri_check": "https://blog-{account}.alpha.example/"}).entries

    assert entry.crawl_policy.origins == ("https://*.alpha.example",)
    assert entry.format_check_url("nora") == "https://blog-nora.alpha.example/"
    assert not entry.is_valid_handle("nora.quill")


FORM_TYPE = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("posted", "kind", "sent"),
    [
        ({"post_body": '{"name": "{account}"}'}, "application/json", '{"name": "nora+q"}'),
        ({"post_body": "name={account}"}, FORM_TYPE, "name=nora%2Bq"),
        (
            {"post_body": "{account}", "headers": {"Content-Type": "text/plain"}},
            "text/plain",
            "nora+q",
        ),
    ],
)
def test_a_handle_is_put_into_what_is_posted(
    read: Read, alpha: Site, posted: Site, kind: str, sent: str
) -> None:
    shown = {"uri_check": "https://alpha.example/taken", "uri_pretty": alpha["uri_check"]}
    (entry,) = read(alpha | shown | posted).entries

    assert dict(entry.headers)["content-type"] == kind
    assert entry.format_body("nora+q") == sent
    assert entry.format_check_url("nora") == "https://alpha.example/taken"
    assert entry.format_profile_url("nora") == "https://alpha.example/nora"


@pytest.mark.parametrize("handle", ['nora"', "nora'", "nora&admin=1", "nora{", "nora)"])
def test_nothing_that_a_server_could_read_otherwise_is_posted(
    read: Read, alpha: Site, handle: str
) -> None:
    (entry,) = read(alpha | {"post_body": '{"name": "{account}"}'}).entries

    assert not entry.is_valid_handle(handle)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"valid": False}, "no longer works"),
        (
            {"uri_check": "https://alpha.example/taken", "post_body": "name={account}"},
            "no address of an account",
        ),
        ({"protection": ["cloudflare"]}, "does not want"),
        ({"headers": {"Cookie": "a=b"}}, "login or someone's key"),
        ({"headers": {"X-Api-Key": "a"}}, "login or someone's key"),
        ({"uri_check": "https://{account}.example/"}, "host of its own"),
        ({"uri_check": "https://{account}.co.uk/"}, "host of its own"),
        ({"uri_check": "https://u-{account}.co.uk/"}, "host of its own"),
        ({"uri_check": "https://u{account}.alpha.example/"}, "host of its own"),
        ({"uri_check": "https://alpha.example/{account}?api_key=abc"}, "someone's key"),
        ({"uri_check": "https://www.instagram.com/{account}/"}, "may not be visited"),
        *(({"cat": cat}, "its category") for cat in ("xx NSFW xx", "dating", "social", "gaming")),
        ({"cat": ""}, "its category"),
        ({"uri_check": "https://scratch.mit.edu/users/{account}"}, "may not be visited"),
        ({"uri_check": "https://onlyfans.com/{account}"}, "may not be visited"),
        ({"m_code": 500}, "server error"),
        ({"e_code": 301}, "redirect"),
        ({"m_code": 403, "m_string": ""}, "is empty"),
    ],
)
def test_what_cannot_be_used_is_listed_with_the_reason(
    read: Read, alpha: Site, change: Site, reason: str
) -> None:
    catalog = read(alpha | change)

    assert catalog.entries == ()
    assert reason in catalog.exclusions[0].reason


def test_a_list_may_say_which_sites_it_does_not_ask(alpha: Site) -> None:
    content = json.dumps({"sites": [alpha], "silent": {"Beta": "it wants a login"}}).encode()

    (silent,) = parse_catalog("sites.json", content).exclusions

    assert (silent.name, silent.reason) == ("Beta", "it wants a login")


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ({"e_string": "{account}"}, False),
        ({"e_string": "alpha.example/{account}"}, False),
        ({"e_string": "/{account}/", "e_others": ["class='card'"]}, True),
        ({"m_string": ""}, False),
        ({"m_string": "", "provenance": "its help page shows alpha."}, True),
        ({"e_string": "{account}", "provenance": "its help page shows alpha."}, True),
    ],
)
def test_what_neither_an_account_nor_words_of_its_own_prove_is_not_asked(
    read: Read, alpha: Site, change: Site, *, asked: bool
) -> None:
    catalog = read(alpha | change)

    assert [entry.name for entry in catalog.entries] == ["Alpha"] * asked
    assert [left.reason[:14] for left in catalog.exclusions] == ["nothing proves"] * (not asked)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"name": ""}, "name must be"),
        ({"uri_check": "https://alpha.example/"}, "{account}"),
        ({"uri_check": "ftp://alpha.example/{account}"}, "http address"),
        ({"uri_check": "https://[/{account}"}, "http address"),
        ({"e_code": "200"}, "e_code must be"),
        ({"m_code": None}, "m_code must be"),
        ({"e_string": ""}, "e_string must be"),
        ({"m_string": None}, "m_string must be"),
        ({"m_string": "", "m_code": 200}, "codes differ"),
        ({"m_string": "class='card'", "m_code": 200}, "says the same"),
        ({"known": "alpha"}, "known must be"),
        ({"pictures": "https://cdn.example"}, "pictures must be a list"),
        ({"pictures": ["https://cdn.example/a"]}, "pictures must be origins"),
        ({"handle": "(?=x)"}, "handle must be"),
        ({"handle": "([a-z]+)+"}, "handle must be"),
        ({"handle": "[a-z]*[a-z]*[a-z]*[a-z]*"}, "at most 3 repeats"),
        ({"handle": "[z-a]{2}"}, "handle must be"),
        ({"access": "login"}, "access must be"),
        ({"access": ["page"]}, "access must be"),
        ({"seen_on": "yesterday"}, "seen_on must be"),
        ({"seconds_between": 0}, "seconds_between must be"),
        ({"m_codes": ["404"]}, "m_codes must be"),
        ({"report": "https://alpha.example/report"}, "report must be"),
        ({"terms": "on paper"}, "terms must be"),
        ({"headers": ["x"]}, "headers must be"),
        ({"headers": {"Accept": "x\r\nHost: other.example"}}, "headers must be"),
    ],
)
def test_each_fault_is_one_sentence_that_names_file_and_entry(
    read: Read, alpha: Site, change: Site, fault: str
) -> None:
    with pytest.raises(CatalogError) as caught:
        read(alpha, alpha | {"name": "Beta"} | change)

    (sentence,) = caught.value.faults
    assert sentence.startswith("sites.json, entry 2")
    assert fault in sentence


@pytest.mark.parametrize(
    "content", [b"", b'{"sites": [{"name": "Alpha",', b"[]", b'{"sites": {}}', b'{"sites": []}']
)
def test_a_half_written_file_is_refused_in_one_sentence(content: bytes) -> None:
    with pytest.raises(CatalogError, match=r"^sites\.json is not ") as caught:
        parse_catalog("sites.json", content)

    assert len(caught.value.faults) == 1


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"nowhere\.json cannot be read"):
        load_catalog_file(tmp_path / "nowhere.json")


def test_two_entries_of_one_name_are_a_fault(read: Read, alpha: Site) -> None:
    with pytest.raises(CatalogError, match="same name"):
        read(alpha, alpha)


def test_the_earlier_catalogue_counts(read: Read, alpha: Site) -> None:
    ours, theirs = read(alpha), read(alpha | {"m_string": "Nope"}, alpha | {"name": "Beta"})

    both = merge_catalogs(ours, theirs)

    assert [entry.name for entry in both.entries] == ["Alpha", "Beta"]
    assert both.entries[0].rule.m_string == "Not found"
    assert [exclusion.name for exclusion in both.exclusions] == ["Alpha"]


def test_characters_that_a_list_strips_are_never_asked_about(read: Read, alpha: Site) -> None:
    (entry,) = read(alpha | {"strip_bad_char": ".-]d^"}).entries

    assert entry.is_valid_handle("jo0e")
    assert [
        word for word in ("j.oe", "j-oe", "j]oe", "joed", "^joe") if entry.is_valid_handle(word)
    ] == []


def test_a_catalogue_joined_with_itself_is_itself() -> None:
    own = load_own_catalog()

    assert merge_catalogs(own, own).entries == own.entries


@given(st.lists(st.dictionaries(st.sampled_from(["name", "uri_check", "e_code", "known"]), JSON)))
def test_no_file_is_too_strange(sites: list[Site]) -> None:
    with pytest.raises(CatalogError):
        parse_catalog("sites.json", json.dumps({"sites": sites}).encode())
