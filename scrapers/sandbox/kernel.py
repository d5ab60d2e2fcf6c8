"""What a process asks Linux for that Python has no function for; each answer is below 0, or not.

What the parsing process gives up by it: `scrapers/sandbox/worker.py`.
"""

import ctypes
from functools import cache

_PR_SET_SECCOMP, _FILTER_MODE = 22, 2
_PR_SET_NO_NEW_PRIVS = 38
_INSTRUCTION_BYTES = 8


class _FilterProgram(ctypes.Structure):
    """`struct sock_fprog`, see seccomp(2)."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


@cache
def _load_libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def call_kernel(number: int, *arguments: int | bytes | None) -> int:
    """Make a system call by its number; bytes are given by their address."""
    given = (
        ctypes.c_ulong(argument) if isinstance(argument, int) else argument
        for argument in arguments
    )
    answer: int = _load_libc().syscall(ctypes.c_long(number), *given)
    return answer


def set_no_new_privs() -> bool:
    """No program that is run from now on gains rights; what follows takes that."""
    on, unused = ctypes.c_ulong(1), ctypes.c_ulong(0)
    refused: int = _load_libc().prctl(_PR_SET_NO_NEW_PRIVS, on, unused, unused, unused)
    return not refused


def install_filter(instructions: bytes) -> bool:
    """Have the kernel run a filter on each system call, for good."""
    program = _FilterProgram(len(instructions) // _INSTRUCTION_BYTES, instructions)
    mode = ctypes.c_ulong(_FILTER_MODE)
    refused: int = _load_libc().prctl(_PR_SET_SECCOMP, mode, ctypes.byref(program))
    return not refused
