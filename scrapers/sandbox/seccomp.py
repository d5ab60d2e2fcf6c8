"""seccomp: a process gives up every system call but the few that computing takes, for good.

The kernel runs the filter, in classic BPF, on each call: see seccomp(2), and linux/filter.h,
linux/audit.h and asm/unistd.h for the numbers.
"""

import errno
import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from scrapers.sandbox.kernel import install_filter

# Instructions: load a word of `struct seccomp_data`, compare it, tell the verdict.
_LOAD, _IF_EQUAL, _IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | errno.EPERM
_KILL_PROCESS = 0x80000000


class ArgumentCheck(Enum):
    """What an argument must be: which one, how it is compared, and with what.

    The low half of it is compared: both machines are little-endian, and both are `int`s.
    """

    NO_EXECUTION = (2, _IF_ANY_BIT, 0x4, False)  # PROT_EXEC: no new code
    OWN_PROCESS = (0, _IF_EQUAL, 0, True)


CHECKED = {
    "mmap": ArgumentCheck.NO_EXECUTION,
    "mprotect": ArgumentCheck.NO_EXECUTION,
    "prlimit64": ArgumentCheck.OWN_PROCESS,
}
# The two pipes; memory; locks; time and random numbers; signals that come; its own limits; its end.
# No call that opens, names, makes, changes, moves or removes a file, a socket or a process. The
# numbers of x86-64 and of ARM64; None where it has no such call.
CALLS: Mapping[str, tuple[int, int | None]] = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "futex": (202, 98),
    "sched_yield": (24, 124),
    "restart_syscall": (219, 128),
    "nanosleep": (35, 101),
    "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "getrandom": (318, 278),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getrusage": (98, 165),
    "prlimit64": (302, 261),
    "exit": (60, 93),
    "exit_group": (231, 94),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """`calls` are those that are allowed, some with a look at an argument."""

    audit_arch: int
    calls: Mapping[str, int]


ARCHITECTURES = {
    "x86_64": Architecture(
        audit_arch=0xC000003E, calls={name: number for name, (number, _) in CALLS.items()}
    ),
    "aarch64": Architecture(
        audit_arch=0xC00000B7,
        calls={name: number for name, (_, number) in CALLS.items() if number is not None},
    ),
}


def restrict_with_seccomp() -> bool:
    """Give up all other calls; return False where the kernel or we know no filter for this one.

    The process must have no_new_privs and a single thread.
    """
    architecture = ARCHITECTURES.get(os.uname().machine)
    return architecture is not None and install_filter(b"".join(build_filter(architecture)))


def build_filter(architecture: Architecture) -> Iterator[bytes]:
    """Yield the instructions: the calls of another architecture end the process, others fail."""
    yield _build_instruction(_LOAD, _ARCHITECTURE_AT)
    yield _build_instruction(_IF_EQUAL, architecture.audit_arch, if_true=1)
    yield _build_instruction(_RETURN, _KILL_PROCESS)
    yield _build_instruction(_LOAD, _NUMBER_AT)
    for name, number in architecture.calls.items():
        if name not in CHECKED:
            yield _build_instruction(_IF_EQUAL, number, if_false=1)
            yield _build_instruction(_RETURN, _ALLOW)
    for name, check in CHECKED.items():
        argument, comparison, operand, allowed = check.value
        yield _build_instruction(_IF_EQUAL, architecture.calls[name], if_false=4)
        yield _build_instruction(_LOAD, _ARGUMENTS_AT + 8 * argument)
        yield _build_instruction(
            comparison, operand, if_true=0 if allowed else 1, if_false=1 if allowed else 0
        )
        yield _build_instruction(_RETURN, _ALLOW)
        yield _build_instruction(_RETURN, _REFUSE)
    yield _build_instruction(_RETURN, _REFUSE)


def _build_instruction(code: int, operand: int, *, if_true: int = 0, if_false: int = 0) -> bytes:
    """Return a `struct sock_filter`; the jumps are counted in instructions that are left out."""
    return struct.pack("=HBBI", code, if_true, if_false, operand)
