"""Our Debian package, built from this tree as two releases."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.real.machine import PATIENCE
from tests.real.process import hold_lock
from tests.real.systemd_machine import CODE

OLD, NEW = "0.0.1", "0.0.2"
COPIED = ("monitor", "scrapers", "reports", "systemd", "docs")


def build_once(version: str, tree: Path) -> Path:
    """Build a release where no other process of this run has, and wait for one that is about to."""
    with hold_lock(tree.with_name(f"{tree.name}.lock")):
        if built := list((tree / "dist").glob("*.deb")):
            return built[0]
        return _build_package(version, tree)


def _build_package(version: str, tree: Path) -> Path:
    """Build it as `make deb` does, but do not compress it."""
    for name in COPIED:
        shutil.copytree(CODE / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in CODE.iterdir():
        if path.is_file() and path.suffix in {".md", ".toml", ".txt", ""}:
            shutil.copy(path, tree)
    project = tree / "pyproject.toml"
    lines = project.read_text("utf-8").splitlines()
    ours = [f'version = "{version}"' if line.startswith("version =") else line for line in lines]
    project.write_text("\n".join(ours), "utf-8")
    (tree / ".cache").mkdir()
    (tree / ".cache" / "deb").symlink_to(CODE / ".cache" / "deb")
    subprocess.run(
        (sys.executable, "systemd/deb/build.py", "--compression", "none"),
        cwd=tree,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1790000000"},
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    (package,) = (tree / "dist").glob(f"namesake_{version}_*.deb")
    return package
