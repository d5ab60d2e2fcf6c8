"""The alert rules and the dashboard, as a real Prometheus reads them."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.services.metrics import render_metrics
from tests.real import prometheus as prometheus_part
from tests.real.prometheus import Prometheus, run_promtool
from tests.systemd.vitals import build_full_vitals

pytestmark = pytest.mark.real

RULES = Path("systemd/prometheus-rules.yaml")
DASHBOARD = Path("systemd/grafana-dashboard.json")
STEP = 5  # minutes
LASTING = 5_000  # steps, longer than the longest of the rules
GROWS = f"0+{STEP * 60}x{LASTING}"
STANDS = f"0x{LASTING}"
YEAR_AHEAD = f"31536000x{LASTING}"
TURNS_BAD = f"0x2 1x{LASTING}"
TURNS_GOOD = f"1x2 0x{LASTING}"
AT = 'instance="district", '

# What an alarm rests on, the last moment at which it is silent, and the first at which it rings.
ALARMS = {
    "NamesakeNoMetrics": ({"namesake_collected_timestamp_seconds": STANDS}, "25m", "30m"),
    "NamesakeSweepMissed": ({"namesake_sweep_closed_timestamp_seconds": STANDS}, "8d", "8d5m"),
    "NamesakeTimeAhead": ({"namesake_sweep_closed_timestamp_seconds": YEAR_AHEAD}, "10m", "15m"),
    "NamesakeTimeAhead of a backup": (
        {"namesake_backed_up_timestamp_seconds": YEAR_AHEAD},
        "10m",
        "15m",
    ),
    "NamesakeSweepStuck": ({"namesake_sweep_open_since_timestamp_seconds": STANDS}, "2d", "2d5m"),
    "NamesakeJobOverdue": (
        {'namesake_overdue_seconds{job_name="digest",queue="mail"}': GROWS},
        "1h",
        "65m",
    ),
    "NamesakeJobOverdue of a sweep": (
        {'namesake_overdue_seconds{job_name="sweep",queue="sweeps"}': GROWS},
        "2d",
        "2d5m",
    ),
    "NamesakeBackupOld": ({"namesake_backed_up_timestamp_seconds": STANDS}, "3d", "3d5m"),
    "NamesakeNoBackup": ({"namesake_collected_timestamp_seconds": GROWS}, "2d23h55m", "3d"),
    "NamesakeBackupFailed": (
        {"namesake_backup_failed_timestamp_seconds": TURNS_BAD},
        "10m",
        "15m",
    ),
    "NamesakeChatFailed": (
        {'namesake_notice_failed_timestamp_seconds{office="operator"}': TURNS_BAD},
        "10m",
        "15m",
    ),
    "NamesakeEmailWaiting": ({"namesake_oldest_email_seconds": GROWS}, "6h", "6h5m"),
    "NamesakeEmailFailed": ({'namesake_emails{state="dead"}': TURNS_BAD}, "10m", "15m"),
    "NamesakeAddressPaused": ({"namesake_suppressed_addresses": TURNS_BAD}, "10m", "15m"),
    "NamesakeSourcesFailing": (
        {
            f'namesake_source_outcome{{{AT}source="a", outcome="found"}}': TURNS_GOOD,
            f'namesake_source_outcome{{{AT}source="a", outcome="failed"}}': TURNS_BAD,
            f'namesake_source_outcome{{{AT}source="b", outcome="blocked"}}': f"1x{LASTING}",
            f'namesake_source_outcome{{{AT}source="c", outcome="absent"}}': f"1x{LASTING}",
        },
        "1h10m",
        "1h15m",
    ),
    "NamesakeDistrictSetAside": ({'namesake_district_up{district="a"}': TURNS_GOOD}, "40m", "45m"),
    "NamesakeFleetDatabaseAway": ({"namesake_fleet_database_up": TURNS_GOOD}, "15m", "20m"),
    "NamesakeNoWorker": ({"namesake_fleet_workers": TURNS_GOOD}, "15m", "20m"),
    "NamesakeMachineSilent": (
        {'namesake_fleet_machine_beat_seconds{machine="first"}': GROWS},
        "5m",
        "10m",
    ),
    "NamesakeCheckWaits": (
        {'namesake_fleet_oldest_job_seconds{priority="check"}': GROWS},
        "0m",
        "5m",
    ),
    "NamesakeWarning": (
        {'namesake_warnings{part="backup", level="bad"}': TURNS_BAD},
        "1h10m",
        "1h15m",
    ),
    "NamesakeSourceOut": (
        {
            f'namesake_source_since_timestamp_seconds{{{AT}source="a"}}': STANDS,
            f'namesake_source_outcome{{{AT}source="a", outcome="limited"}}': f"1x{LASTING}",
        },
        "14d",
        "14d5m",
    ),
}


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    if reason := prometheus_part.lacking():
        pytest.skip(f"{prometheus_part.NAME}: {reason}")
    vitals = build_full_vitals(datetime.now(UTC))
    folder = tmp_path_factory.mktemp("prometheus")
    with prometheus_part.running(folder, render_metrics(vitals), RULES) as running:
        _wait_for(lambda: bool(running.query("namesake_people")))
        yield running


def _wait_for(is_so) -> None:
    end = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_each_alarm_rings_at_its_moment_and_not_before(prometheus, tmp_path):
    tests = tmp_path / "tests.yaml"
    tests.write_text(
        json.dumps(
            {
                "rule_files": [str(RULES.resolve())],
                "evaluation_interval": f"{STEP}m",
                "tests": [
                    _build_rule_test(name.partition(" ")[0], *case) for name, case in ALARMS.items()
                ],
            }
        ),
        "utf-8",
    )

    assert "SUCCESS" in run_promtool("test", "rules", str(tests))


def test_no_alarm_is_left_untested(prometheus):
    names = {rule["name"] for rule in prometheus.list_rules()}

    assert names == {name.partition(" ")[0] for name in ALARMS}
    assert all(rule["health"] in {"ok", "unknown"} for rule in prometheus.list_rules())


def test_each_panel_of_the_dashboard_shows_something(prometheus):
    panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    expressions = {panel["title"]: panel["targets"][0]["expr"] for panel in panels}

    shown = {
        title: prometheus.query(expression.replace("$instance", ".*"))
        for title, expression in expressions.items()
    }

    assert [title for title, series in shown.items() if not series] == []
    assert float(shown["Last sweep"][0]["value"][1]) >= 7 * 3600
    assert float(shown["Sources that answer"][0]["value"][1]) == pytest.approx(0.3)


def _build_rule_test(name: str, series: dict[str, str], silent: str, rings: str) -> dict:
    ringing = f'count(ALERTS{{alertname="{name}", alertstate="firing"}})'
    return {
        "interval": f"{STEP}m",
        "input_series": [{"series": key, "values": values} for key, values in series.items()],
        "promql_expr_test": [
            {"expr": ringing, "eval_time": silent, "exp_samples": []},
            {"expr": ringing, "eval_time": rings, "exp_samples": [{"labels": "{}", "value": 1}]},
        ],
    }
