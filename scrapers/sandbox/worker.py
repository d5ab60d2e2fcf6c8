"""`python -m scrapers.sandbox.worker`: parses pages for the service, which may end it at any time.

A job is a call that needs no arguments and returns a ParseResult, with the seconds of processor
time that it may take. It is the service's own and trusted. What goes out is one ParseResult a job:
pickles are for those one trusts, and no one trusts a process that parsed a stranger's page. The
kernel holds it to the limits that it sets itself.
"""

import os
import pickle
import resource
import sys
from contextlib import suppress
from pathlib import Path

from msgspec import msgpack

import scrapers.parsers.feeds
import scrapers.parsers.html  # noqa: F401 - likewise
from scrapers.parsers.block_detection import build_parser_error_result
from scrapers.sandbox.protocol import FrameError, receive_message, send_message

MEBIBYTE = 1 << 20
# Twice what 512 KB of nothing but small tags take; a usual page of 60 KB takes a fifth of it.
MOST_MEMORY = 256 * MEBIBYTE
MOST_FILES = 16
_FIRST_TO_GO = "1000"
_OWN_SCORE = Path("/proc/self/oom_score_adj")


def set_resource_limits() -> None:
    """Give up files, core dumps, children of its own, and memory beyond the bound, for good."""
    _lower_limit(resource.RLIMIT_CORE, 0)
    _lower_limit(resource.RLIMIT_FSIZE, 0)
    _lower_limit(resource.RLIMIT_NOFILE, MOST_FILES)
    _lower_limit(resource.RLIMIT_NPROC, 0)
    if sys.platform != "darwin":  # which knows the limit and refuses to set it
        _lower_limit(resource.RLIMIT_AS, MOST_MEMORY)
    with suppress(OSError):
        # Where the whole service runs short of memory, a page is lost and not the service.
        _OWN_SCORE.write_text(_FIRST_TO_GO, "ascii")


def allow_another_job(seconds: int) -> None:
    """Move the limit of processor time: the kernel ends what works on one job for longer.

    The kernel counts whole seconds: a job has up to one more.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until, hard))


def _lower_limit(limit: int, most: int) -> None:
    _, hard = resource.getrlimit(limit)
    lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(limit, (lowest, lowest))


# A screenshot has up to 5 MiB. A page is cut to 512 KB; headers and the source itself come with it.
LARGEST_JOB = 6 << 20
READY = b""
_JOBS, _ANSWERS = 0, 1


def serve_jobs(jobs: int, answers: int) -> None:
    """Answer until no one asks anymore: that also ends the child of a service that was killed."""
    send_message(answers, READY)
    while True:
        try:
            job = receive_message(jobs, LARGEST_JOB)
        except FrameError:
            return
        send_message(answers, _answer_job(job))


def _answer_job(job: bytes) -> bytes:
    """Out of memory, a child is spent and ends; from anything else that a page does it recovers."""
    try:
        run, seconds = pickle.loads(job)  # noqa: S301 - from our own parent
        allow_another_job(seconds)
        return msgpack.encode(run())
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a stranger's bytes, and maybe a plug-in's reader
        return msgpack.encode(build_parser_error_result(error))


def main() -> None:
    answers = os.dup(_ANSWERS)
    # Whatever a parser prints must not get between the answers.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _ANSWERS)
    os.close(nowhere)
    set_resource_limits()
    serve_jobs(_JOBS, answers)


if __name__ == "__main__":
    main()
