"""The filter of system calls, run here by a reader of its instructions, for each architecture."""

import struct

import pytest

from scrapers.sandbox.seccomp import ARCHITECTURES, build_filter
from tests.rows import over_rows

ALLOWED, REFUSED, KILLED = 0x7FFF0000, 0x00050001, 0x80000000
# From asm/unistd.h of x86-64 and of ARM64.
CALLS = {
    "open": (2, None),
    "openat": (257, 56),
    "openat2": (437, 437),
    "creat": (85, None),
    "truncate": (76, 45),
    "unlink": (87, None),
    "ftruncate": (77, 46),
    "unlinkat": (263, 35),
    "rename": (82, None),
    "renameat2": (316, 276),
    "socket": (41, 198),
    "connect": (42, 203),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "clone": (56, 220),
    "fork": (57, None),
    "vfork": (58, None),
    "clone3": (435, 435),
    "execve": (59, 221),
    "execveat": (322, 281),
    "io_uring_setup": (425, 425),
    "bpf": (321, 280),
    "memfd_create": (319, 279),
    "keyctl": (250, 219),
    "mount": (165, 40),
    "prctl": (157, 167),
    "seccomp": (317, 277),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pkey_mprotect": (329, 288),
    "ioctl": (16, 29),
}
X32 = 0x40000000


def run_filter(architecture: str, call: int, *arguments: int, audit_arch: int = 0) -> int:
    """Return the verdict on a call, as the kernel would come to it."""
    target = ARCHITECTURES[architecture]
    instructions = [struct.unpack("=HBBI", chunk) for chunk in build_filter(target)]
    filled = (*arguments, *[0] * (6 - len(arguments)))
    seen = struct.pack("<IIQ6Q", call, audit_arch or target.audit_arch, 0, *filled)
    position = word = 0
    while True:
        code, if_true, if_false, operand = instructions[position]
        position += 1
        match code:
            case 0x20:
                (word,) = struct.unpack_from("<I", seen, operand)
            case 0x15:
                position += if_true if word == operand else if_false
            case 0x45:
                position += if_true if word & operand else if_false
            case 0x06:
                return operand
            case _:
                raise ValueError(code)


EACH = [
    (name, call)
    for column, name in enumerate(ARCHITECTURES)
    for call, numbers in CALLS.items()
    if numbers[column] is not None
]


@over_rows(("architecture", "call"), EACH)
def test_what_opens_changes_or_reaches_something_is_refused(architecture: str, call: str) -> None:
    number = CALLS[call][tuple(ARCHITECTURES).index(architecture)]

    assert number is not None
    assert run_filter(architecture, number) == REFUSED


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_what_computing_takes_is_allowed(architecture: str) -> None:
    calls = ARCHITECTURES[architecture].calls.values()

    assert {run_filter(architecture, call) for call in calls} == {ALLOWED}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_no_other_number_is_allowed(architecture: str) -> None:
    calls = set(ARCHITECTURES[architecture].calls.values())

    assert {run_filter(architecture, call) for call in set(range(600)) - calls} == {REFUSED}


@pytest.mark.parametrize("call", ["mmap", "mprotect"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_memory_may_not_be_executed(architecture: str, call: str) -> None:
    number = ARCHITECTURES[architecture].calls[call]

    assert run_filter(architecture, number, 0, 4096, 0b011) == ALLOWED
    assert run_filter(architecture, number, 0, 4096, 0b101) == REFUSED


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_limits_of_another_process_may_not_be_set(architecture: str) -> None:
    number = ARCHITECTURES[architecture].calls["prlimit64"]

    assert run_filter(architecture, number, 0) == ALLOWED
    assert run_filter(architecture, number, 4242) == REFUSED


@pytest.mark.parametrize("audit_arch", [0x40000003, 0x40000028, 0xC00000F3])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_numbers_of_another_architecture_end_the_process(
    architecture: str, audit_arch: int
) -> None:
    read = ARCHITECTURES[architecture].calls["read"]

    assert run_filter(architecture, read, audit_arch=audit_arch) == KILLED


def test_the_numbers_of_x32_are_refused() -> None:
    read = ARCHITECTURES["x86_64"].calls["read"]

    assert run_filter("x86_64", X32 | read) == REFUSED
