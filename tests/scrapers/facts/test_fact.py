"""Facts: what each says of its age, and files of another form."""

from datetime import UTC, date, datetime, timedelta

import pytest

from scrapers.facts.fact import (
    FOLDER,
    STALE_AFTER,
    DatedFact,
    FactReliability,
    FactsError,
    load_tables,
    parse_facts,
    parse_tables,
)

SEEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_fact_is_fresh_for_180_days_and_then_stale():
    fact = DatedFact(known=FactReliability.OFFICIAL, seen_on=SEEN.date())

    assert not fact.is_stale(SEEN + STALE_AFTER)
    assert fact.is_stale(SEEN + STALE_AFTER + timedelta(days=1))


def test_a_text_that_says_so_is_no_look_at_the_page_itself():
    fact = DatedFact(known=FactReliability.OFFICIAL, as_of=SEEN.date())

    assert fact.is_stale(SEEN)
    assert fact.day == SEEN.date()


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ({}, None),
        ({"as_of": date(2026, 1, 1), "seen_on": date(2026, 3, 1)}, date(2026, 3, 1)),
        ({"as_of": date(2026, 3, 1), "seen_on": date(2026, 1, 1)}, date(2026, 3, 1)),
    ],
)
def test_a_fact_is_as_old_as_the_newest_that_we_have_of_it(dates, day):
    assert DatedFact(**dates).day == day


def test_what_stands_before_the_tables_holds_where_a_table_is_silent():
    text = 'known = "secondary"\nsource = "others"\n[alpha]\n[beta]\nknown = "official"\n'
    facts = parse_facts(text, "mine.toml", DatedFact)

    assert facts["alpha"] == DatedFact(known=FactReliability.SECONDARY, source="others")
    assert facts["beta"] == DatedFact(known=FactReliability.OFFICIAL, source="others")


def test_a_table_without_a_name_is_like_that_of_the_other_kind():
    ours, theirs = load_tables("harassment_forms"), load_tables("report_forms")
    changes = {"report_forms": {"kick": {"seen_on": SEEN.date()}}}

    assert "name" not in parse_tables((FOLDER / "harassment_forms.toml").read_text())["kick"]
    assert ours["kick"] == {**theirs["kick"], "identity": "no", "rule": "no-bullying"}
    assert ours["facebook"].get("form") is None
    assert load_tables("harassment_forms", changes)["kick"]["seen_on"] == SEEN.date()


def test_who_looked_at_the_page_of_the_other_kind_did_not_look_at_ours():
    changes = {"report_forms": {"fetlife": {"seen_on": SEEN.date()}}}
    ours, theirs = (
        load_tables(kind, changes)["fetlife"] for kind in ("harassment_forms", "report_forms")
    )

    assert ours["help"] != theirs["help"]
    assert ours.get("seen_on") is None


@pytest.mark.parametrize(
    "text", ["[alpha", '[alpha]\nknown = "perhaps"', '[alpha]\nseen_on = "lately"']
)
def test_a_file_of_another_form_is_refused_and_named(text: str):
    with pytest.raises(FactsError, match=r"mine\.toml"):
        parse_facts(text, "mine.toml", DatedFact)
