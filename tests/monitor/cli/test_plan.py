"""What will be asked about somebody is theirs to know; what it costs is the operator's."""

from collections.abc import Iterator

import pytest

from monitor.demo.district import MARIA
from monitor.services.consent_end import withdraw_consent
from tests.monitor.cli.conftest import Terminal

PRICED = """
[sources.brave]
[planning]
weekly_usd_district = 1.5
"""


@pytest.fixture
def priced(after_demo: Terminal) -> Iterator[Terminal]:
    """The demo's district, which has just taken to an engine that charges."""
    text = after_demo.path.read_text("utf-8")
    after_demo.path.write_text(text + PRICED, "utf-8")
    return after_demo


def ref_of(terminal: Terminal) -> str:
    with terminal.app() as app:
        return app.db.people.find_person_id_by_mail(MARIA.person.mail)


def test_by_which_words_somebody_is_searched_is_their_own(priced):
    said = priced.run("check", "--dry-run", ref_of(priced))

    assert said.code == 77
    assert "--break-glass" in said.sentence


def test_printing_it_is_audited_and_told(priced):
    maria = ref_of(priced)

    said = priced.run("check", "--dry-run", maria, "--break-glass", "she asked me to")

    assert said.code == 0
    with priced.app() as app:
        actions = [entry.action for entry in app.db.audit.list_entries_of_subjects((maria,))]
    assert actions.count("opened-early") == 1


def test_each_query_is_told_with_its_turn_and_its_price(priced):
    told = priced.run(
        "check", "--dry-run", ref_of(priced), "--break-glass", "she asked", "--json"
    ).json

    paid = {query["source"] for query in told["queries"] if float(query["usd"]) > 0}
    assert paid == {"brave", "brave-news"}
    best = next(query for query in told["queries"] if query["source"] == "brave")
    assert (best["every"], best["ahead"], best["pages"], float(best["usd"])) == (1, 0, 2, 0.01)
    assert {query["every"] for query in told["queries"] if float(query["usd"]) == 0} == {1}


def test_the_table_says_when_and_for_how_much(priced):
    out = priced.run("check", "--dry-run", ref_of(priced), "--break-glass", "she asked").out

    assert 'Maria Delgado, "Maple Street Elementary School"' in out
    assert "Ms Delgado, Mrs Delgado" in out
    assert max(map(len, out.splitlines())) < 150
    assert "$0.010" in out
    assert "The limit for one person is" in out


def test_the_districts_bill_names_nobody(priced):
    said = priced.run("check", "--all", "--dry-run")

    assert said.code == 0
    assert "brave-news" in said.out
    assert "for the first quarter" in said.out
    assert MARIA.person.name.family not in said.out


def test_the_districts_bill_in_numbers(priced):
    told = priced.run("check", "--all", "--dry-run", "--json").json["bill"]

    by_source = {source["source"]: source for source in told["sources"]}
    assert by_source["brave"]["queries"] >= told["people"]
    assert float(by_source["brave"]["usd"]) == pytest.approx(by_source["brave"]["requests"] * 0.005)
    assert float(told["forecast"]["settled"]["usd"]) < float(
        told["forecast"]["first_quarter"]["usd"]
    )
    assert float(told["most"]) == 1.5


@pytest.mark.parametrize("arguments", [(), ("somebody", "--district")])
def test_it_is_about_one_person_or_about_all(priced, arguments):
    assert priced.run("check", "--dry-run", *arguments).code == 2


def test_nothing_is_planned_about_who_has_left(priced):
    maria = ref_of(priced)
    with priced.app() as app:
        withdraw_consent(app, maria)

    assert priced.run("check", "--dry-run", maria, "--break-glass", "she asked").code == 77


def test_where_nothing_costs_anything_there_is_no_bill(after_demo):
    said = after_demo.run("check", "--all", "--dry-run")

    assert said.out.endswith("All sources in use are free. Every query runs every week.\n")


def test_in_the_demo_it_is_open(played, after_demo):
    said = played.run("check", "--dry-run", ref_of(after_demo))

    assert said.code == 0
    assert "Maria Delgado" in said.out
