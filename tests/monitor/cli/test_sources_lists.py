"""Lists of other projects are brought in, told apart entry by entry, and taken out again."""

import json

import pytest

from monitor.demo.internet import Internet
from tests.monitor.cli.conftest import SETTINGS

CHALKBOARD = {
    "errorType": "message",
    "errorMsg": "Page not found",
    "url": "http://chalkboard.example/t/{}",
    "urlMain": "http://chalkboard.example/",
    "username_claimed": "somebody",
}
SHERLOCK = {
    "Chalkboard": CHALKBOARD,
    "Slate": CHALKBOARD,
    "Late": CHALKBOARD | {"url": "http://late.example/{}", "isNSFW": True},
    "Sly": CHALKBOARD | {"url": "http://sly.example/{}", "regexCheck": "(?!x)y"},
    "Linktree": CHALKBOARD | {"url": "https://linktr.ee/{}"},
}
MAIGRET = {"sites": {"Board": {"checkType": "status_code", "url": "http://b.example/{username}"}}}
WHATSMYNAME = {
    "sites": [
        {
            "name": "Garden",
            "uri_check": "http://snapgarden.example/{account}",
            "e_code": 200,
            "e_string": "class='card'",
            "m_code": 404,
            "m_string": "",
            "cat": "hobby",
        }
    ]
}


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
    said = terminal.run("sources", "import", brought(SHERLOCK), "--json")

    assert said.code == 0
    assert figures(said) == {"form": "Sherlock", "usable": 3, "doubles": 1, "refused": 1}
    told = {entry["name"]: (entry["reason"], entry["detail"]) for entry in said.json["left_out"]}
    assert told == {
        "Late": ("it is for adults only", ""),
        "Slate": ("Chalkboard asks at the same address", ""),
    }


def test_it_is_told_in_words_with_an_example_of_each_reason(terminal, brought):
    said = terminal.run("sources", "import", brought(SHERLOCK))

    assert "sherlock: 5 entries: 3 usable, 1 duplicates, 1 rejected." in said.out
    assert "Late" in said.out
    assert "Restart the service" in said.out


def test_each_entry_is_named_where_that_is_asked_for(terminal, brought):
    said = terminal.run("sources", "import", brought(SHERLOCK), "--each")

    (line,) = [line for line in said.out.splitlines() if line.startswith("Slate")]
    assert "Chalkboard asks at the same address" in line


@pytest.mark.parametrize(
    ("data", "name"),
    [(SHERLOCK, "sherlock"), (MAIGRET, "maigret"), (WHATSMYNAME, "whatsmyname")],
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
    assert "share-alike" not in terminal.run("sources", "import", brought(SHERLOCK)).out


def test_a_dry_run_keeps_nothing(terminal, brought):
    said = terminal.run("sources", "import", brought(SHERLOCK), "--dry-run")

    assert "Nothing was saved" in said.out
    assert terminal.run("sources", "imported", "--json").json == []


def test_a_newer_file_takes_the_place_of_the_old_one(terminal, brought):
    terminal.run("sources", "import", brought(SHERLOCK))

    said = terminal.run("sources", "import", brought({"Slate": CHALKBOARD}), "--json")

    assert figures(said)["usable"] == 1
    assert [row["source"] for row in terminal.run("sources", "list", "--json").json] == ["slate"]


def test_two_lists_of_one_form_stand_side_by_side_under_two_names(terminal, brought):
    terminal.run("sources", "import", brought(SHERLOCK), "--name", "first")
    said = terminal.run("sources", "import", brought(SHERLOCK), "--name", "second", "--json")

    assert figures(said)["usable"] == 0
    kept = terminal.run("sources", "imported", "--json").json
    assert [(row["list"], row["usable"]) for row in kept] == [("first", 3), ("second", 0)]


def test_what_we_ask_already_is_a_double(terminal, brought):
    terminal.configured(("own = false", "own = true"))

    said = terminal.run("sources", "import", brought(SHERLOCK), "--json")

    told = {entry["name"]: entry["reason"] for entry in said.json["left_out"]}
    assert told["Linktree"] == "Linktree asks at the same address"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "not valid JSON"),
        ('{"Chalkboard": {', "not valid JSON"),
        ("[1, 2]", "in a form we know"),
        ('{"name": "package", "version": "1"}', "in a form we know"),
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
    [("remove", "sherlock"), ("remove", "../keys"), ("import", "FILE", "--name", "A b")],
)
def test_a_name_that_is_none_exits_with_65(terminal, brought, arguments):
    file = brought(SHERLOCK)
    said = terminal.run(
        "sources", *(file if argument == "FILE" else argument for argument in arguments)
    )

    assert said.code == 65
    assert "list" in said.sentence


def test_a_list_that_was_damaged_since_is_told_and_the_others_go_on(
    terminal, brought, tmp_path, caplog
):
    terminal.run("sources", "import", brought(SHERLOCK))
    terminal.run("sources", "import", brought(MAIGRET))
    (tmp_path / "state" / "site-lists" / "sherlock.json").write_text('{"Chalk')

    said = terminal.run("sources", "list", "--json")

    assert [row["source"] for row in said.json] == ["board"]
    assert "The list 'sherlock' is left out" in caplog.text
    assert "is left out" in terminal.run("sources", "imported").out


def test_a_site_of_a_list_is_asked_and_stays_unproven(terminal, web, brought):
    text = terminal.path.read_text().partition("[sources")[0]
    terminal.path.write_text(text + SETTINGS[SETTINGS.index("[sources") :])
    terminal.run("sources", "import", brought(SHERLOCK))

    (verdict,) = terminal.run_served("sources", "check", "chalkboard", "--json").json
    web.web = Internet().show_same_profile("chalkboard.example")
    (refuted,) = terminal.run_served("sources", "check", "chalkboard", "--json").json

    assert verdict["trust"]["status"] == "unproven"
    assert refuted["trust"]["status"] == "refuted"
