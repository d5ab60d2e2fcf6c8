"""Handles that imitate one of the person's, and those that are merely of the same name."""

from dataclasses import replace

import pytest

from monitor.demo.district import MARIA
from monitor.domain.detection.appearance import Inventory, Subject, build_input
from monitor.domain.detection.imitation import match_impersonation_rules
from monitor.domain.person import PersonName
from scrapers.models import Trace, TraceKind

OWN = Trace(
    key="own",
    kind=TraceKind.ACCOUNT,
    url="https://skies.example/@jodoelson",
    account="skies:@jodoelson",
    handle="jodoelson",
    name="Jo Doelson",
)
PERSON = replace(MARIA.person, name=PersonName(given="Jo", family="Doelson"))


def list_signs(handle: str, *, own: str = "jodoelson", platform: str = "skies") -> dict[str, float]:
    found = replace(OWN, key="found", url="", account=f"{platform}:@{handle}", handle=handle)
    ours = replace(OWN, account=f"skies:@{own}", handle=own)
    inputs = build_input(
        Subject(person=PERSON, commonness=9.0), found, Inventory(own_traces=(ours,))
    )
    matches = match_impersonation_rules(inputs, presented=True)
    return {match.rule.name: match.amount for match in matches if "lookalike" in match.rule.name}


@pytest.mark.parametrize(
    ("handle", "signs"),
    [
        ("jodoe1son", {"lookalike-handle": 1.0}),
        ("jodoelson.official", {"lookalike-handle": 1.0}),
        ("jodoelsonn", {"lookalike-handle": 1.0}),
        ("jo.doelson7", {"lookalike-plain": 0.33}),
        ("jdoelson", {"lookalike-plain": 0.33}),
    ],
)
def test_a_handle_that_is_only_the_name_hardly_imitates_one(handle, signs):
    assert list_signs(handle) == signs


def test_nor_does_one_elsewhere():
    assert list_signs("jdoelson", platform="clips") == {}
    assert list_signs("jodoe1son", platform="clips") == {"lookalike-elsewhere": 1.0}


def test_the_code_that_a_network_adds_imitates_nothing():
    assert list_signs("jo-doelson-1a2b3c4d", own="jo-doelson") == {}
    assert list_signs("jo-doelson-cafe", own="jo-doelson") != {}
