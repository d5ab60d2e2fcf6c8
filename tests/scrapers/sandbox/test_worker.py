"""What a child does with jobs, seen without a process around it."""

import os
import pickle
from collections.abc import Callable
from functools import partial
from threading import Thread

import pytest
from msgspec import msgpack

from scrapers.models import Identity, Outcome, Page, ParseResult
from scrapers.parsers.text import LARGEST_PAGE
from scrapers.sandbox.protocol import SandboxReport, receive_message, send_message
from scrapers.sandbox.worker import LARGEST_JOB, serve_jobs
from tests.scrapers.sandbox.sources import Rogue

Answered = Callable[..., Page]
REPORT = SandboxReport(landlock_abi=7, has_seccomp=True)
Serve = Callable[..., list[ParseResult]]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Hand jobs to a child, and return what it answered until the pipe ended."""
    monkeypatch.setattr("scrapers.sandbox.worker.allow_another_job", lambda seconds: None)

    def answers_to(*jobs: bytes) -> list[ParseResult]:
        (job_out, job_in), (answer_out, answer_in) = os.pipe(), os.pipe()
        child = Thread(target=serve_jobs, args=(job_out, answer_in, REPORT))
        child.start()
        answers = [receive_message(answer_out, 1 << 10)]
        for job in jobs:
            send_message(job_in, job)
            answers.append(receive_message(answer_out, 1 << 20))
        os.close(job_in)
        child.join()
        for pipe in (job_out, answer_out, answer_in):
            os.close(pipe)
        assert msgpack.decode(answers.pop(0), type=SandboxReport) == REPORT
        return [msgpack.decode(answer, type=ParseResult) for answer in answers]

    return answers_to


def job(rogue: Rogue, page: Page) -> bytes:
    (query,) = rogue.build_queries(Identity(person_id="p", names=(), handles=("jdoe",)))
    return pickle.dumps((partial(rogue.parse_body, query, page), 2))


def test_a_child_answers_each_job_and_ends_with_its_pipe(
    served: Serve, rogue: Rogue, answered: Answered
) -> None:
    readings = served(job(rogue, answered("count ab")), job(rogue, answered("count")))

    assert [reading.note for reading in readings] == ["8", "5"]


@pytest.mark.parametrize("broken", [b"", b"\x80", pickle.dumps(None), pickle.dumps((1, 2, 3))])
def test_a_job_that_is_none_is_answered_too(served: Serve, broken: bytes) -> None:
    (reading,) = served(broken)

    assert reading.outcome is Outcome.UNREADABLE


def test_a_stumbling_reader_is_named_and_nothing_of_its_page(
    served: Serve, rogue: Rogue, answered: Answered
) -> None:
    (reading,) = served(job(rogue, answered("stumble over a name")))

    assert reading == ParseResult(
        outcome=Outcome.UNREADABLE, note="answer-unparsed:ZeroDivisionError"
    )


def test_a_page_as_large_as_is_fetched_fits_into_a_job(rogue: Rogue, answered: Answered) -> None:
    assert len(job(rogue, answered("x" * LARGEST_PAGE))) < LARGEST_JOB / 2
