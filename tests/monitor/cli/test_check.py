from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from io import StringIO

import pytest
from rich.console import Console

from monitor.cli.check import show_progress
from monitor.cli.context import Output
from monitor.db.state_folder_lock import StateFolderLock
from monitor.db.sweeps import Sweep
from monitor.demo import data as days
from monitor.demo.internet import HostMood
from monitor.demo.setup import StoryClock
from monitor.domain.vocabulary import SweepKind
from monitor.scheduler.daemon import WakeSocket
from monitor.services.job_kinds import CANARIES, SWEEP
from monitor.services.lookalike_checks import DISTRICT_CHECK
from monitor.services.self_check import SELF_CHECK
from tests.monitor.cli.conftest import ROSA

WAITS = "Waiting for the service to check this person."
NOT_BEGUN = (
    "The service has not started this yet. Your request is saved, and will be done in its turn. "
    "See `namesake status --jobs`."
)
STAYS = "Your request is saved: the service does it once when it runs again."
ROSA_REF = "ROSA"
OFFICIAL = """\
[official]
schools = ["Cedar Valley High School"]
accounts = [{ name = "Panthers", address = "https://facebook.com/cedarvalleypanthers" }]
"""


def emails(terminal):
    for path in (terminal.config.state / "outbox").glob("*.eml"):
        yield message_from_bytes(path.read_bytes(), policy=policy.default)


def test_a_check_tells_the_operator_how_it_went_and_the_person_what_it_found(terminal, web):
    ref = terminal.enrols(handles=("rosamarchetti",))

    said = terminal.run_served("check", ref, "--json")

    assert said.code == 0
    assert {row["outcome"] for row in said.json["coverage"]} == {"checked"}
    assert "rosamarchetti" not in said.out
    (answer,) = [email for email in emails(terminal) if "check" in email["Subject"].lower()]
    assert answer["To"] == "rosa.marchetti@cedarvalley.example"
    assert "rosamarchetti" in answer.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    ("trouble", "word"),
    [
        (HostMood.BLOCKING, "blocked"),
        (HostMood.DOWN, "failed"),
        (HostMood.BROKEN, "failed"),
    ],
)
def test_a_check_in_words_says_what_could_not_be_checked_and_why(terminal, web, trouble, word):
    web.web = web.web.trouble_host("chalkboard.example", trouble)
    ref = terminal.enrols(handles=("rosamarchetti",))

    said = terminal.run_served("check", ref)

    assert said.code == 0
    assert "9 of 10 sources checked." in said.out
    (gap,) = [line for line in said.out.splitlines() if line.startswith("chalkboard")]
    assert word in gap


def test_nobody_who_has_not_agreed_is_checked(terminal, web):
    ref = terminal.enrols()
    terminal.run("staff", "withdraw", ref, "--yes")

    said = terminal.run_served("check", ref)

    assert said.code == 77
    assert "Consent has expired" in said.sentence
    assert web.visits == []


def test_a_sweep_asks_about_everybody_and_its_rehearsal_asks_nothing(terminal, web):
    terminal.enrols(handles=("rosamarchetti",))

    rehearsal = terminal.run("check", "--all", "--dry-run", "--json").json
    assert web.visits == []
    swept = terminal.run_served("check", "--all", "--json").json

    assert rehearsal["people"] == 1
    assert set(rehearsal["queries"]) == {row["source"] for row in swept["coverage"]}
    assert swept["sweep"]["closed_at"]


def test_sources_show_what_was_proven_and_tell_nothing_of_one_person(terminal, web):
    before = terminal.run("sources", "list", "--json").json
    terminal.run_served("check", terminal.enrols(handles=("rosamarchetti",)))

    after = terminal.run("sources", "list", "--json").json

    assert {(row["outcome"], row["proven_at"]) for row in before} == {(None, None)}
    assert {row["outcome"] for row in after} == {"checked"}
    assert all(row["proven_at"] for row in after)
    assert "not run yet" not in terminal.run("sources", "list").out


def test_sources_show_what_is_left_of_their_budgets(terminal, web):
    terminal.configured(("[sources.bluesky]", "[sources.bluesky]\nper_day = 90\nper_week = 500"))
    terminal.run_served("sources", "check")

    rows = {row["source"]: row for row in terminal.run("sources", "list", "--json").json}
    bluesky, searxng = rows["bluesky"], rows["searxng"]

    assert (bluesky["per_day"], bluesky["per_week"]) == (90, 500)
    assert (bluesky["asked_today"], bluesky["asked_this_week"]) == (3, 3)
    assert (searxng["per_day"], searxng["asked_today"]) == (None, None)
    said = " ".join(terminal.run("sources", "list").out.split())
    assert "3 of 90 today" in said
    assert "no limit" in said


def test_the_canaries_of_the_sources_can_be_asked_alone(terminal, web):
    web.web = web.web.trouble_host("chalkboard.example", HostMood.VAGUE)
    terminal.enrols(handles=("rosamarchetti",))

    verdicts = {
        row["source"]: row["trust"]
        for row in terminal.run_served("sources", "check", "--json").json
    }

    assert verdicts.pop("chalkboard")["status"] == "refuted"
    assert {verdict["status"] for verdict in verdicts.values()} == {"proven"}
    assert not [visit for visit in web.visits if "rosa" in visit.path + visit.query]


def test_the_service_does_what_a_command_wants_and_the_command_looks_on(terminal, web):
    ref = terminal.enrols(handles=("rosamarchetti",))
    with terminal.serving() as app:
        said = terminal.run("check", ref, "--json")

        (request,) = app.db.jobs.list_requests()
        assert set(app.db.jobs.load_progress(request.subject).values()) == {"done"}
        assert request.name == SELF_CHECK
    assert said.code == 0
    assert len(said.json["coverage"]) == 10


@pytest.mark.parametrize("command", [("check", ROSA_REF), ("check", "--all"), ("sources", "check")])
def test_a_command_without_a_service_says_how_to_start_it_and_asks_nothing(terminal, web, command):
    ref = terminal.enrols(handles=("rosamarchetti",))

    said = terminal.run(*(ref if word == ROSA_REF else word for word in command))

    assert said.code == 69
    assert said.sentence == (
        "The service, which runs all searches, is not running. Start it with `systemctl start "
        "namesake` or `namesake run`, and try again."
    )
    assert web.visits == []
    with terminal.app() as app:
        assert app.db.jobs.list_requests() == ()
        assert "check-requested" not in {entry.action for entry in app.db.audit.list_entries()}


def test_what_the_service_gives_up_exits_with_69_and_says_so(terminal):
    ref = terminal.enrols()
    with ExitStack() as holding:
        app = holding.enter_context(terminal.app())
        holding.enter_context(StateFolderLock(terminal.config.state))

        def give_up() -> None:
            (request,) = app.db.jobs.list_open_requests()
            app.db.jobs.finish_request(request.subject, app.clock.now(), "It failed 3 times.")

        holding.enter_context(WakeSocket(terminal.config.state).listen_for_wakeups(on_wake=give_up))
        said = terminal.run("check", ref)

    assert said.code == 69
    assert said.err.splitlines() == [f"namesake: {WAITS}", "namesake: It failed 3 times."]


@dataclass(slots=True)
class HurriedClock(StoryClock):
    """Sleeps in no time, and oversleeps; meanwhile whoever holds the folder may do something."""

    meanwhile: Callable[[float], None] = lambda _seconds: None
    passed: float = 0.0

    def monotonic(self):
        return self.passed

    def sleep(self, seconds):
        self.passed += 60 * seconds
        self.meanwhile(self.passed)


@contextmanager
def folder_held(terminal):
    """Hold the folder as a service does that serves nobody; yield it, and the time of commands."""
    clock = HurriedClock(terminal.clock.at)
    with terminal.app() as app, StateFolderLock(terminal.config.state):
        terminal.environment = replace(terminal.environment, clock=clock)
        yield app, clock


@pytest.mark.parametrize(
    ("name", "command"),
    [
        (SELF_CHECK, ("check",)),
        (SWEEP, ("check", "--all")),
        (CANARIES, ("sources", "check")),
        (DISTRICT_CHECK, ("district", "check")),
    ],
)
def test_a_command_that_nobody_serves_says_what_it_waits_for_and_ends_with_69(
    terminal, name, command
):
    terminal.configured(("[sources.sites]\n", f"{OFFICIAL}\n[sources.sites]\n"))
    person = terminal.enrols()
    command = (*command, person) if name == SELF_CHECK else command
    with folder_held(terminal) as (app, _):
        said = terminal.run(*command)
        left = app.db.jobs.list_requests()

    assert (said.code, said.out) == (69, "")
    waits, end = said.err.splitlines()
    assert "Waiting for the service to " in waits
    assert end == f"namesake: {NOT_BEGUN}"
    assert [request.name for request in left] == [name]


def test_a_check_that_was_picked_up_and_does_not_end_is_not_waited_for_without_end(terminal):
    person = terminal.enrols()
    with folder_held(terminal) as (app, clock):

        def begin(_passed):
            app.db.jobs.save_progress(
                app.db.jobs.list_open_requests()[0].subject, "bluesky", "asking"
            )

        clock.meanwhile = begin
        said = terminal.run("check", person)
        left = app.db.jobs.list_requests()

    assert said.code == 69
    _, begun, end = said.err.splitlines()
    assert begun == "namesake: It has started."
    assert end == (
        "namesake: The service did not finish this within 1 hour. It is still working on it. See "
        "`namesake status --jobs`."
    )
    assert len(left) == 1


@pytest.mark.parametrize(
    ("hours", "end"),
    [
        (2, "It failed 3 times."),
        (
            48,
            NOT_BEGUN,
        ),
    ],
)
def test_a_sweep_waits_for_the_one_that_is_under_way_though_not_for_days(terminal, hours, end):
    with folder_held(terminal) as (app, clock):
        app.db.sweeps.open_or_resume(
            Sweep(
                id="earlier",
                week="2026-W37",
                kind=SweepKind.SWEEP,
                nonce="n",
                started_at=app.clock.now(),
            )
        )

        def give_up_later(passed):
            for request in app.db.jobs.list_open_requests() if passed > hours * 3600 else ():
                app.db.jobs.finish_request(request.subject, app.clock.now(), "It failed 3 times.")

        clock.meanwhile = give_up_later
        said = terminal.run("check", "--all")

    assert said.code == 69
    assert said.err.splitlines()[-1] == f"namesake: {end}"


def test_who_wants_the_same_waits_for_the_same(terminal):
    person = terminal.enrols()
    with folder_held(terminal) as (app, _):
        terminal.run("check", person)
        said = terminal.run("check", person)
        left = app.db.jobs.list_requests()

    assert said.err.splitlines()[0] == f"namesake: {WAITS} It was already requested."
    assert len(left) == 1


@pytest.mark.parametrize("comes_back", [True, False])
def test_a_command_waits_for_a_service_that_ends_though_not_for_long(terminal, comes_back):
    person, lock = terminal.enrols(), StateFolderLock(terminal.config.state)
    clock = HurriedClock(terminal.clock.at)
    terminal.environment = replace(terminal.environment, clock=clock)
    with terminal.app() as app, lock:

        def end_and_begin(passed):
            if passed < 60:
                lock.release()
            elif passed < 90 and comes_back:
                lock.acquire()
            elif passed > 120 and comes_back:
                (request,) = app.db.jobs.list_open_requests()
                app.db.jobs.finish_request(request.subject, app.clock.now(), "It failed.")

        clock.meanwhile = end_and_begin
        said = terminal.run("check", person)
        left = app.db.jobs.list_requests()

    assert said.code == 69
    told = [line.removeprefix("namesake: ") for line in said.err.splitlines()]
    gone = f"The service has stopped. {STAYS} Waiting 2 minutes for it."
    end = (
        ["The service is back.", "It failed."]
        if comes_back
        else [f"The service did not come back. {STAYS}"]
    )
    assert told == [WAITS, gone, *end]
    assert len(left) == 1


def test_a_terminal_shows_each_source_on_its_way(terminal):
    screen = StringIO()
    console = Console(file=screen, force_terminal=True, width=80, color_system=None)
    with show_progress(Output("UTC", console)) as watch:
        watch("bluesky", "asking")
        watch("[bold]al\x1b[2Jpha", "blocked")

    shown = screen.getvalue()
    assert "→ bluesky" in shown
    assert r"✗ [bold]al\u001b[2Jpha" in shown
    assert "1 asking, 1 blocked" in shown


def test_the_week_is_the_stories_own(terminal, web):
    terminal.enrols(ROSA)

    assert terminal.run_served("check", "--all", "--json").json["sweep"]["week"] == "2026-W37"
    assert days.compute_sweep_time(1) == terminal.clock.now()
