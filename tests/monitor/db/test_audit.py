"""Nobody alters the past unnoticed, and an erasure leaves nothing to read in it."""

import sqlite3
from contextlib import closing

import pytest

from monitor.db.encryption import AuditPosition
from monitor.domain.errors import InputError
from monitor.domain.person import CURRENT_MEANS

APPENDED = "DROP TRIGGER audit_is_appended"


@pytest.fixture
def rosa(world):
    rosa = world.enrolled()
    for number in range(5):
        world.state.audit.append_entry(world.now, "operator", "viewed", rosa, {"case": str(number)})
    return rosa


def tamper(world, *statements):
    with closing(sqlite3.connect(world.folder / "namesake.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_rows_come_back_in_their_order(world, rosa):
    world.state.audit.append_entry(world.now, "operator", "swept", "", {})

    assert [
        entry.details["case"] for entry in world.state.audit.list_entries_of_subjects((rosa,))
    ] == list("01234")
    assert world.state.audit.list_entries()[-1].action == "swept"
    assert world.state.audit.verify_chain() is None


def test_a_row_says_by_what_means_and_the_service_is_the_rest(world):
    log = world.state.audit
    log.append_entry(world.now, "namesake", "swept", "", {})
    before = CURRENT_MEANS.set("shell:rosa")
    log.append_entry(world.now, "operator", "viewed", "", {})
    CURRENT_MEANS.reset(before)

    assert [entry.means for entry in log.list_entries()] == ["service", "shell:rosa"]
    assert log.verify_chain() is None


def test_the_last_act_of_a_kind_is_found_however_long_the_log_is(world, rosa):
    log = world.state.audit
    last = log.find_last_entry_of_action("viewed")
    assert last is not None
    assert last.details["case"] == "4"
    assert log.find_last_entry_of_action("never done") is None

    (step,) = log.connection.fetch_rows(
        "EXPLAIN QUERY PLAN SELECT * FROM audit WHERE action = ? ORDER BY seq DESC LIMIT 1", "sent"
    )
    assert step["detail"] == "SEARCH audit USING INDEX audit_by_action (action=?)"


def test_an_empty_log_is_as_it_was_written(world):
    assert world.state.audit.verify_chain() is None


@pytest.mark.usefixtures("rosa")
@pytest.mark.parametrize(
    ("broken", "statement"),
    [
        (3, "UPDATE audit SET action = 'decided' WHERE seq = 3"),
        (3, "UPDATE audit SET actor = 'reviewer' WHERE seq = 3"),
        (3, "UPDATE audit SET at = '2026-01-05T07:30:00.000000+00:00' WHERE seq = 3"),
        (3, """UPDATE audit SET details = '{"case": "9"}' WHERE seq = 3"""),
        (3, "UPDATE audit SET link = x'00' WHERE seq = 3"),
        (3, "DELETE FROM audit WHERE seq = 3"),
        (1, "DELETE FROM audit WHERE seq = 1"),
        (2, "UPDATE audit SET seq = 9 WHERE seq = 2"),
        (3, "UPDATE audit SET means = 'page' WHERE seq = 3"),
        (
            6,
            "INSERT INTO audit VALUES (6, '2026', 'operator', 'page', 'viewed', '', '{}', x'00')",
        ),
    ],
)
def test_the_first_altered_row_is_named(world, broken, statement):
    tamper(world, APPENDED, statement)

    assert world.state.audit.verify_chain() == broken


@pytest.mark.usefixtures("rosa")
def test_a_row_is_not_altered_by_accident(world):
    with pytest.raises(sqlite3.IntegrityError, match="audit rows are appended"):
        tamper(world, "UPDATE audit SET action = 'decided' WHERE seq = 3")


@pytest.mark.parametrize("word", ["Rosa Delgado", "rosa@cedar.example", "https://alpha.example"])
def test_words_are_refused(world, word):
    for given in ((word, ""), ("", word)):
        with pytest.raises(ValueError, match="opaque"):
            world.state.audit.append_entry(
                world.now, "operator", "viewed", given[0], {"at": given[1]}
            )


def test_a_commitment_proves_a_text_until_its_subject_is_erased(world, rosa):
    commitment = world.state.audit.compute_commitment(rosa, "a parent called")
    world.state.audit.append_entry(
        world.now, "operator", "glass-broken", rosa, {"reason": commitment}
    )

    assert "parent" not in commitment
    assert world.state.audit.compute_commitment(rosa, "a parent called") == commitment
    assert world.state.audit.compute_commitment(rosa, "no reason") != commitment


def test_the_log_survives_an_erasure(world, rosa):
    world.state.people.erase_person(rosa)

    assert len(world.state.audit.list_entries_of_subjects((rosa,))) == 5
    assert world.state.audit.verify_chain() is None


@pytest.mark.usefixtures("rosa")
def test_rows_cut_off_at_the_end_are_missed_by_whoever_kept_the_end(world):
    log = world.state.audit
    earlier = log.log_end.load_last_position()
    log.append_entry(world.now, "operator", "viewed", "", {})
    end = log.log_end.load_last_position()
    assert log.log_end.has_row_at(earlier)
    assert log.log_end.has_row_at(end)

    tamper(world, "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)")

    assert log.verify_chain() is None
    assert log.log_end.has_row_at(earlier)
    assert not log.log_end.has_row_at(end)
    log.append_entry(world.now, "operator", "swept", "", {})
    assert not log.log_end.has_row_at(end)


@pytest.mark.parametrize(
    "end",
    ["", "x", "1", "1:", "1:0", *(f"{seq}:{'0' * 64}" for seq in ("\u0661", "9" * 60, "0"))],
)
def test_what_was_never_an_end_is_refused(end):
    with pytest.raises(InputError, match="is not an end that `namesake audit` prints"):
        AuditPosition.from_text(end)


def test_an_end_of_another_log_is_not_found(world):
    end = AuditPosition.from_text(f"1:{'0' * 64}")

    assert not world.state.audit.log_end.has_row_at(end)
