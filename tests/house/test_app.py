"""The App holds what every service needs to reach the outside, and nothing else."""

from contextlib import ExitStack
from typing import Any

from monitor.app import App, BuiltOnce, Environment
from tests.scrapers.http.fakes import FakeClock


def test_the_app_holds_infrastructure_and_nothing_else() -> None:
    nothing: Any = None
    given = vars(App(nothing, nothing, Environment(clock=FakeClock()), None, ExitStack()))
    parts = {name for name, part in vars(App).items() if isinstance(part, BuiltOnce)}

    assert parts == {
        *("copier", "crawler", "facts", "mailer", "matcher", "records", "resources", "sources")
    }
    assert {name for name in given if not name.startswith("_")} == {
        *("config", "db", "clock", "ids", "beat", "others_stop_within", "building")
    }
