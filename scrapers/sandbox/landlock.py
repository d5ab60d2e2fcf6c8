"""Landlock: a process gives up files, TCP and others' sockets and signals by itself, for good.

See landlock(7), and include/uapi/linux/landlock.h for the numbers. Nothing is allowed again, so no
rule is ever added.
"""

import os
import struct

from scrapers.sandbox.kernel import call_kernel

# These calls have one number on every architecture.
_CREATE_RULESET = 444
_RESTRICT_SELF = 446
_TELL_ABI = 1
# How many of the rights to files each ABI knows: the first 13; moves between folders; truncation;
# and ioctl on devices.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}
# To bind and to connect by TCP.
_TCP_ABI, _TCP_RIGHTS = 4, 0b11
# Abstract unix sockets of others, and signals to others.
_SCOPES_ABI, _SCOPES = 6, 0b11


def restrict_with_landlock() -> int:
    """Give up all that this kernel's Landlock knows; return its ABI, 0 where there is none.

    The process must have no_new_privs.
    """
    abi = call_kernel(_CREATE_RULESET, None, 0, _TELL_ABI)
    if abi < 1:
        return 0
    rules = build_ruleset(abi)
    ruleset = call_kernel(_CREATE_RULESET, rules, len(rules), 0)
    if ruleset < 0:
        return 0
    refused = call_kernel(_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
    return 0 if refused else abi


def build_ruleset(abi: int) -> bytes:
    """Return a `struct landlock_ruleset_attr`; an older kernel takes it if the end is zero."""
    rights = max(count for since, count in _FILE_RIGHTS.items() if since <= abi)
    tcp = _TCP_RIGHTS if abi >= _TCP_ABI else 0
    return struct.pack("=QQQ", (1 << rights) - 1, tcp, _SCOPES if abi >= _SCOPES_ABI else 0)
