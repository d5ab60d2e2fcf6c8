"""`staff invite --file`: one command for a whole staff."""

from datetime import UTC, datetime

import pytest

from tests.monitor.cli.test_staff import MAIL, WITH_SERVER

HEADER = "First Name [Required],Last Name [Required],Email Address [Required],Status [READ ONLY]"
STAFF = (
    "Rosa,Marchetti,rosa.marchetti@cedarvalley.example,Active",
    "Ann,Field,ann.field@cedarvalley.example,Active",
    "Old,Timer,old.timer@cedarvalley.example,Suspended",
)


@pytest.fixture
def desk(terminal, tmp_path):
    terminal.configured(WITH_SERVER)
    return write(tmp_path, *STAFF)


def write(folder, *lines):
    path = folder / "staff.csv"
    path.write_text("\n".join((HEADER, *lines)), "utf-8")
    return str(path)


def states(terminal) -> list[str]:
    return [row["state"] for row in terminal.run("staff", "list", "--json").json]


def test_a_staff_is_invited_by_one_command_that_shows_no_name_and_no_code(terminal, desk):
    said = terminal.run("staff", "invite", "--file", desk)

    assert said.code == 0
    assert "Line 4: not active in the file." in said.out
    assert "Invited: 2 of 3 lines." in said.out
    assert not {"rosa", "marchetti", "ann", "field"} & set(said.out.lower().split())
    assert states(terminal) == ["invited", "invited"]


def test_a_second_run_of_the_same_file_invites_no_one(terminal, desk):
    terminal.run("staff", "invite", "--file", desk)

    said = terminal.run("staff", "invite", "--file", desk)

    assert said.code == 0
    assert "2 invited already, 1 not active in the file" in said.out
    assert "Invited: 0 of 3 lines." in said.out
    assert states(terminal) == ["invited", "invited"]


def test_who_joined_is_counted_without_a_line(terminal, desk):
    terminal.enrols()

    said = terminal.run("staff", "invite", "--file", desk)

    assert "1 enrolled already" in said.out
    assert "Line 2" not in said.out
    assert sorted(states(terminal)) == ["enrolled", "invited"]


def test_a_dry_run_says_so_and_invites_no_one(terminal, desk):
    said = terminal.run("staff", "invite", "--file", desk, "--dry-run")

    assert said.code == 0
    assert "To invite: 2 of 3 lines." in said.out
    assert "No one was invited." in said.out
    assert states(terminal) == []


@pytest.mark.parametrize("dry", [True, False])
def test_programs_read_counts_and_reasons(terminal, desk, dry):
    options = ("--dry-run",) if dry else ()

    told = terminal.run("staff", "invite", "--file", desk, "--json", *options).json

    assert (told["dry_run"], told["lines"], told["invited"]) == (dry, 3, 2)
    assert told["skipped"] == {
        "invited": 0,
        "enrolled": 0,
        "left": 0,
        "inactive": 1,
        "student": 0,
        "family": 0,
    }
    assert told["skipped_lines"] == [{"line": 4, "reason": "inactive"}]
    assert datetime.fromisoformat(told["last_email_at"]).astimezone(UTC) >= terminal.clock.now()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("Bea,Field,bea@elsewhere.example,Active", "not one of this district"),
        ("Rosa,Marchetti,ROSA.MARCHETTI@cedarvalley.example,Active", "in line 2, too"),
        (",Field,bea@cedarvalley.example,Active", "first name is missing"),
        ("Bea,Field,Jr.,bea@cedarvalley.example,Active", "more columns"),
        ("JosÃ©,Field,bea@cedarvalley.example,Active", "unreadable letters"),
    ],
)
def test_one_line_that_cannot_be_used_lets_no_one_be_invited(terminal, desk, tmp_path, line, says):
    path = write(tmp_path, *STAFF, line)

    for options in ((), ("--dry-run",), ("--json",)):
        said = terminal.run("staff", "invite", "--file", path, *options)

        assert said.code == 65
        assert said.sentence.startswith(f"{path}, line 5: ")
        assert says in said.sentence
        assert said.sentence.endswith("No one was invited.")
    assert states(terminal) == []


def test_a_file_needs_a_mail_server_like_a_single_invitation(terminal, tmp_path):
    said = terminal.run("staff", "invite", "--file", write(tmp_path, *STAFF))

    assert said.code == 69
    assert "mail server" in said.sentence
    assert states(terminal) == []


@pytest.mark.parametrize(
    "words", [(MAIL, "--dry-run"), (MAIL, "--json"), (MAIL, "--file", "{file}")]
)
def test_an_address_and_a_file_are_not_mixed(terminal, desk, words):
    said = terminal.run("staff", "invite", *(each.format(file=desk) for each in words))

    assert said.code == 65
    assert "No one was invited." in said.sentence
    assert states(terminal) == []


def test_without_an_address_or_a_file_the_usage_is_wrong(terminal):
    said = terminal.run("staff", "invite")

    assert said.code == 2
    assert "--file" in said.err
