from pathlib import Path

from monitor.cli import demo
from monitor.demo import district
from tests.monitor.cli.conftest import run
from tests.monitor.written_forms import found, found_in


def test_the_demo_is_one_json_value_of_the_shape_that_was_promised(played):
    said = played.said
    assert (said.code, said.err) == (0, "")
    told = said.json

    assert set(told) == {"weeks", "emails"}
    assert len(told["weeks"]) == 3
    for week in told["weeks"]:
        assert {"events", "cases", "coverage"} <= set(week)
        for event in week["events"]:
            assert {"person", "kind", "url", "fields"} <= set(event)
        for case in week["cases"]:
            assert {"person", "kind", "severity", "url", "reasons"} <= set(case)
            assert case["reasons"]
        for source in week["coverage"]:
            assert {"source", "outcome", "since"} <= set(source)
    for email in told["emails"]:
        assert {"to", "subject", "path"} <= set(email)
        assert Path(email["path"]).is_file()
    assert told["weeks"][1]["events"]
    assert len(told["weeks"][2]["events"]) == 3


def test_the_demo_touches_no_folder_that_holds_something_else(tmp_path):
    (tmp_path / "thesis.txt").write_text("three years of work")

    said = run("demo", "--json", "--out", str(tmp_path))

    assert said.code == 65
    assert "--out" in said.sentence
    assert (tmp_path / "thesis.txt").read_text() == "three years of work"


def test_a_folder_that_cannot_be_made_exits_with_73(tmp_path):
    (tmp_path / "file").write_text("")

    said = run("demo", "--json", "--out", str(tmp_path / "file" / "demo"))

    assert said.code == 73
    assert "--out" in said.sentence


def test_the_demo_in_words_ends_with_where_its_emails_lie(played_story, monkeypatch, tmp_path):
    def play_again(_folder, on_week):
        for number, week in enumerate(played_story.story.weeks, 1):
            on_week(number, week)
        return played_story.story

    monkeypatch.setattr(demo, "play_story", play_again)

    said = run("demo", "--out", str(tmp_path / "demo"))

    assert said.code == 0
    assert all(word in said.out for word in ("Week 1", "Week 2", "Week 3", "emails"))
    assert str(tmp_path / "demo" / "state" / "outbox") in said.out.replace("\n", "")
    assert f"--config {tmp_path / 'demo' / 'namesake.toml'} status" in said.out


def test_the_demo_can_be_looked_at_by_the_commands_that_its_last_lines_name(played):
    status = played.run("status")
    cases = played.run("cases", "--json")
    doctor = played.run("doctor", "--json")

    assert "last sweep    Mon, Sep 28, 2026" in status.out
    assert len(cases.json) == sum(len(week["cases"]) for week in played.said.json["weeks"])
    parts = {line["what"]: line["level"] for line in doctor.json}
    assert parts["database"] == parts["audit"] == "ok"
    assert parts["service"] == "bad"


def test_nothing_that_the_demo_leaves_behind_names_a_student(played):
    cases = [case for week in played.said.json["weeks"] for case in week["cases"]]
    assert any(case["kind"] == "student-link" for case in cases)
    pupils = [f"{student.given} {student.family}" for student in district.load_students()]

    words = (*pupils, "Whitlock", "Venkataraman", "masonw28", "priyaplaysoboe")
    assert found_in(words, played.folder) == set()
    assert found(words, played.said.out.encode()) == set()


def test_no_email_of_the_demo_takes_a_link_for_a_fact(played):
    linked = [path.read_text() for path in played.folder.rglob("*.eml")]
    told = [text for text in linked if "student" in text.casefold()]

    assert told
    assert not any(word in text.casefold() for text in told for word in ("proof", " proves"))
