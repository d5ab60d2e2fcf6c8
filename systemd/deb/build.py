"""Build the Debian package: `make deb`, or `python systemd/deb/build.py`.

It holds a virtual environment made of plain files, with the locked libraries for each Python that
Debian 12, Debian 13, Ubuntu 24.04 and 26.04 have: docs/decisions/0035-debian-package.md says why.
"""

import argparse
import gzip
import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from email.message import Message
from email.parser import HeaderParser
from itertools import product
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Final
from zipfile import ZipFile

from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from docs.manual import build_manual
from monitor.cli.main import namesake
from monitor.db.schema_versions import DISTRICT_SCHEMA, KEYS_SCHEMA

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
CACHE: Final = ROOT / ".cache" / "deb"
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS: Final = ("oidc", "photos", "notify", "fleet")
LOCKS: Final = tuple(
    ROOT / f"requirements{word}.txt" for word in ("", "-photos", "-notify", "-fleet")
)
# The oldest release of each Python that Debian 12, Ubuntu 24.04, Debian 13 or Ubuntu 26.04 has.
PYTHONS: Final[Mapping[str, str]] = MappingProxyType(
    {"3.11": "3.11.2", "3.12": "3.12.3", "3.13": "3.13.5", "3.14": "3.14.3"}
)
# Those that upstream supports today; a newer one comes each October.
RESOLVED_PYTHONS: Final = ("3.11", "3.12", "3.13", "3.14", "3.15")
# All of `make deb` takes 26 s of processor with it, and the package has 67 MB.
ZSTD_LEVEL: Final = 12
OLDEST_GLIBC: Final = 36  # 2.36, of Debian 12; `control` asks for it
MACHINES: Final[Mapping[str, str]] = MappingProxyType({"amd64": "x86_64", "arm64": "aarch64"})
UNITS: Final = (
    "namesake.service",
    "namesake-portal.service",
    "namesake-backup.service",
    "namesake-backup.timer",
    "namesake-fleet.service",
    "namesake-fleet-portal.service",
    "namesake-fleet-backup.service",
    "namesake-fleet-backup.timer",
    "namesake-worker.service",
)
EXAMPLES: Final = (
    "answers.toml",
    "fleet.toml",
    "grafana-dashboard.json",
    "namesake.toml",
    "prometheus-rules.yaml",
    "searxng-compose.yaml",
)
SCRIPTS: Final = ("preinst", "postinst", "prerm", "postrm")
# If the system's own change, `postinst` compiles for the one and writes drop-ins for the other.
WATCHED: Final = ("/usr/bin/python3", "/usr/lib/systemd/systemd")
# What only compilers and the libraries' own tests read, and pip's list of files, then wrong.
UNNEEDED_SUFFIXES: Final = frozenset(
    {".c", ".cc", ".cpp", ".h", ".hpp", ".pxd", ".pxi", ".pyi", ".pyx"}
)
UNNEEDED_NAMES: Final = frozenset({"tests", "RECORD"})
PROGRAM: Final = """\
#!{home}/bin/python -I
import sys

from monitor.cli.main import main

sys.exit(main())
"""
LICENSE_TEXT: Final = re.compile(r"(LICEN[CS]E|COPYING|NOTICE|AUTHORS)", re.IGNORECASE)
COMPLETIONS: Final[Mapping[str, type[ShellComplete]]] = MappingProxyType(
    {
        "usr/share/bash-completion/completions/namesake": BashComplete,
        "usr/share/fish/vendor_completions.d/namesake.fish": FishComplete,
        "usr/share/zsh/vendor-completions/_namesake": ZshComplete,
    }
)


def build_package(compression: str) -> Path:
    """Lay everything out in a folder, make the package of it, and return the package."""
    system = _ask("dpkg", "--print-architecture")
    epoch = os.environ.get("SOURCE_DATE_EPOCH") or _ask("git", "log", "-1", "--format=%ct")
    reproducible = {"SOURCE_DATE_EPOCH": epoch}
    package = ROOT / "dist" / f"namesake_{PROJECT['version']}_{system}.deb"
    package.parent.mkdir(exist_ok=True)
    wheels = fetch_wheels(MACHINES[system])
    _tell("Laying out the files")
    # Here, and not where all programs write: what was stopped midway is cleared away by the next.
    folder = ROOT / "build" / "deb"
    shutil.rmtree(folder, ignore_errors=True)
    stage, part = folder / "stage", folder / package.name
    home = PurePosixPath("usr/lib/namesake", PROJECT["version"])
    own = _build_own_wheel(folder / "own", reproducible)
    _write_environment(stage / home, {name: [own, *wheel] for name, wheel in wheels.items()})
    _write_around(stage, home)
    _write_copyright(stage / "usr/share/doc/namesake/copyright", stage / home)
    _write_control(stage, system)
    _settle(stage, int(epoch))
    _tell("Packing them")
    level = (f"-z{ZSTD_LEVEL}",) if compression == "zstd" else ()
    _run(
        *("dpkg-deb", "--root-owner-group", f"-Z{compression}", *level, "--build"),
        *(str(stage), str(part)),
        environment=reproducible,
    )
    # Under its name there is a whole one or none.
    part.replace(package)
    shutil.rmtree(folder)
    return package


def fetch_wheels(machine: str) -> dict[str, list[Path]]:
    """Return for each Python the wheels of the libraries that Namesake needs when it runs."""
    return {
        python: _choose_wheels(_download(python, machine), python, machine) for python in PYTHONS
    }


def _download(python: str, machine: str) -> Path:
    """Download the locked wheels that this Python takes, once for each lock."""
    # Some are in more than one lock.
    lines = "\n".join(dict.fromkeys(pick_locked(describe_target(python, machine))))
    mark = hashlib.sha256(f"{machine}\n{lines}".encode()).hexdigest()[:12]
    folder = CACHE / f"wheels-{python}-{mark}"
    if (folder / ".complete").exists():
        return folder
    _tell(f"Downloading the libraries for Python {python}, once")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "lock.txt").write_text(f"{lines}\n", "utf-8")
    _run(
        *(_find_pip(), "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"),
        *_describe_wheels(PYTHONS[python], machine),
        *("--dest", str(folder), "--requirement", str(folder / "lock.txt")),
    )
    (folder / ".complete").touch()
    return folder


def _find_pip() -> str:
    """Return a Python that has pip, which the environment of the checkout need not have."""
    python = CACHE / "pip" / "bin" / "python"
    if not python.exists():
        _run(sys.executable, "-m", "venv", str(CACHE / "pip"))
    return str(python)


def _describe_wheels(python: str, machine: str) -> Iterator[str]:
    """Yield the options with which pip takes wheels for another Python and machine, and no more."""
    yield from ("--only-binary=:all:", "--implementation=cp", f"--python-version={python}")
    for minor in range(OLDEST_GLIBC, 4, -1):
        yield f"--platform=manylinux_2_{minor}_{machine}"
    for older in ("manylinux2014", "manylinux2010", "manylinux1"):
        yield f"--platform={older}_{machine}"


def find_missing_wheels(python: str, machine: str) -> str:
    """Resolve what we declare as pip does there today, and return why that fails."""
    declared = (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    nowhere = str(CACHE / "nowhere")
    command = (
        *(_find_pip(), "-m", "pip", "install", "--dry-run", "--quiet", "--ignore-installed"),
        *("--disable-pip-version-check", "--target", nowhere, *_describe_wheels(python, machine)),
        *(requirement for group in declared for requirement in group),
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"Python {python}, {machine}: {done.stderr.strip()}" if done.returncode else ""


def pick_locked(target: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of the lock that hold on the target: pip would look at this Python."""
    for lock in LOCKS:
        for line in lock.read_text("utf-8").replace("\\\n", " ").splitlines():
            locked, *hashes = line.split(" --hash=")
            if not hashes:
                continue
            requirement = Requirement(locked)
            if requirement.marker is None or requirement.marker.evaluate(target):
                pinned = f"{requirement.name}{requirement.specifier}"
                yield " --hash=".join((pinned, *(hashed.strip() for hashed in hashes)))


def describe_target(python: str, machine: str) -> dict[str, str]:
    return {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": PYTHONS[python],
        "python_version": python,
        "sys_platform": "linux",
    }


def _choose_wheels(folder: Path, python: str, machine: str) -> list[Path]:
    """Leave out what only builds Namesake: follow what it needs when it runs."""
    wheels = {parse_wheel_filename(path.name)[0]: path for path in folder.glob("*.whl")}
    target = describe_target(python, machine)
    optional = PROJECT["optional-dependencies"]
    asked = [*PROJECT["dependencies"], *(entry for name in EXTRAS for entry in optional[name])]
    waiting = [Requirement(dependency) for dependency in asked]
    chosen: dict[str, set[str]] = {}
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        extras = {"", *requirement.extras} - chosen.get(name, set())
        # sqlite-utils names pip for a command of its own, and the lock leaves it out.
        if not extras or name == "pip":
            continue
        chosen.setdefault(name, set()).update(extras)
        needed = map(Requirement, _read_metadata(wheels[name]).get_all("Requires-Dist", []))
        waiting += [
            one_requirement
            for one_requirement in needed
            if one_requirement.marker is None
            or any(one_requirement.marker.evaluate({**target, "extra": extra}) for extra in extras)
        ]
    return [wheels[canonicalize_name(name)] for name in sorted(chosen)]


def _read_metadata(wheel: Path) -> Message:
    with ZipFile(wheel) as archive:
        (name,) = (
            file_name
            for file_name in archive.namelist()
            if file_name.endswith(".dist-info/METADATA")
        )
        return HeaderParser().parsestr(archive.read(name).decode())


def _build_own_wheel(folder: Path, reproducible: Mapping[str, str]) -> Path:
    command = (sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory")
    _run(*command, str(folder), environment=reproducible)
    (wheel,) = folder.glob("*.whl")
    return wheel


def _write_environment(home: Path, wheels: Mapping[str, list[Path]]) -> None:
    """Lay out a virtual environment: what serves every Python once, the rest for each."""
    everywhere = set.intersection(*({entry.name for entry in given} for given in wheels.values()))
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "python").symlink_to("/usr/bin/python3")
    config = "home = /usr/bin\ninclude-system-site-packages = false\n"
    (home / "pyvenv.cfg").write_text(config, "ascii")
    shared = home / "lib" / "shared"
    for python, given in wheels.items():
        own = home / "lib" / f"python{python}" / "site-packages"
        own.mkdir(parents=True)
        (own / "shared.pth").write_text("../../shared\n", "ascii")
        for wheel in given:
            _unpack(wheel, shared if wheel.name in everywhere else own)


def _unpack(wheel: Path, folder: Path) -> None:
    with ZipFile(wheel) as archive:
        for name in archive.namelist():
            path = PurePosixPath(name)
            unneeded = path.suffix in UNNEEDED_SUFFIXES or UNNEEDED_NAMES & set(path.parts)
            # Wheels put scripts and headers into a folder NAME.data; no library here puts modules.
            if not (name.endswith("/") or unneeded or path.parts[0].endswith(".data")):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(archive.read(name))


def _write_around(stage: Path, home: PurePosixPath) -> None:
    """Add the command, its completion, its manual page, the units and the documents."""
    _write(stage / "usr/bin/namesake", PROGRAM.format(home=f"/{home}"))
    (stage / "usr/bin/namesake").chmod(0o755)
    for place, kind in COMPLETIONS.items():
        _write(stage / place, kind(namesake, {}, "namesake", "_NAMESAKE_COMPLETE").source())
    manual = stage / "usr/share/man/man1/namesake.1.gz"
    manual.parent.mkdir(parents=True)
    manual.write_bytes(gzip.compress(build_manual().encode(), mtime=0))
    for name in UNITS:
        unit = (ROOT / "systemd" / name).read_text("utf-8")
        there = unit.replace("/opt/namesake/bin/namesake", "/usr/bin/namesake")
        _write(stage / "usr/lib/systemd/system" / name, there)
    documents = stage / "usr/share/doc/namesake"
    for name in EXAMPLES:
        _write(documents / "examples" / name, (ROOT / "systemd" / name).read_text("utf-8"))
    for path in (ROOT / "docs").rglob("*.md"):
        _write(documents / path.relative_to(ROOT), path.read_text("utf-8"))
    log = (ROOT / "CHANGELOG.md").read_bytes()
    (documents / "changelog.gz").write_bytes(gzip.compress(log, mtime=0))


def _write_copyright(target: Path, home: Path) -> None:
    """Name the license of each library, and where its text is."""
    lines = [f"{PROJECT['name']} {PROJECT['version']}", "", (ROOT / "LICENSE").read_text("utf-8")]
    lines.append("The package holds these libraries, each under its own license:\n")
    seen: set[str] = set()
    for path in sorted(home.glob("lib/**/*.dist-info/METADATA")):
        told = HeaderParser().parsestr(path.read_text("utf-8"))
        if told["Name"] in {PROJECT["name"], *seen}:
            continue
        seen.add(told["Name"])
        terms = told["License-Expression"] or told["License"] or "see the text"
        texts = [
            f"/{one_license.relative_to(home.parents[3])}"
            for one_license in _list_licenses(path.parent)
        ]
        if not texts and terms == "Apache-2.0":
            texts = ["/usr/share/common-licenses/Apache-2.0"]
        if not texts:
            sys.exit(f"{told['Name']} has no license text, so it cannot be part of the package")
        lines.append(f"{told['Name']} {told['Version']}: {' '.join(terms.split())[:60]}")
        lines += [f"  {text}" for text in texts]
    _write(target, "\n".join(lines) + "\n")


def _list_licenses(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if LICENSE_TEXT.match(path.name))
    return sorted(path for path in found if path.is_file())


def _write_control(stage: Path, system: str) -> None:
    folder = stage / "DEBIAN"
    version = re.sub(r"(a|b|rc|\.dev)(?=\d)", r"~\1", PROJECT["version"])
    files = sorted(path for path in stage.rglob("*") if path.is_file() and not path.is_symlink())
    size = sum(path.stat().st_size for path in files) // 1024
    control = (HERE / "control").read_text("utf-8")
    _write(folder / "control", control.format(version=version, system=system, size=size))
    for name in SCRIPTS:
        _write(folder / name, fill_script(name))
        (folder / name).chmod(0o755)
    _write(folder / "triggers", "".join(f"interest-noawait {path}\n" for path in WATCHED))
    sums = (hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() for path in files)
    listed = (
        f"{one_sum}  {path.relative_to(stage)}\n" for one_sum, path in zip(sums, files, strict=True)
    )
    _write(folder / "md5sums", "".join(listed))


def fill_script(name: str) -> str:
    """Return a script of the package with this version, and the marks of its tables."""
    script = (HERE / name).read_text("utf-8").replace("@VERSION@", PROJECT["version"])
    for kind, schema in (("DISTRICT", DISTRICT_SCHEMA), ("KEYS", KEYS_SCHEMA)):
        script = script.replace(f"@{kind}_VERSION@", str(schema.version))
        script = script.replace(f"@{kind}_MARK@", str(schema.mark))
    return script


def _settle(stage: Path, epoch: int) -> None:
    """Store equal files once, and let rights and times say nothing about this machine."""
    first: dict[tuple[str, bytes], Path] = {}
    for path in sorted(stage.rglob("*"), reverse=True):
        if path.is_file() and not path.is_symlink():
            path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
            same = first.setdefault((path.name, hashlib.sha256(path.read_bytes()).digest()), path)
            if same is not path and "usr/lib/namesake" in str(path):
                path.unlink()
                path.hardlink_to(same)
        elif path.is_dir():
            path.chmod(0o755)
        os.utime(path, (epoch, epoch), follow_symlinks=False)
    stage.chmod(0o755)
    os.utime(stage, (epoch, epoch))


def _tell(step: str) -> None:
    print(f"{step} ...", flush=True)  # noqa: T201 - a program says what it does


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _ask(*command: str) -> str:
    return _run(*command, output=subprocess.PIPE).strip()


def _run(
    *command: str,
    environment: Mapping[str, str] = MappingProxyType({}),
    output: int | None = None,
) -> str:
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=output, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(command[:4])} ... failed; its own words stand above")
    return done.stdout or ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compression", choices=("zstd", "gzip", "none"), default="zstd")
    parser.add_argument("--fetch", action="store_true", help="only download what it holds")
    parser.add_argument(
        "--resolve", action="store_true", help="only see that each library has wheels everywhere"
    )
    given = parser.parse_args()
    if given.resolve:
        _find_pip()
        places = list(product(RESOLVED_PYTHONS, MACHINES.values()))
        with ThreadPoolExecutor(2) as pool:
            missing = list(filter(None, pool.map(find_missing_wheels, *zip(*places, strict=True))))
        sys.exit("\n".join(missing) or 0)
    if given.fetch:
        fetch_wheels(MACHINES[_ask("dpkg", "--print-architecture")])
        return
    package = build_package(given.compression)
    print(f"{package} ({package.stat().st_size / 1e6:.1f} MB)")  # noqa: T201 - a program says what it made


if __name__ == "__main__":
    main()
