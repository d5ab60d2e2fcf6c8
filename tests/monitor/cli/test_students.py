import pytest

from monitor.matcher.tokens import parse_key, read_tokens
from tests.monitor.cli.conftest import run

ROSTER = """\
sourcedId,status,givenName,familyName,role
1,active,Mason,Whitlock,student
2,active,Priya,Venkataraman,Student
3,active,Rosa,Marchetti,teacher
"""


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "users.csv").write_text(ROSTER, "utf-8-sig")
    return tmp_path


def hashes(desk, roster="users.csv"):
    files = ("--key-file", str(desk / "roster.key"), "--tokens", str(desk / "roster.tokens"))
    return run("students", "hash", str(desk / roster), *files)


def test_pupils_become_keyed_hashes_and_their_names_stay_where_they_were(desk):
    said = hashes(desk)

    assert said.code == 0
    assert "2 pupils" in said.out
    assert len(parse_key((desk / "roster.key").read_bytes())) == 32
    assert (desk / "roster.key").stat().st_mode & 0o777 == 0o400
    assert (desk / "roster.tokens").stat().st_mode & 0o777 == 0o600
    assert read_tokens(desk / "roster.tokens").tokens
    assert "Whitlock" not in (desk / "roster.tokens").read_text("ascii") + said.out


def test_a_key_that_is_there_is_never_replaced(desk):
    hashes(desk)
    before = (desk / "roster.key").read_bytes(), (desk / "roster.tokens").read_bytes()

    said = hashes(desk)

    assert said.code == 65
    assert "new file for the new school year" in said.sentence
    assert ((desk / "roster.key").read_bytes(), (desk / "roster.tokens").read_bytes()) == before


@pytest.mark.parametrize(
    "content",
    [
        b"name,role\nMason Whitlock,student\n",
        b"",
        b"sourcedId,givenName,familyName,role\n1,Rosa,Marchetti,teacher\n",
        "givenName,familyName,role\nJosé,Núñez,student\n".encode("latin-1"),
        b"givenName,familyName,role\n" + b'"' + b"x" * 200_000 + b'",y,student\n',
    ],
)
def test_a_file_that_is_no_roster_writes_nothing(desk, content):
    (desk / "users.csv").write_bytes(content)

    said = hashes(desk)

    assert said.code == 65
    assert "users.csv" in said.sentence
    assert {path.name for path in desk.iterdir()} == {"users.csv"}


def test_hashes_that_cannot_be_written_leave_no_key_in_the_way(desk):
    (desk / "roster.tokens").mkdir()

    said = hashes(desk)

    assert said.code == 73
    assert not (desk / "roster.key").exists()
    (desk / "roster.tokens").rmdir()
    assert hashes(desk).code == 0
