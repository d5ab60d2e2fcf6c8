from random import Random

from hypothesis import example, given
from hypothesis import strategies as st

from scrapers.parsers.json_fields import clean_web_address
from scrapers.urls.canonical import (
    build_account_key,
    canonicalize_url,
    extract_account_keys,
    split_url_or_none,
)
from tests.rows import over_rows
from tests.scrapers.addresses import APART, NO_PROFILES, PROFILES, SAME
from tests.scrapers.drawn_addresses import drawn_address

GENERATED = 10_000

ADDRESS_PARTS = st.sampled_from(
    [
        *("http://", "https://", "www.", "m.", "x.com", "facebook.com", "duckduckgo.com", "/l/?"),
        *(
            "uddg=",
            "%68ttps%3A%2F%2F",
            "/",
            "//",
            "..",
            ".",
            "#!/",
            "#/",
            "?",
            "&",
            "=",
            "%",
            "%25",
        ),
        *("%2f", "%41", "index.html", "/amp", "utm_a=1", ";jsessionid=1", "ß", "é", "İ", "\\", " "),
        *(":80", ":8080", "[::1]", "@", "youtu.be/abcdefgh", "/u/", "/people/a/12345", "a", "B"),
    ]
)


def test_the_tables_are_long_enough_to_tell_something() -> None:
    assert len(SAME) >= 60
    assert len(APART) >= 30


@over_rows(("one", "other"), SAME)
def test_two_addresses_of_one_page_have_one_key(one: str, other: str) -> None:
    assert canonicalize_url(one) == canonicalize_url(other)


@over_rows(("one", "other"), APART)
def test_addresses_of_two_pages_have_two_keys(one: str, other: str) -> None:
    assert canonicalize_url(one) != canonicalize_url(other)


@given(st.lists(ADDRESS_PARTS | st.characters(), max_size=12).map("".join))
def test_a_key_is_its_own_key(address: str) -> None:
    key = canonicalize_url(address)

    assert canonicalize_url(key) == key


def test_of_ten_thousand_addresses_each_key_is_its_own_key(share) -> None:
    drawn = Random(4)  # noqa: S311 - the same addresses every time are the point
    addresses = share([drawn_address(drawn) for _ in range(GENERATED)])

    unsettled = [address for address in addresses if not settled(address)]

    assert len(set(addresses)) > len(addresses) * 0.95
    assert unsettled == []


def settled(address: str) -> bool:
    key = canonicalize_url(address)
    return canonicalize_url(key) == key and extract_account_keys(key) == extract_account_keys(
        address
    )


@given(st.text())
def test_no_text_is_too_strange_for_a_key(text: str) -> None:
    assert extract_account_keys(text) == extract_account_keys(canonicalize_url(text))


@given(st.lists(ADDRESS_PARTS | st.characters(), max_size=12).map("".join))
@example("https://href.li/?https://[alpha")
@example("https://alpha%3Abeta/")
def test_the_key_of_an_address_can_be_taken_apart_as_the_address_can(text: str) -> None:
    assert split_url_or_none(canonicalize_url(clean_web_address(text))) is not None


def test_a_key_hides_no_wrapper_however_deep() -> None:
    address = "https://alpha.example/x"
    for _ in range(5):
        address = "https://duckduckgo.com/l/?uddg=" + address.replace("%", "%25").replace(
            "?", "%3F"
        ).replace("&", "%26").replace("=", "%3D")

    assert canonicalize_url(address) == "https://alpha.example/x"


@over_rows(("address", "account"), PROFILES)
def test_a_profile_names_its_account(address: str, account: str) -> None:
    assert extract_account_keys(address) == (account,)


@over_rows("address", NO_PROFILES)
def test_what_is_not_a_profile_names_no_account(address: str) -> None:
    assert extract_account_keys(address) == ()


def test_an_account_is_spelled_the_same_by_people_and_by_addresses() -> None:
    assert (
        build_account_key("Twitter", "@JDoe") == extract_account_keys("https://twitter.com/jdoe")[0]
    )
    assert build_account_key("bluesky", "did:plc:ab12") == "bluesky:did:plc:ab12"
