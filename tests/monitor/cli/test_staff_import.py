"""`staff import`: one command for a whole staff."""

from datetime import UTC, datetime

import pytest

from monitor.domain.vocabulary import StaffLineState
from tests.monitor.cli.test_staff import WITH_SERVER

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


FOLDED = "new, invited or enrolled, in counts too small to show"


def states(terminal) -> list[str]:
    return [row["state"] for row in terminal.run("staff", "list", "--json").json]


def table(said) -> dict[str, int]:
    rows = (line.split(maxsplit=1) for line in said.out.splitlines())
    return {row[1].strip(): int(row[0]) for row in rows if len(row) > 1 and row[0].isdecimal()}


def test_a_staff_is_invited_by_one_command_that_shows_no_name_and_no_code(terminal, desk):
    said = terminal.run("staff", "import", desk)

    assert said.code == 0
    assert table(said) == {"new": 2, "not active in the file": 1}
    assert "Invited: 2 of 3 lines." in said.out
    assert not {"rosa", "marchetti", "ann", "field"} & set(said.out.lower().split())
    assert states(terminal) == ["invited", "invited"]


def test_a_second_run_of_the_same_file_invites_no_one(terminal, desk):
    terminal.run("staff", "import", desk)

    said = terminal.run("staff", "import", desk)

    assert said.code == 0
    assert table(said) == {"invited already": 2, "not active in the file": 1}
    assert "Invited: 0 of 3 lines." in said.out
    assert states(terminal) == ["invited", "invited"]


def test_who_joined_is_counted_without_a_line(terminal, desk):
    terminal.enrols()

    said = terminal.run("staff", "import", desk)

    assert table(said)["enrolled already"] == 1
    assert "Line 2" not in said.out
    assert sorted(states(terminal)) == ["enrolled", "invited"]


def test_a_dry_run_says_the_same_shows_the_email_and_invites_no_one(terminal, desk):
    terminal.configured(
        ("[mail]", '[invitations]\nfrom_name = "Dana Ortiz"\nsubject = "Join us"\n\n[mail]')
    )

    said = terminal.run("staff", "import", desk, "--dry-run")

    assert said.code == 0
    assert table(said) == {FOLDED: 2, "not active in the file": 1}
    assert "To invite: fewer than 5 of 3 lines." in said.out
    assert "Nothing was changed." in said.out
    assert "From: Dana Ortiz <namesake@cedarvalley.example>" in said.out
    assert "Subject: Join us" in said.out
    assert "You are invited to Namesake" in said.out
    assert states(terminal) == []


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_dry_run_does_not_tell_whether_one_person_is_enrolled(terminal, desk, tmp_path, options):
    asked = ("staff", "import", write(tmp_path, *STAFF[:2]), "--dry-run", *options)
    before = terminal.run(*asked)
    terminal.enrols()

    assert terminal.run(*asked) == before
    assert before.code == 0


def test_a_dry_run_shows_counts_from_five_on(terminal, desk, tmp_path):
    lines = (f"B{number},Field,b{number}@cedarvalley.example,Active" for number in range(5))

    said = terminal.run("staff", "import", write(tmp_path, *lines), "--dry-run")

    assert table(said) == {"new": 5}
    assert "To invite: 5 of 5 lines." in said.out


@pytest.mark.parametrize("dry", [True, False])
def test_programs_read_counts_and_reasons(terminal, desk, tmp_path, dry):
    write(tmp_path, *STAFF, ",Field,bea@cedarvalley.example,Active")
    options = ("--dry-run",) if dry else ()
    new = {"in_small_counts": 2} if dry else {"new": 2}

    told = terminal.run("staff", "import", desk, "--json", *options).json

    assert (told["dry_run"], told["lines"], told["missing"]) == (dry, 4, 0)
    assert set(told["states"]) == set(StaffLineState)
    counts = {**told["states"], "in_small_counts": told.get("in_small_counts")}
    assert {state: count for state, count in counts.items() if count} == {**new, "inactive": 1}
    assert told["unusable"] == [{"line": 5, "reason": "the first name is missing"}]
    if not dry:
        last = datetime.fromisoformat(told["last_email_at"]).astimezone(UTC)
        assert last >= terminal.clock.now()
    assert ("preview" in told) is dry


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
def test_a_line_that_cannot_be_used_is_named_and_the_others_are_invited(
    terminal, desk, tmp_path, line, says
):
    path = write(tmp_path, *STAFF, line)

    said = terminal.run("staff", "import", path)

    assert said.code == 0
    (told,) = [one_line for one_line in said.out.splitlines() if one_line.startswith("Line 5: ")]
    assert says in told
    assert "bea" not in said.out.casefold()
    assert states(terminal) == ["invited", "invited"]


def test_many_lines_with_one_fault_are_told_together(terminal, desk, tmp_path):
    path = write(tmp_path, *STAFF, *[",Field,bea@cedarvalley.example,Active"] * 25)

    said = terminal.run("staff", "import", path)

    assert "Lines 5, 6, 7" in said.out
    assert "and 5 more: the first name is missing." in said.out


@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--json",)])
def test_a_file_that_cannot_be_used_changes_nothing(terminal, desk, tmp_path, options):
    path = tmp_path / "staff.csv"
    path.write_text("Name,Phone\nRosa,1\n", "utf-8")

    said = terminal.run("staff", "import", str(path), *options)

    assert said.code == 65
    assert said.sentence.startswith(f"{path}, line 1: ")
    assert said.sentence.endswith("Nothing was imported.")
    assert states(terminal) == []


def test_a_file_needs_a_mail_server_like_a_single_invitation(terminal, tmp_path):
    said = terminal.run("staff", "import", write(tmp_path, *STAFF))

    assert said.code == 69
    assert "mail server" in said.sentence
    assert states(terminal) == []


def test_a_file_can_be_looked_at_before_there_is_a_mail_server(terminal, tmp_path):
    said = terminal.run("staff", "import", write(tmp_path, *STAFF), "--dry-run")

    assert said.code == 0
    assert states(terminal) == []


def test_half_a_file_is_refused_until_it_is_said_to_be_right(terminal, desk, tmp_path):
    many = [f"Ann,Field,a{number}@cedarvalley.example,Active" for number in range(30)]
    terminal.run("staff", "import", write(tmp_path, *many))
    half = write(tmp_path, *many[:12])

    refused = terminal.run("staff", "import", half)

    assert refused.code == 65
    assert "--size-is-right" in refused.sentence
    said = terminal.run("staff", "import", half, "--size-is-right")
    assert table(said) == {"invited already": 12, "no longer in the file": 18}
    assert "Service page" in said.out
    assert "a29" not in said.out
    assert states(terminal) == ["invited"] * 30


def test_without_a_file_the_usage_is_wrong(terminal):
    assert terminal.run("staff", "import").code == 2
    assert terminal.run("staff", "invite").code == 2
