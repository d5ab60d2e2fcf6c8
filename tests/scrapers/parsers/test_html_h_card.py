from scrapers.parsers.html import HCard, h_card, whole


def card(body: str) -> HCard:
    return h_card(whole(body))


def test_the_first_card_of_a_page_is_read() -> None:
    seen = card(
        "<div class='h-card x'><a class='u-url p-name' href='/'>Jane <b>Doe</b></a>"
        "<img class='u-photo' src='/j.jpg'><i class='p-nickname'>@jdoe</i><p class='p-note'>Hi</p>"
        "<a class='u-url' href='https://b.example'>b</a></div><div class='h-card p-name'>Li</div>"
    )

    assert (seen.name, seen.handle, seen.bio, seen.picture) == ("Jane Doe", "jdoe", "Hi", "/j.jpg")
    assert seen.links == ("/", "https://b.example")


def test_a_card_without_parts_is_a_name() -> None:
    seen = card("<a class='h-card' href='https://jane.example'>Jane Doe</a>")

    assert (seen.name, seen.links) == ("Jane Doe", ("https://jane.example",))


def test_an_older_card_is_read_by_its_older_names() -> None:
    seen = card("<div class='vcard'><b class='fn'>Jane Doe</b><a class='url' href='/me'></a></div>")

    assert (seen.name, seen.links) == ("Jane Doe", ("/me",))


def test_a_page_without_a_card_tells_nothing() -> None:
    assert card("<p class='p-name'>Jane Doe</p>") == HCard()
