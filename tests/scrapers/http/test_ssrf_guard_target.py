"""Which URLs may be asked, and which queue they stand in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.util import parse_url

from scrapers.http.errors import FailureReason, FetchError
from scrapers.http.ssrf_guard import RequestTarget, match_origin
from scrapers.models import Outcome
from tests.rows import over_rows

HERE = RequestTarget.from_url("https://site.example/people/rosa?page=1")


@over_rows(
    ("url", "note"),
    [
        ("http://127.0.0.1\\@1.1.1.1/", FailureReason.TREACHEROUS),
        ("http://1.1.1.1 @127.0.0.1/", FailureReason.TREACHEROUS),
        ("http://site.example/a b", FailureReason.TREACHEROUS),
        ("http://site.example/\r\nHost: inside", FailureReason.TREACHEROUS),
        ("http://site.example/\x00", FailureReason.TREACHEROUS),
        ("\thttp://site.example/", FailureReason.TREACHEROUS),
        ("http://site.example/\x85", FailureReason.TREACHEROUS),
        ("http://site.example/\xa0", FailureReason.TREACHEROUS),
        ("http://user@site.example/", FailureReason.USER_NAME),
        ("http://user:secret@site.example/", FailureReason.USER_NAME),
        ("http://site.example@127.0.0.1/", FailureReason.USER_NAME),
        ("ftp://site.example/", FailureReason.NOT_HTTP),
        ("file:///etc/passwd", FailureReason.NOT_HTTP),
        ("gopher://127.0.0.1:25/", FailureReason.NOT_HTTP),
        ("javascript:alert(1)", FailureReason.NOT_HTTP),
        ("data:text/html,hello", FailureReason.NOT_HTTP),
        ("//site.example/", FailureReason.NOT_HTTP),
        ("site.example", FailureReason.NOT_HTTP),
        ("", FailureReason.NOT_HTTP),
        ("http:///nowhere", FailureReason.NOT_HTTP),
        ("http://[::1", FailureReason.MALFORMED),
        ("http://site.example:99999/", FailureReason.MALFORMED),
        ("http://①②⑦.⓪.⓪.①/", FailureReason.MALFORMED),
        ("http://[fe80::1%25eth0]/", FailureReason.ZONE),
        ("http://2130706433/", FailureReason.MISLEADING),
        ("http://0/", FailureReason.MISLEADING),
        ("http://127.1/", FailureReason.MISLEADING),
        ("http://0x7f000001/", FailureReason.MISLEADING),
        ("http://0x7f.0.0.1/", FailureReason.MISLEADING),
        ("http://0177.0.0.1/", FailureReason.MISLEADING),
        ("http://127.0.0.1./", FailureReason.MISLEADING),
        ("http://1.2.3.4.5/", FailureReason.MISLEADING),
        ("http://0X7F000001/", FailureReason.MISLEADING),
        ("http://127.0.0.1../", FailureReason.MALFORMED),
        ("http://site..example/", FailureReason.MALFORMED),
        ("http://./", FailureReason.MALFORMED),
        ("http://site.example/" + "a" * 2_048, FailureReason.TOO_LONG),
    ],
)
def test_a_treacherous_address_is_refused_before_anything_is_resolved(
    url: str, note: FailureReason
) -> None:
    with pytest.raises(FetchError) as end:
        RequestTarget.from_url(url)

    assert end.value.result.outcome is Outcome.SKIPPED
    assert end.value.note is note


def test_an_address_is_taken_apart_as_urllib3_will_take_it_apart() -> None:
    target = RequestTarget.from_url(
        "HTTPS://Site.Example:443/Rosa Ä".replace(" ", "%20") + "?q=ä#part"
    )

    assert target.url == "https://site.example/Rosa%20%C3%84?q=%C3%A4"
    assert target.origin == "https://site.example"


@given(st.text(max_size=40))
def test_what_passes_names_the_host_that_urllib3_would_ask(rest: str) -> None:
    try:
        target = RequestTarget.from_url("http://site.example" + rest)
    except FetchError:
        return
    parsed = parse_url(target.url)
    assert (parsed.scheme, parsed.host, parsed.auth) == (target.scheme, target.host, None)
    assert RequestTarget.from_url(target.url) == target


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/login", "https://site.example/login"),
        ("?page=2", "https://site.example/people/rosa?page=2"),
        ("https://other.example", "https://other.example/"),
        ("//other.example/x", "https://other.example/x"),
        ("/é".encode().decode("latin-1"), "https://site.example/%C3%A9"),
    ],
)
def test_a_redirect_is_followed_from_where_it_was_given(location: str, url: str) -> None:
    assert HERE.resolve_location(location).url == url


@pytest.mark.parametrize(
    ("location", "note"),
    [
        ("http://site.example/", FailureReason.DOWNGRADE),
        ("/a b", FailureReason.TREACHEROUS),
        ("https:\\\\other.example", FailureReason.TREACHEROUS),
        ("https://other.ex\tample/", FailureReason.TREACHEROUS),
        ("https://[", FailureReason.MALFORMED),
        ("javascript:alert(1)", FailureReason.NOT_HTTP),
        ("https://user@other.example/", FailureReason.USER_NAME),
    ],
)
def test_a_treacherous_redirect_is_not_followed(location: str, note: FailureReason) -> None:
    with pytest.raises(FetchError) as end:
        HERE.resolve_location(location)

    assert end.value.note is note


@over_rows(
    ("origins", "covered"),
    [
        (("https://site.example",), True),
        (("HTTPS://Site.example",), True),
        (("https://site.example:443/",), True),
        (("http://site.example",), False),
        (("https://site.example:8443",), False),
        (("https://*.site.example",), False),
        (("https://*.example",), True),
        (("https://example",), False),
        (("https://*",), True),
        (("http://*",), False),
        ((), False),
    ],
)
def test_a_source_is_asked_only_at_its_own_origins(origins: tuple[str, ...], covered: bool) -> None:  # noqa: FBT001 - a column of the table
    assert (match_origin(HERE, origins) is not None) is covered


def test_a_neighbor_with_a_similar_name_is_not_a_subdomain() -> None:
    assert (
        match_origin(
            RequestTarget.from_url("https://evilsite.example/"), ("https://*.site.example",)
        )
        is None
    )
