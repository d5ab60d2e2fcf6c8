"""Updates of facts: dates, prices, and addresses on hosts that are listed; nothing else."""

from datetime import date

import pytest

from scrapers.facts.fact import (
    PRICE_KEYS,
    DatedFact,
    FactsError,
    list_change_faults,
    list_fact_kinds,
    load_facts,
    load_tables,
    parse_update,
    split_known,
)
from tests.rows import over_rows

TODAY = date(2026, 12, 1)
FORM = "https://www.facebook.com/help/contact/1"


def faults(**changes):
    return list(list_change_faults({"report_forms": {"facebook": changes}}, TODAY))


def test_a_look_and_an_address_on_a_listed_host_may_change():
    changes = {"report_forms": {"facebook": {"seen_on": TODAY, "form": FORM}}}

    assert list(list_change_faults(changes, TODAY)) == []
    fact = load_facts("report_forms", DatedFact, changes)["facebook"]
    assert fact.seen_on == TODAY
    assert load_facts("report_forms", DatedFact)["facebook"].seen_on is None


@over_rows(
    "form",
    [
        "https://evil.example/help",
        "https://facebook.com.evil.example/help",
        "https://www.facebook.com@evil.example/help",
        "https://www.facebook.com\\@evil.example/help",
        "https://www.facebook.com:8443/help",
        "http://www.facebook.com/help",
        "javascript:alert(1)",
        "https://[www.facebook.com/help",
        "https://www.facebook.com/<script>",
        "https://www.facebook.com/" + "a" * 300,
        7,
        ["https://www.facebook.com/help"],
    ],
)
def test_no_address_leads_elsewhere(form):
    assert faults(form=form) != []


@over_rows(
    "changes",
    [
        {"hosts": ["evil.example"]},
        {"who": ["anyone"]},
        {"rule": "imitated-alone"},
        {"known": "official"},
        {"as_of": TODAY},
        {"name": "https://www.facebook.com/"},
        {"usd_per_1000": 1},
        {"unheard": "of"},
        {"seen_on": "2026-12-01"},
        {"seen_on": date(2026, 12, 2)},
    ],
)
def test_nothing_else_may_change(changes):
    (fault,) = faults(**changes)

    assert fault.startswith(f"report_forms.facebook.{next(iter(changes))} ")


@pytest.mark.parametrize(
    ("address", "is_right"),
    [
        ("https://www.linktr.ee/{account}", False),
        ("https://linktr.ee/u/{account}", True),
        ("https://linktr.ee/u/", False),
        ("https://linktr.ee/{account}/{account}", False),
    ],
)
def test_the_address_of_a_site_still_holds_the_username(address, is_right):
    changes = {"sites": {"linktree": {"uri_check": address}}}

    assert (list(list_change_faults(changes, TODAY)) == []) is is_right


@over_rows("kind", list_fact_kinds())
def test_no_list_and_no_pattern_of_any_kind_may_change(kind):
    for key, table in load_tables(kind).items():
        for name, value in table.items():
            changes = {kind: {key: {name: value}}}
            is_free = name in {"seen_on", *PRICE_KEYS} or str(value).startswith("https://")
            assert is_free or list(list_change_faults(changes, TODAY)) != []


@pytest.mark.parametrize(
    ("price", "is_right"),
    [
        *((0, True), (7.5, True)),
        *((wrong, False) for wrong in (-1, float("nan"), float("inf"), True, "5")),
    ],
)
def test_a_price_may_change_to_another_price(price, is_right):
    changes = {"prices": {"brave": {"usd_per_1000": price}}}

    assert (list(list_change_faults(changes, TODAY)) == []) is is_right


def test_facts_that_a_version_does_not_have_are_told_apart():
    changes = {
        "report_forms": {"facebook": {"seen_on": TODAY}, "nowhere": {"seen_on": TODAY}},
        "../../etc": {"passwd": {"seen_on": TODAY}},
    }
    known, unknown = split_known(changes)

    assert known["report_forms"] == {"facebook": {"seen_on": TODAY}}
    assert unknown == ("../../etc.passwd", "report_forms.nowhere")
    assert list(list_change_faults(known, TODAY)) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "made_on = 2026-12-01\n[x",
        'made_on = "soon"',
        "[report_forms.facebook]\nseen_on = 2026-12-01",
        "made_on = 2026-12-01\nreport_forms = 3",
        "made_on = 2026-12-01\n[report_forms]\nfacebook = 3",
    ],
)
def test_what_is_no_update_is_refused(text: str):
    with pytest.raises(FactsError):
        parse_update(text)
