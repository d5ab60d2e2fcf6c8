"""A small Debian with systemd as its PID 1, in namespaces of its own, where our unit runs."""

import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.real.machine import HERE, is_root, lacking_home, lacking_programs, systemd_home
from tests.real.process import Program

NAME = "systemd"
PACKAGES = ("systemd", "systemd-sysv", "dbus", "iproute2", "python3", "python3-venv", "tzdata")
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
    may = subprocess.run(mounts, capture_output=True, check=False)
    return "" if may.returncode == 0 else "cgroup v2 cannot be mounted"


def install(root: Path, packages: Path) -> None:
    """Put our program where the steps in docs/operate.md put it; its code is bound in at boot."""
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
class Machine:
    folder: Path

    def run(self, *command: str, given: str = "") -> str:
        """Run a command there, as root, and return what it says; it need not succeed."""
        done = subprocess.run(
            (NSENTER, "-t", str(self._first()), "-a", "-r", "-w", *command),
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    def put(self, path: str, text: str, mode: str = "644") -> None:
        self.run("install", "-D", "-m", mode, "/dev/stdin", path, given=text)

    def is_up(self) -> bool:
        try:
            return self.run("systemctl", "is-system-running").strip() in UP
        except (OSError, IndexError):
            return False

    def _first(self) -> int:
        outer = (self.folder / "outer.pid").read_text("ascii").strip()
        children = Path(f"/proc/{outer}/task/{outer}/children").read_text("ascii")
        return int(children.split()[0])


@contextmanager
def running(folder: Path) -> Iterator[Machine]:
    argv = (str(BOOT), str(systemd_home() / "root"), str(folder), str(CODE))
    machine = Machine(folder=folder)
    with Program(argv=argv, log=folder / "boot.log").running(machine.is_up):
        yield machine
