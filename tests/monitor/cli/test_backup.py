"""A copy is one once it was restored; and it brings back neither who left nor what was sent."""

import errno
import logging
import os
import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.db.backup_files import Backup, begin_backup, finish_backup, list_backups
from monitor.db.database import Database
from monitor.db.outbox import OutboxEmail
from monitor.domain.errors import CannotWriteError
from monitor.domain.vocabulary import EmailState
from monitor.services import backups as backup
from tests.monitor.cli.conftest import Terminal
from tests.monitor.cli.safekept import THEO, back_up, lose, place, refs, restore


def test_what_was_copied_comes_back_on_a_new_machine(copied: Terminal):
    before = refs(copied)
    lose(copied)

    said = restore(copied)

    assert said.code == 0
    assert (said.json["person_count"], said.json["held_emails"]) == (2, 0)
    assert refs(copied) == before
    with Database.open_folder(copied.config.state) as state:
        assert {state.people.load_person(ref).name.given for ref in before} == {"Rosa", "Theo"}
    assert copied.run("audit").code == 0


@pytest.mark.parametrize("made_before", [False, True])
def test_what_comes_back_is_open_to_nobody_else(copied: Terminal, made_before: bool):  # noqa: FBT001 - a column of the table
    lose(copied)
    if made_before:
        copied.config.state.mkdir(mode=0o755)
        copied.config.state.chmod(0o755)

    assert restore(copied).code == 0

    assert stat.S_IMODE(copied.config.state.stat().st_mode) == 0o700


def test_the_operator_is_told_whose_address_may_be_an_old_one_again(copied: Terminal):
    lose(copied)
    copies, keys = place(copied, "copies"), place(copied, "keys")

    said = copied.run("restore", str(copies), "--keys", str(keys))

    assert "changed their work address after this backup are back on the old address" in said.out


def test_a_copy_holds_all_but_the_keys_the_roster_and_the_emails(terminal: Terminal):
    state = terminal.config.state
    ours = ("lock", "sent-log", ".restoring/namesake.db")
    left = ("outbox/letter.eml", "roster.tokens", "roster.key", *ours)
    kept = ("weights/3.toml", "what-comes/next")
    for name in (*kept, *left):
        (state / name).parent.mkdir(exist_ok=True)
        (state / name).write_text(name, "utf-8")
    roster = "tokens = 'state/roster.tokens'\nkey_file = 'state/roster.key'"
    terminal.configured(("[sources.bluesky]", f"[students]\n{roster}\n[sources.bluesky]"))

    assert back_up(terminal).code == 0

    (copy,) = list_backups(place(terminal, "copies"))
    assert {file.path for file in copy.manifest.files} == {"namesake.db", *kept}
    keys = {path.name for path in place(terminal, "keys").iterdir()}
    assert keys == {"keys.db", "sent-log"}
    shutil.rmtree(state)
    assert restore(terminal).code == 0
    assert all((state / name).read_text("utf-8") == name for name in kept)


def test_of_two_copies_in_one_second_the_later_one_stays(terminal: Terminal):
    state, copies = terminal.config.state, place(terminal, "copies")
    for word in ("first", "second"):
        (state / "notes").write_text(word, "utf-8")
        finish_backup(begin_backup(state, copies, datetime(2026, 9, 12, tzinfo=UTC), frozenset()))

    (copy,) = list_backups(copies)

    assert (copy.path / "notes").read_text("utf-8") == "second"


def test_a_roster_that_is_named_by_another_way_to_it_stays_out_of_the_copy_too(terminal: Terminal):
    state = terminal.config.state
    state.with_name("another-way").symlink_to(state)
    (state / "roster.tokens").write_text("tokens", "utf-8")
    roster = "[students]\ntokens = 'another-way/roster.tokens'\n"
    terminal.configured(("[sources.bluesky]", f"{roster}[sources.bluesky]"))

    assert back_up(terminal).code == 0

    (copy,) = list_backups(place(terminal, "copies"))
    assert [file.path for file in copy.manifest.files] == ["namesake.db"]


def test_the_configuration_names_both_places(terminal: Terminal):
    assert "[backup]" in terminal.run("backup").sentence
    places = "[backup]\nfolder = 'copies'\nkeys = 'keys'\n"
    terminal.configured(("[sources.bluesky]", f"{places}[sources.bluesky]"))

    assert terminal.run("backup").code == 0

    assert len(list_backups(place(terminal, "copies"))) == 1
    assert (place(terminal, "keys") / "keys.db").exists()


def test_a_copy_is_for_its_owner_alone(copied: Terminal):
    for folder in ("copies", "keys"):
        for path in (place(copied, folder), *place(copied, folder).rglob("*")):
            assert stat.S_IMODE(path.stat().st_mode) in {0o700, 0o600}


def test_nothing_is_left_in_the_district_of_the_trial(copied: Terminal):
    names = {path.name for path in copied.config.state.iterdir()}

    assert {name.partition("-")[0] for name in names} == {"namesake.db", "keys.db"}


@pytest.mark.parametrize(
    ("copies", "keys"),
    [
        ("copies", "copies"),
        ("copies", "copies/keys"),
        ("keys/copies", "keys"),
        ("state/copies", "keys"),
        ("copies", "state"),
        ("elsewhere/../copies", "copies"),
    ],
)
def test_copies_and_keys_never_lie_together(terminal: Terminal, copies: str, keys: str):
    folders = str(place(terminal, copies)), "--keys", str(place(terminal, keys))

    said = terminal.run("backup", *folders)

    assert said.code == 65
    assert "must be in separate folders" in said.sentence
    assert not place(terminal, "copies").exists()


def test_who_was_erased_after_the_copy_is_absent_from_what_is_restored(copied: Terminal):
    with Database.open_folder(copied.config.state) as state:
        rosa, theo = state.people.list_person_ids()
        state.people.erase_person(rosa)
    # The copy of today renews the keys; what is restored is the one of yesterday.
    copied.clock.at += timedelta(days=1)
    assert back_up(copied).code == 0
    newest, _ = list_backups(place(copied, "copies"))
    shutil.rmtree(newest.path)
    lose(copied)

    assert restore(copied).json["person_count"] == 1
    assert refs(copied) == {theo}


def test_who_is_erased_while_the_copy_is_made_is_absent_from_it(terminal: Terminal, monkeypatch):
    terminal.enrols()
    theo = terminal.enrols(THEO)
    begin = backup.begin_backup

    def erased_meanwhile(*given: Any) -> Backup:
        begun = begin(*given)
        with Database.open_folder(terminal.config.state) as state:
            state.people.erase_person(theo)
        return begun

    monkeypatch.setattr(backup, "begin_backup", erased_meanwhile)
    assert back_up(terminal).code == 0
    lose(terminal)

    assert restore(terminal).json["person_count"] == 1
    assert theo not in refs(terminal)


def test_last_week_s_digest_is_not_sent_again_and_what_is_urgent_is(terminal: Terminal):
    rosa = terminal.enrols()
    with Database.open_folder(terminal.config.state) as state:
        for kind in ("digest", "alert"):
            state.outbox.insert_email(waiting(terminal, rosa, kind), {"words": "of then"})
        state.jobs.ensure_job("digest", rosa, terminal.clock.at + timedelta(days=2))
        state.jobs.claim_job(terminal.clock.at + timedelta(days=3), terminal.clock.at, "digest")
    assert back_up(terminal).code == 0
    lose(terminal)
    terminal.clock.at += timedelta(days=4)

    assert restore(terminal).json["held_emails"] == 1

    with Database.open_folder(terminal.config.state) as state:
        states = {email.kind: email.state for email in state.outbox.list_emails()}
        assert states["digest"] is EmailState.DEAD
        assert states["alert"] is EmailState.QUEUED
        (due,) = [job for job in state.jobs.list_jobs() if job.name == "digest"]
        assert due.due_at > terminal.clock.at
        assert due.lease_until is None
        assert state.audit.find_last_entry_of_action("restored").details["held"] == "1"


def test_with_the_sent_log_of_the_lost_folder_nothing_need_be_left_out(terminal: Terminal):
    rosa = terminal.enrols()
    due_at = terminal.clock.at + timedelta(days=2)
    with Database.open_folder(terminal.config.state) as state:
        state.outbox.insert_email(waiting(terminal, rosa, "digest"), {"words": "of then"})
        state.jobs.ensure_job("digest", rosa, due_at)
    assert back_up(terminal).code == 0
    sent_log = place(terminal, "sent-log")
    sent_log.write_text(f"2026-09-14 digest {'0' * 64}\n", "ascii")
    lose(terminal)
    terminal.clock.at += timedelta(days=4)

    copies, keys = place(terminal, "copies"), place(terminal, "keys")
    told = "--keys", str(keys), "--sent-log", str(sent_log)
    assert terminal.run("restore", str(copies), *told).code == 0

    with Database.open_folder(terminal.config.state) as state:
        assert state.sent_log.find_sent_entry("digest")
        (email,) = [
            one_email for one_email in state.outbox.list_emails() if one_email.kind == "digest"
        ]
        assert email.state is EmailState.QUEUED
        assert due_at in [job.due_at for job in state.jobs.list_jobs() if job.name == "digest"]


def waiting(terminal: Terminal, rosa: str, kind: str) -> OutboxEmail:
    return OutboxEmail(
        id=kind.encode().hex(),
        recipient_id=rosa,
        person_id=rosa,
        kind=kind,
        dedupe_key="2026-W37",
        message_id=f"<{kind}@cedarvalley.example>",
        queued_at=terminal.clock.at,
        due_at=terminal.clock.at,
    )


def test_a_folder_with_something_in_it_is_never_restored_over(copied: Terminal):
    before = refs(copied)

    said = restore(copied)

    assert said.code == 65
    assert "not empty" in said.sentence
    assert refs(copied) == before


def test_old_copies_go_and_the_newest_stays(terminal: Terminal):
    removed = []
    for _ in range(5):
        removed.append(back_up(terminal, "--keep", "3", "--json").json["removed"])
        terminal.clock.at += timedelta(days=10)
    assert removed == [0, 0, 0, 1, 1]

    terminal.clock.at += timedelta(days=100)
    assert back_up(terminal, "--json").json["removed"] == 3
    assert len(list_backups(place(terminal, "copies"))) == 1


def test_a_restore_that_was_killed_can_be_made_again(copied: Terminal):
    lose(copied)
    (copied.config.state / ".restoring").mkdir(parents=True)
    (copied.config.state / ".restoring" / "namesake.db").write_bytes(b"half of it")

    assert restore(copied).json["person_count"] == 2


def test_keys_that_a_killed_trial_left_are_cleared_away(copied: Terminal):
    trial = copied.config.state / ".restoring"
    trial.mkdir()
    (trial / "keys.db").touch()
    made = datetime.fromtimestamp(trial.stat().st_mtime, UTC)

    backup.remove_abandoned_trial(copied.config, made - timedelta(seconds=1))
    assert trial.exists()

    backup.remove_abandoned_trial(copied.config, made + timedelta(seconds=1))
    assert not trial.exists()


def test_keys_of_a_killed_trial_that_cannot_be_cleared_away_are_told_of(copied, monkeypatch):
    trial = copied.config.state / ".restoring"
    trial.mkdir()
    later = datetime.fromtimestamp(trial.stat().st_mtime, UTC) + timedelta(seconds=1)

    def refused(path, **_how):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr("os.rmdir", refused)

    with pytest.raises(CannotWriteError, match="It contains keys"):
        backup.remove_abandoned_trial(copied.config, later)


def test_what_an_interrupted_copy_left_is_cleared_away(copied: Terminal):
    begun = place(copied, "copies") / "namesake-2026-01-01T000000Z.part"
    begun.mkdir()

    assert len(list_backups(place(copied, "copies"))) == 1
    copied.clock.at += timedelta(days=1)
    assert back_up(copied).code == 0
    assert not begun.exists()


def test_the_last_copy_is_on_record(copied: Terminal):
    with Database.open_folder(copied.config.state) as state:
        assert state.audit.find_last_entry_of_action("backed-up").at == copied.clock.at


def test_a_backup_is_logged_with_its_size_and_a_failed_one_with_its_code(
    terminal: Terminal, tmp_path: Path, caplog
):
    caplog.set_level(logging.INFO)

    terminal.run("backup", str(tmp_path / "copies"))
    (tmp_path / "full").write_text("")
    terminal.run("backup", str(tmp_path / "full" / "copies"))

    assert "event=backup_made bytes=" in caplog.text
    assert "event=backup_failed code=73" in caplog.text
