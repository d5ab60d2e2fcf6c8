"""Our containers on a podman of their own: its images, its network and its files end with the test.

No registry of images can be reached. A small Debian stands in for that of Debian, and for those of
Caddy, of a search engine and of PostgreSQL.
"""

import hashlib
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.real.machine import CACHE, HERE, PATIENCE, is_root, lacking_home, lacking_programs

NAME = "a small Debian for containers"
PACKAGES = ("python3", "ca-certificates", "caddy", "postgresql")
SHIPPED = HERE.parents[1] / "systemd"
ENGINE = """\
[engine]
runtime = "runc"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
"""
STORAGE = """\
[storage]
driver = "overlay"
graphroot = "{folder}/images"
runroot = "{folder}/run"
"""
DEBIAN = "docker.io/library/debian:13-slim"
CADDY = "docker.io/library/caddy:2"
SEARXNG = "docker.io/searxng/searxng:latest"
POSTGRES = "docker.io/library/postgres:17"
OURS = "localhost/namesake:latest"
# A district has a mail server of its own; this one is in the network of the others.
MAIL_FILE, MAIL_PORT = "mail.yaml", 2525
MAIL = f"""\
services:
  mail:
    image: {SEARXNG}
    command: [python3, /mail_server.py, "{MAIL_PORT}", /mail]
    volumes:
      - ../mail:/mail
"""
RUN_CADDY = 'CMD ["caddy","run","--config","/etc/caddy/Caddyfile","--adapter","caddyfile"]'
RUN_POSTGRES = 'ENTRYPOINT ["sh","/postgres.sh"]'
RUN_SEARCH = 'CMD ["python3","/search_engine.py"]'
# As the first process of a container, Python would not hear the usual signal for twenty seconds.
STOP_AT_ONCE = "STOPSIGNAL SIGKILL"
# What the Caddy of Debian lacks, and the image of its makers has.
CADDY_FOLDERS = "ENV XDG_DATA_HOME=/data XDG_CONFIG_HOME=/config"


def containers_home() -> Path:
    """Where there is a small system with servers, which stands in for images that cannot be had."""
    mark = hashlib.sha256(" ".join(PACKAGES).encode()).hexdigest()[:12]
    return CACHE / f"containers-trixie-{mark}"


def lacking() -> str:
    return lacking_here() or lacking_home(containers_home())


def lacking_here() -> str:
    if not is_root():
        return "root needed"
    return lacking_programs("mmdebstrap", "podman", "podman-compose", "runc", "nft")


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """What is started together: `shipped` are our files, `options` what podman-compose is told."""

    project: str
    shipped: tuple[str, ...]
    options: tuple[str, ...]


ONE_DISTRICT = Composition(
    project="namesake",
    shipped=("container/compose.yaml", "searxng-compose.yaml"),
    options=("-f", "compose.yaml", "-f", MAIL_FILE),
)
FLEET = Composition(
    project="namesake-fleet",
    shipped=("container/fleet-compose.yaml",),
    options=("-f", "fleet-compose.yaml", "--profile", "home", "--profile", "worker"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Podman:
    """`district` is the folder of the district or of the fleet, with our files in it."""

    folder: Path
    composition: Composition

    @property
    def district(self) -> Path:
        return self.folder / "district"

    def run(self, *command: str) -> str:
        """Run a command there, and return what it says; it need not succeed."""
        done = subprocess.run(
            command,
            cwd=self.district,
            env={
                **os.environ,
                "CONTAINERS_CONF": str(self.folder / "containers.conf"),
                "CONTAINERS_STORAGE_CONF": str(self.folder / "storage.conf"),
                "PODMAN_IGNORE_CGROUPSV1_WARNING": "1",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return done.stdout + done.stderr

    @property
    def mail(self) -> Path:
        """The folder into which the mail server takes emails."""
        return self.folder / "mail"

    def compose(self, *arguments: str) -> str:
        return self.run("podman-compose", *self.composition.options, *arguments)

    def inside(self, service: str, *command: str) -> str:
        return self.run("podman", "exec", f"{self.composition.project}_{service}_1", *command)

    def import_stand_ins(self) -> None:
        root, archive = containers_home() / "root", self.folder / "stand-in.tar"
        servers = ("search_engine.py", "mail_server.py", "postgres.sh")
        tar = ("tar", "--exclude=./proc/*", "--exclude=./sys/*", "--exclude=./dev/*")
        parts = ("-C", str(root), ".", "-C", str(HERE / "settings"), *servers)
        subprocess.run((*tar, "-cf", str(archive), *parts), timeout=PATIENCE, check=True)
        search = ("--change", RUN_SEARCH, "--change", STOP_AT_ONCE)
        self.run("podman", "import", *search, str(archive), SEARXNG)
        caddy = ("--change", RUN_CADDY, "--change", CADDY_FOLDERS)
        self.run("podman", "import", *caddy, str(archive), CADDY)
        self.run("podman", "import", "--change", RUN_POSTGRES, str(archive), POSTGRES)
        self.run("podman", "import", str(archive), DEBIAN)
        archive.unlink()

    def build_image(self, package: Path) -> str:
        """Build our image as `make image` does."""
        limits = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024")
        recipe = ("-f", str(SHIPPED / "container" / "Containerfile"), str(package.parent))
        base = ("--build-arg", f"BASE={DEBIAN}")
        return self.run("podman", "build", *limits, *base, "-t", OURS, *recipe)


@contextmanager
def running(folder: Path, composition: Composition = ONE_DISTRICT) -> Iterator[Podman]:
    """Yield a podman that has the images of others, and an empty folder with our files."""
    podman = Podman(folder=folder, composition=composition)
    podman.district.mkdir()
    podman.mail.mkdir()
    (podman.district / MAIL_FILE).write_text(MAIL, "utf-8")
    (folder / "containers.conf").write_text(ENGINE, "utf-8")
    (folder / "storage.conf").write_text(STORAGE.format(folder=folder), "utf-8")
    for name in composition.shipped:
        text = re.sub(r"@sha256:[0-9a-f]+", "", (SHIPPED / name).read_text("utf-8"))
        (podman.district / Path(name).name).write_text(text, "utf-8")
    podman.import_stand_ins()
    try:
        yield podman
    finally:
        podman.compose("down", "--volumes", "--timeout", "20")
        podman.run("podman", "system", "reset", "--force")
