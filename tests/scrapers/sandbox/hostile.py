"""What a program in place of the parser would try: each act alone, against a service and its files.

`python -m tests.scrapers.sandbox.hostile UID LAYER...` plays a service of that user (`self` for the
one that starts it), which forks a child for each act, has it give up what the layers take, and
prints how each act ended. Acts are also run in the real child, by a source of `sources.py`.
"""

import ctypes
import errno
import json
import mmap
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scrapers.sandbox.kernel import set_no_new_privs
from scrapers.sandbox.landlock import restrict_with_landlock
from scrapers.sandbox.seccomp import restrict_with_seccomp
from scrapers.sandbox.worker import enter_sandbox

LIBC = ctypes.CDLL(None, use_errno=True)
SECRET = b"the secret of the service"
PTRACE_SEIZE = 0x4206
PR_SET_DUMPABLE = 4
PR_SET_PTRACER, ANYONE = 0x59616D61, ctypes.c_ulong(-1)
DONE, REFUSED = "done", "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Victim:
    """A service, its folder, where it listens, and where in its memory the secret is."""

    pid: int
    folder: str
    port: int
    address: int

    @property
    def keys(self) -> Path:
        return Path(self.folder) / "keys.db"

    @property
    def database(self) -> Path:
        return Path(self.folder) / "namesake.db"

    def write_files(self) -> None:
        for side in (self.keys, self.database):
            side.write_bytes(SECRET)

    @property
    def abstract(self) -> str:
        return f"\0namesake-{self.pid}"


class Span(ctypes.Structure):
    """`struct iovec`."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


def check_call(returned: int) -> None:
    """Raise what the kernel said, as Python does."""
    if returned < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def connect(family: int, address: object, kind: int = socket.SOCK_STREAM) -> None:
    with socket.socket(family, kind) as one:
        one.connect(address)
        one.send(b"x")


def read_memory_by_call(victim: Victim) -> None:
    found = ctypes.create_string_buffer(len(SECRET))
    ours = Span(ctypes.addressof(found), len(SECRET))
    theirs = Span(victim.address, len(SECRET))
    check_call(LIBC.process_vm_readv(victim.pid, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0))
    assert found.raw == SECRET


def read_memory_by_file(victim: Victim) -> None:
    with Path(f"/proc/{victim.pid}/mem").open("rb") as memory:
        memory.seek(victim.address)
        assert memory.read(len(SECRET)) == SECRET


def seize(victim: Victim) -> None:
    LIBC.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
    LIBC.ptrace.restype = ctypes.c_long
    check_call(LIBC.ptrace(PTRACE_SEIZE, victim.pid, None, None))


def fork(_victim: Victim) -> None:
    if not (child := os.fork()):
        os._exit(0)
    os.waitpid(child, 0)


def start_thread(_victim: Victim) -> None:
    # CLONE_VM, _FS, _FILES, _SIGHAND and _THREAD without a stack: refused, or invalid as clone3.
    try:
        check_call(LIBC.syscall(435, None, 0))
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise


def execute(_victim: Victim) -> None:
    os.execv("/bin/echo", ("echo", "-n", DONE))  # noqa: S606 - that is the act


ACTS: Mapping[str, Callable[[Victim], object]] = {
    "read the keys": lambda victim: victim.keys.read_bytes(),
    "read the database": lambda victim: victim.database.read_bytes(),
    "list the folder": lambda victim: list(Path(victim.folder).iterdir()),
    "write": lambda victim: victim.keys.write_bytes(b""),
    "append": lambda victim: os.close(os.open(victim.keys, os.O_WRONLY | os.O_APPEND)),
    "create": lambda victim: (Path(victim.folder) / "new").write_bytes(b""),
    "truncate": lambda victim: os.truncate(victim.keys, 0),
    "unlink": lambda victim: victim.keys.unlink(),
    "rename": lambda victim: victim.keys.rename(Path(victim.folder) / "gone"),
    "link": lambda victim: os.link(victim.keys, Path(victim.folder) / "linked"),
    "symlink": lambda victim: (Path(victim.folder) / "symbolic").symlink_to("keys.db"),
    "make a folder": lambda victim: (Path(victim.folder) / "folder").mkdir(),
    "change a mode": lambda victim: victim.keys.chmod(0o644),
    "change a time": lambda victim: os.utime(victim.keys, (0, 0)),
    "look whether a file is there": lambda victim: victim.keys.stat(),
    "TCP": lambda victim: connect(socket.AF_INET, ("127.0.0.1", victim.port)),
    "UDP": lambda victim: connect(socket.AF_INET, ("127.0.0.1", victim.port), socket.SOCK_DGRAM),
    "unix socket": lambda victim: connect(socket.AF_UNIX, f"{victim.folder}/wake.sock"),
    "abstract unix socket": lambda victim: connect(socket.AF_UNIX, victim.abstract),
    "pair of sockets": lambda _: [entry.close() for entry in socket.socketpair()],
    "memory of the service by its file": read_memory_by_file,
    "memory of the service by a call": read_memory_by_call,
    "environment of the service": lambda victim: Path(f"/proc/{victim.pid}/environ").read_bytes(),
    "command line of the service": lambda victim: Path(f"/proc/{victim.pid}/cmdline").read_bytes(),
    "ptrace": seize,
    "signal": lambda victim: os.kill(victim.pid, signal.SIGCONT),
    "signal by descriptor": lambda victim: os.close(os.pidfd_open(victim.pid)),
    "limits of the service": lambda victim: resource.prlimit(victim.pid, resource.RLIMIT_CPU),
    "fork": fork,
    "clone": start_thread,
    "execute": execute,
    "file in memory": lambda _: os.close(os.memfd_create("hidden")),
    "new code in memory": lambda _: mmap.mmap(
        -1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
    ).close(),
}


# What Landlock refuses alone, from its first ABI on; seccomp refuses all.
REFUSED_BY_LANDLOCK = frozenset(
    {
        *("read the keys", "read the database", "list the folder", "write", "append", "create"),
        *("unlink", "rename", "make a folder", "symlink", "execute", "ptrace"),
        *("memory of the service by its file", "memory of the service by a call"),
        *("environment of the service", "command line of the service"),
    }
)


def try_act(name: str, victim: Victim) -> str:
    """Say DONE, REFUSED where the kernel did not permit it, or what else went wrong."""
    try:
        ACTS[name](victim)
    except PermissionError:
        return REFUSED
    except Exception as error:  # noqa: BLE001 - which is no refusal
        return repr(error)
    return DONE


LAYERS: Mapping[str, Callable[[], object]] = {
    "no_new_privs": set_no_new_privs,
    "landlock": restrict_with_landlock,
    "seccomp": restrict_with_seccomp,
    "all": enter_sandbox,
}


def play_service(uid: int, layers: list[str]) -> dict[str, str]:
    with TemporaryDirectory() as folder:
        if uid != os.getuid():
            os.chown(folder, uid, -1)
            os.setgroups(())
            os.setuid(uid)
        # Who has changed its user is closed to that user's programs; a service has not.
        check_call(LIBC.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
        with open_victim(folder) as victim:
            return {name: fork_act(name, victim, layers) for name in ACTS}


@contextmanager
def open_victim(folder: str) -> Iterator[Victim]:
    """Make this process one, with something to lose."""
    LIBC.prctl(PR_SET_PTRACER, ANYONE, 0, 0, 0)  # where Yama closes parents to their children
    secret = ctypes.create_string_buffer(SECRET)
    with ExitStack() as opened:
        tcp = opened.enter_context(socket.create_server(("127.0.0.1", 0)))
        victim = Victim(
            pid=os.getpid(),
            folder=folder,
            port=tcp.getsockname()[1],
            address=ctypes.addressof(secret),
        )
        victim.write_files()
        udp = opened.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", victim.port))
        for address in (f"{folder}/wake.sock", victim.abstract):
            listener = opened.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(address)
            listener.listen()
        yield victim


def fork_act(name: str, victim: Victim, layers: list[str]) -> str:
    victim.write_files()
    answer_out, answer_in = os.pipe()
    if not (child := os.fork()):
        os.dup2(answer_in, 1)
        for layer in layers:
            LAYERS[layer]()
        os.write(1, try_act(name, victim).encode())
        os._exit(0)
    os.close(answer_in)
    with os.fdopen(answer_out) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said


def spell_victim(victim: Victim) -> str:
    return json.dumps(asdict(victim))


def read_victim(text: str) -> Victim:
    return Victim(**json.loads(text))


if __name__ == "__main__":
    user = os.getuid() if sys.argv[1] == "self" else int(sys.argv[1])
    sys.stdout.write(json.dumps(play_service(user, sys.argv[2:])))
