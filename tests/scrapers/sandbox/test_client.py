import os
import resource
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import pytest
from msgspec import msgpack

from scrapers.models import Identity, Outcome, Page, ParseResult, Query
from scrapers.parsers.text import LARGEST_PAGE
from scrapers.sandbox.client import (
    NO_CHILD,
    OUT_OF_BOUNDS,
    PAGE_CPU_SECONDS,
    SandboxParser,
)
from scrapers.sandbox.protocol import SandboxReport
from scrapers.secret_numbers import NUMBER_REMOVED
from scrapers.sites.presence_source import PresenceSource
from scrapers.text_limits import LONGEST_TEXT
from tests.scrapers.sandbox.conftest import alive
from tests.scrapers.sandbox.sources import Rogue

Answered = Callable[..., Page]

HTML = {"content-type": "text/html; charset=utf-8"}
JANE = "<title>Jane Doe (@jdoe) | Alpha</title><body class='card'>"
LOST = ParseResult(outcome=Outcome.UNREADABLE, note=OUT_OF_BOUNDS)


def asked(source: PresenceSource | Rogue) -> Query:
    (query,) = source.build_queries(Identity(person_id="p", names=(), handles=("jdoe",)))
    return query


def name_on(page: Page, alpha: PresenceSource, parser: SandboxParser) -> str:
    (trace,) = parser.parse_body(alpha, asked(alpha), page).traces
    return trace.name


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def jane(answered: Answered) -> Page:
    return answered(JANE, headers=HTML)


def test_a_child_reads_what_its_source_reads(
    lasting: SandboxParser, alpha: PresenceSource, jane: Page
) -> None:
    reading = lasting.parse_body(alpha, asked(alpha), jane)

    assert reading == alpha.parse_body(asked(alpha), jane)
    assert reading.traces[0].name == "Jane Doe"


def test_no_child_runs_before_there_is_something_to_parse(
    alpha: PresenceSource, jane: Page
) -> None:
    with SandboxParser() as parser:
        before = parser.child_pids
        parser.parse_body(alpha, asked(alpha), jane)

        assert (len(before), len(parser.child_pids)) == (0, 1)


@pytest.mark.parametrize("deed", ["fill", "leave", "crash", "nonsense", "endless", "shape"])
def test_a_page_that_its_child_does_not_survive_teaches_nothing(
    deed: str, parser: SandboxParser, rogue: Rogue, answered: Answered
) -> None:
    assert parser.parse_body(rogue, asked(rogue), answered(deed)) == LOST
    assert parser.child_pids == ()


@pytest.mark.parametrize("deed", ["spin", "drip"])
def test_a_page_that_keeps_its_child_busy_for_too_long_is_one_of_these(
    deed: str, hasty: SandboxParser, rogue: Rogue, answered: Answered
) -> None:
    assert hasty.parse_body(rogue, asked(rogue), answered(deed)) == LOST
    assert hasty.child_pids == ()


def test_a_page_is_ended_for_its_work_and_not_for_a_busy_machine(
    parser: SandboxParser, rogue: Rogue, answered: Answered
) -> None:
    """The clock would wait a minute here; the limit is two seconds of work, in whole seconds."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert parser.parse_body(rogue, asked(rogue), answered("spin")) == LOST

    worked = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - children.ru_utime
    assert worked < PAGE_CPU_SECONDS + 2


def test_the_next_page_is_parsed_as_if_nothing_had_happened(
    parser: SandboxParser, rogue: Rogue, alpha: PresenceSource, jane: Page, answered: Answered
) -> None:
    parser.parse_body(rogue, asked(rogue), answered("crash"))

    assert name_on(jane, alpha, parser) == "Jane Doe"


def test_a_child_that_died_between_two_pages_costs_none_of_them(
    parser: SandboxParser, alpha: PresenceSource, jane: Page
) -> None:
    name_on(jane, alpha, parser)
    (pid,) = parser.child_pids
    os.kill(pid, 9)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)

    assert name_on(jane, alpha, parser) == "Jane Doe"


def test_a_reader_that_stumbles_has_not_understood_and_goes_on(
    lasting: SandboxParser, rogue: Rogue, answered: Answered
) -> None:
    first = lasting.parse_body(rogue, asked(rogue), answered("stumble"))
    pids = lasting.child_pids
    lasting.parse_body(rogue, asked(rogue), answered("stumble"))

    assert first.outcome is Outcome.UNREADABLE
    assert "ZeroDivisionError" in first.note
    assert lasting.child_pids == pids


def test_text_that_no_encoding_knows_is_not_understood(
    lasting: SandboxParser, rogue: Rogue, answered: Answered
) -> None:
    reading = lasting.parse_body(rogue, asked(rogue), answered("halve"))

    assert reading.outcome is Outcome.UNREADABLE


def test_what_a_parser_prints_does_not_get_between_the_answers(
    lasting: SandboxParser, rogue: Rogue, answered: Answered
) -> None:
    assert lasting.parse_body(rogue, asked(rogue), answered("chat")).outcome is Outcome.FOUND


def test_a_child_knows_nothing_of_our_environment(
    parser: SandboxParser, rogue: Rogue, answered: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAMESAKE_SMTP_PASSWORD", "hunter2")

    seen = parser.parse_body(rogue, asked(rogue), answered("look")).note.split()

    assert set(seen) <= {"PYTHONPATH", "LC_CTYPE"}


def test_a_child_holds_its_pipes_and_nothing_else(
    parser: SandboxParser, rogue: Rogue, answered: Answered
) -> None:
    ours = os.open(os.devnull, os.O_RDONLY)
    os.set_inheritable(ours, True)  # noqa: FBT003 - that is how it is called
    try:
        parser.parse_body(rogue, asked(rogue), answered("chat"))
    finally:
        os.close(ours)
    (pid,) = parser.child_pids
    held = {str(path.readlink()).partition(":")[0] for path in Path(f"/proc/{pid}/fd").iterdir()}

    assert held == {"pipe"}
    assert len(list(Path(f"/proc/{pid}/fd").iterdir())) == 2


def test_a_child_dumps_no_core_and_starts_no_other(
    lasting: SandboxParser, rogue: Rogue, answered: Answered
) -> None:
    limits = lasting.parse_body(rogue, asked(rogue), answered("limits")).note

    assert limits == "(0, 0) (0, 0) (0, 0)"


def test_no_more_of_a_page_is_sent_than_is_fetched(
    lasting: SandboxParser, rogue: Rogue, answered: Answered
) -> None:
    page = answered("count " + "x" * (4 * LARGEST_PAGE))

    assert lasting.parse_body(rogue, asked(rogue), page).note == str(LARGEST_PAGE)


def test_what_leaves_a_child_is_cut_and_has_no_secret_number(
    lasting: SandboxParser, rogue: Rogue, answered: Answered
) -> None:
    reading = lasting.parse_body(rogue, asked(rogue), answered("tell"))

    (trace,) = reading.traces
    assert trace.bio == f"SSN {NUMBER_REMOVED}"
    assert len(trace.name) == LONGEST_TEXT


def test_the_contacts_of_an_own_account_come_as_they_are(
    lasting: SandboxParser, rogue: Rogue, answered: Answered
) -> None:
    (contact,) = lasting.parse_body(rogue, asked(rogue), answered("tell")).contacts

    assert contact.bio == "SSN 123-45-6789"


def test_a_child_masks_a_whole_page(lasting: SandboxParser, answered: Answered) -> None:
    body = b"x" * 3 * LARGEST_PAGE
    masked = lasting.mask_page(answered(body + b" \xc3\xa9 SSN 123-45-6789 \xff."))

    assert masked == answered(body + b" \xc3\xa9 SSN 999-99-9999 \xff.")


def test_a_page_that_cannot_be_masked_is_none(answered: Answered) -> None:
    with SandboxParser() as closed:
        closed.close()

        assert closed.mask_page(answered("SSN 123-45-6789")) is None


def test_many_threads_share_few_children(
    parser: SandboxParser, alpha: PresenceSource, answered: Answered
) -> None:
    def named(number: int) -> str:
        page = answered(f"<title>Jane {number} (@jdoe) | Alpha</title>", headers=HTML)
        return name_on(page, alpha, parser)

    with ThreadPoolExecutor(16) as threads:
        names = list(threads.map(named, range(200)))

    assert names == [f"Jane {number}" for number in range(200)]
    assert len(parser.child_pids) <= 2


def test_a_child_is_started_anew_now_and_then(
    alpha: PresenceSource, jane: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scrapers.sandbox.client.MOST_JOBS", 20)
    with SandboxParser(children=1) as one:
        seen = [one.child_pids for _ in range(41) if name_on(jane, alpha, one)]

    assert len(set(seen)) == 3
    assert seen[0] == seen[19] != seen[20] == seen[39] != seen[40]


def test_no_child_is_left_when_the_parser_is_closed(
    parser: SandboxParser, alpha: PresenceSource, jane: Page, rogue: Rogue, answered: Answered
) -> None:
    busy = Thread(target=parser.parse_body, args=(rogue, asked(rogue), answered("work")))
    busy.start()
    name_on(jane, alpha, parser)
    pids = parser.child_pids

    parser.close()
    busy.join()

    assert (parser.child_pids, [pid for pid in pids if alive(pid)]) == ((), [])


def test_a_closed_parser_starts_nothing(alpha: PresenceSource, jane: Page) -> None:
    parser = SandboxParser()
    parser.close()

    assert parser.parse_body(alpha, asked(alpha), jane).note == NO_CHILD
    assert parser.child_pids == ()


@pytest.mark.parametrize("program", ["/nowhere/python", "/bin/false"])
def test_a_machine_that_starts_no_child_is_told_from_a_page_that_ends_one(
    program: str,
    parser: SandboxParser,
    alpha: PresenceSource,
    jane: Page,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.executable", program)

    reading = parser.parse_body(alpha, asked(alpha), jane)

    assert reading == ParseResult(outcome=Outcome.UNREADABLE, note=NO_CHILD)
    assert parser.child_pids == ()


def test_killing_costs_the_service_no_open_file(
    parser: SandboxParser, rogue: Rogue, answered: Answered
) -> None:
    before = open_files()
    for _ in range(2):
        parser.parse_body(rogue, asked(rogue), answered("leave"))

    assert open_files() <= before


def test_what_the_children_run_without_is_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    without = msgpack.encode(SandboxReport(has_seccomp=True))
    monkeypatch.setattr("scrapers.sandbox.client.receive_message", lambda *_: without)
    for _ in range(2):
        with SandboxParser(children=1) as parser:
            parser.examine_sandbox()

    (record,) = [
        one_record for one_record in caplog.records if one_record.message == "sandbox_incomplete"
    ]
    assert "without Landlock" in record.reason
