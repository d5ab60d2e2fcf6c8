"""The alert rules and the dashboard that we ship ask for numbers that there are."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.domain.health import (
    BACKUP_MAX_AGE,
    CLOCK_TOLERANCE,
    JOB_OVERDUE_AFTER,
    QUEUE_MAX_WAIT,
    SWEEP_MISSED,
    SWEEP_STUCK,
)
from monitor.fleet.health import CHECK_WAITS, MACHINE_SILENT_AFTER
from monitor.services.job_kinds import JobQueue
from monitor.services.metrics import list_metric_samples
from scrapers.models import CONCLUSIVE_OUTCOMES
from tests.systemd.vitals import FULL_FLEET, FULL_VITALS

RULES = Path("systemd/prometheus-rules.yaml").read_text("utf-8")
DASHBOARD = Path("systemd/grafana-dashboard.json").read_text("utf-8")
FLEET_METRICS = {sample.name for sample in list_metric_samples(FULL_FLEET)}
METRICS = {sample.name for sample in list_metric_samples(FULL_VITALS)}
LABELS = {label for sample in list_metric_samples(FULL_VITALS) for label in sample.labels}
FLEET_PAGE = Path("docs/fleet.md").read_text("utf-8")
# Prometheus adds them to all that it reads.
ITS_LABELS = {"instance", "job"}


@pytest.mark.parametrize("text", [RULES, DASHBOARD], ids=["rules", "dashboard"])
def test_every_number_that_is_asked_for_is_one_that_we_print(text: str):
    assert set(re.findall(r"\bnamesake_\w+", text)) <= METRICS | FLEET_METRICS


def test_what_to_do_about_each_alert_stands_with_other_trouble():
    told = re.findall(r"`(Namesake[A-Z]\w+)`", Path("docs/trouble.md").read_text("utf-8"))

    assert sorted(told) == sorted(re.findall(r"- alert: (\w+)", RULES))


def test_every_number_that_we_print_is_shown_or_gives_an_alarm():
    proven = {"namesake_source_proven_timestamp_seconds"}  # the doctor alone judges by it

    asked = set(re.findall(r"\bnamesake_\w+", RULES + DASHBOARD))
    assert asked - FLEET_METRICS == METRICS - proven


def test_every_number_of_a_fleet_is_explained():
    listed = set(re.findall(r"`(namesake_(?:fleet|district)_\w+)", FLEET_PAGE))
    assert listed == FLEET_METRICS


def test_no_label_of_ours_is_one_that_prometheus_takes_for_itself():
    assert LABELS.isdisjoint(ITS_LABELS)


@pytest.mark.parametrize(
    ("written", "threshold"),
    [
        ("namesake_sweep_closed_timestamp_seconds > 8 * 86400", SWEEP_MISSED),
        ("namesake_sweep_open_since_timestamp_seconds > 2 * 86400", SWEEP_STUCK),
        ("namesake_overdue_seconds > 2 * 86400", SWEEP_STUCK),
        ("namesake_backed_up_timestamp_seconds > 3 * 86400", BACKUP_MAX_AGE),
        ("namesake_sweep_closed_timestamp_seconds - time() > 5 * 60", CLOCK_TOLERANCE),
        ("namesake_backed_up_timestamp_seconds - time() > 5 * 60", CLOCK_TOLERANCE),
        ("namesake_oldest_email_seconds > 6 * 3600", QUEUE_MAX_WAIT),
        ('queue!="sweeps"} > 1 * 3600', JOB_OVERDUE_AFTER),
    ],
)
def test_an_alarm_rings_when_the_doctor_would_say_so(written: str, threshold: timedelta):
    count, unit = map(int, re.findall(r"(\d+) \* (\d+)$", written)[0])

    assert written in RULES
    assert timedelta(seconds=count * unit) == threshold


@pytest.mark.parametrize(
    ("written", "threshold"),
    [
        ("namesake_fleet_machine_beat_seconds >= 300", MACHINE_SILENT_AFTER),
        ('namesake_fleet_oldest_job_seconds{priority="check"} >= 300', CHECK_WAITS),
    ],
)
def test_an_alarm_of_a_fleet_rings_when_the_doctor_would_say_so(written: str, threshold: timedelta):
    assert written in RULES
    assert timedelta(seconds=int(written.rpartition(" ")[2])) == threshold


def test_the_words_in_the_rules_are_those_of_the_service():
    (queue,) = set(re.findall(r'queue!="([^"]+)"', RULES))
    outcomes = set(re.findall(r'outcome[!=]~\\?"([^"\\]+)', RULES + DASHBOARD))

    assert queue == JobQueue.SWEEPS
    assert [set(outcome.split("|")) for outcome in outcomes] == [set(CONCLUSIVE_OUTCOMES)]


def test_each_panel_of_the_dashboard_has_its_own_place_and_says_what_it_shows():
    panels = json.loads(DASHBOARD)["panels"]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len({(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}) == len(panels)
    assert all(panel["title"] and panel["description"] for panel in panels)
