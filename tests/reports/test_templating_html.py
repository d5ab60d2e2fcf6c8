"""What every mail program and every reader can rely on."""

import re
from html.parser import HTMLParser

import pytest
from lxml import html as lxml_html

from reports.emails.render import Email

VOID = {"meta", "br", "wbr", "link", "img", "hr", "input"}
FORBIDDEN = re.compile(
    r"<(?:script|form|iframe|img|link|object|embed|svg|video|input)\b|gradient|url\(|@import"
    r"|@font-face|display:\s*(?:flex|grid)|position:|\son\w+=",
    re.IGNORECASE,
)
BLOCKS = ("p", "li", "h1", "h2", "h3", "td", "th[@scope='row']")


class Balance(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


@pytest.mark.parametrize("reader", ["everybody", "Outlook"])
def test_every_tag_is_closed_where_it_was_opened(email: Email, reader: str) -> None:
    page = email.html
    if reader == "Outlook":
        page = page.replace("<!--[if mso]>", "").replace("<![endif]-->", "")
    balance = Balance()

    balance.feed(page)

    assert (balance.open, balance.wrong) == ([], [])


def test_nothing_is_loaded_or_run(email: Email) -> None:
    assert not FORBIDDEN.search(email.html)


def test_the_character_set_is_known_at_once(email: Email) -> None:
    assert b'<meta charset="utf-8">' in email.html.encode()[:1024]
    assert email.html.count("charset=") == 1


def test_a_screen_reader_knows_what_it_reads(email: Email) -> None:
    page = lxml_html.document_fromstring(email.html)

    assert page.get("lang") == "en"
    article = page.xpath("//*[@role='article']")[0]
    assert (article.get("lang"), article.get("dir")) == ("en", "ltr")
    assert len(page.xpath("//h1")) == 1
    for table in page.xpath("//table"):
        data = bool(table.xpath("./tbody/tr/th"))
        assert (table.get("role") == "presentation") is not data
        assert not table.xpath("./tbody/tr/th[not(@scope)]")


def test_dark_mode_survives_the_inlining(email: Email) -> None:
    assert "@media (prefers-color-scheme: dark)" in email.html
    assert '<meta name="color-scheme" content="light dark">' in email.html


def test_a_finger_can_hit_the_button(email: Email) -> None:
    page = lxml_html.document_fromstring(email.html)

    for link in page.xpath("//a"):
        style = declarations(link.get("style"))
        height = int(style["line-height"].removesuffix("px"))
        assert height + 2 * int(style["padding"].split("px")[0]) >= 44


def test_the_text_tells_all_that_the_html_tells(email: Email) -> None:
    page = lxml_html.document_fromstring(email.html)
    nested = " or ".join(f".//{block}" for block in BLOCKS)
    told = squeezed(email.text)

    # The key of the dots explains what no text has.
    shown = f"not({nested}) and not(ancestor::table[@class='legend'])"
    blocks = page.xpath("|".join(f"//{block}[{shown}]" for block in BLOCKS))

    assert blocks
    assert [block for block in map(squeezed_block, blocks) if block not in told] == []


def test_the_text_is_72_wide(email: Email) -> None:
    assert not [
        line
        for line in email.text.splitlines()
        if len(line) > 72 and not line.startswith("https://")
    ]


def test_what_a_locked_screen_shows_names_and_accuses_nobody(email: Email) -> None:
    preheader = email.text.partition("\n\n")[0]

    assert not re.search(
        r"rosa|delgado|ming|impersonat|student|bluesky|\[\.\]",
        email.subject + preheader,
        re.IGNORECASE,
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_stands_out_from_its_ground(email: Email, scheme: str) -> None:
    page = lxml_html.document_fromstring(email.html)
    rules = dark_rules(email.html) if scheme == "dark" else []
    faint = []
    for element in page.xpath("//body//*"):
        words = (element.text or "") + "".join(child.tail or "" for child in element)
        if words.strip() and "preheader" not in element.classes:
            ink, ground = look(element, "color", rules), look(element, "background-color", rules)
            if contrast(ink, ground) < 4.5:
                faint.append((words, ink, ground))

    assert faint == []


def squeezed(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def squeezed_block(block: lxml_html.HtmlElement) -> str:
    return squeezed(block.text_content())


def declarations(style: str | None) -> dict[str, str]:
    pairs = (part.partition(":") for part in (style or "").split(";") if ":" in part)
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs}


def dark_rules(page: str) -> list[tuple[set[str], dict[str, str]]]:
    block = page.partition("@media (prefers-color-scheme: dark) {")[2].partition("</style>")[0]
    return [
        ({part.strip() for part in selectors.split(",")}, declarations(body))
        for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", block)
    ]


def look(
    element: lxml_html.HtmlElement, what: str, rules: list[tuple[set[str], dict[str, str]]]
) -> str:
    """Find the colour that a reader sees: what the nearest element says."""
    names = {f".{cls}" for cls in element.classes} | {element.tag}
    said = [body[what] for selectors, body in rules if selectors & names and what in body]
    own = declarations(element.get("style")).get(what)
    if said or own:
        return said[-1] if said else str(own)
    parent = element.getparent()
    assert parent is not None, f"nobody says the {what}"
    return look(parent, what, rules)


def contrast(one: str, other: str) -> float:
    """WCAG 2.1, 1.4.3."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
