"""Fetches the packages of the real parts into the checkout's own cache, once.

Run as `python -m tests.real.fetch`. What cannot be had is said in one line, and the reason is kept
for the test run; only where nothing may be left out is it an error.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from tests.real import (
    bluesky,
    containers,
    databases,
    fedify,
    mastodon_mock,
    oidc,
    proofs,
    searxng,
    systemd_machine,
)
from tests.real.machine import (
    HERE,
    MASTODON_MOCK_PINS,
    OUR_PINS,
    PATIENCE,
    SEARXNG_PINS,
    beside,
    fedify_home,
    is_complete,
    lacking_programs,
    mark_complete,
    mastodon_mock_home,
    node_home,
    node_program,
    oidc_home,
    proofs_home,
    searxng_home,
    systemd_home,
    wheels_home,
)

NODE = 22
# They mostly wait for what they load.
AT_ONCE = 3
# Even the largest takes less than two.
MINUTES = 10
SUITE = "trixie"
NODE_FILES = ("package.json", "package-lock.json", ".npmrc")


class CannotFetchError(Exception):
    """Says why in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    name: str
    home: Path
    fill: Callable[["Shell"], None]

    def fetch(self) -> None:
        self.home.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir()
        self.fill(Shell(home=self.home, log=beside(self.home, "log")))
        mark_complete(self.home)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    home: Path
    log: Path

    def run(self, *command: str, environment: Mapping[str, str] | None = None) -> None:
        with self.log.open("ab") as log:
            try:
                done = subprocess.run(
                    command,
                    cwd=self.home,
                    env={**os.environ, **(environment or {})},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    timeout=60 * MINUTES,
                    check=False,
                )
            except subprocess.TimeoutExpired as error:
                message = f"{command[0]} did not end within {MINUTES} minutes; see {self.log}"
                raise CannotFetchError(message) from error
        if done.returncode:
            message = f"its packages could not be fetched; {self.log} says why"
            raise CannotFetchError(message)


def fill_searxng(shell: Shell) -> None:
    _fill_python(shell, SEARXNG_PINS)


def fill_mastodon_mock(shell: Shell) -> None:
    _fill_python(shell, MASTODON_MOCK_PINS)


def _fill_python(shell: Shell, pins: Path) -> None:
    python = str(shell.home / "bin" / "python")
    if shutil.which("uv"):
        shell.run("uv", "venv", "--allow-existing", "--python", sys.executable, str(shell.home))
        shell.run("uv", "pip", "install", "--python", python, "-r", str(pins))
    else:
        shell.run(sys.executable, "-m", "venv", str(shell.home))
        shell.run(python, "-m", "pip", "install", *_patience(), "-r", str(pins))


def fill_bluesky(shell: Shell) -> None:
    if reason := databases.lacking() or lacking_programs("npm", "g++", "make"):
        raise CannotFetchError(reason)
    node = _fill_node(shell, HERE / "node")
    shell.run("npm", "rebuild", "better-sqlite3", "--ignore-scripts=false", environment=_with(node))


def fill_fedify(shell: Shell) -> None:
    if reason := lacking_programs("npm"):
        raise CannotFetchError(reason)
    _fill_node(shell, fedify.FILES)


def fill_oidc(shell: Shell) -> None:
    if reason := lacking_programs("npm"):
        raise CannotFetchError(reason)
    _fill_node(shell, oidc.FILES)


def fill_proofs(shell: Shell) -> None:
    if reason := lacking_programs("npm"):
        raise CannotFetchError(reason)
    _fill_node(shell, proofs.FILES)


def _fill_node(shell: Shell, files: Path) -> Path:
    for name in NODE_FILES:
        shutil.copy(files / name, shell.home)
    retries = "2" if must_have_all() else "0"
    shell.run("npm", "ci", environment={"npm_config_fetch_retries": retries})
    node = node_program(shell.home)
    if node is None or _version(node) < NODE:
        message = f"Node {NODE} or newer not installed"
        raise CannotFetchError(message)
    return node


def fill_systemd(shell: Shell) -> None:
    """Make a small Debian with systemd, and put what our program needs where it is installed."""
    if reason := systemd_machine.lacking_here():
        raise CannotFetchError(reason)
    root = shell.home / "root"
    packages = ",".join(systemd_machine.PACKAGES)
    shell.run("mmdebstrap", "--variant=minbase", f"--include={packages}", SUITE, str(root))
    shell.run("chroot", str(root), "python3", "-m", "venv", "--without-pip", "/opt/namesake")
    (library,) = (root / "opt/namesake/lib").glob("python3.*")
    shell.run(sys.executable, "-m", "venv", "pip")
    shell.run(
        *("pip/bin/python", "-m", "pip", "install", *_patience()),
        *("--target", str(library / "site-packages"), "--only-binary=:all:"),
        *("--python-version", library.name.removeprefix("python")),
        *("--require-hashes", "--no-deps", "-r", str(OUR_PINS)),
    )
    systemd_machine.install(root, library / "site-packages")


def fill_bare_system(system: systemd_machine.BareSystem, shell: Shell) -> None:
    if reason := systemd_machine.lacking_here():
        raise CannotFetchError(reason)
    if not Path(system.keyring).exists():
        message = f"{system.keyring} not installed"
        raise CannotFetchError(message)
    root, packages = str(shell.home / "root"), ",".join(systemd_machine.BARE_PACKAGES)
    source = f"deb [signed-by={system.keyring}] {system.mirror} {system.suite} main"
    shell.run(
        *("mmdebstrap", "--variant=minbase", f"--include={packages}"),
        *(system.suite, root, source),
    )


def fill_containers(shell: Shell) -> None:
    if reason := containers.lacking_here():
        raise CannotFetchError(reason)
    packages = ",".join(containers.PACKAGES)
    root = str(shell.home / "root")
    shell.run("mmdebstrap", "--variant=minbase", f"--include={packages}", SUITE, root)


def fill_wheels(shell: Shell) -> None:
    """Fetch what our Debian package holds; what builds it keeps them in a cache of its own."""
    if reason := lacking_programs("dpkg-deb"):
        raise CannotFetchError(reason)
    shell.run(sys.executable, str(systemd_machine.CODE / "systemd/deb/build.py"), "--fetch")


def must_have_all() -> bool:
    return os.environ.get("NAMESAKE_REAL") == "1"


def main() -> int:
    parcels = (
        # It takes as long as all the others, so it comes first.
        Parcel(name=systemd_machine.NAME, home=systemd_home(), fill=fill_systemd),
        *(
            Parcel(name=system.name, home=system.home, fill=partial(fill_bare_system, system))
            for system in systemd_machine.BARE_SYSTEMS
        ),
        Parcel(name=containers.NAME, home=containers.containers_home(), fill=fill_containers),
        Parcel(name="the wheels of our Debian package", home=wheels_home(), fill=fill_wheels),
        Parcel(name=searxng.NAME, home=searxng_home(), fill=fill_searxng),
        Parcel(name=bluesky.NAME, home=node_home(), fill=fill_bluesky),
        Parcel(name=fedify.NAME, home=fedify_home(), fill=fill_fedify),
        Parcel(name=oidc.NAME, home=oidc_home(), fill=fill_oidc),
        Parcel(name=proofs.NAME, home=proofs_home(), fill=fill_proofs),
        Parcel(name=mastodon_mock.NAME, home=mastodon_mock_home(), fill=fill_mastodon_mock),
    )
    wanted = [parcel for parcel in parcels if not is_complete(parcel.home)]
    with ThreadPoolExecutor(AT_ONCE) as hands:
        had = list(hands.map(_try, wanted))
    return 1 if must_have_all() and not all(had) else 0


def _try(parcel: Parcel) -> bool:
    click.echo(f"Fetching {parcel.name}, once, into {parcel.home}")
    try:
        parcel.fetch()
    except CannotFetchError as error:
        beside(parcel.home, "why").write_text(str(error), "utf-8")
        click.echo(f"Cannot fetch {parcel.name}: {error}")
        return False
    return True


def _patience() -> tuple[str, ...]:
    return () if must_have_all() else ("--retries", "1")


def _version(node: Path) -> int:
    said = subprocess.run(
        (str(node), "--version"), capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    return int(said.stdout.lstrip("v").split(".")[0])


def _with(node: Path) -> dict[str, str]:
    """Compile for this Node, whichever one npm itself runs on or is set up for."""
    path = os.pathsep.join((str(node.parent), os.environ["PATH"]))
    headers = node.parents[1]
    found = (headers / "include" / "node").is_dir()
    return {"PATH": path, **({"npm_config_nodedir": str(headers)} if found else {})}


if __name__ == "__main__":
    sys.exit(main())
