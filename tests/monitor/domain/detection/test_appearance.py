"""What a trace is compared with, and what of it is compared."""

from dataclasses import replace

import pytest

from monitor.demo.district import MARIA
from monitor.domain.detection.appearance import (
    Inventory,
    Subject,
    build_appearance,
    has_lure,
    leads_to_chat,
    list_all_handles,
    list_handles_on,
)
from scrapers.models import Trace, TraceKind

ACCOUNTS = ("bluesky:did:plc:maria", "fediverse:@maria@social.example", "odd:id:@maria")
SUBJECT = Subject(
    person=replace(MARIA.person, accounts=ACCOUNTS, handles=("volcanolady",)), commonness=1.0
)
FOUND = Trace(
    key="https://a.example/maria",
    kind=TraceKind.ACCOUNT,
    url="https://a.example/maria",
    snippet="Hello.",
)


def test_a_declared_account_tells_a_handle_only_where_it_is_declared_by_one():
    assert list_all_handles(SUBJECT, Inventory()) == {"maria@social.example", "volcanolady"}
    assert list_handles_on("fediverse", SUBJECT, Inventory()) == {"maria@social.example"}
    assert list_handles_on("bluesky", SUBJECT, Inventory()) == set()


@pytest.mark.parametrize(
    ("kind", "description"), [(TraceKind.ACCOUNT, "Hello."), (TraceKind.PAGE, "")]
)
def test_only_an_account_describes_its_owner(kind, description):
    seen = build_appearance(replace(FOUND, kind=kind), MARIA.person)

    assert seen.description == description
    assert "Hello." in seen.text


@pytest.mark.parametrize(
    ("snippet", "description"),
    [
        ("See photos and videos from Jo Doe (@jo.doe).", ""),
        ("Jo Doe (@jo.doe) on Clips. teaching and tacos", "teaching and tacos"),
        ("Posts and photos of Mrs. Doe, by us", "Posts and photos of Mrs. Doe, by us"),
        ("1,204 followers, 88 posts - watch the latest from Jo Doe", ""),
        ("Jo Doe", "Jo Doe"),
    ],
)
def test_what_every_engine_says_of_every_account_is_no_description(snippet, description):
    shown = replace(FOUND, name="Jo Doe", handle="jo.doe", account="clips:@jo.doe", snippet=snippet)

    assert build_appearance(shown, MARIA.person).description == description


def test_a_username_names_the_school_by_initials_after_the_name():
    person = replace(MARIA.person, school="Tallgrass Middle School", organization="")
    family = person.name.family.casefold()
    named, others = (
        build_appearance(replace(FOUND, handle=handle), person)
        for handle in (f"{family}tms_", "rodeotms")
    )

    assert (named.named_employers, others.named_employers) == (1, 0)


def test_shops_lead_to_a_chat_too_so_alone_it_is_no_bait():
    chat = replace(FOUND, links=("https://wa.me/15550100",))

    assert leads_to_chat(chat, "")
    assert not has_lure(chat, "")
    assert not leads_to_chat(replace(FOUND, links=("https://school.example/me",)), "")
