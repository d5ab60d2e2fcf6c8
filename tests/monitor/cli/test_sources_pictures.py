"""What the command line says where pictures cannot be compared."""

import pytest

from monitor import lanes
from monitor.domain.consent import Scope

SENTENCE = "Profile pictures are not compared"
ANSWERS = """
scopes = ["search", {photos}]

[name]
given = "Rosa"
family = "Marchetti"
"""


@pytest.fixture
def enrols(terminal, tmp_path):
    def enrols(photos: str) -> str:
        answers = tmp_path / "answers.toml"
        answers.write_text(ANSWERS.format(photos=photos), "utf-8")
        return terminal.run("enrol", terminal.invites(), "--answers", str(answers)).out

    return enrols


@pytest.fixture
def installed(monkeypatch):
    def installed(there: str) -> None:
        monkeypatch.setattr(lanes, "can_open_pictures", lambda: there == "installed")

    return installed


@pytest.mark.parametrize("there", ["installed", "missing"])
def test_the_list_of_sources_says_what_is_missing(terminal, installed, there):
    installed(there)

    said = terminal.run("sources", "list")

    assert (SENTENCE in said.out) is (there == "missing")
    assert terminal.run("sources", "list", "--json").json == []


@pytest.mark.parametrize("there", ["installed", "missing"])
@pytest.mark.parametrize("photos", [f'"{Scope.PHOTOS}"', ""])
def test_whoever_agrees_to_it_is_told_that_it_is_missing(enrols, installed, there, photos):
    installed(there)

    assert (SENTENCE in enrols(photos)) is (there == "missing" and bool(photos))
