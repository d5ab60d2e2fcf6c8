import re
import sqlite3
from email import message_from_bytes, policy

import pytest

from monitor.demo import data as days
from monitor.demo.data import DemoAccount
from monitor.demo.district import MARIA
from monitor.domain.person import PersonName


@pytest.fixture
def maria(after_demo):
    with after_demo.app() as app:
        return app.db.people.find_person_id_by_mail(MARIA.person.mail)


def test_a_digest_is_its_persons_own(after_demo, maria):
    said = after_demo.run("mail", "preview", maria)

    assert said.code == 77
    assert "--break-glass" in said.sentence


def test_a_preview_breaks_the_glass_and_tells_the_person(after_demo, maria):
    said = after_demo.run("mail", "preview", maria, "--break-glass", "a call from her")

    assert said.code == 0
    assert "10 places" in " ".join(said.out.split())
    assert after_demo.run("mail", "send", "--json").json["accepted"] >= 1
    assert [text for text in written_to(after_demo, MARIA) if "a call from her" in text]
    with after_demo.app() as app:
        assert [entry.action for entry in app.db.audit.list_entries_of_subjects((maria,))].count(
            "opened-early"
        ) == 1


def test_a_preview_has_every_form_of_the_email(after_demo, maria):
    html = after_demo.run("mail", "preview", maria, "--break-glass", "a call", "--html").out
    email = after_demo.run("mail", "preview", maria, "--break-glass", "again", "--json").json

    assert html.lstrip().lower().startswith("<!doctype html")
    assert set(email) == {"subject", "text", "html", "cases_left_out"}
    assert email["html"].strip() == html.strip()


def written_to(terminal, member):
    """Yield the words of each email that lies in the folder for somebody."""
    for path in (terminal.config.state / "outbox").glob("*.eml"):
        email = message_from_bytes(path.read_bytes(), policy=policy.default)
        if email["To"] == member.person.mail:
            yield " ".join(email.get_body(("plain",)).get_content().split())


@pytest.mark.parametrize("reason", ["", " "])
def test_a_glass_is_not_broken_without_a_reason(after_demo, maria, reason):
    said = after_demo.run("mail", "preview", maria, "--break-glass", reason)

    assert said.code == 65
    assert "reason" in said.sentence


def test_hostile_text_of_the_web_is_inert_in_a_preview(terminal, web):
    # Whom nothing else is found of: the email shows it first.
    hostile = "Zora Quillfeather \x1b[2J\x9b1m\u202e[bold]moc[/bold]\x07"
    handle, since = "zora.hostile.example", days.compute_sweep_time(1)
    web.web = web.web.add_entry(
        DemoAccount(id="hostile", handle=handle, name=hostile, bio=hostile, created=since)
    )
    ref = terminal.enrols(PersonName(given="Zora", family="Quillfeather"))
    terminal.run_served("check", "--all")

    said = terminal.run("mail", "preview", ref, "--break-glass", "a call from her")

    assert "[bold]" in said.out
    assert "zora[.]hostile[.]example" in said.out
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", said.out)


def test_a_second_sending_sends_nothing_again(after_demo):
    after_demo.run("mail", "send")

    assert after_demo.run("mail", "send").out.startswith("0 sent, 0 to retry, 0 refused")


def test_a_record_that_was_tampered_with_exits_with_78(after_demo):
    assert after_demo.run("audit", "--json").json["rows"] > 0
    database = sqlite3.connect(after_demo.config.state / "namesake.db")
    trigger = "SELECT sql FROM sqlite_schema WHERE name = 'audit_is_appended'"
    with database:
        ((made_by,),) = database.execute(trigger).fetchall()
        database.execute("DROP TRIGGER audit_is_appended")
        database.execute("UPDATE audit SET actor = 'nobody' WHERE seq = 3")
        database.execute(made_by)
    database.close()

    said = after_demo.run("audit", "--json")

    assert said.code == 78
    assert "row 3" in said.sentence
