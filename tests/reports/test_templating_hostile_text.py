"""Whatever a page says, in whatever field: the email stays the same email."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache
from html.parser import HTMLParser
from typing import TypeVar, cast

import pytest

from monitor.domain.reason import Name, Plain, Quoted, Reason, Signs
from reports.emails import digest
from reports.emails.registry import render_email
from reports.emails.render import Email
from reports.emails.views import EmailView
from tests.hostile_strings import SHOWN

# Not text but settings, which a wrong value turns into an error, and what makes an address.
SETTINGS = {"kind", "zone", "week", "review_url", "undo_url", "link_url", "token", "code", "digits"}
SETTINGS |= {"id", "reviewer_id"}  # ours, and parts of the address that opens a case
# Our own sentences, in which an address of the district may stand, and what its reader typed.
OURS = {"why", "leave", "contact", "how", "not_me", "agreed", "by", "first_lines", "declared"}
# Three numbers and a ref: what does not look so is refused where it comes in.
CHECKED = {"status", "ref"}
T = TypeVar("T")


def poisoned(value: T, text: str, spared: set[str]) -> T:
    """Put the text in every field that holds text."""
    if is_dataclass(value) and not isinstance(value, type):
        told = {field.name: getattr(value, field.name) for field in fields(value)}
        bad = {k: v if k in spared else poisoned(v, text, spared) for k, v in told.items()}
        return replace(value, **bad)
    if isinstance(value, tuple):
        return cast("T", tuple(poisoned(entry, text, spared) for entry in value))
    if isinstance(value, Reason):
        facts = {name: poisoned(fact, text, spared) for name, fact in value.facts.items()}
        return cast("T", Reason(value.rule, facts))
    if isinstance(value, Plain | Name | Quoted | Signs):
        return cast("T", type(value)(text))
    return cast("T", text) if type(value) is str else value


@pytest.fixture(autouse=True)
def in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell all there is, so that no text folds anything by its length alone."""
    for limit in ("MOST_WORDS", "MOST_QUIET_WORDS"):
        monkeypatch.setattr(digest, limit, 10_000)


@cache
def saying(view: EmailView, text: str) -> Email:
    return render_email(poisoned(view, text, SETTINGS))


class Skeleton(HTMLParser):
    """The tags and attributes of a page, without its words."""

    def __init__(self) -> None:
        super().__init__()
        self.bones: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # An address may break in other places, and a label repeats the subject.
        if tag != "wbr":
            self.bones.append((tag, [attr for attr in attrs if attr[0] != "aria-label"]))

    def handle_endtag(self, tag: str) -> None:
        self.bones.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        self.bones.append(f"!{data}")


def skeleton(page: str) -> list[object]:
    parser = Skeleton()
    parser.feed(page)
    return parser.bones


def test_no_text_changes_the_build_of_an_email(view: EmailView, share) -> None:
    harmless = skeleton(saying(view, "harmless").html)
    for attack in share(SHOWN):
        email = saying(view, attack)

        assert skeleton(email.html) == harmless, attack
        assert "<script" not in email.text.lower(), attack


def test_no_text_brings_a_control_into_an_email(view: EmailView, share) -> None:
    for attack in share(SHOWN):
        email = saying(view, attack)

        words = re.sub(r'<div class="preheader".*?</div>', "", email.html, flags=re.DOTALL)
        for part in (email.text, words, email.subject):
            categories = {unicodedata.category(entry) for entry in part.replace("\n", "")}
            assert not categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}, attack


def test_no_text_becomes_a_link(view: EmailView, share) -> None:
    for attack in share(SHOWN):
        email = render_email(poisoned(view, attack, SETTINGS | OURS | CHECKED))

        words = re.sub(r"<[^>]*>", "", email.html)
        for part in (email.text, words, email.subject):
            assert "evil.example" not in part, attack
            assert not re.search(r"(?<!\[)\.(?!\])evil", part), attack


def list_links(value: object) -> Iterator[str]:
    """Yield the link of each line, each to one finding."""
    if isinstance(value, tuple):
        for entry in value:
            yield from list_links(entry)
    elif is_dataclass(value):
        yield getattr(value, "link_url", "")
        for field in fields(value):
            yield from list_links(getattr(value, field.name))


def test_the_only_links_lead_to_our_own_pages(view: EmailView) -> None:
    email = render_email(view)

    linked = re.findall(r'(?:href|src|action|background)="([^"]*)"', email.html)
    linked += re.findall(r"https?://\S+", email.text)
    ours = {getattr(view, word, "") for word in ("review_url", "address", "link_url", "undo_url")}
    ours |= {getattr(view, word, "") for word in ("accounts_url", "history_url")}
    ours |= set(list_links(view))
    if first := getattr(view, "first", None):
        ours.add(view.first_url)
        assert view.first_url.startswith(f"{view.review_url}/review/cases/{first.id}?to=")
    with_code = {f"{entry}/{getattr(view, 'code', '')}" for entry in ours}
    # How an invitation is answered says where, in words.
    joining = {f"{getattr(view, 'review_url', '').removesuffix('/code')}"}
    assert set(linked) <= ours | with_code | joining
