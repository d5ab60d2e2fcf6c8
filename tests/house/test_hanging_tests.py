"""A test that hangs ends its process, and a run that is stopped says what it was at."""

import io

import pytest
from _pytest.terminal import TerminalReporter

from tests import conftest


def test_a_test_that_hangs_ends_its_process(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getini("faulthandler_exit_on_timeout")


def test_a_run_that_is_stopped_says_which_tests_had_not_ended(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conftest, "NOT_ENDED", set())
    conftest.pytest_runtest_logstart("test_one_that_ends")
    conftest.pytest_runtest_logstart("test_one_that_hangs")
    conftest.pytest_runtest_logfinish("test_one_that_ends")
    said = io.StringIO()

    conftest.pytest_terminal_summary(TerminalReporter(pytestconfig, said))

    assert "did not end" in said.getvalue()
    assert "test_one_that_hangs\n" in said.getvalue()
    assert "test_one_that_ends" not in said.getvalue()
