import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.canonical import account_key, account_keys, canonical_key

SAME = [
    ("http://alpha.example", "https://alpha.example/"),
    ("HTTPS://WWW.Alpha.Example:443/About/", "http://alpha.example/About"),
    ("https://m.alpha.example/news", "https://alpha.example/news"),
    ("alpha.example/news", "//alpha.example/news"),
    ("https://alpha.example/a/./b/../c//d", "https://alpha.example/a/c/d"),
    (
        "https://alpha.example/news?b=2&a=1&utm_source=x&fbclid=y",
        "https://alpha.example/news?a=1&b=2",
    ),
    ("https://alpha.example/news#top", "https://alpha.example/news"),
    ("https://alpha.example/%7Ejane/%C3%a9t%c3%a9", "https://alpha.example/~jane/été"),
    ("https://alpha.example/q?n=Jane+Doe", "https://alpha.example/q?n=Jane%20Doe"),
    ("https://alpha.example/staff/index.html", "https://alpha.example/staff/"),
    ("https://alpha.example/x;jsessionid=0A1B", "https://alpha.example/x"),
    ("https://alpha.example/news/amp/", "https://alpha.example/news"),
    ("https://bücher.example/", "https://xn--bcher-kva.example"),
    ("https://user:pw@alpha.example/x", "https://alpha.example/x"),
    ("https://twitter.com/JDoe?lang=en", "https://mobile.x.com/jdoe/"),
    ("https://x.com/#!/jdoe", "https://x.com/intent/user?screen_name=jdoe"),
    ("https://www.threads.net/@jdoe?xmt=1", "https://threads.com/@JDoe"),
    ("https://es-la.facebook.com/Jane.Doe", "https://mbasic.facebook.com/jane.doe?ref=x"),
    (
        "https://m.facebook.com/people/Jane-Doe/100012345678901/",
        "https://www.facebook.com/profile.php?id=100012345678901&__tn__=x",
    ),
    ("https://uk.linkedin.com/in/Jane-Doe-1?trk=x", "https://linkedin.com/in/jane-doe-1/en"),
    ("https://youtu.be/AbC-dEf_123?si=x", "https://m.youtube.com/watch?feature=s&v=AbC-dEf_123"),
    ("https://www.youtube.com/shorts/AbC-dEf_123", "https://youtube.com/watch?v=AbC-dEf_123"),
    ("https://old.reddit.com/u/JaneDoe", "https://www.reddit.com/user/janedoe/"),
    ("https://pinterest.co.uk/JDoe/", "https://de.pinterest.com/jdoe"),
    ("https://t.me/s/janedoe", "https://telegram.me/JaneDoe"),
    ("https://jane.blogspot.co.uk/p", "http://jane.blogspot.com/p"),
    ("https://en.m.wikipedia.org/wiki/Ada_(name)", "https://en.wikipedia.org/wiki/Ada_%28name%29"),
    ("https://www.tiktok.com/%40jdoe?lang=en", "https://m.tiktok.com/@JDoe"),
    (
        "//duckduckgo.com/l/?uddg=https%3A%2F%2Falpha.example%2Fx&rut=1",
        "https://alpha.example/x",
    ),
    ("https://www.google.de/url?sa=t&q=https://alpha.example/x&ved=2", "https://alpha.example/x"),
    ("https://l.facebook.com/l.php?u=https%3A%2F%2Falpha.example%2Fx", "https://alpha.example/x"),
    ("https://www.youtube.com/redirect?q=https%3A%2F%2Falpha.example", "https://alpha.example"),
    (
        "https://www.bing.com/ck/a?!&&p=1&u=a1aHR0cHM6Ly9hbHBoYS5leGFtcGxlL3g&ntb=1",
        "https://alpha.example/x",
    ),
    ("https://alpha-example.cdn.ampproject.org/c/s/alpha.example/x", "https://alpha.example/x"),
    ("https://www.google.com/amp/s/alpha.example/x", "https://alpha.example/x"),
    (
        "https://nam01.safelinks.protection.outlook.com/?url=https%3A%2F%2Falpha.example%2Fx",
        "https://alpha.example/x",
    ),
    ("https://www.instagram.com/accounts/login/?next=%2Fjdoe%2F", "https://instagram.com/JDoe"),
    (
        "https://r.search.yahoo.com/_ylt=A/RV=2/RU=https%3a%2f%2falpha.example%2fx/RK=2/RS=z",
        "https://alpha.example/x",
    ),
]
APART = [
    ("https://alpha.example/p?id=1", "https://alpha.example/p?id=2"),
    ("https://alpha.example/p?page=1", "https://alpha.example/p?page=2"),
    ("https://alpha.example/Jane", "https://alpha.example/jane"),
    ("https://alpha.example:8080/", "https://alpha.example/"),
    ("https://alpha.example/#/people/7", "https://alpha.example/#/people/8"),
    ("https://alpha.example/a%2Fb", "https://alpha.example/a/b"),
    ("https://de.wikipedia.org/wiki/Ada", "https://en.wikipedia.org/wiki/Ada"),
    ("https://jane.wordpress.com", "https://joan.wordpress.com"),
    ("https://youtube.com/watch?v=AbC-dEf_123", "https://youtube.com/watch?v=abc-def_123"),
    ("https://youtube.com/channel/UCab", "https://youtube.com/channel/UCAB"),
    ("https://facebook.com/profile.php?id=1", "https://facebook.com/profile.php?id=2"),
    ("https://instagram.com/p/AbC", "https://instagram.com/p/abc"),
    ("https://mastodon.social/@jdoe", "https://mastodon.online/@jdoe"),
    ("https://news.google.com/rss/articles/CBMiA", "https://news.google.com/rss/articles/CBMia"),
    ("https://github.com/jdoe/amp", "https://github.com/jdoe"),
    ("https://x.com/jdoe/status/1", "https://x.com/jdoe"),
]
PROFILES = [
    ("https://bsky.app/profile/jane.bsky.social", "bluesky:@jane.bsky.social"),
    ("https://bsky.app/profile/did:plc:ab12", "bluesky:did:plc:ab12"),
    ("https://www.instagram.com/Jane.Doe/reels/", "instagram:@jane.doe"),
    ("https://twitter.com/JDoe/with_replies", "x:@jdoe"),
    ("https://x.com/i/user/42", "x:42"),
    ("https://facebook.com/jane.doe.7", "facebook:@jane.doe.7"),
    ("https://facebook.com/people/Jane/100012345678901", "facebook:100012345678901"),
    ("https://linkedin.com/in/jos%C3%A9-doe", "linkedin:@josé-doe"),
    ("https://tiktok.com/@jdoe", "tiktok:@jdoe"),
    ("https://youtube.com/@JaneDoe/videos", "youtube:@janedoe"),
    ("https://youtube.com/channel/UCabC", "youtube:UCabC"),
    ("https://youtube.com/user/JaneDoe", "youtube:user/janedoe"),
    ("https://threads.net/@jdoe", "threads:@jdoe"),
    ("https://github.com/JDoe", "github:@jdoe"),
    ("https://www.pinterest.co.uk/jdoe/", "pinterest:@jdoe"),
    ("https://old.reddit.com/u/JaneDoe", "reddit:@janedoe"),
    ("https://fosstodon.org/users/jdoe", "mastodon:@jdoe@fosstodon.org"),
    ("https://mastodon.social/@jdoe@mas.to", "mastodon:@jdoe@mas.to"),
    ("https://janedoe.tumblr.com/", "tumblr:@janedoe"),
    ("https://tumblr.com/janedoe", "tumblr:@janedoe"),
    ("https://jane.medium.com", "medium:@jane"),
    ("https://medium.com/@jane", "medium:@jane"),
    ("https://www.teacherspayteachers.com/Store/Jane-Doe", "teachers-pay-teachers:@jane-doe"),
]
NO_PROFILES = [
    "https://x.com/jdoe/status/1",
    "https://x.com/explore",
    "https://instagram.com/p/AbC",
    "https://tiktok.com/@jdoe/video/1",
    "https://github.com/jdoe/project",
    "https://facebook.com/photo?fbid=12345678",
    "https://youtube.com/watch?v=AbC-dEf_123",
    "https://bsky.app/profile/jane.bsky.social/post/3k",
    "https://www.wordpress.com/",
    "https://alpha.example/@jdoe",
    "mailto:jane@alpha.example",
    "",
]
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


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_addresses_of_one_page_have_one_key(one: str, other: str) -> None:
    assert canonical_key(one) == canonical_key(other)


@pytest.mark.parametrize(("one", "other"), APART)
def test_addresses_of_two_pages_have_two_keys(one: str, other: str) -> None:
    assert canonical_key(one) != canonical_key(other)


@given(st.lists(ADDRESS_PARTS | st.characters(), max_size=12).map("".join))
def test_a_key_is_its_own_key(address: str) -> None:
    key = canonical_key(address)

    assert canonical_key(key) == key


@given(st.text())
def test_no_text_is_too_strange_for_a_key(text: str) -> None:
    assert account_keys(text) == account_keys(canonical_key(text))


def test_a_key_hides_no_wrapper_however_deep() -> None:
    address = "https://alpha.example/x"
    for _ in range(5):
        address = "https://duckduckgo.com/l/?uddg=" + address.replace("%", "%25").replace(
            "?", "%3F"
        ).replace("&", "%26").replace("=", "%3D")

    assert canonical_key(address) == "https://alpha.example/x"


@pytest.mark.parametrize(("address", "account"), PROFILES)
def test_a_profile_names_its_account(address: str, account: str) -> None:
    assert account_keys(address) == (account,)


@pytest.mark.parametrize("address", NO_PROFILES)
def test_what_is_not_a_profile_names_no_account(address: str) -> None:
    assert account_keys(address) == ()


def test_an_account_is_spelled_the_same_by_people_and_by_addresses() -> None:
    assert account_key("Twitter", "@JDoe") == account_keys("https://twitter.com/jdoe")[0]
    assert account_key("bluesky", "did:plc:ab12") == "bluesky:did:plc:ab12"
