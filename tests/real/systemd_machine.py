"""A small Debian with systemd as its PID 1, in namespaces of its own, where our unit runs."""

import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.real.machine import (
    HERE,
    PATIENCE,
    bare_home,
    is_root,
    lacking_home,
    lacking_programs,
    systemd_home,
)
from tests.real.process import Program, list_children

NAME = "systemd"
PACKAGES = ("systemd", "systemd-sysv", "dbus", "iproute2", "python3", "python3-venv", "tzdata")
# What a bare system needs to take our package: no library, and no tool that builds one.
BARE_PACKAGES = ("systemd", "systemd-sysv", "dbus", "python3", "ca-certificates", "apt")
CODE = HERE.parents[1]
BOOT = HERE / "settings" / "boot-machine.sh"
NSENTER = shutil.which("nsenter") or "nsenter"
UP = frozenset({"running", "degraded"})
PROGRAM = """\
#!/opt/namesake/bin/python
from monitor.cli.main import main

main()
"""


def lacking() -> str:
    return lacking_here() or lacking_home(systemd_home())


def lacking_here() -> str:
    """Say what this machine lacks to build and to boot such a root."""
    if not is_root():
        return "root needed"
    if missing := lacking_programs("mmdebstrap", "unshare", "nsenter"):
        return missing
    mounts = ("unshare", "--mount", "mount", "-t", "cgroup2", "none", "/mnt")
    may = subprocess.run(mounts, capture_output=True, timeout=PATIENCE, check=False)
    return "" if may.returncode == 0 else "cgroup v2 cannot be mounted"


def install(root: Path, packages: Path) -> None:
    """Put our program where the steps in docs/install.md put it; its code is bound in at boot."""
    project = tomllib.loads((CODE / "pyproject.toml").read_text("utf-8"))["project"]
    program = root / "opt/namesake/bin/namesake"
    program.write_text(PROGRAM, "utf-8")
    program.chmod(0o755)
    (packages / "code.pth").write_text("/opt/code\n", "utf-8")
    known = packages / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    known.mkdir()
    told = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (known / "METADATA").write_text(told, "utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class BareSystem:
    """A system without our program, where its Debian package is installed."""

    name: str
    suite: str
    mirror: str
    keyring: str
    python: str

    @property
    def home(self) -> Path:
        return bare_home(self.suite, BARE_PACKAGES)

    def lacking(self) -> str:
        return lacking_here() or lacking_home(self.home)


DEBIAN = ("http://deb.debian.org/debian", "/usr/share/keyrings/debian-archive-keyring.gpg")
UBUNTU = ("http://archive.ubuntu.com/ubuntu", "/usr/share/keyrings/ubuntu-archive-keyring.gpg")
BARE_SYSTEMS = tuple(
    BareSystem(name=name, suite=suite, mirror=mirror, keyring=keyring, python=python)
    for name, suite, (mirror, keyring), python in (
        ("Debian 12", "bookworm", DEBIAN, "3.11"),
        ("Ubuntu 24.04", "noble", UBUNTU, "3.12"),
        ("Ubuntu 26.04", "resolute", UBUNTU, "3.14"),
        ("Debian 13", "trixie", DEBIAN, "3.13"),
    )
)


class ProgramFailedError(Exception):
    """Holds what the program said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    folder: Path

    def run(self, *command: str, given: str = "") -> str:
        """Run a command there, as root, and return what it says; it need not succeed."""
        done = subprocess.run(
            (NSENTER, "-t", str(self._first()), "-a", "-r", "-w", *command),
            input=given,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return done.stdout + done.stderr

    def put(self, path: str, text: str, mode: str = "644") -> None:
        self.run("install", "-D", "-m", mode, "/dev/stdin", path, given=text)

    def put_file(self, path: str, source: Path) -> None:
        """Copy a file of this machine, whatever it holds, to a folder that is there."""
        shutil.copyfile(source, self.find_path(path))

    def find_path(self, path: str) -> Path:
        """Return where this machine sees a file or a folder of the other one."""
        return Path(f"/proc/{self._first()}/root{path}")

    def run_in_network(self, *command: str, given: str = "") -> str:
        """Run a program of this machine in the network of the other one. It has to succeed."""
        enter = (NSENTER, "-t", str(self._first()), "--net", *command)
        done = subprocess.run(
            enter,
            input=given,
            cwd=CODE,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode:
            raise ProgramFailedError(done.stderr)
        return done.stdout

    def is_up(self) -> bool:
        try:
            return self.run("systemctl", "is-system-running").strip() in UP
        except (OSError, IndexError):
            return False

    def _first(self) -> int:
        return list_children(int((self.folder / "outer.pid").read_text("ascii")))[0]


@contextmanager
def running(folder: Path, home: Path | None = None) -> Iterator[Machine]:
    argv = (str(BOOT), str((home or systemd_home()) / "root"), str(folder), str(CODE))
    machine = Machine(folder=folder)
    with Program(argv=argv, log=folder / "boot.log").running(machine.is_up):
        yield machine
