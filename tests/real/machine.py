"""What the real parts need of this machine, and where they live once they are fetched."""

import hashlib
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "real"

LOCALHOST = "127.0.0.1"
# Seconds after which what should end is given up: a busy machine takes minutes for what starts many
# servers. It is less than what a whole test may take, so that a test can say what did not end.
PATIENCE = 600.0

# Homes are named after what they were built from, so that a new lock means a new home.
SEARXNG_PINS = HERE / "settings" / "searxng.txt"
NODE_LOCK = HERE / "node" / "package-lock.json"
OIDC_LOCK = HERE / "oidc" / "package-lock.json"
PROOFS_LOCK = HERE / "proofs" / "package-lock.json"
FEDIFY_LOCK = HERE / "fedify" / "package-lock.json"
MASTODON_MOCK_PINS = HERE / "settings" / "mastodon-mock.txt"
OUR_PINS = HERE.parents[1] / "requirements.txt"
PHOTO_PINS = HERE.parents[1] / "requirements-photos.txt"
CHAT_PINS = HERE.parents[1] / "requirements-notify.txt"
FLEET_PINS = HERE.parents[1] / "requirements-fleet.txt"


def searxng_home() -> Path:
    return _python_home("searxng", SEARXNG_PINS)


def mastodon_mock_home() -> Path:
    return _python_home("mastodon-mock", MASTODON_MOCK_PINS)


def node_home() -> Path:
    return CACHE / f"node-{_fingerprint(NODE_LOCK)}"


def fedify_home() -> Path:
    return CACHE / f"fedify-{_fingerprint(FEDIFY_LOCK)}"


def oidc_home() -> Path:
    return CACHE / f"oidc-{_fingerprint(OIDC_LOCK)}"


def proofs_home() -> Path:
    return CACHE / f"proofs-{_fingerprint(PROOFS_LOCK)}"


def is_complete(home: Path) -> bool:
    return _seal(home).exists()


def mark_complete(home: Path) -> None:
    beside(home, "why").unlink(missing_ok=True)
    _seal(home).touch()


def beside(home: Path, kind: str) -> Path:
    """Name the `log` of filling this home, or the `why` of not having filled it."""
    return home.with_name(f"{home.name}.{kind}")


def lacking_home(home: Path) -> str:
    """Say why this home is not there; nothing if it is."""
    if is_complete(home):
        return ""
    why = beside(home, "why")
    return why.read_text("utf-8") if why.exists() else "its packages were not fetched"


def systemd_home() -> Path:
    return CACHE / f"systemd-{_fingerprint(OUR_PINS)}"


def bare_home(suite: str, packages: Sequence[str]) -> Path:
    mark = hashlib.sha256(" ".join(packages).encode()).hexdigest()[:12]
    return CACHE / f"bare-{suite}-{mark}"


def wheels_home() -> Path:
    """Where it is noted that the wheels of our Debian package were fetched."""
    marks = (_fingerprint(pin) for pin in (OUR_PINS, PHOTO_PINS, CHAT_PINS, FLEET_PINS))
    return CACHE / f"wheels-{'-'.join(marks)}"


def is_root() -> bool:
    return os.geteuid() == 0


def lacking_programs(*names: str) -> str:
    """Say which of these programs are missing; nothing if none is."""
    missing = [name for name in names if not shutil.which(name)]
    return f"{' and '.join(missing)} not installed" if missing else ""


def postgres_programs() -> Path | None:
    """Find the folder of initdb and postgres: Debian keeps them off the PATH."""
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(debian, key=lambda path: int(path.parts[-3]), default=None)
    found = newest or shutil.which("initdb")
    return Path(found).parent if found else None


def node_program(home: Path) -> Path | None:
    """Name the Node of the fetched packages, else the machine's own."""
    packaged = next(home.glob("node_modules/node-*/bin/node"), None)
    installed = shutil.which("node")
    return packaged or (Path(installed) if installed else None)


def _python_home(name: str, pins: Path) -> Path:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return CACHE / f"{name}-{_fingerprint(pins)}-python{version}"


def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _seal(home: Path) -> Path:
    return home / ".complete"
