"""Ours beside other programs on the same made-up web, in one run: `make bench`.

    python -m tests.bench.benchmark --sites 400

It installs the others once (see `benchmark_peers.py`), then runs each program, ours first, in a
network namespace that has loopback only, so that nothing leaves the machine. It prints one table,
and writes it with a drawing into docs/developers/benchmark.md and docs/images/benchmark.svg.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.benchmark_page import Line, Page, write_page
from tests.bench.benchmark_peers import (
    PEERS,
    Peer,
    Verdict,
    build_environment,
    build_whatsmyname_catalog,
)
from tests.bench.benchmark_web import FIGURES_HOST, PORT, Plan, draw_plan, list_floor
from tests.house.tree import ROOT

INSIDE = "NAMESAKE_BENCH_INSIDE"
# Our own: each site's known account and a name that no one has are asked first.
OUR_REQUESTS = 3
TIMEOUT_SECONDS = 10.0
LONGEST_RUN_SECONDS = 900.0
OUTCOMES = {"found": Verdict.FOUND, "absent": Verdict.MISSING}


@dataclass(slots=True, kw_only=True)
class Run:
    """What one program said: verdicts by site, and after how many seconds each one was there."""

    title: str
    version: str
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    wall: float = 0.0
    cpu: float = 0.0
    mebibytes: float = 0.0
    requests: int = 0
    most_at_once: int = 0
    fault: str = ""


def check_machine() -> str:
    """Say in a sentence what this machine lacks; nothing where it lacks nothing."""
    if sys.platform != "linux":
        return "The benchmark needs Linux: it runs in a network namespace of its own."
    for program, package in (("unshare", "util-linux"), ("ip", "iproute2")):
        if shutil.which(program) is None:
            return f"The benchmark needs {program}: apt install {package}."
    if subprocess.run(
        [*_build_namespace_command(), "true"], capture_output=True, check=False
    ).returncode:
        return "This user may not make a network namespace: run `make bench` as root."
    return ""


def _build_namespace_command() -> list[str]:
    root = () if os.geteuid() == 0 else ("--map-root-user",)
    script = 'ip link set lo up && exec "$@"'
    return ["unshare", *root, "--net", "--", "sh", "-c", script, "sh"]


@contextmanager
def run_web(plan: Plan, folder: Path) -> Iterator[None]:
    file = folder / "plan.json"
    plan.save(file)
    command = [sys.executable, "-m", "tests.bench.benchmark_web", str(file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None or process.stdout.readline() != "ready\n":
                message = "the made-up web did not start"
                raise RuntimeError(message)
            yield
        finally:
            process.terminate()


def read_web_figures() -> Mapping[str, int]:
    """Return what the sites saw since the last call, and begin anew."""
    line = HTTPConnection(FIGURES_HOST, PORT, timeout=30)
    line.request("GET", "/")
    figures: dict[str, int] = json.loads(line.getresponse().read())
    line.close()
    return figures


def run_ours(plan: Plan, folder: Path) -> Run:
    catalog, out = folder / "catalog.json", folder / "out.json"
    catalog.write_text(json.dumps(build_whatsmyname_catalog(plan)), "utf-8")
    command = [sys.executable, "-m", "tests.bench.presence", "--catalog", str(catalog)]
    command += [word for name in plan.names for word in ("--user", name)]
    command += ["--interval", "0", "--timeout", str(TIMEOUT_SECONDS), "--workers", "512"]
    command += ["--allow", "127.1.0.0/16", "--out", str(out)]
    run = Run(title="Namesake", version=version("namesake-monitor"))
    began = _measure(run, command, folder, peer=None)
    for verdict in json.loads(out.read_text("utf-8"))["verdicts"] if out.exists() else ():
        run.verdicts[verdict["site"]] = OUTCOMES.get(verdict["outcome"], Verdict.UNKNOWN)
        run.seconds.append(verdict["at"] - began)
    return run


def run_peer(peer: Peer, plan: Plan, folder: Path) -> Run:
    run = Run(title=peer.title, version=peer.version, fault=peer.install())
    if not run.fault:
        _measure(run, peer.build_command(folder, plan), folder, peer=peer)
        if not run.verdicts:
            run.fault = f"{peer.title} {peer.version} ran and said nothing of any site."
    return run


def _measure(run: Run, command: Sequence[str], folder: Path, peer: Peer | None) -> float:
    """Run a command to its end; note what it says of sites and when; return when it began."""
    read_web_figures()
    began = time.monotonic()
    process = subprocess.Popen(
        ["timeout", str(LONGEST_RUN_SECONDS), *command],  # noqa: S607 - of every Linux
        cwd=ROOT if peer is None else folder,
        env=dict(os.environ) if peer is None else build_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    for text in process.stdout or ():
        found = peer.read_line(text) if peer else None
        if found and found[0] not in run.verdicts:
            run.verdicts[found[0]] = found[1]
            run.seconds.append(time.monotonic() - began)
    _, _, used = os.wait4(process.pid, 0)
    run.wall = time.monotonic() - began
    run.cpu, run.mebibytes = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    figures = read_web_figures()
    run.requests, run.most_at_once = figures["requests"], figures["most_at_once"]
    return began


def score(plan: Plan, run: Run) -> Counter[str]:
    """Count verdicts by whether they are true; where no one can know, none of them is."""
    (name,) = plan.names
    counts: Counter[str] = Counter()
    for site in plan.sites:
        verdict = run.verdicts.get(site.name, Verdict.UNKNOWN)
        present = site.number in plan.present[name]
        if verdict is Verdict.UNKNOWN:
            counts["no verdict" if site.is_open else "unknowable"] += 1
        elif verdict is Verdict.FOUND:
            counts["right" if present and site.is_open else "false alarm"] += 1
        elif site.is_open:
            counts["missed" if present else "right"] += 1
        else:
            counts["called missing"] += 1
    return counts


def build_page(plan: Plan, runs: Sequence[Run]) -> Page:
    floors = {
        "floor, one request": list_floor(plan, 1, TIMEOUT_SECONDS),
        "floor, three requests": list_floor(plan, OUR_REQUESTS, TIMEOUT_SECONDS),
    }
    lines = [Line(title=title, seconds=seconds, is_floor=True) for title, seconds in floors.items()]
    lines += [Line(title=run.title, seconds=sorted(run.seconds)) for run in runs if run.seconds]
    open_sites = sum(site.is_open for site in plan.sites)
    return Page(
        lines=tuple(lines),
        rows=tuple(build_row(plan, run) for run in runs),
        sites=len(plan.sites),
        open_sites=open_sites,
        machine=describe_machine(),
        at=datetime.now(UTC),
    )


HEADINGS = (
    *("program", "95 % of verdicts by", "all by", "CPU a site", "memory", "requests"),
    *(
        "most at once at one site",
        "right",
        "missed",
        "false alarms",
        "called missing",
        "no verdict",
    ),
)


def build_row(plan: Plan, run: Run) -> tuple[str, ...]:
    if run.fault:
        return (f"{run.title} {run.version}", run.fault, *("" for _ in HEADINGS[2:]))
    counts, seconds = score(plan, run), sorted(run.seconds)
    share = seconds[-(-len(seconds) * 95 // 100) - 1]
    return (
        f"{run.title} {run.version}",
        f"{share:.1f} s",
        f"{seconds[-1]:.1f} s",
        f"{1000 * run.cpu / len(plan.sites):.1f} ms",
        f"{run.mebibytes:.0f} MiB",
        f"{run.requests:,}",
        str(run.most_at_once),
        *(str(counts[text]) for text in ("right", "missed", "false alarm", "called missing")),
        str(counts["no verdict"]),
    )


def describe_machine() -> str:
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} processors ({platform.machine()}), Python {platform.python_version()}, "
        f"load {load:.0f} when the runs ended"
    )


def run_all(sites: int, seed: int) -> Page:
    plan, runs = draw_plan(sites, names=1, seed=seed), list[Run]()
    with TemporaryDirectory() as top, run_web(plan, Path(top)):
        for peer in (None, *PEERS):
            folder = Path(top) / (peer.name if peer else "ours")
            folder.mkdir()
            runs.append(run_peer(peer, plan, folder) if peer else run_ours(plan, folder))
            sys.stdout.write(f"{runs[-1].title}: {runs[-1].fault or f'{runs[-1].wall:.1f} s'}\n")
            sys.stdout.flush()
    return build_page(plan, runs)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--sites", type=int, default=400)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--docs", type=Path, default=ROOT / "docs", help="where the page goes")
    chosen = options.parse_args()
    if INSIDE not in os.environ:
        if fault := check_machine():
            sys.exit(fault)
        for peer in PEERS:  # outside, where the registry can be reached
            sys.stderr.write(peer.install())
        command = [*_build_namespace_command(), sys.executable, "-m", "tests.bench.benchmark"]
        os.environ[INSIDE] = "1"
        os.execvp(command[0], [*command, *sys.argv[1:]])  # noqa: S606 - ourselves again, inside
    page = run_all(chosen.sites, chosen.seed)
    sys.stdout.write(write_page(page, HEADINGS, chosen.docs))


if __name__ == "__main__":
    main()
