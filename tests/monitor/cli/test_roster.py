"""The desk that holds the roster: keyed tokens leave it, and no name."""

import stat
from datetime import UTC, datetime

import pytest

from monitor.student_matcher.keys import parse_key, read_tokens
from tests.monitor.cli.conftest import run

ROSTER = """\
sourcedId,status,givenName,familyName,role,handles
1,active,Mason,Whitlock,student,@masonw28
2,active,Priya,Venkataraman,Student,
3,active,Rosa,Marchetti,teacher,
4,active,=3+1,=3+1,student,
"""
NAMES = ("Mason", "Whitlock", "Priya", "Venkataraman", "masonw28")


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "users.csv").write_text(ROSTER, "utf-8-sig")
    return tmp_path


def places(desk):
    return ("--key-file", str(desk / "roster.key"), "--tokens", str(desk / "roster.tokens"))


def imported(desk, *more):
    nowhere = ("--config", str(desk / "none.toml"))
    return run(*nowhere, "roster", "import", str(desk / "users.csv"), *places(desk), *more)


def kept(desk):
    return (desk / "roster.key").read_bytes(), (desk / "roster.tokens").read_bytes()


def test_students_become_keyed_tokens_and_their_names_stay_where_they_were(desk):
    said = imported(desk)

    assert said.code == 0
    assert "2 students read" in said.out
    assert "Skipped, no usable name: line 5." in said.out
    assert len(parse_key((desk / "roster.key").read_bytes())) == 32
    assert stat.S_IMODE((desk / "roster.key").stat().st_mode) == 0o400
    assert stat.S_IMODE((desk / "roster.tokens").stat().st_mode) == 0o600
    written = (desk / "roster.tokens").read_bytes().decode("latin-1") + said.out + said.err
    assert not any(name.casefold() in written.casefold() for name in NAMES)
    assert {path.name for path in desk.iterdir()} == {"users.csv", "roster.key", "roster.tokens"}


def test_a_second_import_keeps_the_key(desk):
    imported(desk)
    key, tokens = kept(desk)
    (desk / "users.csv").write_text(ROSTER.replace("Priya", "Ottilie"))

    assert imported(desk).code == 0
    assert kept(desk)[0] == key
    assert kept(desk)[1] != tokens


def test_another_key_is_refused_with_a_code_of_its_own_and_changes_nothing(desk):
    imported(desk)
    (desk / "roster.key").unlink()
    (desk / "roster.key").write_text("ab" * 32)
    before = kept(desk)

    said = imported(desk)

    assert said.code == 76
    assert "does not match" in said.sentence
    assert kept(desk) == before


def test_a_lost_key_is_no_new_key(desk):
    imported(desk)
    (desk / "roster.key").unlink()

    said = imported(desk)

    assert said.code == 76
    assert "roster import --new-year" in said.sentence
    assert not (desk / "roster.key").exists()


def test_a_new_school_year_retires_the_old_tokens_and_the_old_key(desk):
    imported(desk)
    key, tokens = kept(desk)
    before = read_tokens(desk / "roster.tokens")

    assert imported(desk, "--new-year").code == 0

    assert kept(desk)[0] != key
    assert kept(desk)[1] != tokens
    after = read_tokens(desk / "roster.tokens")
    assert after.key_id != before.key_id
    assert {path.name for path in desk.iterdir()} == {"users.csv", "roster.key", "roster.tokens"}


def test_a_key_that_was_made_for_the_new_year_is_used(desk):
    imported(desk)
    (desk / "roster.key").unlink()
    (desk / "roster.key").write_text("ab" * 32)

    assert imported(desk, "--new-year").code == 0
    assert kept(desk)[0] == b"ab" * 32


def test_a_broken_token_file_is_mended_by_rotating(desk):
    imported(desk)
    (desk / "roster.tokens").write_bytes(b"half")

    refused = imported(desk)
    assert refused.code == 65
    assert "roster import --new-year" in refused.sentence
    assert imported(desk, "--new-year").code == 0


def test_tokens_that_cannot_be_written_leave_no_key_in_the_way(desk):
    (desk / "roster.tokens").mkdir()

    said = imported(desk, "--new-year")

    assert said.code == 73
    assert {path.name for path in desk.iterdir()} >= {"users.csv", "roster.tokens"}
    assert not (desk / "roster.key").exists()


def test_a_file_that_is_no_roster_writes_nothing(desk):
    (desk / "users.csv").write_text("name,role\nMason Whitlock,teacher\n")

    said = imported(desk)

    assert said.code == 65
    assert "no student" in said.sentence
    assert {path.name for path in desk.iterdir()} == {"users.csv"}


def test_without_a_place_for_the_tokens_nothing_is_read(desk):
    nowhere = ("--config", str(desk / "none.toml"))

    said = run(*nowhere, "roster", "import", str(desk / "users.csv"))

    assert said.code == 65
    assert "--tokens" in said.sentence


@pytest.fixture
def district(terminal, desk):
    """A district with student links turned on, at a desk of its own, today."""
    terminal.clock.at = datetime.now(UTC)
    turned_on = (
        '[students]\nenabled = true\ntokens = "roster.tokens"\nkey_file = "roster.key"\n'
        'schools = ["Cedar Valley High School"]\n\n[mail]'
    )
    return terminal.configured(("[mail]", turned_on))


def test_the_configuration_says_where_tokens_and_key_are(district, desk):
    said = district.run("roster", "import", str(desk / "users.csv"))

    assert said.code == 0
    assert read_tokens(district.config.students.tokens).size == 500


def test_an_import_is_recorded_without_a_name(district, desk):
    district.run("init")
    district.run("roster", "import", str(desk / "users.csv"))

    with district.app() as app:
        entry = app.db.audit.find_last_entry_of_action("roster-imported")
    assert entry is not None
    assert set(entry.details) == {"key", "size"}


def test_a_key_in_the_state_folder_is_refused(district, desk):
    key = str(district.config.state / "roster.key")

    said = district.run("roster", "import", str(desk / "users.csv"), "--key-file", key)

    assert said.code == 64
    assert "out of the backups" in said.sentence


def test_the_status_tells_that_key_and_tokens_fit(district, desk):
    district.run("init")
    district.run("roster", "import", str(desk / "users.csv"))

    said = district.run("roster", "status", "--json")

    assert said.code == 0
    assert said.json["students, rounded up"] == "500"
    assert said.json["key"] == read_tokens(district.config.students.tokens).key_id


def test_the_status_of_another_key_is_its_own_exit_code(district, desk):
    district.run("init")
    district.run("roster", "import", str(desk / "users.csv"))
    key = district.config.students.key_file
    key.unlink()
    key.write_text("ab" * 32)
    key.chmod(0o400)

    assert district.run("roster", "status").code == 76


def test_the_status_says_where_nothing_is_compared(terminal):
    assert "Student links are off" in terminal.run("roster", "status").out


def test_what_is_erased_is_gone(district, desk):
    district.run("init")
    district.run("roster", "import", str(desk / "users.csv"))

    said = district.run("roster", "erase", "--yes")

    assert said.code == 0
    assert "Deleted 0 student links" in said.out
    assert not district.config.students.tokens.exists()
    assert not district.config.students.key_file.exists()
    assert district.run("roster", "erase", "--yes").code == 0


def test_nothing_is_erased_without_a_yes(district, desk):
    district.run("roster", "import", str(desk / "users.csv"))

    assert district.run("roster", "erase", typed="n\n").code == 130
    assert district.config.students.tokens.exists()


def of_students(desk, number):
    rows = "".join(f"{n},active,Given{n},Family{n},student,\n" for n in range(number))
    (desk / "users.csv").write_text("sourcedId,status,givenName,familyName,role,handles\n" + rows)


@pytest.mark.parametrize("number", [1_000, 1_400, 6_000])
@pytest.mark.parametrize("how", [(), ("--new-year",)])
def test_a_roster_of_quite_another_size_is_refused_and_the_last_one_kept(desk, number, how):
    of_students(desk, 2_500)
    imported(desk)
    before = kept(desk)
    of_students(desk, number)

    said = imported(desk, *how)

    assert said.code == 65
    assert "nothing was written" in said.sentence
    assert kept(desk) == before
    assert imported(desk, *how, "--size-is-right").code == 0
    assert kept(desk) != before


@pytest.mark.parametrize("number", [2_200, 2_500, 2_900])
def test_a_roster_that_grew_or_shrank_as_rosters_do_is_taken(desk, number):
    of_students(desk, 2_500)
    imported(desk)
    of_students(desk, number)

    assert imported(desk).code == 0
