"""Other programs that look names up on many sites: how each is installed, asked and heard.

Each is installed from the registry, by the versions and hashes in `peers/NAME.txt`, into a folder
of its own. It is run as it comes: its own defaults, the same sites in its own format.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.bench.benchmark_web import Manner, Plan, Site
from tests.house.tree import ROOT

FOLDER = ROOT / ".cache" / "peers"
REQUIREMENTS = Path(__file__).with_name("peers")
INSTALL_SECONDS = 900


class Verdict(StrEnum):
    """What a program said of a name on a site."""

    FOUND = "found"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """`marks` are the beginnings of its lines, and what they say of a site."""

    title: str
    package: str
    build_catalog: Callable[[Plan], object]
    build_words: Callable[[Path, Path, Sequence[str]], Sequence[str]]
    line: re.Pattern[str]
    marks: Mapping[str, Verdict]

    @property
    def name(self) -> str:
        return self.title.casefold()

    @property
    def requirements(self) -> Path:
        return REQUIREMENTS / f"{self.name}.txt"

    @property
    def python(self) -> Path:
        return FOLDER / self.name / "bin" / "python"

    @property
    def version(self) -> str:
        pinned = rf"^{re.escape(self.package)}==(\S+)"
        found = re.search(pinned, self.requirements.read_text("utf-8"), re.MULTILINE)
        return found[1] if found else "unknown"

    def build_command(self, folder: Path, plan: Plan) -> list[str]:
        """Write the catalog, and return what asks all its sites about all names of the plan."""
        catalog = folder / "catalog.json"
        catalog.write_text(json.dumps(self.build_catalog(plan)), "utf-8")
        program = self.python.with_name(self.name)
        return [str(program), *self.build_words(catalog, folder, plan.names)]

    def read_line(self, text: str) -> tuple[str, Verdict] | None:
        """Return a site and what the line says of it; None for other lines."""
        found = self.line.search(text)
        return (found["site"], self.marks.get(found["mark"], Verdict.UNKNOWN)) if found else None

    def install(self) -> str:
        """Install it, once; return in a sentence why it cannot be, or nothing."""
        # Its programs name this place: a folder that was moved or copied is no installation.
        done, place = self.python.parent.parent / f".installed-{self.version}", str(self.python)
        if done.exists() and done.read_text("utf-8") == place:
            return ""
        python = getattr(sys, "_base_executable", sys.executable)
        pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        steps = (
            (python, "-m", "venv", "--clear", str(self.python.parent.parent)),
            (str(self.python), *pip, "--require-hashes", "-r", str(self.requirements)),
        )
        for step in steps:
            try:
                subprocess.run(step, check=True, capture_output=True, timeout=INSTALL_SECONDS)
            except (OSError, subprocess.SubprocessError) as error:
                said = getattr(error, "stderr", None) or str(error).encode()
                reason = said.decode(errors="replace").strip().splitlines()[-1:]
                return f"{self.title} {self.version} could not be installed: {' '.join(reason)}"
        done.write_text(place, "utf-8")
        return ""


def build_environment(home: Path) -> dict[str, str]:
    """Return what a peer sees: a home of its own, no proxy, and output as soon as it is said."""
    kept = {name: text for name, text in os.environ.items() if "proxy" not in name.casefold()}
    return {**kept, "HOME": str(home), "PYTHONUNBUFFERED": "1", "COLUMNS": "500", "NO_COLOR": "1"}


def build_sherlock_catalog(plan: Plan) -> object:
    return {site.name: _build_sherlock_entry(site) for site in plan.sites}


def _build_sherlock_entry(site: Site) -> dict[str, object]:
    how: dict[str, object] = {"errorType": "status_code"}
    if site.manner is Manner.MESSAGE:
        how = {"errorType": "message", "errorMsg": site.missing_words}
    elif site.manner is Manner.REDIRECT:
        how = {"errorType": "response_url", "errorUrl": f"{site.base_url}/login"}
    return {
        "url": f"{site.base_url}/u/{{}}",
        "urlMain": f"{site.base_url}/",
        "username_claimed": site.known_account,
        **how,
    }


MAIGRET_CHECKS = {
    Manner.STATUS: "status_code",
    Manner.MESSAGE: "message",
    Manner.REDIRECT: "response_url",
}


def build_maigret_catalog(plan: Plan) -> object:
    sites = {site.name: _build_maigret_entry(site) for site in plan.sites}
    return {"sites": sites, "engines": {}, "tags": []}


def _build_maigret_entry(site: Site) -> dict[str, object]:
    entry: dict[str, object] = {
        "url": f"{site.base_url}/u/{{username}}",
        "urlMain": site.base_url,
        "usernameClaimed": site.known_account,
        "usernameUnclaimed": "noonewouldeverusethis7",
        "checkType": MAIGRET_CHECKS[site.manner],
        "alexaRank": site.number + 1,
        "tags": [],
    }
    if site.manner is Manner.MESSAGE:
        entry |= {"presenseStrs": [site.present_words], "absenceStrs": [site.missing_words]}
    return entry


def build_whatsmyname_catalog(plan: Plan) -> dict[str, object]:
    """Describe the sites in the format that Naminter and we read."""
    return {
        "license": ["made up"],
        "authors": ["the benchmark"],
        "categories": ["social"],
        "sites": [_build_whatsmyname_entry(site) for site in plan.sites],
    }


def _build_whatsmyname_entry(site: Site) -> dict[str, object]:
    status = {Manner.STATUS: 404, Manner.MESSAGE: 200, Manner.REDIRECT: 302}[site.manner]
    return {
        "name": site.name,
        "uri_check": f"{site.base_url}/u/{{account}}",
        "e_code": 200,
        "e_string": site.present_words,
        "m_code": status,
        "m_string": "" if site.manner is Manner.REDIRECT else site.missing_words,
        "known": [site.known_account],
        "cat": "hobby",
    }


SHERLOCK = Peer(
    title="Sherlock",
    package="sherlock-project",
    build_catalog=build_sherlock_catalog,
    build_words=lambda catalog, folder, names: [
        *("--json", str(catalog), "--ignore-exclusions", "--print-all", "--no-color"),
        *("--folderoutput", str(folder), *names),
    ],
    line=re.compile(r"^\[(?P<mark>.)\] (?P<site>Site\d{4}): ?(?!\[?(?:Error|Blocked|Illegal|WAF))"),
    marks={"+": Verdict.FOUND, "-": Verdict.MISSING},
)
MAIGRET = Peer(
    title="Maigret",
    package="maigret",
    build_catalog=build_maigret_catalog,
    build_words=lambda catalog, folder, names: [
        *names,
        *("--db", str(catalog), "--no-autoupdate", "-a", "--print-not-found", "--print-errors"),
        *("--no-color", "--no-progressbar", "-fo", str(folder)),
    ],
    line=re.compile(r"^\[(?P<mark>.)\] (?P<site>Site\d{4}):"),
    marks={"+": Verdict.FOUND, "-": Verdict.MISSING},
)
NAMINTER = Peer(
    title="Naminter",
    package="naminter",
    build_catalog=build_whatsmyname_catalog,
    build_words=lambda catalog, _folder, names: [
        *(word for name in names for word in ("-u", name)),
        *("--local-data", str(catalog), "--skip-validation", "--filter-all"),
        *("--no-progressbar", "--no-color"),
    ],
    line=re.compile(r"(?P<mark>[^\w\s]) .*?(?P<site>Site\d{4})"),
    marks={"+": Verdict.FOUND, "-": Verdict.MISSING},
)
PEERS = (SHERLOCK, MAIGRET, NAMINTER)
