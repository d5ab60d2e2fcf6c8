"""Numbers for a monitoring system: of sources, times and emails, and of nobody."""

from collections import Counter

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.db.cases import CasesTable
from monitor.db.database import Database
from monitor.db.sources import SourceHealth
from monitor.domain.person import PersonName
from monitor.domain.vocabulary import CaseKind, CaseState
from monitor.services.health import MIN_COUNT
from scrapers.models import Outcome
from tests.monitor.cli.conftest import Terminal


def samples(text: str) -> dict[str, float]:
    """Read an exposition as Prometheus does, by name and labels."""
    return {
        f"{sample.name}{sorted(sample.labels.values())}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_prometheus_reads_what_is_printed(after_demo: Terminal):
    told = samples(after_demo.run("metrics").out)

    assert told["namesake_source_outcome['found', 'snapgarden']"] in {0.0, 1.0}
    assert told["namesake_emails['sent']"] > 0
    assert told["namesake_sweep_closed_timestamp_seconds[]"] < after_demo.clock.at.timestamp()
    assert told["namesake_collected_timestamp_seconds[]"] == after_demo.clock.at.timestamp()
    assert told["namesake_database_bytes[]"] > 100_000
    assert "namesake_backed_up_timestamp_seconds[]" not in told
    assert told["namesake_warnings['backup', 'warn']"] == 1


def test_a_source_that_was_turned_off_while_it_failed_warns_no_more(after_demo: Terminal):
    def warn() -> dict[str, float]:
        told = samples(after_demo.run("metrics").out)
        return {name: count for name, count in told.items() if name.startswith("namesake_warnings")}

    before = warn()
    with Database.open_folder(after_demo.config.state) as state:
        gone = SourceHealth(
            source="turned-off", outcome=Outcome.BLOCKED, since=after_demo.clock.now()
        )
        state.source_health.save_source_health(gone)

    assert warn() == before
    screen = after_demo.run("status", "--json").json["warnings"]
    said = Counter((warning["what"], warning["level"]) for warning in screen)
    also = {f"namesake_warnings{sorted(warning)}": count for warning, count in said.items()}
    assert before.items() <= also.items()


def test_each_source_has_one_outcome(after_demo: Terminal):
    told = after_demo.run("metrics", "--json").json
    outcomes = [entry for entry in told if entry["name"] == "namesake_source_outcome"]

    for source in {outcome["labels"]["source"] for outcome in outcomes}:
        mine = [outcome["value"] for outcome in outcomes if outcome["labels"]["source"] == source]
        assert sum(mine) == 1


@pytest.mark.parametrize(("joined", "told"), [(19, False), (20, True), (21, True)])
def test_who_has_joined_is_counted_only_where_they_are_many(
    terminal: Terminal, monkeypatch, joined: int, *, told: bool
):
    few = {(CaseKind.IMPERSONATION, CaseState.NEW): MIN_COUNT - 1}
    many = {(CaseKind.IMPERSONATION, CaseState.OPEN): MIN_COUNT + joined - 19}
    monkeypatch.setattr(CasesTable, "count_cases", lambda _: {**few, **many})
    for number in range(joined):
        terminal.enrols(PersonName(given="Rosa", family=f"Marchetti{number}"))

    known = samples(terminal.run("metrics").out)

    assert known.get("namesake_people[]") == (20.0 if told else None)
    assert known.get("namesake_cases['impersonation', 'open']") == (10.0 if told else None)
    assert "namesake_cases['impersonation', 'new']" not in known


def test_the_file_is_written_whole_and_can_be_read_by_others(terminal: Terminal, tmp_path):
    file = tmp_path / "namesake.prom"
    terminal.run("metrics", "--file", str(file))

    assert samples(file.read_text("utf-8"))
    assert file.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in tmp_path.glob("*.prom*")] == [file.name]


def test_a_file_that_cannot_be_written_is_said_in_a_sentence(terminal: Terminal, tmp_path):
    said = terminal.run("metrics", "--file", str(tmp_path / "nowhere" / "namesake.prom"))

    assert said.code == 73
    assert "check its disk and folder" in said.sentence
