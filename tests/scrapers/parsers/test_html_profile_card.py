import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.models import Page
from scrapers.parsers.profile_card import ProfileCard, parse_profile_card

Answered = Callable[..., Page]

HTML = {"content-type": "text/html"}
JSON = {"content-type": "application/json"}
JSON_LD = """<script type="application/ld+json"><!--
{"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": "Alpha"},
 {"@type": ["ProfilePage"], "mainEntity": {"@type": "Person", "name": "Jane Doe",
  "description": "Art teacher", "sameAs": ["https://jane.example", "javascript:alert(1)"]}},]}
--></script>"""
OWNER = """<p class="h-card"><a class="u-url p-name" href="/jdoe">Jane <i>Doe</i></a>
<i class="p-note">Hi</i></p>"""
LINKED_PICTURE = """<script type="application/ld+json">
{"@type": "Person", "name": "Jane Doe", "image": {"url": "https://a.example/3.png"}}</script>
<title>Jane Doe</title>"""


def card(answered: Answered, body: str, **more: str) -> ProfileCard:
    return parse_profile_card(answered(body, headers=HTML), **more)


def test_the_head_tells_name_and_bio(answered: Answered) -> None:
    head = """<meta property="og:site_name" content="Alpha">
    <meta property="og:title" content="Jane Doe (@jdoe) | Alpha">
    <meta property="og:description" content="  Art
    teacher ">"""

    seen = card(answered, head, handle="jdoe")

    assert (seen.name, seen.bio, seen.title) == ("Jane Doe", "Art teacher", "Jane Doe (@jdoe)")


def test_the_site_is_no_part_of_a_name(answered: Answered) -> None:
    assert card(answered, "<title>Jane Doe - Alpha</title>", site="Alpha").name == "Jane Doe"
    assert card(answered, "<title>Jane Doe - Alphabet</title>").name == "Jane Doe - Alphabet"


def test_a_heading_shows_where_the_name_in_a_title_ends(answered: Answered) -> None:
    title = "<title>Jane Doe - recipes | Alpha</title><h1><b>Jane</b> Doe</h1>"

    assert card(answered, title, site="Alpha").name == "Jane Doe"
    assert (
        card(answered, "<title>Alpha: Jane Doe</title><h1>Alpha</h1>", site="Alpha").name != "Alpha"
    )


def test_counts_are_no_part_of_a_bio(answered: Answered) -> None:
    description = '<meta name="description" content="320 followers. Art teacher.">'

    assert card(answered, description).bio == "Art teacher."


def test_linked_data_is_read_as_sites_write_it(answered: Answered) -> None:
    seen = card(answered, f"<title>x</title><body>{JSON_LD}</body>")

    assert seen.name == "Jane Doe"
    assert seen.bio == "Art teacher"
    assert seen.links == ("https://jane.example",)


def test_links_that_say_me_are_kept(answered: Answered) -> None:
    body = """<head><link rel="me" href="https://a.example"></head><body>
    <a rel="me noopener" href="https://b.example/">b</a><a href="https://c.example">c</a></body>"""

    assert card(answered, body).links == ("https://a.example", "https://b.example/")


def test_an_h_card_tells_name_and_note(answered: Answered) -> None:
    seen = card(answered, OWNER)

    assert (seen.name, seen.bio) == ("Jane Doe", "Hi")


def test_a_commenter_lends_a_page_neither_name_nor_picture_nor_link(answered: Answered) -> None:
    body = """<title>Band notes</title><ol class="comment-list"><li class="comment">
    <div class="comment-author vcard"><img class="photo" src="/pat.jpg">
    <a class="url fn" rel="external nofollow ugc me" href="https://impostor.example">Pat Poser</a>
    <a rel="me" href="https://impostor.example/again">again</a></div></li></ol>"""

    alone, beside = card(answered, body), card(answered, body + OWNER)

    assert (alone.name, alone.picture, alone.links) == ("Band notes", "", ())
    assert (beside.name, beside.bio, beside.links) == ("Jane Doe", "Hi", ())


@pytest.mark.parametrize(
    "told",
    [
        {
            "ok": True,
            "user": {
                "username": "jdoe",
                "display_name": "Jane Doe",
                "about": "Art",
                "links": ["https://jane.example"],
            },
        },
        {
            "entry": [
                {
                    "displayName": "Jane Doe",
                    "aboutMe": "Art",
                    "urls": [{"value": "https://jane.example"}],
                }
            ]
        },
    ],
)
def test_a_profile_in_json_is_read_by_its_usual_keys(answered: Answered, told: object) -> None:
    seen = parse_profile_card(answered(json.dumps(told), headers=JSON))

    assert seen == ProfileCard(name="Jane Doe", bio="Art", links=("https://jane.example",))


@pytest.mark.parametrize(
    ("body", "picture"),
    [
        ('<meta property="og:image" content="https://a.example/1.png">', "https://a.example/1.png"),
        ('<meta property="og:image" content="/1.png">', "https://alpha.example/1.png"),
        (
            "<a class=h-card href=/jdoe><img class=u-photo src=https://a.example/2.png></a>",
            "2.png",
        ),
        (
            LINKED_PICTURE + '<meta property="og:image" content="https://a.example/1.png">',
            "3.png",
        ),
        ("<title>Jane Doe</title><img src=https://a.example/4.png>", ""),
    ],
)
def test_where_the_picture_lies_is_read_where_pages_tell_machines(
    answered: Answered, body: str, picture: str
) -> None:
    seen = card(answered, body).picture

    assert seen.endswith(picture)
    assert bool(seen) is bool(picture)


def test_a_profile_in_json_may_name_its_picture(answered: Answered) -> None:
    told = {"name": "Jane Doe", "avatar_url": "https://a.example/1.png"}

    seen = parse_profile_card(answered(json.dumps(told), headers=JSON))

    assert seen.picture == "https://a.example/1.png"


@pytest.mark.parametrize("body", ["<div>" * 50_000, "<a rel='me'" * 20_000, "[" * 100_000, ""])
def test_a_hostile_page_tells_nothing(answered: Answered, body: str) -> None:
    assert card(answered, body).name == ""
    assert parse_profile_card(answered(body, headers=JSON)).name == ""


ARTICLE = """<script type="application/ld+json">{"@graph": [
 {"@type": "NewsArticle", "author": {"@id": "#p"}, "publisher": {"@id": "#a"}},
 {"@type": "Person", "@id": "#p", "name": "Pat Poser", "sameAs": "https://x.example/pat"},
 {"@type": "Organization", "@id": "#a", "name": "Alpha", "sameAs": "https://x.example/alpha",
  "image": "https://a.example/logo.png"}]}</script>
<meta property="article:published_time" content="2026-11-02">
<meta property="og:image" content="https://a.example/1.png">"""
BYLINE = "<p class='byline author vcard'><a class='url fn' rel=author href='#'>Pat Poser</a></p>"
MASTHEAD = (
    "<header class=h-card><a class=u-url rel=me href='https://x.example/a'>Alpha</a></header>"
)


def test_an_article_is_about_neither_its_writer_nor_its_publisher(answered: Answered) -> None:
    body = f"<title>New band room</title>{ARTICLE}</head><body>{MASTHEAD}{BYLINE}</body>"

    seen = card(answered, body)

    assert (seen.name, seen.links) == ("New band room", ())
    assert seen.picture == "https://a.example/1.png"


def test_an_author_s_own_page_is_called_by_their_name_alone(answered: Answered) -> None:
    head = """<meta property="og:site_name" content="Alpha Week"><meta property="og:type"
    content="profile"><meta property="og:title" content="Jane Doe, Author at Alpha Week">"""

    assert card(answered, f"<head>{head}</head>").name == "Jane Doe"


def test_an_account_is_never_called_like_the_firm_that_hosts_it(answered: Answered) -> None:
    firm = """<script type="application/ld+json">{"@type": "Organization", "name": "Alpha",
    "sameAs": ["https://x.example/alpha"]}</script><meta property="og:type" content="profile">"""

    seen = card(answered, f"<title>Jane Doe | makes songs | Alpha</title>{firm}", site="Alpha")

    assert (seen.name, seen.links) == ("Jane Doe | makes songs", ())


FILL = "<script>var page = '</head><body>'; /* " + "x" * 600_000 + " */</script>"
TAGS = """<title>Jane Doe</title><meta property="og:description" content="Art teacher">
<meta property="og:image" content="https://a.example/1.png">"""


@pytest.mark.parametrize(
    "body",
    [
        f"<head></head><body>{TAGS}<p>x</p></body>",
        f"<head><title></title></head><body>{TAGS}</body>",
        f"<head>{FILL}{TAGS}</head><body></body>",
        f"<head><script>w('</head><body>')</script>{TAGS}</head><body></body>",
        f"<head><meta charset=utf-8></head><body><svg><title>Icon</title></svg>{TAGS}</body>",
        f"<head></head><body><!-- <title>Old</title> -->{TAGS}</body>",
    ],
)
def test_tags_of_the_head_are_read_wherever_they_stand(answered: Answered, body: str) -> None:
    seen = card(answered, body)

    assert (seen.name, seen.bio) == ("Jane Doe", "Art teacher")
    assert seen.picture == "https://a.example/1.png"


def test_the_title_of_an_icon_is_none_of_the_page(answered: Answered) -> None:
    body = "<head></head><body><svg><title>Icon</title></svg><textarea><title>x</title></textarea>"

    assert card(answered, body).name == ""


@pytest.mark.parametrize(
    "body",
    ["<h1>Alpha</h1><h1>Jane Doe</h1>", "<title>Alpha</title><body><h1>Jane Doe</h1>"],
)
def test_a_page_without_a_title_of_its_own_is_called_by_its_heading(
    answered: Answered, body: str
) -> None:
    assert card(answered, body, site="Alpha").name == "Jane Doe"


def test_linked_data_in_a_comment_is_not_read(answered: Answered) -> None:
    body = f"<title>Jane Doe</title><!-- {JSON_LD} -->"

    assert card(answered, body).links == ()


def test_a_picture_that_is_no_address_gives_way_to_the_next(answered: Answered) -> None:
    person = LINKED_PICTURE.replace("https://a.example/3.png", "data:image/gif;base64,x")
    body = f'{person}<meta property="og:image:secure_url" content="https://a.example/1.png">'

    assert card(answered, body).picture == "https://a.example/1.png"


@given(st.text(), st.text())
def test_no_page_is_too_strange(text: str, name: str) -> None:
    body = f"<title>{name}</title><script type='application/ld+json'>{text}</script>{text}"
    page = Page(
        url="https://a.example/",
        status=200,
        body=body.encode("utf-8", "surrogatepass"),
        fetched_at=datetime(2026, 11, 2, tzinfo=UTC),
        headers=HTML,
    )

    assert parse_profile_card(page) == parse_profile_card(page)
