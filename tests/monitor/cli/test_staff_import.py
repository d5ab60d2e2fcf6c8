"""`staff import`: one command for a whole staff."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.monitor.cli.conftest import SETTINGS, Terminal
from tests.monitor.cli.test_staff import WITH_SERVER, list_invited
from tests.monitor.conftest import Found

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
    enrolled = [row["state"] for row in terminal.run("staff", "list", "--json").json]
    return [*enrolled, *("invited" for _ in list_invited(terminal))]


def test_a_staff_is_invited_by_one_command_that_shows_no_name_and_no_code(terminal, desk):
    said = terminal.run("staff", "import", desk)

    assert said.code == 0
    assert "Not active in the file: 1." in said.out
    assert "Invited: anyone new among 2 staff." in said.out
    assert not {"rosa", "marchetti", "ann", "field"} & set(said.out.lower().split())
    assert states(terminal) == ["invited", "invited"]


def test_a_second_run_of_the_same_file_invites_no_one(terminal, desk):
    terminal.run("staff", "import", desk)

    said = terminal.run("staff", "import", desk)

    assert said.code == 0
    assert states(terminal) == ["invited", "invited"]


def test_who_joined_is_not_invited_and_not_told(terminal, desk):
    terminal.enrols()

    said = terminal.run("staff", "import", desk)

    assert "enrolled" not in said.out
    assert sorted(states(terminal)) == ["enrolled", "invited"]


def test_a_dry_run_says_the_same_shows_the_email_and_invites_no_one(terminal, desk):
    terminal.configured(
        ("[mail]", '[invitations]\nfrom_name = "Dana Ortiz"\nsubject = "Join us"\n\n[mail]')
    )

    said = terminal.run("staff", "import", desk, "--dry-run")

    assert said.code == 0
    assert "school" not in said.out.splitlines()[-9:]
    assert "To invite: anyone new among 2 staff." in said.out
    assert "Nothing was changed." in said.out
    assert "New people are not counted" in said.out
    assert said.out.endswith("Next: if this is right, run it again without `--dry-run`.\n")
    assert "From: Dana Ortiz <namesake@cedarvalley.example>" in said.out
    assert "Subject: Join us" in said.out
    assert "You are invited to Namesake" in said.out
    assert states(terminal) == []


def invites_rosa(terminal: Terminal) -> None:
    terminal.invites("rosa.marchetti@cedarvalley.example")


def lets_rosa_join(terminal: Terminal) -> None:
    terminal.enrols()


def lets_rosa_leave(terminal: Terminal) -> None:
    terminal.run("staff", "withdraw", terminal.enrols(), "--yes")


def look_around(terminal: Terminal) -> list[object]:
    """Return what else an operator could count by."""
    lists = [terminal.run(word, "list", "--json").json for word in ("staff", "mail")]
    numbers = terminal.run("metrics", "--json").json
    return [*lists, *(one for one in numbers if one["name"].startswith("namesake_emails"))]


FATES = (lambda _terminal: None, invites_rosa, lets_rosa_join, lets_rosa_leave)


@pytest.mark.parametrize("options", [("--dry-run",), ("--dry-run", "--json"), (), ("--json",)])
@pytest.mark.parametrize("fate", FATES[1:], ids=("invited", "joined", "left"))
def test_two_files_that_differ_by_a_line_do_not_tell_what_its_person_did(
    tmp_path: Path, found: Found, options, fate
):
    def try_out(name: str, happens: Callable[[Terminal], object]) -> object:
        """Import without Rosa, with her, and without her again."""
        path = tmp_path / name / "namesake.toml"
        path.parent.mkdir()
        path.write_text(SETTINGS, "utf-8")
        found(path.parent / "state")
        terminal = Terminal(path).configured(WITH_SERVER)
        happens(terminal)
        before = look_around(terminal)
        said = [
            terminal.run("staff", "import", write(tmp_path, *lines), *options)
            for lines in (STAFF[1:], STAFF, STAFF[1:])
        ]
        assert look_around(terminal) == before
        with terminal.app() as app:
            entries = app.db.audit.list_entries()
        return said, [entry.details for entry in entries if entry.action == "staff-imported"]

    assert try_out("before", FATES[0]) == try_out("after", fate)


@pytest.mark.parametrize("dry", [True, False])
def test_programs_read_counts_and_reasons(terminal, desk, tmp_path, dry):
    write(tmp_path, *STAFF, ",Field,bea@cedarvalley.example,Active")
    options = ("--dry-run",) if dry else ()

    told = terminal.run("staff", "import", desk, "--json", *options).json

    assert (told["dry_run"], told["lines"], told["missing"]) == (dry, 4, 0)
    assert (told["listed"], told["skipped"]) == (2, {"inactive": 1})
    assert told["unusable"] == [
        {"line": 5, "reason": "the first name is missing", "is_shared": False}
    ]
    assert ("preview" in told) is dry


def test_whom_a_new_file_no_longer_has_is_listed_from_the_two_files(terminal, tmp_path):
    old = write(tmp_path, *STAFF)
    earlier = tmp_path / "earlier.csv"
    Path(old).rename(earlier)
    new = write(tmp_path, *STAFF[1:])
    words = ("staff", "import", new, "--dry-run", "--compare", str(earlier))

    (gone,) = terminal.run(*words, "--json").json["gone"]

    assert gone in STAFF[0].casefold()
    said = terminal.run(*words).out
    assert f"and not in {new}: {gone}." in " ".join(said.split())
    assert said.index("You are invited to Namesake") < said.index("and not in")


def test_a_dry_run_lists_the_addresses_that_a_server_refused(terminal, desk):
    """Rosa has joined, and reads so; neither that nor who opened an invitation can be told."""
    rosa, ann = ("rosa.marchetti@cedarvalley.example", "ann.field@cedarvalley.example")
    terminal.enrols()
    for mail in (rosa, ann):
        terminal.run("staff", "invite", mail)
    with terminal.app() as app, app.db.begin_transaction():
        for mail in (rosa, ann):
            sent = app.db.invitation_mails.list_mails(mail)[-1]
            app.db.invitation_mails.update_mail(replace(sent, bounce="5.1.1"))

    told = terminal.run("staff", "import", desk, "--dry-run")

    assert f"refused these addresses: {rosa}, {ann}." in " ".join(told.out.split())
    with terminal.app() as app:
        looks = [e for e in app.db.audit.list_entries() if e.action == "invitation-mail-viewed"]
    assert len(looks) == 2


def test_the_lines_that_status_counts_are_counted(terminal, tmp_path):
    path = write(tmp_path, *STAFF, "Front,Office,office@cedarvalley.example,", ",Lee,b@x.org,")

    said = terminal.run("staff", "import", path, "--dry-run")

    assert "Lines to correct, which `namesake status` counts: 1." in said.out


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("Bea,Field,bea@elsewhere.example,Active", "not one of this district"),
        ("Rose,Marchetti,ROSA.MARCHETTI@cedarvalley.example,Active", "in line 2, too"),
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
    assert "18 people in the last file are not in this one." in said.out
    assert "Service page" in said.out
    assert "a29" not in said.out
    assert states(terminal) == ["invited"] * 30


def test_without_a_file_the_usage_is_wrong(terminal):
    assert terminal.run("staff", "import").code == 2
    assert terminal.run("staff", "invite").code == 2
