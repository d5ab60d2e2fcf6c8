"""A real WordPress over a MariaDB of its own."""

import contextlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.real import databases
from tests.real.machine import HERE, LOCALHOST, PATIENCE, lacking_programs
from tests.real.process import Program, free_ports, says_ok
from tests.real.template import fill_in

NAME = "WordPress"
# Where Debian's package has it.
PROGRAM = Path("/usr/share/wordpress")
# Its own mail would wait for a mail server that nobody has set up.
PHP = ("php", "-d", "sendmail_path=/bin/true", "-d", "display_errors=stderr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    login: str
    name: str
    description: str = ""
    posts: int = 1


MARIA = Author(login="mdelgado", name="Maria Delgado", description="Fifth grade <b>science</b>")
AUTHORS = (
    MARIA,
    Author(login="cdelgado", name="Carla Delgado"),
    Author(login="delgado3", name="Ana Delgado", posts=3),
    Author(login="tokafor", name="Tom Okafor"),
    Author(login="quiet", name="Rosa Delgado", posts=0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPress:
    address: str
    plugins: Path

    @contextlib.contextmanager
    def closed(self) -> Iterator[None]:
        """Show the authors to nobody meanwhile."""
        sign = self.plugins / "closed"
        sign.touch()
        try:
            yield
        finally:
            sign.unlink()


def lacking() -> str:
    if not PROGRAM.is_dir():
        return "WordPress not installed"
    return databases.lacking_mariadb() or lacking_programs("php")


@contextlib.contextmanager
def running(folder: Path) -> Iterator[WordPress]:
    (port,) = free_ports(1)
    host = f"localhost:{port}"
    site = folder / "site"
    with databases.mariadb(folder) as socket:
        plugins = _furnish(site, socket=socket, address=f"http://{host}")
        _install(site, host)
        program = Program(
            argv=(*PHP, "-S", f"{LOCALHOST}:{port}", "-t", str(site)),
            folder=site,
            log=folder / "wordpress.log",
        )
        with program.running(lambda: says_ok(port, "/?rest_route=/wp/v2/users")):
            yield WordPress(address=f"http://{host}", plugins=plugins)


def _furnish(site: Path, **values: object) -> Path:
    """Lay out a site whose own files are copies, since PHP looks where a file really lies."""
    plugins = site / "wp-content" / "mu-plugins"
    plugins.mkdir(parents=True)
    for file in PROGRAM.glob("*.php"):
        shutil.copy(file, site)
    for name in ("wp-includes", "wp-admin"):
        (site / name).symlink_to(PROGRAM / name)
    (site / "wp-config.php").write_text(fill_in("wp-config.php", **values), "utf-8")
    shutil.copy(HERE / "wordpress" / "install.php", site)
    shutil.copy(HERE / "wordpress" / "closed.php", plugins)
    return plugins


def _install(site: Path, host: str) -> None:
    people = site / "people.json"
    people.write_text(json.dumps([asdict(author) for author in AUTHORS]), "utf-8")
    done = subprocess.run(
        (*PHP, "install.php", host, str(people)),
        cwd=site,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
