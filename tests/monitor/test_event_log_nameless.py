"""No log line of a whole story holds a name, an address, a finding or a question; nor can it."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from io import StringIO
from pathlib import Path

import msgspec
import pytest

from monitor.demo import district
from monitor.demo.data import load_demo_contents
from monitor.domain.errors import describe_error_location
from monitor.event_log import LogSettings, log_to_stream
from tests.monitor.demo.played import Played, played_into

CODE = re.compile(r" [\w-]{43} |(?<=/not-me/)\S+|(?<=/code/)\S+|(?<=/answer/)\S+")
# Shorter ones are words that any sentence may hold.
SHORTEST = 6
LIBRARIES = ("urllib3.connectionpool", "apscheduler.scheduler", "waitress", "werkzeug", "asyncio")
OURS = (
    "monitor.scheduler.daemon",
    "monitor.scheduler.job_scheduler",
    "monitor.scheduler.timed_jobs",
    "monitor.db.outbox",
)


def words(value: object) -> Iterator[str]:
    """Yield every text inside a value, however deep."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from words(getattr(value, field.name))
    elif isinstance(value, tuple | list | frozenset):
        for entry in value:
            yield from words(entry)


@pytest.fixture(scope="module")
def personal() -> frozenset[str]:
    """All that the made-up web shows, and all that is known of staff and pupils."""
    known = (load_demo_contents(), district.STAFF, tuple(district.load_students()))
    ours = {district.NAME, district.ZONE, *district.SCHOOLS}
    return frozenset(word for word in words(known) if len(word) >= SHORTEST) - ours


@contextmanager
def everything_said() -> Iterator[StringIO]:
    """Let all loggers say all they can, the libraries' too, and listen to all of them."""
    heard = StringIO()
    listening = logging.StreamHandler(heard)
    root = logging.getLogger()
    before = {name: logging.getLogger(name).level for name in (*LIBRARIES, *OURS, "monitor")}
    root.addHandler(listening)
    level, root.level = root.level, logging.DEBUG
    for name in before:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        root.removeHandler(listening)
        root.setLevel(level)
        for name, earlier in before.items():
            logging.getLogger(name).setLevel(earlier)


def found(personal: frozenset[str], said: str) -> set[str]:
    return {word for word in personal if word.casefold() in said.casefold()}


def written(told: Played) -> tuple[str, list[str]]:
    story = msgspec.json.encode(told.story).decode().replace(str(told.folder), "")
    return story, [CODE.sub(" CODE ", mail.text) for mail in told.mails]


def test_the_whole_story_is_logged_without_a_single_personal_word(
    played_story: Played,
    personal: frozenset[str],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
):
    """Nor does it change what is told: told twice, it is the same story."""
    log = StringIO()
    assert len(personal) >= 200

    with everything_said(), log_to_stream(log, LogSettings(verbose=True)):
        again = played_into(tmp_path / "demo")
        for library in LIBRARIES:
            logging.getLogger(library).error("GET /t/%s", district.ROSA.person.handles[0])
        logging.getLogger("monitor.scheduler.daemon").info("service_ready")

    assert "service_ready" in log.getvalue()
    assert found(personal, without_sources(log.getvalue())) == set()
    assert found(personal, "".join(capfd.readouterr())) == set()
    assert written(again) == written(played_story)


def without_sources(log: str) -> str:
    """Leave out the source in the one event that names it: a word of the configuration."""
    return re.sub(r"(?m)(event=source_\w+ sweep=\w+) source=\S+ (outcome=\w+)$", r"\1 \2", log)


def test_what_is_listened_for_would_be_heard(personal: frozenset[str]):
    with everything_said() as heard:
        logging.getLogger("urllib3.connectionpool").debug("GET /t/mariadelgado HTTP/1.1")

    assert found(personal, heard.getvalue())


@pytest.mark.parametrize("error", [ValueError, KeyError, RuntimeError])
def test_a_failure_is_logged_by_its_kind_and_place_and_not_by_its_words(
    personal: frozenset[str], error: type[Exception]
):
    with pytest.raises(error) as raised:
        fails(error)
    said = describe_error_location(raised.value)

    assert said.startswith(error.__name__)
    assert found(personal, said) == set()


def fails(error: type[Exception]) -> None:
    raise error(district.ROSA.person.mail)
