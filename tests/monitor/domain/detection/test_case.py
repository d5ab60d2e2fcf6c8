"""What a finding is compared with, and what of it is compared."""

from dataclasses import replace

import pytest

from monitor.demo.district import MARIA
from monitor.domain.detection.case import Inventory, Subject, all_handles, appearance, handles_on
from scrapers.models import Finding, Kind

ACCOUNTS = ("bluesky:did:plc:maria", "fediverse:@maria@social.example", "odd:id:@maria")
SUBJECT = Subject(
    person=replace(MARIA.person, accounts=ACCOUNTS, handles=("volcanolady",)), commonness=1.0
)
FOUND = Finding(
    key="https://a.example/maria",
    kind=Kind.ACCOUNT,
    url="https://a.example/maria",
    snippet="Hello.",
)


def test_a_declared_account_tells_a_handle_only_where_it_is_declared_by_one():
    assert all_handles(SUBJECT, Inventory()) == {"maria@social.example", "volcanolady"}
    assert handles_on("fediverse", SUBJECT, Inventory()) == {"maria@social.example"}
    assert handles_on("bluesky", SUBJECT, Inventory()) == set()


@pytest.mark.parametrize(("kind", "description"), [(Kind.ACCOUNT, "Hello."), (Kind.PAGE, "")])
def test_only_an_account_describes_its_owner(kind, description):
    seen = appearance(replace(FOUND, kind=kind), MARIA.person.name)

    assert seen.description == description
    assert "Hello." in seen.text
