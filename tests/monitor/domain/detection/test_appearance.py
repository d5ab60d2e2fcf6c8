"""What a trace is compared with, and what of it is compared."""

from dataclasses import replace

import pytest

from monitor.demo.district import MARIA
from monitor.domain.detection.appearance import (
    Inventory,
    Subject,
    build_appearance,
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
