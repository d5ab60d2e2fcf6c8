"""`python -m scrapers.sandbox.worker`: parses pages for the service, which may end it at any time.

A job is a call that needs no arguments and returns a ParseResult, with the seconds of processor
time that it may take. It is the service's own and trusted. What goes out is one ParseResult a job:
pickles are for those one trusts, and no one trusts a process that parsed a stranger's page.
"""

import os
import pickle

from msgspec import msgpack

import scrapers.parsers.feeds
import scrapers.parsers.html  # noqa: F401 - likewise
from scrapers.parsers.block_detection import build_parser_error_result
from scrapers.sandbox.limits import allow_another_job, set_resource_limits
from scrapers.sandbox.protocol import FrameError, receive_message, send_message

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
