"""A copy of everything goes to its person; printing it breaks the glass."""

import json


def test_a_copy_is_sent_to_its_person_and_nothing_is_printed(terminal):
    ref = terminal.enrols()

    said = terminal.run("staff", "export", ref)

    assert said.code == 0
    assert "osa" not in said.out
    with terminal.app() as app:
        assert [email.kind for email in app.db.outbox.list_emails()][-1] == "own-data"
        assert app.db.audit.find_last_entry_of_action("exported").actor == "operator"


def test_printing_it_tells_the_person(terminal, tmp_path):
    ref = terminal.enrols()

    printed = terminal.run("staff", "export", ref, "--break-glass", "she asked at the desk")
    terminal.run("staff", "export", ref, "--break-glass", "on a stick", "--to", str(tmp_path / "x"))

    assert json.loads(printed.out)["profile"]["id"] == ref
    assert sorted(path.name for path in (tmp_path / "x").iterdir()) == [
        "data.html",
        "data.json",
        "findings.csv",
    ]
    with terminal.app() as app:
        assert app.db.audit.find_last_entry_of_action("opened-early").subject == ref
        told = [email.kind for email in app.db.outbox.list_emails()]
    assert "break-glass" in told


def test_files_are_written_for_nobody_without_breaking_the_glass(terminal, tmp_path):
    ref = terminal.enrols()

    assert terminal.run("staff", "export", ref, "--to", str(tmp_path / "x")).code == 65
    assert terminal.run("staff", "export", "nobody").code == 65
