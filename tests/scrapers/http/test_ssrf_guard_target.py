"""Which URLs may be asked, and which queue they stand in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.util import parse_url

from scrapers.http.errors import Note, UnfinishedError
from scrapers.http.ssrf_guard import Target, declared
from scrapers.models import Outcome

HERE = Target.of("https://site.example/people/rosa?page=1")


@pytest.mark.parametrize(
    ("url", "note"),
    [
        ("http://127.0.0.1\\@1.1.1.1/", Note.TREACHEROUS),
        ("http://1.1.1.1 @127.0.0.1/", Note.TREACHEROUS),
        ("http://site.example/a b", Note.TREACHEROUS),
        ("http://site.example/\r\nHost: inside", Note.TREACHEROUS),
        ("http://site.example/\x00", Note.TREACHEROUS),
        ("\thttp://site.example/", Note.TREACHEROUS),
        ("http://site.example/\x85", Note.TREACHEROUS),
        ("http://site.example/\xa0", Note.TREACHEROUS),
        ("http://user@site.example/", Note.USER_NAME),
        ("http://user:secret@site.example/", Note.USER_NAME),
        ("http://site.example@127.0.0.1/", Note.USER_NAME),
        ("ftp://site.example/", Note.NOT_HTTP),
        ("file:///etc/passwd", Note.NOT_HTTP),
        ("gopher://127.0.0.1:25/", Note.NOT_HTTP),
        ("javascript:alert(1)", Note.NOT_HTTP),
        ("data:text/html,hello", Note.NOT_HTTP),
        ("//site.example/", Note.NOT_HTTP),
        ("site.example", Note.NOT_HTTP),
        ("", Note.NOT_HTTP),
        ("http:///nowhere", Note.NOT_HTTP),
        ("http://[::1", Note.MALFORMED),
        ("http://site.example:99999/", Note.MALFORMED),
        ("http://①②⑦.⓪.⓪.①/", Note.MALFORMED),
        ("http://[fe80::1%25eth0]/", Note.ZONE),
        ("http://2130706433/", Note.MISLEADING),
        ("http://0/", Note.MISLEADING),
        ("http://127.1/", Note.MISLEADING),
        ("http://0x7f000001/", Note.MISLEADING),
        ("http://0x7f.0.0.1/", Note.MISLEADING),
        ("http://0177.0.0.1/", Note.MISLEADING),
        ("http://127.0.0.1./", Note.MISLEADING),
        ("http://1.2.3.4.5/", Note.MISLEADING),
        ("http://0X7F000001/", Note.MISLEADING),
        ("http://127.0.0.1../", Note.MALFORMED),
        ("http://site..example/", Note.MALFORMED),
        ("http://./", Note.MALFORMED),
        ("http://site.example/" + "a" * 2_048, Note.TOO_LONG),
    ],
)
def test_a_treacherous_address_is_refused_before_anything_is_resolved(url: str, note: Note) -> None:
    with pytest.raises(UnfinishedError) as end:
        Target.of(url)

    assert end.value.reading.outcome is Outcome.SKIPPED
    assert end.value.note is note


def test_an_address_is_taken_apart_as_urllib3_will_take_it_apart() -> None:
    target = Target.of("HTTPS://Site.Example:443/Rosa Ä".replace(" ", "%20") + "?q=ä#part")

    assert target.url == "https://site.example/Rosa%20%C3%84?q=%C3%A4"
    assert target.origin == "https://site.example"


@given(st.text(max_size=40))
def test_what_passes_names_the_host_that_urllib3_would_ask(rest: str) -> None:
    try:
        target = Target.of("http://site.example" + rest)
    except UnfinishedError:
        return
    parsed = parse_url(target.url)
    assert (parsed.scheme, parsed.host, parsed.auth) == (target.scheme, target.host, None)
    assert Target.of(target.url) == target


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
    assert HERE.redirected(location).url == url


@pytest.mark.parametrize(
    ("location", "note"),
    [
        ("http://site.example/", Note.DOWNGRADE),
        ("/a b", Note.TREACHEROUS),
        ("https:\\\\other.example", Note.TREACHEROUS),
        ("https://other.ex\tample/", Note.TREACHEROUS),
        ("https://[", Note.MALFORMED),
        ("javascript:alert(1)", Note.NOT_HTTP),
        ("https://user@other.example/", Note.USER_NAME),
    ],
)
def test_a_treacherous_redirect_is_not_followed(location: str, note: Note) -> None:
    with pytest.raises(UnfinishedError) as end:
        HERE.redirected(location)

    assert end.value.note is note


@pytest.mark.parametrize(
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
    assert (declared(HERE, origins) is not None) is covered


def test_a_neighbour_with_a_similar_name_is_not_a_subdomain() -> None:
    assert declared(Target.of("https://evilsite.example/"), ("https://*.site.example",)) is None
