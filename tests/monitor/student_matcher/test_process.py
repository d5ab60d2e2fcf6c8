"""The student matcher's process: it holds the key, says little, and is never silently absent."""

import os
import signal
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from msgspec import json

from monitor.domain.errors import ConfigError, UnavailableError, WrongKeyError
from monitor.domain.names.frequency import load_census
from monitor.domain.students.hashed_roster import KeyedRoster
from monitor.domain.students.matching import (
    UNFLAGGED,
    ContactMatchResult,
    MatcherQuota,
    MatcherUsage,
)
from monitor.domain.students.name_forms import RosterStudent
from monitor.student_matcher.keys import build_roster, read_tokens, write_tokens
from monitor.student_matcher.process import MatcherProcess, MatcherSetup, NoMatcher
from monitor.student_matcher.protocol import MatchReply, MatchRequest
from monitor.student_matcher.worker import MatcherWorker, serve_requests
from scrapers.models import Contact

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
PUPILS = tuple(
    RosterStudent(names=(name,)) for name in (("Mason", "Whitlock"), ("Priya", "Venkataraman"))
)
MASON = Contact(name="Mason Whitlock", handle="m", bio="CVHS '28")
OTTILIE = Contact(name="Ottilie Prentice", handle="o", bio="Timpani")
MONDAY, TUESDAY = date(2026, 9, 14), date(2026, 9, 15)


def now():
    return datetime(2026, 9, 14, tzinfo=UTC)


def today():
    """The child looks at the machine's own clock: its roster has to be of this year."""
    return datetime.now(UTC).date()


@pytest.fixture
def setup(tmp_path):
    (tmp_path / "state").mkdir()
    tokens, key = tmp_path / "state" / "roster.tokens", tmp_path / "roster.key"
    write_tokens(tokens, build_roster(PUPILS, KEY, today()))
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
def clerk_with(setup, tmp_path):
    roster = KeyedRoster(roster=read_tokens(setup.tokens), key=KEY)

    def make(today=lambda: MONDAY, **budget):
        ledger = tmp_path / "spent"
        return MatcherWorker(
            roster=roster,
            counts=load_census(),
            quota_file=ledger,
            today=today,
            budget=MatcherQuota(**budget),
        )

    return make


@pytest.fixture
def clerk(clerk_with):
    return clerk_with()


def line(*contacts):
    schools = ("Cedar Valley High School",)
    return json.encode(MatchRequest(contacts=contacts, schools=schools, year=2026)) + b"\n"


def test_the_child_finds_a_pupil_and_says_how_many_and_why(setup):
    with MatcherProcess(setup, now) as matcher:
        assert matcher.compare_contacts((OTTILIE, MASON)) == ContactMatchResult(
            flagged=True, count=1, cues=("school", "school-year")
        )
        assert matcher.compare_contacts((OTTILIE,)) == UNFLAGGED


def test_a_long_list_of_contacts_passes_the_pipe(setup):
    many = (Contact(name="Ottilie Prentice", handle="o", bio="x" * 900),) * 2_000

    with MatcherProcess(setup, now) as matcher:
        assert matcher.compare_contacts((*many, MASON)).count == 1


def test_a_dead_child_is_an_error_and_never_a_no(setup):
    with MatcherProcess(setup, now) as matcher:
        os.kill(matcher.pid, signal.SIGKILL)

        for _ in range(2):
            with pytest.raises(UnavailableError, match="has stopped"):
                matcher.compare_contacts((OTTILIE,))


def test_a_matcher_that_was_not_started_is_an_error(setup):
    with pytest.raises(UnavailableError):
        MatcherProcess(setup, now).compare_contacts((OTTILIE,))


def test_the_wrong_key_is_loud(setup):
    write_key(setup.key_file, OTHER_KEY)

    with (
        pytest.raises(WrongKeyError, match="does not match") as refusal,
        MatcherProcess(setup, now),
    ):
        pass
    assert refusal.value.exit_code == 76


def test_a_roster_of_a_school_year_that_is_over_is_not_used(setup):
    write_tokens(setup.tokens, build_roster(PUPILS, KEY, today() - timedelta(days=401)))

    with (
        pytest.raises(UnavailableError, match="valid for one school year"),
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
        pytest.raises(ConfigError, match="Keep it out of the backups"),
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
        assert matcher.compare_contacts((MASON,)).flagged


def test_without_any_key_it_does_not_start(setup, monkeypatch):
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.delenv("NAMESAKE_ROSTER_KEY", raising=False)
    keyless = MatcherSetup(tokens=setup.tokens, key_file=None, state=setup.state)

    with pytest.raises(UnavailableError, match="No roster key"), MatcherProcess(keyless, now):
        pass


def test_the_child_ends_with_its_parents_pipe(setup):
    with MatcherProcess(setup, now) as matcher:
        pid = matcher.pid

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_nothing_is_compared_where_student_links_are_off():
    with NoMatcher() as matcher:
        assert not matcher.is_enabled
        assert matcher.compare_contacts((MASON,)) == UNFLAGGED


def test_the_clerk_stops_answering_when_the_days_budget_is_spent(clerk_with):
    day = [MONDAY]
    clerk = clerk_with(today=lambda: day[0], lists=2)

    assert [clerk.answer_line(line(MASON)).refused for _ in range(3)] == ["", "", "budget"]
    day[0] = TUESDAY
    assert clerk.answer_line(line(MASON)).flagged


def test_many_names_in_one_request_spend_the_budget_too(clerk_with):
    reply = clerk_with(contacts=3).answer_line(line(*[MASON] * 4))

    assert reply == MatchReply(refused="budget", spent=MatcherUsage(day=MONDAY, refused=1))


def test_a_restart_does_not_forget_what_was_asked(clerk_with):
    clerk_with(lists=1).answer_line(line(MASON))

    again = clerk_with(lists=1).answer_line(line(MASON))

    assert again.refused == "budget"
    assert again.spent == MatcherUsage(day=MONDAY, lists=1, contacts=1, refused=1)


def test_where_nothing_can_be_counted_nothing_is_answered(clerk):
    clerk.quota_file.mkdir()

    reply = clerk.answer_line(line(MASON))

    assert "Delete it" in reply.refused
    assert not reply.flagged


def test_half_a_ledger_is_refused_and_never_taken_for_nothing_spent(clerk):
    clerk.quota_file.write_text('{"day": "2026-09-14"')

    assert "Delete it" in clerk.answer_line(line(MASON)).refused


def test_the_asking_side_is_told_what_was_spent_even_after_a_restart(setup):
    with MatcherProcess(setup, now) as matcher:
        matcher.compare_contacts((MASON, OTTILIE))
    with MatcherProcess(setup, now) as matcher:
        assert matcher.spent is not None
        assert (matcher.spent.lists, matcher.spent.contacts) == (1, 2)
        matcher.compare_contacts((MASON,))
        assert (matcher.spent.lists, matcher.spent.contacts) == (2, 3)


def test_the_key_may_come_from_the_environment(setup, monkeypatch):
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.setenv("NAMESAKE_ROSTER_KEY", KEY.hex())
    keyless = MatcherSetup(
        tokens=setup.tokens, key_file=None, state=setup.state, schools=setup.schools
    )

    with MatcherProcess(keyless, now) as matcher:
        assert matcher.compare_contacts((MASON,)).flagged


@pytest.mark.parametrize("garbage", [b"\n", b"{}\n", b"[1]\n", b'{"contacts": "all"}\n', b"\xff\n"])
def test_a_request_it_cannot_read_is_refused_and_the_next_is_answered(clerk, garbage):
    answers = BytesIO()

    serve_requests(clerk, BytesIO(garbage + line(MASON)), answers)

    ready, refused, answered = answers.getvalue().splitlines()
    assert json.decode(ready, type=MatchReply).ready
    assert json.decode(refused, type=MatchReply).refused == "unreadable"
    assert json.decode(answered, type=MatchReply).flagged


def test_no_answer_quotes_a_request(clerk):
    answers = BytesIO()

    serve_requests(
        clerk, BytesIO(line(MASON) + b'{"contacts": [{"name": "Mason Whitlock"}]}\n'), answers
    )

    assert b"Mason" not in answers.getvalue()


def test_a_folder_that_holds_a_module_of_our_name_is_not_run(setup, tmp_path, monkeypatch):
    (tmp_path / "monitor").mkdir()
    (tmp_path / "monitor" / "__init__.py").write_text("raise SystemExit(1)\n")
    monkeypatch.chdir(tmp_path)

    with MatcherProcess(setup, now) as matcher:
        assert matcher.compare_contacts((OTTILIE,)) == UNFLAGGED
