from collections.abc import Iterator

import pytest

from scrapers.parsers.h_card import (
    extract_me_links,
    parse_representative_card,
    remove_comments,
    remove_visitors_parts,
)
from scrapers.parsers.html import parse_document
from scrapers.parsers.json_fields import PageProfile
from scrapers.parsers.json_ld import PageSigns
from tests.rows import over_rows

HERE = "https://jane.example/"
COMMENTER = (
    "<div class='comment-author vcard'><img class='photo' src='/p.jpg'>"
    "<a class='url fn' rel='{rel}' href='{link}'>Pat Poser</a></div>"
)


def card(body: str, at: str = HERE) -> PageProfile:
    return parse_representative_card(parse_document(body), PageSigns(addresses=(at,)))


def me(body: str) -> list[str]:
    return list(extract_me_links(parse_document(body)))


def test_a_card_whose_url_and_uid_are_the_page_is_its_owners() -> None:
    seen = card(
        "<div class='h-card p-name'><a class='u-url' href='https://li.example'>Li</a></div>"
        "<div class='h-card x'><a class='u-url u-uid p-name' href='/'>Jane <b>Doe</b></a>"
        "<img class='u-photo' src='/j.jpg'><i class='p-nickname'>@jdoe</i><p class='p-note'>Hi</p>"
        "<a class='u-url' href='https://b.example'>b</a></div>"
    )

    assert (seen.name, seen.handle, seen.bio, seen.picture) == ("Jane Doe", "jdoe", "Hi", "/j.jpg")
    assert seen.links == ("/", "https://b.example")


def test_a_card_whose_url_is_also_a_link_to_me_is_its_owners() -> None:
    seen = card(
        "<a rel='me' href='https://b.example/jane'>b</a>"
        "<div class='vcard'><b class='fn'>Pat Poser</b><a class='url' href='/pat'>p</a></div>"
        "<div class='vcard'><b class='fn'>Jane Doe</b><a class='url' href='//b.example/jane/'></a>"
    )

    assert (seen.name, seen.links) == ("Jane Doe", ("//b.example/jane/",))


def test_the_only_card_of_a_page_is_its_owners_where_its_url_is_the_page() -> None:
    only = "<div class='vcard'><b class='fn'>Jane Doe</b><a class='url' href='/'></a></div>"

    assert card(only).name == "Jane Doe"
    assert card(only, "https://jane.example/2026/a-post") == PageProfile()
    assert card(only + only) == PageProfile()


def test_an_author_inside_of_a_post_is_not_the_only_card_on_top() -> None:
    author = "<a class='p-author h-card' href='https://pat.example/'>Pat Poser</a>"
    owner = "<a class='h-card' href='https://jane.example'>Jane Doe</a>"

    assert card(f"<article class='h-entry'>{author}</article>{owner}").name == "Jane Doe"
    assert card(f"<div class='h-entry'>{owner}</div>") == PageProfile()


def test_what_a_card_inside_of_another_says_is_not_said_of_the_outer_one() -> None:
    inner = "<div class='h-card'><b class='p-name'>Pat Poser</b><a class='u-url' href='/p'></a>"

    seen = card(
        f"<div class='h-card'>{inner}</div><b class='p-name'>Jane Doe</b>"
        "<a class='u-url' href='/'></a></div>"
    )

    assert (seen.name, seen.links) == ("Jane Doe", ("/",))


@over_rows("rel", ["external nofollow ugc", "nofollow ugc me", "sponsored me", ""])
@over_rows("link", ["https://impostor.example/", HERE, "https://b.example/jane"])
def test_a_commenter_is_not_the_owner_of_a_page(rel: str, link: str) -> None:
    owner = "<a rel='me' href='https://b.example/jane'>b</a>"
    comment = COMMENTER.format(rel=rel, link=link)
    soup = parse_document(f"{owner}<ol class='comment-list'><li class='comment'>{comment}</ol>")

    remove_comments(soup)

    assert parse_representative_card(soup, PageSigns(addresses=(HERE,))) == PageProfile()
    assert list(extract_me_links(soup)) == ["https://b.example/jane"]


@over_rows(
    "region",
    [
        "<li class='comment even'>{}</li>",
        "<article id='div-comment-12' class='x'>{}</article>",
        "<section id='comments'>{}</section>",
        "<div class='h-cite u-comment'>{}</div>",
        "<div class='Comments-Area'>{}</div>",
        "<ul class='webmentions'><li>{}</li></ul>",
        "<article class='reply'>{}</article>",
        "<ol class='replies'><li>{}</li></ol>",
        "<section id='guestbook'>{}</section>",
        "<div class='guest-book-entry'>{}</div>",
        "<div class='guestbook__entry'>{}</div>",
        "<div id='libro-de-visitas'>{}</div>",
        "<div class='wall-post'>{}</div>",
        "<div class='visitor-message'>{}</div>",
        "<section aria-label='Guestbook'>{}</section>",
        "<div itemprop='comment'>{}</div>",
        "<div itemscope itemtype='https://schema.org/Comment'>{}</div>",
        "<article role='comment'>{}</article>",
        "<section><h2>Guestbook</h2><p>{}</p></section>",
        "<section><h2>Comments</h2><p>{}</p></section>",
    ],
)
def test_what_stands_in_comments_is_no_word_of_the_owners(region: str) -> None:
    soup = parse_document(
        "<p>Mine</p>" + region.format("<a rel='me' href='https://p.example'>Pat</a>")
    )

    remove_comments(soup)

    assert not list(extract_me_links(soup))
    assert soup.get_text() == "Mine"


@over_rows(
    "region",
    [
        "<div class='gb-entry'>{}</div>",
        "<div class='blog-comments'>{}</div>",
        "<div class='wp-block-comments'><p>{}</p></div>",
        "<div class='CommentItem'>{}</div>",
        "<div class='Comment_body__3xZ1'>{}</div>",
        "<div class='comment-item__body'>{}</div>",
        "<div id='wall'>{}</div>",
        "<ul class='mentions'><li>{}</li></ul>",
        "<guest-book>{}</guest-book>",
        "<div data-type='comment'>{}</div>",
        "<blockquote>{}</blockquote>",
        "<template>{}</template>",
        "<section><h2>Guestbook (3)</h2>{}</section>",
        "<h2>3 Comments</h2><div>{}</div>",
        "<h2>Sign my guestbook!</h2><p>Hi</p><div><footer>{}</footer></div>",
        "<details><summary>Replies</summary>{}</details>",
        "<div><strong>Guestbook</strong>{}</div>",
    ],
)
@over_rows(
    "left",
    [
        "<a rel='me' class='h-card' href='https://impostor.example'>Jane Doe</a>",
        "<div class='h-card'><a class='u-url u-uid' href='/'>Jane Doe</a></div>",
    ],
)
def test_what_a_visitor_may_have_left_proves_nothing(region: str, left: str) -> None:
    soup = parse_document(f"<h1>Jane Doe</h1>{region.format(left)}")

    remove_visitors_parts(soup)

    assert not list(extract_me_links(soup))
    assert parse_representative_card(soup, PageSigns(addresses=(HERE,))) == PageProfile()


@pytest.mark.parametrize(
    "page",
    [
        "<div class='page comments-open'>{}</div>",
        "<div id='no-comments'>{}</div>",
        "<main class='commentary responsive wallpaper'>{}</main>",
        "<h2>Comments</h2><ol><li>Hi</ol><footer>{}</footer>",
        "<h2>Guestbook</h2><p>Hi</p><h2>Elsewhere</h2><p>{}</p>",
        "<h2>Jane Doe comments on schools and on what they need</h2><p>{}</p>",
        "<article class='h-entry'><p>{}</p></article>",
    ],
)
def test_what_is_the_owner_s_part_of_such_a_page_still_does(page: str) -> None:
    soup = parse_document(page.format("<a rel='me' href='https://b.example'>b</a>"))

    remove_visitors_parts(soup)

    assert list(extract_me_links(soup)) == ["https://b.example"]


def test_a_page_that_speaks_of_comments_is_no_comment() -> None:
    soup = parse_document(
        "<body class='comments-open comment'><p class='commentary'>Mine</p></body>"
    )

    remove_comments(soup)

    assert soup.get_text() == "Mine"


@pytest.mark.parametrize("rel", ["nofollow ugc me", "me nofollow", "UGC Me", "sponsored me"])
def test_a_link_that_a_visitor_may_have_placed_says_nothing_of_the_owner(rel: str) -> None:
    assert not me(f"<a rel='{rel}' href='https://impostor.example'>me</a>")


@pytest.mark.parametrize("rel", ["me", "ME", "me noopener", "author me"])
def test_a_link_to_me_is_read_however_it_is_written(rel: str) -> None:
    assert me(f"<a rel='{rel}' href='https://b.example'>b</a>") == ["https://b.example"]


def test_a_card_s_link_that_the_page_does_not_stand_for_is_not_followed() -> None:
    seen = card(
        "<div class='h-card'><a class='u-url u-uid' href='/'>Jane</a>"
        "<a class='u-url' rel='nofollow' href='https://impostor.example'>p</a></div>"
    )

    assert seen.links == ("/",)


def test_a_page_without_a_card_tells_nothing() -> None:
    assert card("<p class='p-name'>Jane Doe</p>") == PageProfile()


class Counted(list[object]):
    """The children of a tag, which say how often anybody looks at one of them."""

    looks = 0

    def __iter__(self) -> Iterator[object]:
        for child in super().__iter__():
            type(self).looks += 1
            yield child


@pytest.mark.parametrize(
    "repeated",
    ["<i class='guestbook'></i>x", "<strong>Guestbook</strong><i>a</i>x", "x<b class=comment></b>"],
)
def test_what_visitors_may_have_written_is_removed_in_one_look_at_each_part(repeated: str) -> None:
    """A page of the largest size would else cost more than what reads it may take."""

    def count_looks(times: int) -> int:
        soup = parse_document(f"<body>{repeated * times}</body>")
        assert soup.body
        soup.body.contents = Counted(soup.body.contents)
        Counted.looks = 0
        remove_comments(soup)
        remove_visitors_parts(soup)
        assert "Guestbook" not in soup.get_text() or soup.find("i") is None
        return Counted.looks

    assert count_looks(400) <= 4 * count_looks(100) + 10


def test_a_tag_that_was_removed_leaves_its_neighbors_in_their_order() -> None:
    soup = parse_document(
        "<p>a<i class=comments>x<b class=comment>y</b></i>b<i class=comment>x</i>c</p><p>d</p>"
    )
    remove_comments(soup)

    assert str(soup.body) == "<body><p>abc</p><p>d</p></body>"
    assert [str(part) for part in soup.find_all(string=True)] == ["a", "b", "c", "d"]


def test_a_heading_that_holds_a_whole_page_is_none() -> None:
    soup = parse_document(f"<div><h2>Comments{'<b></b>' * 100}</h2>by Jane</div>")
    remove_comments(soup)

    assert "Jane" in soup.get_text()
