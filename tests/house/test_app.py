"""The App holds what every service needs to reach the outside, and nothing else."""

from dataclasses import fields

from monitor.app import App


def test_the_app_holds_infrastructure_and_nothing_else() -> None:
    held = {each.name for each in fields(App)}

    assert held == {
        *("config", "db", "clock", "ids"),
        *("sources", "crawler", "records", "matcher", "copier", "mailer"),
        *("beat", "recall_questions"),
    }
