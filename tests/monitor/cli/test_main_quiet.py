"""The operator is not a reader: no command tells them whose, or what was found."""

import re

import pytest

from tests.monitor.cli.conftest import Said

COMMANDS = (
    ("staff", "list"),
    ("cases",),
    ("sources", "list"),
    ("sources", "check"),
    ("sources", "check", "chalkboard"),
    ("sources", "show", "chalkboard"),
    ("status", "--jobs"),
    ("check", "--all", "--dry-run"),
    ("check", "--all"),
    ("check", "PERSON"),
    ("mail", "send"),
    ("audit",),
)
# It takes the folder for itself.
ALONE = {("mail", "send")}
REFUSALS = (
    ("mail", "preview", "PERSON"),
    ("explain", "CASE"),
    ("explain", "CASE", "--break-glass", "curious"),
    ("explain", "--history", "CASE", "--break-glass", "curious"),
    ("staff", "invite", "mallory@elsewhere.example", "Mallory", "Moore"),
)


@pytest.fixture
def known(after_demo):
    with after_demo.app() as app:
        case = next(
            case for case in app.db.cases.list_undecided_cases() if case.kind == "student-link"
        )
        return {"PERSON": case.person_id, "CASE": case.id}


def leaks(said: Said, planted: frozenset[str]) -> set[str]:
    words = (said.out + said.err).replace("[.]", ".").replace("[:]", ":")
    return {
        word
        for word in planted
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", words, re.IGNORECASE)
    }


def test_the_words_that_were_planted_are_known(played):
    assert {"Marchetti", "rosa.marchetti@cedarvalley.example", "Rosa"} <= played.planted
    assert [word for word in played.planted if word.startswith("https://")]
    assert leaks(Said(0, "to ROSA,", ""), played.planted) == {"Rosa"}


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["table", "json"])
def test_no_command_of_a_day_tells_a_name_an_address_or_a_finding(after_demo, played, known, form):
    told = {}
    for command in COMMANDS:
        run = after_demo.run if command in ALONE else after_demo.run_served
        said = run(*(known.get(word, word) for word in command), *form)
        assert said.code == 0, (command, said.err)
        assert not form or said.json is not None
        told[command] = leaks(said, played.planted)

    assert {command: words for command, words in told.items() if words} == {}


@pytest.mark.parametrize("command", REFUSALS)
def test_no_refusal_tells_what_it_keeps_back(after_demo, played, known, command):
    said = after_demo.run(*(known.get(word, word) for word in command))

    assert said.code in {65, 69, 77}
    assert leaks(said, played.planted) == set()


def test_a_check_does_not_even_tell_that_something_was_found(after_demo, known):
    said = after_demo.run_served("check", known["PERSON"], "--json")

    assert not re.search(r"found|absent", said.out)
