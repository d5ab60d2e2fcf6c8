"""Lists of other projects are brought in, told apart entry by entry, and taken out again."""

import json

import pytest

from monitor.demo.internet import Internet
from tests.monitor.cli.conftest import SETTINGS

CHALKBOARD = {
    "name": "Chalkboard",
    "uri_check": "http://chalkboard.example/t/{account}",
    "e_code": 200,
    "e_string": "{account}",
    "m_code": 404,
    "m_string": "Page not found",
    "known": ["chalkboard"],
    "cat": "education",
}
LATE, SLY = {"cat": "xx NSFW xx"}, {"handle": "(?!x)y", "known": ["sly"]}
WHATSMYNAME = {
    "sites": [
        CHALKBOARD,
        CHALKBOARD | {"name": "Slate"},
        CHALKBOARD | LATE | {"name": "Late", "uri_check": "http://late.example/{account}"},
        CHALKBOARD | SLY | {"name": "Sly", "uri_check": "http://sly.example/{account}"},
        CHALKBOARD
        | {"name": "Linktree", "uri_check": "https://linktr.ee/{account}", "known": ["linktree"]},
    ]
}
BOARD = {
    "checkType": "status_code",
    "url": "http://b.example/{username}",
    "usernameClaimed": "board",
    "tags": ["education"],
}
MAIGRET = {"sites": {"Board": BOARD}}


@pytest.fixture
def brought(tmp_path):
    def file(data, name="data.json"):
        path = tmp_path / name
        path.write_text(data if isinstance(data, str) else json.dumps(data))
        return str(path)

    return file


def figures(said):
    return {key: said.json[key] for key in ("form", "usable", "doubles", "refused")}


def test_a_list_is_counted_and_each_entry_that_is_left_out_has_its_reason(terminal, brought):
    said = terminal.run("sources", "import", brought(WHATSMYNAME), "--json")

    assert said.code == 0
    assert figures(said) == {"form": "WhatsMyName", "usable": 3, "doubles": 1, "refused": 1}
    told = {entry["name"]: (entry["reason"], entry["detail"]) for entry in said.json["left_out"]}
    assert told == {
        "Late": ("its category is none that may be asked by username", ""),
        "Slate": ("Chalkboard asks at the same address", ""),
    }


def test_it_is_told_in_words_with_an_example_of_each_reason(terminal, brought):
    said = terminal.run("sources", "import", brought(WHATSMYNAME))

    assert "whatsmyname: 5 entries: 3 usable, 1 duplicates, 1 rejected." in said.out
    assert "Late" in said.out
    assert "Restart the service" in said.out


def test_each_entry_is_named_where_that_is_asked_for(terminal, brought):
    said = terminal.run("sources", "import", brought(WHATSMYNAME), "--each")

    (line,) = [line for line in said.out.splitlines() if line.startswith("Slate")]
    assert "Chalkboard asks at the same address" in line


@pytest.mark.parametrize(
    ("data", "name"),
    [(MAIGRET, "maigret"), (WHATSMYNAME, "whatsmyname")],
)
def test_what_was_brought_in_is_listed_and_asked_until_it_is_taken_out(
    terminal, brought, data, name
):
    terminal.run("sources", "import", brought(data))
    (kept,) = terminal.run("sources", "imported", "--json").json
    asked = {row["source"] for row in terminal.run("sources", "list", "--json").json}

    assert (kept["list"], kept["fault"]) == (name, "")
    assert len(asked) == kept["usable"] > 0
    assert name in terminal.run("sources", "imported").out
    assert name in terminal.run("sources", "remove", name).out
    assert terminal.run("sources", "list", "--json").json == []


def test_the_terms_of_a_share_alike_list_are_told(terminal, brought):
    assert "share-alike" in terminal.run("sources", "import", brought(WHATSMYNAME)).out
    assert "share-alike" not in terminal.run("sources", "import", brought(MAIGRET)).out


def test_a_dry_run_keeps_nothing(terminal, brought):
    said = terminal.run("sources", "import", brought(WHATSMYNAME), "--dry-run")

    assert "Nothing was saved" in said.out
    assert terminal.run("sources", "imported", "--json").json == []


def test_a_newer_file_takes_the_place_of_the_old_one(terminal, brought):
    terminal.run("sources", "import", brought(WHATSMYNAME))

    said = terminal.run(
        "sources", "import", brought({"sites": [CHALKBOARD | {"name": "Slate"}]}), "--json"
    )

    assert figures(said)["usable"] == 1
    assert [row["source"] for row in terminal.run("sources", "list", "--json").json] == ["slate"]


def test_two_lists_of_one_form_stand_side_by_side_under_two_names(terminal, brought):
    terminal.run("sources", "import", brought(WHATSMYNAME), "--name", "first")
    said = terminal.run("sources", "import", brought(WHATSMYNAME), "--name", "second", "--json")

    assert figures(said)["usable"] == 0
    kept = terminal.run("sources", "imported", "--json").json
    assert [(row["list"], row["usable"]) for row in kept] == [("first", 3), ("second", 0)]


def test_what_we_ask_already_is_a_double(terminal, brought):
    terminal.configured(("own = false", "own = true"))

    said = terminal.run("sources", "import", brought(WHATSMYNAME), "--json")

    told = {entry["name"]: entry["reason"] for entry in said.json["left_out"]}
    assert told["Linktree"] == "Linktree asks at the same address"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "not valid JSON"),
        ('{"Chalkboard": {', "not valid JSON"),
        ("[1, 2]", "in a form we know"),
        ('{"name": "package", "version": "1"}', "in a form we know"),
        ('{"Slate": {"errorType": "status_code"}}', "Sherlock's gives no categories"),
    ],
)
def test_a_file_that_is_no_list_exits_with_65(terminal, brought, text, sentence):
    said = terminal.run("sources", "import", brought(text))

    assert said.code == 65
    assert sentence in said.sentence
    assert terminal.run("sources", "imported", "--json").json == []


@pytest.mark.parametrize("missing", ["nowhere.json", "."])
def test_a_file_that_is_not_there_exits_with_65(terminal, tmp_path, missing):
    said = terminal.run("sources", "import", str(tmp_path / missing))

    assert said.code == 65
    assert "cannot be read" in said.sentence


@pytest.mark.parametrize(
    "arguments",
    [("remove", "whatsmyname"), ("remove", "../keys"), ("import", "FILE", "--name", "A b")],
)
def test_a_name_that_is_none_exits_with_65(terminal, brought, arguments):
    file = brought(WHATSMYNAME)
    said = terminal.run(
        "sources", *(file if argument == "FILE" else argument for argument in arguments)
    )

    assert said.code == 65
    assert "list" in said.sentence


def test_a_list_that_was_damaged_since_is_told_and_the_others_go_on(
    terminal, brought, tmp_path, caplog
):
    terminal.run("sources", "import", brought(WHATSMYNAME))
    terminal.run("sources", "import", brought(MAIGRET))
    (tmp_path / "state" / "site-lists" / "whatsmyname.json").write_text('{"Chalk')

    said = terminal.run("sources", "list", "--json")

    assert [row["source"] for row in said.json] == ["board"]
    assert "The list 'whatsmyname' is left out" in caplog.text
    assert "is left out" in terminal.run("sources", "imported").out


def test_a_site_of_a_list_is_asked_until_its_canary_refutes_it(terminal, web, brought):
    text = terminal.path.read_text().partition("[sources")[0]
    terminal.path.write_text(text + SETTINGS[SETTINGS.index("[sources") :])
    terminal.run("sources", "import", brought(WHATSMYNAME))

    (verdict,) = terminal.run_served("sources", "check", "chalkboard", "--json").json
    web.web = Internet().show_same_profile("chalkboard.example")
    (refuted,) = terminal.run_served("sources", "check", "chalkboard", "--json").json

    assert verdict["trust"]["status"] == "proven"
    assert refuted["trust"]["status"] == "refuted"
