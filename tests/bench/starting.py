"""What it costs to start: `python -m tests.bench.starting` prints it for everyday commands.

    python -m tests.bench.starting --people 400 --idle 60

Each command runs three times in a district that `namesake init` made; the least processor time, the
most memory and how many modules were loaded are told. With `--idle`, the service and the portal are
started, and their memory is read after that many seconds without work.
"""

import argparse
import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from monitor.config.file import load_config
from monitor.db.database import Database
from tests.bench import scale
from tests.bench.sweep import enrol
from tests.house.tree import ROOT
from tests.real.process import free_ports

ANSWERS = """\
name = "Oak Hill Unified"
zone = "America/Denver"
domains = ["oakhill.test"]
contact = "it@oakhill.test"
reviewers = ["a.lee@oakhill.test", "r.ortiz@oakhill.test"]
mail_host = "none"
portal_address = "http://127.0.0.1:{port}"
start = false
"""
# Runs the command, and says on the descriptor what it took: the command has the usual ones.
PROBE = """\
import json, os, resource, sys
from monitor.cli.main import main
told = int(sys.argv.pop(1))
try:
    main(sys.argv[1:])
except SystemExit as end:
    code = end.code
took = resource.getrusage(resource.RUSAGE_SELF)
lines = open("/proc/self/status").read().splitlines()
peak = next(int(each.split()[1]) for each in lines if each.startswith("VmHWM"))
figures = {"code": code, "cpu_s": took.ru_utime + took.ru_stime, "mib": peak / 1024}
os.write(told, json.dumps({**figures, "modules": sorted(sys.modules)}).encode())
"""
COMMANDS: Sequence[tuple[str, ...]] = (
    ("--help",),
    ("--version",),
    ("staff", "list"),
    ("mail", "list"),
    ("cases",),
    ("explain", "--weights"),
    ("district", "list"),
    ("audit",),
    ("status", "--jobs"),
    ("sources", "list"),
    ("metrics",),
    ("doctor",),
)
# What a shell asks when someone types `namesake st` and presses Tab.
COMPLETION: Mapping[str, str] = {
    "_NAMESAKE_COMPLETE": "bash_complete",
    "COMP_WORDS": "namesake st",
    "COMP_CWORD": "1",
}
ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Seconds of processor, mebibytes at the peak, and all modules that were loaded."""

    code: int
    cpu_s: float
    mib: float
    modules: Sequence[str]


def make_district(folder: Path, people: int) -> Path:
    """Set up a district as an operator does, have people join, and return its configuration."""
    answers, config = folder / "answers.toml", folder / "namesake.toml"
    (port,) = free_ports(1)
    answers.write_text(ANSWERS.format(port=port), "utf-8")
    namesake("--config", str(config), "init", "--answers", str(answers))
    text = config.read_text("utf-8").replace("127.0.0.1:8080", f"127.0.0.1:{port}")
    config.write_text(text, "utf-8")
    with Database.open_folder(load_config(config).state) as db:
        enrol(db, scale.build_staff(people))
    return config


def namesake(*words: str) -> None:
    command = [sys.executable, "-m", "monitor", *words]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def measure_start(
    words: Sequence[str], screen: int = subprocess.DEVNULL, **variables: str
) -> Start:
    """Run a command once; it writes to `screen`."""
    heard, told = os.pipe()
    command = [sys.executable, "-c", PROBE, str(told), *words]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=screen,
        stderr=subprocess.DEVNULL,
        pass_fds=(told,),
    )
    os.close(told)
    with os.fdopen(heard, "rb") as answer:
        figures = json.load(answer)
    process.wait()
    return Start(**figures)


def measure_often(words: Sequence[str], screen: int = subprocess.DEVNULL, **more: str) -> Start:
    starts = [measure_start(words, screen, **more) for _ in range(ROUNDS)]
    return min(starts, key=lambda start: start.cpu_s)


@contextmanager
def open_terminal() -> Iterator[int]:
    """Yield a screen that nobody looks at."""
    ours, theirs = pty.openpty()
    Thread(target=_read_to_the_end, args=(ours,), daemon=True).start()
    try:
        yield theirs
    finally:
        os.close(theirs)


def _read_to_the_end(descriptor: int) -> None:
    with suppress(OSError):
        while os.read(descriptor, 1 << 16):
            pass


def measure_idle(config: Path, seconds: float) -> Iterator[tuple[str, float, float]]:
    """Yield RSS and PSS, in mebibytes, of the service and the portal after a time without work."""
    names = ("run", "portal")
    command = [sys.executable, "-m", "monitor", "--config", str(config)]
    nowhere = subprocess.DEVNULL
    processes = [
        subprocess.Popen([*command, name], cwd=ROOT, stdout=nowhere, stderr=nowhere)
        for name in names
    ]
    try:
        time.sleep(seconds)
        for name, process in zip(names, processes, strict=True):
            folder = Path(f"/proc/{process.pid}")
            rss = _read_mebibytes(folder / "status", "VmRSS:")
            yield name, rss, _read_mebibytes(folder / "smaps_rollup", "Pss:")
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def _read_mebibytes(path: Path, field: str) -> float:
    lines = path.read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def list_rows(config: Path) -> Iterator[tuple[str, Start]]:
    in_district = ("--config", str(config))
    for words in COMMANDS:
        yield " ".join(words), measure_often((*in_district, *words))
    yield "completion", measure_often((), **COMPLETION)
    with open_terminal() as screen:
        words = (*in_district, "staff", "list")
        yield "staff list, on a terminal", measure_often(words, screen)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--people", type=int, default=400)
    options.add_argument("--idle", type=float, default=0.0, help="seconds without work")
    chosen = options.parse_args()
    with TemporaryDirectory() as folder:
        config = make_district(Path(folder), chosen.people)
        for name, start in list_rows(config):
            sys.stdout.write(
                f"{name:26} {start.cpu_s:.2f} s of CPU {start.mib:6.1f} MiB "
                f"{len(start.modules):4} modules, exit code {start.code}\n"
            )
        if chosen.idle:
            for name, rss, pss in measure_idle(config, chosen.idle):
                sys.stdout.write(f"{name:26} idle: RSS {rss:.1f} MiB, PSS {pss:.1f} MiB\n")


if __name__ == "__main__":
    main()
