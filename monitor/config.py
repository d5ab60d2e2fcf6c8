"""The configuration, read once: one TOML file, and the environment for secrets."""

import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, ValidationError, convert
from msgspec.structs import asdict

from monitor.config_mail import BouncesConfig, MailConfig, mail_faults
from monitor.config_portal import PortalConfig, portal_faults
from monitor.config_sources import Budgeted, Section, SourcesConfig, Text
from monitor.errors import ConfigError


class DistrictConfig(Section, frozen=True, kw_only=True):
    """`ref` goes into Message-IDs and must never change. `domains` are those of staff mail.

    `public_contacts` are phone numbers and street addresses of schools and offices, which anybody
    may know: beside a name they expose nobody.
    """

    ref: Text
    name: Text
    zone: Text
    domains: tuple[Text, ...]
    places: tuple[Text, ...] = ()
    public_contacts: tuple[Text, ...] = ()
    contact: Text
    reviewers: tuple[Text, ...] = ()
    operators: tuple[Text, ...] = ()


class StudentsConfig(Section, frozen=True, kw_only=True):
    """The key is the matcher's alone: the service hands it over, and never reads it.

    Without `key_file` it is the secret `roster-key`.
    """

    enabled: bool = False
    tokens: Path | None = None
    key_file: Path | None = None
    schools: tuple[Text, ...] = ()
    share_after_days: Annotated[int, Meta(ge=14)] | None = None
    counsel: str = ""
    counsel_approved_on: str = ""


class DetectionConfig(Section, frozen=True, kw_only=True):
    """`weights` is a file in the form of our own weights.toml; without one, ours count."""

    weights: Path | None = None


class FetchConfig(Section, frozen=True, kw_only=True):
    """`pace` stretches or shrinks every source's own interval; below 1 is for tests only."""

    pace: Annotated[float, Meta(ge=1, le=100)] = 1.0
    workers: Annotated[int, Meta(ge=1, le=512)] = 64


class PlanningConfig(Section, frozen=True, kw_only=True):
    """The most that sources which cost money get from one weekly sweep to the next.

    Dollars are those of the prices that sources declare; without `weekly_requests_…` requests
    are not counted.
    """

    weekly_usd_district: Annotated[float, Meta(ge=0)] = 7.0
    weekly_usd_person: Annotated[float, Meta(ge=0)] = 0.25
    weekly_requests_district: Annotated[int, Meta(ge=0)] | None = None
    weekly_requests_person: Annotated[int, Meta(ge=0)] | None = None


class EvidenceConfig(Section, frozen=True, kw_only=True):
    """`pages` says whether the page behind an open flag is kept, sealed and for 30 days at most."""

    pages: bool = True


class InvitationsConfig(Section, frozen=True, kw_only=True):
    """`remind_after_days` is when who does not answer is reminded, once; 0 is never."""

    remind_after_days: Annotated[int, Meta(ge=0, le=14)] = 14

    @property
    def reminds(self) -> bool:
        return self.remind_after_days > 0


class BackupConfig(Section, frozen=True, kw_only=True):
    """Where the copies of the district go, and, elsewhere, the one copy of its keys."""

    folder: Path | None = None
    keys: Path | None = None


class WatchConfig(Section, frozen=True, kw_only=True):
    """Who is told every minute that all is well: a file, an address, and a file of numbers."""

    heartbeat_file: Path | None = None
    heartbeat_url: Annotated[str, Meta(pattern=r"^(https?://[^\s/]+\S*)?$")] = ""
    metrics_file: Path | None = None


class Config(Section, frozen=True, kw_only=True):
    """Everything that a district decides. `state` is the folder of this district alone."""

    state: Path
    district: DistrictConfig
    mail: MailConfig
    bounces: BouncesConfig | None = None
    sources: SourcesConfig = SourcesConfig()
    students: StudentsConfig = StudentsConfig()
    detection: DetectionConfig = DetectionConfig()
    fetch: FetchConfig = FetchConfig()
    planning: PlanningConfig = PlanningConfig()
    evidence: EvidenceConfig = EvidenceConfig()
    watch: WatchConfig = WatchConfig()
    backup: BackupConfig = BackupConfig()
    invitations: InvitationsConfig = InvitationsConfig()
    portal: PortalConfig = PortalConfig()

    @property
    def mail_domain(self) -> str:
        return parseaddr(self.mail.sender)[1].rpartition("@")[2]


CONSENT_LASTS = timedelta(days=365)


def default_path(environ: Mapping[str, str]) -> Path:
    """Find the file: `$NAMESAKE_CONFIG`, else the platform's place."""
    named = environ.get("NAMESAKE_CONFIG")
    if named:
        return Path(named)
    if os.geteuid() == 0:
        return Path("/etc/namesake/namesake.toml")
    home = environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "namesake" / "namesake.toml"


def load(path: Path) -> Config:
    """Read and check the file, or raise ConfigError naming the file and the line."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        reason = f"{path} does not exist; `namesake init` writes one to start from."
        raise ConfigError(reason) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = f"{path} cannot be read ({error}); make it a readable UTF-8 file."
        raise ConfigError(reason) from error
    try:
        config = convert(tomllib.loads(text), Config, dec_hook=_beside(path.parent))
    except tomllib.TOMLDecodeError as error:
        reason = f"{path} is not valid TOML: {error}."
        raise ConfigError(reason) from error
    except ValidationError as error:
        raise ConfigError(_located(path, text, str(error))) from error
    return _checked(path, text, config)


def _beside(folder: Path) -> Callable[[type, object], Path]:
    """Paths in the file are relative to the file, so that a folder can be moved as it is."""

    def decode(kind: type, value: object) -> Path:
        if kind is not Path or not isinstance(value, str):
            reason = "Expected a path"
            raise ValueError(reason)
        return folder / value

    return decode


def _checked(path: Path, text: str, config: Config) -> Config:
    for wrong, where, what in _faults(config):
        if wrong:
            raise ConfigError(_located(path, text, f"{what} - at `{where}`"))
    return config


def _faults(config: Config) -> tuple[tuple[bool, str, str], ...]:
    students = config.students
    unapproved = not (students.counsel and students.counsel_approved_on)
    return (
        (
            not zone_exists(config.district.zone),
            "$.district.zone",
            "Expected an IANA time zone such as America/Chicago",
        ),
        (
            not config.district.domains,
            "$.district.domains",
            "Expected at least one mail domain, or nobody can be invited",
        ),
        (
            students.enabled and not students.tokens,
            "$.students.enabled",
            "Expected `tokens` beside it",
        ),
        (
            students.share_after_days is not None and unapproved,
            "$.students.share_after_days",
            "Expected `counsel` and `counsel_approved_on` beside it",
        ),
        *mail_faults(config.mail, config.bounces),
        *portal_faults(config.portal),
        *_contradictory_budgets(config.sources),
    )


def _contradictory_budgets(sources: SourcesConfig) -> Iterator[tuple[bool, str, str]]:
    for name, tables in asdict(sources).items():
        several = tables if isinstance(tables, tuple) else (tables,)
        yield (
            any(isinstance(each, Budgeted) and each.contradicts_itself for each in several),
            f"$.sources.{name}.per_week",
            "Expected at least as many as `per_day`",
        )


def zone_exists(name: str) -> bool:
    """Tell whether this machine knows an IANA time zone of that name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _located(path: Path, text: str, fault: str) -> str:
    """Turn `… - at `$.mail.port`` into a sentence with the line of that key."""
    what, _, where = fault.partition(" - at ")
    keys = where.strip("`").removeprefix("$").strip(".").split(".")
    unknown = re.search(r"unknown field `([^`]+)`", what)
    if unknown:
        keys.append(unknown.group(1))
    keys = [key.partition("[")[0] for key in keys if key]
    place = f"{path}, line {_line_of(text, keys)}" if keys else str(path)
    return f"{place}: {what} ({'.'.join(keys) or 'top level'})."


def _line_of(text: str, keys: list[str]) -> int:
    """Return the line of the last of `keys` that the file names, counting from 1."""
    lines = text.splitlines()
    at = 0
    for key in keys:
        shape = re.compile(rf"^\s*(\[[\w.\"-]*\b{re.escape(key)}\]|{re.escape(key)}\s*=)")
        at = next((n for n in range(at, len(lines)) if shape.match(lines[n])), at)
    return at + 1


def secret(name: str, environ: Mapping[str, str]) -> str:
    """Read a secret: a systemd credential, else `$NAMESAKE_<NAME>`, else empty."""
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if folder and (Path(folder) / name).is_file():
        return (Path(folder) / name).read_text("utf-8").strip()
    return environ.get(f"NAMESAKE_{name.upper().replace('-', '_')}", "")
