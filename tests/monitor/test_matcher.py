"""The student matcher's process: it holds the key, says little, and is never silently absent."""

import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from msgspec import json

from monitor.domain.students.roster import UNFLAGGED, ContactVerdict
from monitor.errors import ConfigError, InputError, UnavailableError
from monitor.matcher.clerk import Budget, Clerk, serve
from monitor.matcher.process import MatcherProcess, MatcherSetup, NoMatcher
from monitor.matcher.tokens import parse_key, read_tokens, write_tokens
from monitor.matcher.wire import Ask, Reply
from scrapers.finding import Contact

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
MASON = Contact(name="Mason Whitlock", handle="m", bio="CVHS '28")
OTTILIE = Contact(name="Ottilie Prentice", handle="o", bio="Timpani")
MONDAY, TUESDAY = date(2026, 9, 14), date(2026, 9, 15)


def now():
    return datetime(2026, 9, 14, tzinfo=UTC)


@pytest.fixture
def setup(tmp_path):
    (tmp_path / "state").mkdir()
    tokens, key = tmp_path / "state" / "roster.tokens", tmp_path / "roster.key"
    write_tokens(tokens, [("Mason", "Whitlock"), ("Priya", "Venkataraman")], KEY)
    write_key(key, KEY)
    return MatcherSetup(
        tokens=tokens,
        key_file=key,
        state=tmp_path / "state",
        schools=("Cedar Valley High School",),
        town="Cedar Valley",
    )


def write_key(path, key):
    path.touch(mode=0o600)
    path.write_text(f"{key.hex()}\n")
    path.chmod(0o600)


@pytest.fixture
def clerk(setup):
    return Clerk(roster=read_tokens(setup.tokens), key=KEY, today=lambda: MONDAY)


def line(*contacts):
    schools = ("Cedar Valley High School",)
    return json.encode(Ask(contacts=contacts, schools=schools, year=2026)) + b"\n"


def test_the_child_finds_a_pupil_and_says_how_many_and_why(setup):
    with MatcherProcess(setup, now) as matcher:
        assert matcher.judge((OTTILIE, MASON)) == ContactVerdict(
            flagged=True, count=1, cues=("school-year",)
        )
        assert matcher.judge((OTTILIE,)) == UNFLAGGED


def test_a_long_list_of_contacts_passes_the_pipe(setup):
    many = (Contact(name="Ottilie Prentice", handle="o", bio="x" * 900),) * 2_000

    with MatcherProcess(setup, now) as matcher:
        assert matcher.judge((*many, MASON)).count == 1


def test_a_dead_child_is_an_error_and_never_a_no(setup):
    with MatcherProcess(setup, now) as matcher:
        os.kill(matcher.pid, signal.SIGKILL)

        for _ in range(2):
            with pytest.raises(UnavailableError, match="has stopped"):
                matcher.judge((OTTILIE,))


def test_a_matcher_that_was_not_started_is_an_error(setup):
    with pytest.raises(UnavailableError):
        MatcherProcess(setup, now).judge((OTTILIE,))


def test_the_wrong_key_is_loud(setup):
    write_key(setup.key_file, OTHER_KEY)

    with (
        pytest.raises(UnavailableError, match="is not the one that made"),
        MatcherProcess(setup, now),
    ):
        pass


def test_a_broken_key_is_loud(setup):
    setup.key_file.write_text("not a key")

    with pytest.raises(UnavailableError, match="64 hexadecimal digits"), MatcherProcess(setup, now):
        pass


def test_a_key_beside_the_database_is_refused(setup):
    inside = setup.state / "roster.key"
    write_key(inside, KEY)

    with (
        pytest.raises(ConfigError, match="apart from the backups"),
        MatcherProcess(MatcherSetup(tokens=setup.tokens, key_file=inside, state=setup.state), now),
    ):
        pass


def test_a_key_that_others_can_read_is_refused(setup):
    setup.key_file.chmod(0o644)

    with pytest.raises(ConfigError, match="chmod 400"), MatcherProcess(setup, now):
        pass


def test_the_key_may_come_as_a_systemd_credential(setup, tmp_path, monkeypatch):
    write_key(tmp_path / "roster-key", KEY)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    credential = MatcherSetup(
        tokens=setup.tokens, key_file=None, state=setup.state, schools=setup.schools
    )

    with MatcherProcess(credential, now) as matcher:
        assert matcher.judge((MASON,)).flagged


def test_without_any_key_it_does_not_start(setup, monkeypatch):
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    keyless = MatcherSetup(tokens=setup.tokens, key_file=None, state=setup.state)

    with pytest.raises(UnavailableError, match="no roster key"), MatcherProcess(keyless, now):
        pass


def test_the_child_ends_with_its_parents_pipe(setup):
    with MatcherProcess(setup, now) as matcher:
        pid = matcher.pid

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_nothing_is_compared_where_student_links_are_off():
    with NoMatcher() as matcher:
        assert not matcher.on
        assert matcher.judge((MASON,)) == UNFLAGGED


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has PR_GET_DUMPABLE")
def test_the_process_is_not_dumpable_and_writes_no_core():
    script = (
        "import ctypes, resource\n"
        "from monitor.matcher.hardening import harden\n"
        "harden()\n"
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )

    assert done.stdout == "0 (0, 0)\n"


def test_the_clerk_stops_answering_when_the_days_budget_is_spent(setup):
    day = [MONDAY]
    clerk = Clerk(
        roster=read_tokens(setup.tokens), key=KEY, today=lambda: day[0], budget=Budget(asks=2)
    )

    assert [clerk.answer(line(MASON)).refused for _ in range(3)] == ["", "", "budget"]
    day[0] = TUESDAY
    assert clerk.answer(line(MASON)).flagged


def test_many_names_in_one_question_spend_the_budget_too(setup):
    clerk = Clerk(
        roster=read_tokens(setup.tokens),
        key=KEY,
        today=lambda: MONDAY,
        budget=Budget(contacts=3),
    )

    assert clerk.answer(line(*[MASON] * 4)) == Reply(refused="budget")


@pytest.mark.parametrize("garbage", [b"\n", b"{}\n", b"[1]\n", b'{"contacts": "all"}\n', b"\xff\n"])
def test_a_question_it_cannot_read_is_refused_and_the_next_is_answered(clerk, garbage):
    answers = BytesIO()

    serve(clerk, BytesIO(garbage + line(MASON)), answers)

    ready, refused, answered = answers.getvalue().splitlines()
    assert json.decode(ready, type=Reply).ready
    assert json.decode(refused, type=Reply).refused == "unreadable"
    assert json.decode(answered, type=Reply).flagged


def test_no_answer_quotes_a_question(clerk):
    answers = BytesIO()

    serve(clerk, BytesIO(line(MASON) + b'{"contacts": [{"name": "Mason Whitlock"}]}\n'), answers)

    assert b"Mason" not in answers.getvalue()


def test_the_token_file_holds_no_name_and_is_for_its_owner_alone(setup):
    text = setup.tokens.read_text()

    assert "whitlock" not in text.casefold()
    assert setup.tokens.stat().st_mode & 0o077 == 0
    assert len(read_tokens(setup.tokens).tokens) == 1024


@pytest.mark.parametrize("damage", [0, 20, 5_000])
def test_half_a_token_file_is_refused(setup, damage):
    setup.tokens.write_text(setup.tokens.read_text()[:damage])

    with pytest.raises(InputError, match="whole token file"):
        read_tokens(setup.tokens)


def test_a_missing_token_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_tokens(tmp_path / "none")


@pytest.mark.parametrize("text", [b"", b"zz", b"00" * 31, b"\xff" * 64])
def test_a_key_is_32_bytes_in_hexadecimal(text):
    with pytest.raises(InputError):
        parse_key(text)
