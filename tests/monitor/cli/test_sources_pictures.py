"""What the command line says where pictures cannot be compared."""

import pytest

from monitor.app import sources

SENTENCE = "Profile pictures are not compared"


@pytest.fixture
def installed(monkeypatch):
    def installed(there: str) -> None:
        monkeypatch.setattr(sources, "can_open_pictures", lambda: there == "installed")

    return installed


@pytest.mark.parametrize("there", ["installed", "missing"])
def test_the_list_of_sources_says_what_is_missing(terminal, installed, there):
    installed(there)

    said = terminal.run("sources", "list")

    assert (SENTENCE in said.out) is (there == "missing")
    assert terminal.run("sources", "list", "--json").json == []
