"""`python -m scrapers.sandbox.worker MODULE...`: parses what strangers wrote, for the service.

A job is a call that needs no arguments and returns a ParseResult, with the seconds of processor
time that it may take. It is the service's own and trusted. What goes out is one ParseResult a job,
cut to its bounds and without secret numbers: pickles are for those one trusts, and no one trusts a
process that parsed a stranger's page. The kernel holds it to the limits that it sets itself.

All that jobs need is loaded first, the MODULEs of plug-ins, too: then the child gives up files for
good. What is imported after that is not found.
"""

import codecs
import io
import os
import pickle
import resource
import sys
from collections.abc import Iterable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from msgspec import msgpack

from scrapers.models import ParseResult
from scrapers.parsers.block_detection import build_parser_error_result
from scrapers.sandbox.kernel import set_no_new_privs
from scrapers.sandbox.landlock import restrict_with_landlock
from scrapers.sandbox.protocol import FrameError, SandboxReport, receive_message, send_message
from scrapers.sandbox.seccomp import restrict_with_seccomp
from scrapers.secret_numbers import mask_numbers_in_result
from scrapers.source_discovery import load_modules
from scrapers.text_limits import cut_to_bounds

# The sources whose pages come here, and what they import when they are first used. Pictures are
# opened where the optional extra `photos` is installed.
PARSERS = (
    *("scrapers.profiles.web_pages", "scrapers.search.alerts", "scrapers.sites.presence_source"),
    *("scrapers.parsers.feeds", "scrapers.parsers.profile_card", "_strptime"),
    *("scrapers.parsers.profile_images", "scrapers.parsers.images"),
)
# Those of the Encoding Standard of browsers; any other is read as UTF-8.
CODECS = (
    *("utf-8", "utf-16", "utf-16-be", "utf-16-le", "cp874", "ibm866", "koi8-r", "koi8-u"),
    *("latin-1", *(f"iso8859-{part}" for part in (*range(2, 9), 10, 13, 14, 15, 16))),
    *(f"cp{page}" for page in range(1250, 1259)),
    *("mac-roman", "mac-cyrillic", "big5", "gbk", "gb18030", "euc-jp", "euc-kr"),
    *("iso2022-jp", "shift-jis"),
)


def load_parsers(plugin_modules: Iterable[str]) -> None:
    """Load all that jobs use; what cannot be loaded fails the jobs that need it, and no other."""
    load_modules((*PARSERS, *plugin_modules))
    for name in CODECS:
        codecs.lookup(name)


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


def enter_sandbox() -> SandboxReport:
    """Give up files, sockets and other processes for good, as far as this kernel knows how to."""
    if sys.platform != "linux" or not set_no_new_privs():
        return SandboxReport()
    # seccomp comes second: it allows none of the calls that Landlock takes.
    abi = restrict_with_landlock()
    return SandboxReport(landlock_abi=abi, has_seccomp=restrict_with_seccomp())


class NullOutput(io.TextIOBase):
    """Where a parser's prints go: there is no standard output anymore."""

    def write(self, text: str) -> int:
        return len(text)


def close_other_files(*pipes: int) -> None:
    """Close every open file but these, standard output and errors among them."""
    sys.stdout = sys.stderr = NullOutput()
    borders = (-1, *sorted(pipes), os.sysconf("SC_OPEN_MAX"))
    for before, after in pairwise(borders):
        if before + 1 < after:  # an empty range would be taken for all there are
            os.closerange(before + 1, after)


# A screenshot has up to 5 MiB. A page has up to 2 MB; headers and the source itself come with it.
LARGEST_JOB = 6 << 20
_JOBS, _ANSWERS = 0, 1


def serve_jobs(jobs: int, answers: int, report: SandboxReport) -> None:
    """Answer until no one asks anymore: that also ends the child of a service that was killed."""
    send_message(answers, msgpack.encode(report))
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
        answer = run()
        if isinstance(answer, ParseResult):
            # Here a text that takes too long costs this process alone.
            answer = mask_numbers_in_result(cut_to_bounds(answer))
        return msgpack.encode(answer)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a stranger's bytes, and maybe a plug-in's reader
        return msgpack.encode(build_parser_error_result(error))


def main() -> None:
    # Whatever a parser prints must not get between the answers.
    answers = os.dup(_ANSWERS)
    load_parsers(sys.argv[1:])
    close_other_files(_JOBS, answers)
    set_resource_limits()
    serve_jobs(_JOBS, answers, enter_sandbox())


if __name__ == "__main__":
    main()
