"""The configuration file, read and checked once; how it says what is wrong: `fault_messages.py`."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar, cast
from urllib.parse import urlsplit

from msgspec import Struct, ValidationError, defstruct, to_builtins
from msgspec.structs import asdict

from monitor.annexes import discover_annexes, load_annex_parts
from monitor.config.fault_messages import (
    describe_format_faults,
    describe_toml_fault,
    describe_zone_fault,
    format_config_fault,
    list_mistakes,
)
from monitor.config.sections import (
    DOMAIN,
    SYSTEM_CONFIG,
    BackupConfig,
    BouncesConfig,
    BudgetedConfig,
    Config,
    ConfigSection,
    DistrictConfig,
    DrillConfig,
    InvitationsConfig,
    MailConfig,
    MailSecurity,
    PortalConfig,
    SignInMethod,
    SourcesConfig,
    find_config_path,
    find_shipped_files,
    is_known_time_zone,
)
from monitor.domain.email_delivery import is_single_address
from monitor.domain.errors import ConfigError, build_permission_error
from monitor.domain.serialization import convert_value


def load_config(path: Path) -> Config:
    """Read and check the file, or raise ConfigError naming the file and the line."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        reason = f"{path} does not exist. Create it with `namesake init`."
        if path == find_config_path({}) and SYSTEM_CONFIG.exists():
            reason = f"This machine's district is set up in {SYSTEM_CONFIG}: run this as root."
        raise ConfigError(reason) from None
    except PermissionError as error:
        raise build_permission_error(path) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = f"{path} cannot be read ({error}). Make it a readable UTF-8 file."
        raise ConfigError(reason) from error
    try:
        config = _parse_district_config(path, text)
    except ConfigError:
        _check_whose_file(path, text)
        raise
    return config


def _parse_district_config(path: Path, text: str) -> Config:
    """Read the keys of the core; where that fails, look for annexes, and read theirs as well."""
    try:
        return _check_config(path, text, parse_config(path, text, Config))
    except ConfigError:
        whole = build_config_type()
        if whole is Config:
            raise
        config = _check_config(path, text, parse_config(path, text, whole))
    for part in load_annex_parts(AnnexKeys):
        _raise_faults(path, text, part.find_faults(config))
    return config


ConfigFault = tuple[bool, str, str]
"""Whether something is wrong, where, and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnexKeys:
    """What an annex adds to a district's file: tables of the core with more keys, by name.

    `find_faults` yields what is wrong with them, as far as no type says so.
    """

    tables: Mapping[str, type[ConfigSection]]
    find_faults: Callable[[Config], Iterable[ConfigFault]]


@cache
def build_config_type() -> type[Config]:
    """Return the whole configuration: the core's, with the tables of annexes in their places."""
    tables = {
        name: table for part in load_annex_parts(AnnexKeys) for name, table in part.tables.items()
    }
    if not tables:
        return Config
    whole = defstruct(
        Config.__name__,
        [(name, table, table()) for name, table in tables.items()],
        bases=(Config,),
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
    )
    return cast("type[Config]", whole)


def _check_whose_file(path: Path, text: str) -> None:
    """Raise ConfigError for a file of an annex, whose tables a district's file cannot have."""
    for annex in discover_annexes():
        for table, why in annex.config_tables.items():
            if has_table(text, table):
                raise ConfigError(f"{path} {why}")


def has_table(text: str, name: str) -> bool:
    """Tell whether a file has a table of that name, even if it is not valid as a whole."""
    return re.search(rf"^\s*\[\s*{re.escape(name)}\s*\]", text, re.MULTILINE) is not None


ONE_PLACE_FAULT = "must be another folder than `folder`, and neither inside the other"


_FileShape = TypeVar("_FileShape", bound=Struct)


def parse_config(path: Path, text: str, shape: type[_FileShape]) -> _FileShape:
    """Read a file as what it is about. Raises ConfigError with the line of what is wrong."""
    try:
        settings = tomllib.loads(text)
        return convert_value(settings, shape, dec_hook=_build_path_decoder(path.parent))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {describe_toml_fault(str(error))}") from error
    except ValidationError as error:
        raise ConfigError(describe_format_faults(path, text, str(error), shape)) from error


def _build_path_decoder(folder: Path) -> Callable[[type, object], Path]:
    """Paths in the file are relative to the file, so that a folder can be moved as it is."""

    def decode_path(kind: type, value: object) -> Path:
        if kind is not Path or not isinstance(value, str):
            raise ValueError("must be a path in quotes")
        return folder / value

    return decode_path


def _check_config(path: Path, text: str, config: Config) -> Config:
    _raise_faults(path, text, _find_faults(config))
    return config


def _raise_faults(path: Path, text: str, faults: Iterable[ConfigFault]) -> None:
    """Raise one ConfigError for all that is wrong; of each key, the first fault is told."""
    wrong = {where: what for is_wrong, where, what in reversed(tuple(faults)) if is_wrong}
    told = tuple(
        format_config_fault(path, text, f"{what} - at `{where}`", Config)
        for where, what in reversed(wrong.items())
    )
    if told:
        raise ConfigError(list_mistakes(path, told))


def _find_faults(config: Config) -> tuple[ConfigFault, ...]:
    zone = config.district.zone
    # The nearest zone is looked for only if it is needed: that takes long.
    zone_fault = "" if is_known_time_zone(zone) else describe_zone_fault(zone).rstrip(".")
    return (
        (bool(zone_fault), "$.district.zone", f"cannot be used. {zone_fault}"),
        (
            not config.district.domains,
            "$.district.domains",
            "must have at least one email domain, or no one can be invited",
        ),
        (is_one_backup_place(config.backup), "$.backup.keys", ONE_PLACE_FAULT),
        (
            config.drill is not None and not _is_own_site(config.drill, config.district.domains),
            "$.drill.address",
            "must lie on a site of the district, in one of its `domains`; never on a platform",
        ),
        (
            config.drill is not None and not config.mail.host,
            "$.drill",
            "needs `host` under [mail] as well: a drill tests whether an alert is sent",
        ),
        *_find_roster_faults(config),
        *_find_address_faults(config.district, config.mail),
        *find_invitation_faults(config.invitations),
        *find_mail_faults(config.mail, config.bounces),
        *find_portal_faults(config.portal),
        *_find_contradictory_budgets(config.sources),
        *_find_source_address_faults(config.sources),
    )


def _is_own_site(drill: DrillConfig, domains: Iterable[str]) -> bool:
    if not _is_web_address(drill.address):
        return False
    host = f".{urlsplit(drill.address).hostname}"
    return any(host.endswith(f".{domain.casefold()}") for domain in domains)


def _find_roster_faults(config: Config) -> Iterator[ConfigFault]:
    """Yield what is wrong about the files of students and staff."""
    students = config.students
    yield (
        students.enabled and not students.tokens,
        "$.students.enabled",
        "is true, which needs `tokens` as well",
    )
    yield (
        students.share_after_days is not None
        and not (students.counsel and students.counsel_approved_on),
        "$.students.share_after_days",
        "needs `counsel` and `counsel_approved_on` as well",
    )
    yield (
        config.staff.folder is not None and not config.mail.host,
        "$.staff.folder",
        "needs `host` under [mail] as well, or no one can be invited",
    )


def find_mail_faults(
    mail: MailConfig, bounces: BouncesConfig | None
) -> Iterator[tuple[bool, str, str]]:
    """Yield what is wrong or not, where, and what was expected."""
    yield (
        mail.security is MailSecurity.RELAY and bool(mail.user or mail.token_file),
        "$.mail.security",
        'must not be "relay" with a `user` or a `token_file`: they would be sent unencrypted',
    )
    yield bool(mail.token_file and not mail.user), "$.mail.token_file", "needs `user` as well"
    yield (
        bool(mail.return_path) and not is_single_address(mail.return_path.replace("{id}", "x")),
        "$.mail.return_path",
        "must be a single email address, such as bounces+{id}@district.example",
    )
    yield (
        bounces is not None and bounces.security is MailSecurity.RELAY,
        "$.bounces.security",
        'must be "tls" or "starttls": the password would be sent unencrypted',
    )


LISTEN_FAULT = (
    "must be a port of this machine only, such as 127.0.0.1:8080, or unix: and a full path "
    "such as unix:/run/namesake-portal/pages.sock; your proxy forwards requests to it"
)


def find_portal_faults(portal: PortalConfig) -> Iterator[tuple[bool, str, str]]:
    yield (
        not portal.address,
        "$.portal.address",
        (
            "must say where people open the portal, such as https://namesake.school.example, since "
            "every email leads there"
        ),
    )
    yield (
        not _is_portal_address(portal.address),
        "$.portal.address",
        "must be https:// and a host only, such as https://namesake.school.example",
    )
    yield (
        not portal.socket_path.startswith("/") and not is_local_listener(portal.listen),
        "$.portal.listen",
        LISTEN_FAULT,
    )
    yield (
        portal.sign_in is SignInMethod.HEADER and not portal.socket_path,
        "$.portal.sign_in",
        'is "header", which needs `listen` on a socket: anyone who reaches a port can forge one',
    )
    yield (
        portal.sign_in is SignInMethod.OIDC and not (portal.issuer and portal.client),
        "$.portal.sign_in",
        'is "oidc", which needs `issuer` and `client` as well',
    )
    yield (
        portal.sign_in is SignInMethod.OIDC and not _is_web_address(portal.issuer),
        "$.portal.issuer",
        "must be the https:// address that your provider states, as https://accounts.google.com",
    )


def _is_portal_address(address: str) -> bool:
    """Tell whether it is https, or http on loopback, and a host with nothing behind it."""
    parts = urlsplit(address)
    bare = address == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc
    plain = parts.scheme == "http" and _is_loopback(parts.hostname or "")
    return bare and bool(parts.hostname) and (plain or parts.scheme == "https")


def is_local_listener(listen: str) -> bool:
    host, _, port = listen.rpartition(":")
    return port.isdecimal() and 0 < int(port) < 65536 and _is_loopback(host.strip("[]"))  # noqa: PLR2004 - ports end there


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_web_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


LONGEST_SUBJECT = 80
LONGEST_FROM_NAME = 60
LONGEST_FIRST_LINES = 600
# A name with one of these would look like an address in a mail program.
_NO_NAME_SIGNS = frozenset('@<>"\\')


def find_invitation_faults(invitations: InvitationsConfig) -> Iterator[tuple[bool, str, str]]:
    subject, name = invitations.subject, invitations.from_name
    lines = invitations.first_lines
    yield (
        len(subject) > LONGEST_SUBJECT or not subject.isprintable(),
        "$.invitations.subject",
        f"Expected at most {LONGEST_SUBJECT} characters on one line",
    )
    yield (
        len(name) > LONGEST_FROM_NAME
        or not name.isprintable()
        or not _NO_NAME_SIGNS.isdisjoint(name),
        "$.invitations.from_name",
        f"Expected a person's name, at most {LONGEST_FROM_NAME} characters, without an address",
    )
    yield (
        len(lines) > LONGEST_FIRST_LINES or not lines.replace("\n", "").isprintable(),
        "$.invitations.first_lines",
        f"Expected at most {LONGEST_FIRST_LINES} characters of plain text",
    )


def _find_contradictory_budgets(sources: SourcesConfig) -> Iterator[tuple[bool, str, str]]:
    for name, tables in asdict(sources).items():
        several = tables if isinstance(tables, tuple) else (tables,)
        yield (
            any(
                isinstance(table, BudgetedConfig) and table.has_contradictory_budget
                for table in several
            ),
            f"$.sources.{name}.per_week",
            "must be at least the value of `per_day`",
        )


def _find_address_faults(
    district: DistrictConfig, mail: MailConfig
) -> Iterator[tuple[bool, str, str]]:
    yield (
        not all(map(DOMAIN.fullmatch, district.domains)),
        "$.district.domains",
        "must be domains only, such as district.example",
    )
    for key, addresses in (
        ("contact", (district.contact,)),
        ("reviewers", district.reviewers),
        ("operators", district.operators),
    ):
        wrong = next((address for address in addresses if not is_single_address(address)), "")
        yield bool(wrong), f"$.district.{key}", f"has no email address in {wrong!r}"
    yield (
        not is_single_address(parseaddr(mail.sender)[1]),
        "$.mail.sender",
        "must hold an email address, such as Namesake <namesake@district.example>",
    )
    yield (
        bool(re.search(r"[/\s]|^[^:]*:\d*$", mail.host)),
        "$.mail.host",
        "must be the name of a server only, such as smtp.district.example; `port` has its own line",
    )


def _find_source_address_faults(sources: SourcesConfig) -> Iterator[tuple[bool, str, str]]:
    for name, tables in asdict(sources).items():
        for table in tables if isinstance(tables, tuple) else (tables,):
            for key in ("url", "token_url"):
                address = getattr(table, key, "")
                yield (
                    bool(address) and not _is_web_address(address),
                    f"$.sources.{name}.{key}",
                    "must begin with https:// (or http:// on your own network)",
                )


def is_one_backup_place(backup: BackupConfig) -> bool:
    folder, keys = backup.folder, backup.keys
    if folder is None or keys is None:
        return False
    return folder.is_relative_to(keys) or keys.is_relative_to(folder)


# No one owns these domains (RFC 2606): nothing in them can be right.
RESERVED_DOMAIN = re.compile(
    r"(?<![\w-])(?:example|example\.(?:com|net|org))(?![\w.-])", re.IGNORECASE
)
SAME_AS_EXAMPLE = ("id", "name", "places")


def list_example_values(config: Config) -> tuple[str, ...]:
    """Name the keys whose value is still that of the example, or is in a domain for examples."""
    example = load_config(find_shipped_files() / "namesake.toml").district
    copied = (
        f"district.{key}"
        for key in SAME_AS_EXAMPLE
        if (value := getattr(config.district, key)) and value == getattr(example, key)
    )
    reserved = (
        where
        for where, text in _list_texts(to_builtins(config, enc_hook=_leave_out_path))
        if re.search(r"[@.]", text) and RESERVED_DOMAIN.search(text)
    )
    return tuple(dict.fromkeys((*copied, *reserved)))


def _leave_out_path(_path: Path) -> None:
    """Folders may have any name."""


def _list_texts(value: object, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for key, inside in value.items():
            yield from _list_texts(inside, f"{where}.{key}".removeprefix("."))
    elif isinstance(value, Sequence):
        for inside in value:
            yield from _list_texts(inside, where)
