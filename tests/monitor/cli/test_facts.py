"""How old facts are, and an update of them from a file, without the internet."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from monitor.domain.vocabulary import TakedownHarm
from scrapers.facts.fact import SHIPPED_ON, list_fact_kinds
from tests.sign_facts import main

CHANGES = """\
made_on = 2026-12-02
[report_forms.facebook]
seen_on = 2026-11-30
form = "https://www.facebook.com/help/contact/1"
"""


@pytest.fixture
def signed(terminal, tmp_path):
    """Return an update, signed with the key that the district has."""
    terminal.clock.at = datetime(2026, 12, 2, 12, tzinfo=UTC)
    changes, update = tmp_path / "changes.toml", tmp_path / "december.facts"
    changes.write_text(CHANGES, "utf-8")
    said = CliRunner().invoke(main, [str(tmp_path / "key"), str(changes), str(update)])
    text = terminal.path.read_text("utf-8")
    terminal.path.write_text(f'{text}\n[facts]\nkey = "{said.output.strip()}"\n', "utf-8")
    return update


def find(terminal, key: str):
    told = terminal.run("sources", "facts", "report_forms", "--json").json["facts"]
    return next(line for line in told if line["key"] == key)


def test_each_kind_is_counted_with_what_nobody_looked_at(terminal):
    said = terminal.run("sources", "facts")

    assert said.code == 0
    assert all(kind in said.out for kind in list_fact_kinds())
    assert f"These are the facts of {SHIPPED_ON}." in said.out
    assert "never" in said.out


def test_each_fact_of_a_kind_says_where_it_is_from(terminal):
    said = terminal.run("sources", "facts", "islands").out

    assert "secondary" in said
    assert "socid-extractor" in said
    unknown = terminal.run("sources", "facts", "rumors")
    assert (unknown.code, "report_forms" in unknown.sentence) == (65, True)


def test_an_update_from_a_file_is_used_and_taken_back(terminal, signed):
    tried = terminal.run("sources", "update", str(signed), "--dry-run")
    assert "report_forms.facebook: seen_on 2026-11-30, form https://www.facebook" in tried.out
    assert find(terminal, "facebook")["seen_on"] is None

    done = terminal.run("sources", "update", str(signed))
    assert (done.code, "Restart the service" in done.out) == (0, True)
    assert find(terminal, "facebook")["seen_on"] == "2026-11-30"
    assert not find(terminal, "facebook")["is_stale"]
    with terminal.app() as app:
        forms = dict(app.facts.takedown_guides[TakedownHarm.IMPERSONATION])
        assert forms["facebook"].form == "https://www.facebook.com/help/contact/1"
    assert terminal.run("sources", "update", str(signed)).code == 65

    back = terminal.run("sources", "update", "--back")
    assert f"The facts of {SHIPPED_ON} count again." in back.out
    assert find(terminal, "facebook")["seen_on"] is None


def test_an_update_that_was_changed_on_its_way_is_refused_in_a_sentence(terminal, signed):
    signed.write_bytes(signed.read_bytes().replace(b"contact/1", b"contact/2"))

    said = terminal.run("sources", "update", str(signed))

    assert said.code == 65
    assert said.sentence.startswith("This update is not signed with the key under [facts]")


def test_without_a_key_the_sentence_says_where_it_goes(terminal, signed):
    text = terminal.path.read_text("utf-8").partition("[facts]")[0]
    terminal.path.write_text(text, "utf-8")

    said = terminal.run("sources", "update", str(signed))

    assert (said.code, "[facts]" in said.sentence) == (64, True)


@pytest.mark.parametrize("words", [(), ("december.facts", "--back"), ("--back", "--dry-run")])
def test_a_file_or_the_way_back_is_given(terminal, words):
    assert terminal.run("sources", "update", *words).code == 2


def test_a_file_that_is_not_there_is_named(terminal):
    said = terminal.run("sources", "update", "nowhere.facts")

    assert (said.code, "nowhere.facts" in said.sentence) == (65, True)


def test_doctor_says_how_old_facts_are_and_warns_of_an_update_at_fault(terminal, signed):
    def look() -> tuple[str, str]:
        told = terminal.run("doctor", "--json").json
        return next((line["level"], line["message"]) for line in told if line["what"] == "facts")

    level, message = look()
    assert level == "ok"
    assert "Stale facts, checked by no one for 180 days" in message

    terminal.run("sources", "update", str(signed))
    (path,) = (terminal.config.state / "facts").iterdir()
    path.write_bytes(path.read_bytes() + b"\n")
    level, message = look()
    assert level == "warn"
    assert "is not used" in message


def test_no_update_is_signed_that_changes_more_than_it_may(tmp_path):
    changes = tmp_path / "changes.toml"
    changes.write_text(f"{CHANGES}who = ['anyone']\n[report_forms.nowhere]\nform = 'x'\n", "utf-8")

    said = CliRunner().invoke(main, [str(tmp_path / "key"), str(changes), str(tmp_path / "out")])

    assert said.exit_code == 1
    assert "report_forms.nowhere" in said.output
    assert "report_forms.facebook.who" in said.output
    assert not (tmp_path / "out").exists()
