"""Whatever a page says, in whatever field: the letter stays the same letter."""

import re
import unicodedata
from dataclasses import fields, is_dataclass, replace
from functools import cache
from html.parser import HTMLParser
from typing import TypeVar, cast

import pytest

from reports.letter import Letter
from reports.lines import LetterView
from reports.press import printed

ATTACKS = (
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</ScRiPt>",
    "<script src=//evil.example/x.js></script>",
    "<script",
    "</script><script>alert(1)</script>",
    "<<script>alert(1)//<</script>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<img src='https://evil.example/pixel.gif'>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<object data=data:text/html,x></object>",
    "<embed src=//evil.example/x>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='https://evil.example/'>x</a>",
    "<a href=//evil.example>x</a>",
    "<form action=//evil.example><input name=q></form>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example/>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>@import url(https://evil.example/x.css);</style>",
    "<style>body{background:url(https://evil.example/x)}</style>",
    "</style><script>alert(1)</script>",
    "<body onload=alert(1)>",
    "<table background=https://evil.example/x>",
    "</td></tr></table></div></body></html><script>alert(1)</script>",
    "<!--[if mso]><script>alert(1)</script><![endif]-->",
    "--><script>alert(1)</script><!--",
    "]]><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    '"><script>alert(1)</script>',
    "{{ 7 * 7 }}{% for x in () %}${7*7}#{7*7}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "<scr\u200bipt>alert(1)</scr\u200bipt>",
    "\ufe64script\ufe65alert(1)\uff1cscript\uff1e",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "https://evil.example/login",
    "//evil.example/login",
    "www.evil.example",
    "evil.example",
    "x@evil.example",
    "\u202etxt.exe\u202c\u2066\u2069",
    "\u200b\u200c\u200d\ufeff\u2060",
    "line\r\nBcc: x@evil.example\r\n\r\n.\r\nQUIT",
    "\x00\x1b[31mred\x1b[0m\x07",
    "\ud800",
    "a" * 5000,
    "\U0001f469\u200d\U0001f3eb" * 400,
)
# Not text but settings, which a wrong value turns into an error.
SETTINGS = {"zone", "week", "review_url"}
# Our own sentences, in which an address of the district may stand.
OURS = {"why", "leave", "how", "not_me", "agreed", "by", "code"}
T = TypeVar("T")


def poisoned(value: T, text: str, spared: set[str]) -> T:
    """Put the text in every field that holds text."""
    if is_dataclass(value) and not isinstance(value, type):
        told = {each.name: getattr(value, each.name) for each in fields(value)}
        bad = {k: v if k in spared else poisoned(v, text, spared) for k, v in told.items()}
        return replace(value, **bad)
    if isinstance(value, tuple):
        return cast("T", tuple(poisoned(each, text, spared) for each in value))
    return cast("T", text) if type(value) is str else value


@cache
def saying(view: LetterView, text: str) -> Letter:
    return printed(poisoned(view, text, SETTINGS))


class Skeleton(HTMLParser):
    """The tags and attributes of a page, without its words."""

    def __init__(self) -> None:
        super().__init__()
        self.bones: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # An address may break in other places, and a label repeats the subject.
        if tag != "wbr":
            self.bones.append((tag, [each for each in attrs if each[0] != "aria-label"]))

    def handle_endtag(self, tag: str) -> None:
        self.bones.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        self.bones.append(f"!{data}")


def skeleton(page: str) -> list[object]:
    parser = Skeleton()
    parser.feed(page)
    return parser.bones


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_changes_the_build_of_a_letter(view: LetterView, attack: str) -> None:
    letter = saying(view, attack)

    assert skeleton(letter.html) == skeleton(saying(view, "harmless").html)
    assert "<script" not in letter.text.lower()


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_brings_a_control_into_a_letter(view: LetterView, attack: str) -> None:
    letter = saying(view, attack)

    words = re.sub(r'<div class="preheader".*?</div>', "", letter.html, flags=re.DOTALL)
    for part in (letter.text, words, letter.subject):
        categories = {unicodedata.category(each) for each in part.replace("\n", "")}
        assert not categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_becomes_a_link(view: LetterView, attack: str) -> None:
    letter = printed(poisoned(view, attack, SETTINGS | OURS))

    words = re.sub(r"<[^>]*>", "", letter.html)
    for part in (letter.text, words, letter.subject):
        assert "evil.example" not in part
        assert not re.search(r"(?<!\[)\.(?!\])evil", part)


def test_the_only_links_lead_to_our_review_page(view: LetterView) -> None:
    letter = printed(view)

    linked = re.findall(r'(?:href|src|action|background)="([^"]*)"', letter.html)
    linked += re.findall(r"https?://\S+", letter.text)
    assert set(linked) <= {view.review_url}
