"""Every email to staff in a language of marks: nothing but facts stands outside of them."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum

import pytest

from monitor.domain.reason import Name, Plain, Reason, Signs
from monitor.domain.vocabulary import SITE_NAMES, Language
from reports.emails.office import (
    AddressSuppressedView,
    DiskFullView,
    ReviewView,
    SourcesParkedView,
    StaffFileView,
    TrialView,
)
from reports.emails.registry import render_email
from reports.emails.views import EmailView
from reports.labels.account import INVITATION_BUTTON, OTHER_LANGUAGE_OFFER
from reports.labels.findings import format_account, format_site_name
from reports.sanitize import clean_web_text, defang_url
from reports.translation import use_language
from tests.reports.marked import find_unmarked_words, read_page, speaking_in_marks
from tests.reports.samples import EMAILS
from tests.rows import over_rows

FOR_OFFICES = (
    *(AddressSuppressedView, DiskFullView, ReviewView, SourcesParkedView, StaffFileView),
    TrialView,
)
STAFF = sorted(name for name, view in EMAILS.items() if not isinstance(view, FOR_OFFICES))
# What the field of this name holds are labels of our own.
OURS = {"data"}
# An invitation speaks to those who read the other language, too.
OTHERS = (
    *(
        "Namesake",
        "EST",
        "EDT",
        "/me/data/address/",
        "/me/data/accounts",
        "/sign-in/emails",
        "/sign-in/",
        "/tell/",
    ),
    INVITATION_BUTTON,
    OTHER_LANGUAGE_OFFER,
)


def list_facts(value: object, name: str = "") -> Iterator[str]:
    """Yield what a view was told by people, and by the web, as an email writes it."""
    if is_dataclass(value):
        for field in fields(value):
            yield from list_facts(getattr(value, field.name), field.name)
    elif isinstance(value, Reason):
        for fact in value.facts.values():
            yield from list_facts(fact)
    elif isinstance(value, Plain | Name | Signs):
        yield value.text
    elif isinstance(value, tuple):
        for entry in value:
            yield from list_facts(entry, name)
    elif isinstance(value, str) and not isinstance(value, Enum) and name not in OURS:
        yield from (value, clean_web_text(value), defang_url(value), format_site_name(value))
        yield from (defang_url(format_account(value)), value[:8], f"{value[:3]} {value[3:]}")


@over_rows("name", STAFF)
def test_an_email_to_staff_is_translated_whole(name: str) -> None:
    view = EMAILS[name]
    facts = {*list_facts(view), *SITE_NAMES.values(), *OTHERS}
    with speaking_in_marks():
        email = render_email(view)
    # Lines of plain text are broken where they grow too long, and so may facts be.
    text = "\n".join((email.subject, " ".join(email.text.split()), read_page(email.html)))

    assert find_unmarked_words(text, facts) == []


@over_rows("name", STAFF)
def test_an_email_names_its_language(name: str) -> None:
    assert '<html lang="en" dir="ltr"' in render_email(EMAILS[name]).html
    with use_language(Language.SPANISH):
        assert '<html lang="es" dir="ltr"' in render_email(EMAILS[name]).html


def test_an_email_has_the_same_links_in_each_language() -> None:
    def list_links(view: EmailView) -> set[str]:
        return {line.strip() for line in render_email(view).text.split("\n") if "https://" in line}

    for view in (EMAILS[name] for name in STAFF):
        english = {link for link in list_links(view) if link.startswith("https://")}
        with use_language(Language.SPANISH):
            assert english <= list_links(view)


@pytest.mark.parametrize(
    ("shown", "left"),
    [
        ("⟦Hola, ⟧Rosa⟦:⟧", []),
        ("⟦Hola, ⟧⟦colega⟧⟦:⟧ (2)", []),
        ("⟦Hola, ⟧Rosa⟦:⟧ nothing new", ["Rosa nothing new"]),
        ("⟦Desde el ⟧3⟦ de ⟧has been blocking us⟦.⟧", ["3 has been blocking us"]),
        ("Hello Rosa,", ["Hello Rosa,"]),
    ],
)
def test_what_stands_outside_of_the_marks_is_seen(shown: str, left: list[str]) -> None:
    assert find_unmarked_words(shown, ["Rosa"]) == left
