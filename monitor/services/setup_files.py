"""What setting up writes: the configuration, units, secrets, and samples for a proxy.

One template is the example that ships beside the units; its lines are filled in and its comments
stay. A file that is there is never changed, except for a secret that was just typed.
"""

import fnmatch
import grp
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

from monitor.annexes import discover_annexes
from monitor.config.sections import PORTAL_SECRETS, Config, SignInMethod, find_shipped_files
from monitor.db.atomic_files import PRIVATE_MODE, READABLE_MODE, write_file
from monitor.domain.errors import CannotWriteError

SERVICE, PORTAL, BACKUP = "namesake.service", "namesake-portal.service", "namesake-backup.service"
TIMER = "namesake-backup.timer"
START_UNITS = ("namesake", "namesake-portal", TIMER)
UNITS = (SERVICE, PORTAL, BACKUP, TIMER)
DROP_IN, OLD_SYSTEMD_DROP_IN = "namesake-init.conf", "older-systemd.conf"
SHIPPED_PROGRAM = Path("/opt/namesake/bin/namesake")
CREDENTIALS = Path("/etc/credstore")
# The service of many districts is handed a secret of one by this, the district's name, a full stop,
# and its own name. In a name of a district there is no full stop.
HANDED_PREFIX = "district."
# ImportCredential came with 254; LoadCredential looks into /etc/credstore since 252.
CURRENT_SYSTEMD, FIRST_WITH_CREDSTORE = 254, 252
STATE_FOLDER = Path("var/lib/namesake")
COPIES_FOLDER, KEYS_FOLDER = Path("var/lib/namesake-copies"), Path("var/lib/namesake-keys")
# Whose group reads the portal's socket: the first of these that the machine has.
PROXY_GROUPS = ("caddy", "nginx", "www-data")
# Who runs our container, by systemd/container/Containerfile.
CONTAINER_USER = 10_001
NOT_FOUND = 127
ROSTER_KEY = "roster-key"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramResult:
    """`trouble` is the last line of its standard error."""

    code: int
    output: str = ""
    trouble: str = ""


def run_program(command: Sequence[str], given: str = "") -> ProgramResult:
    """Run a program of the machine, with text on its standard input."""
    try:
        done = subprocess.run(  # noqa: S603 - systemd's own programs, and no shell
            command, input=given, capture_output=True, text=True, check=False
        )
    except OSError as error:
        return ProgramResult(code=NOT_FOUND, trouble=f"{command[0]}: {error.strerror}")
    trouble = next(iter(done.stderr.strip().splitlines()[-1:]), "")
    return ProgramResult(code=done.returncode, output=done.stdout, trouble=trouble)


def has_group(name: str) -> bool:
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True


def is_at_terminal() -> bool:
    return sys.stdin.isatty()


@dataclass(frozen=True, slots=True, kw_only=True)
class HostMachine:
    """The machine that a district is set up on; `root` is where its files begin."""

    root: Path = Path("/")
    user_id: Callable[[], int] = os.geteuid
    run_program: Callable[[Sequence[str], str], ProgramResult] = run_program
    has_group: Callable[[str], bool] = has_group
    is_at_terminal: Callable[[], bool] = is_at_terminal
    program: Path = field(default_factory=lambda: Path(sys.executable).with_name("namesake"))

    def is_service_config(self, path: Path) -> bool:
        """Tell whether it is the configuration that the units read."""
        folder, annexes = self.root / "etc/namesake", discover_annexes()
        names = ("namesake.toml", *(name for annex in annexes for name in annex.service_configs))
        return path.absolute() in {folder / name for name in names}

    def runs_units_of(self, path: Path) -> bool:
        """Tell whether systemd is to run the district of this configuration."""
        booted = (self.root / "run/systemd/system").is_dir()
        return self.is_service_config(path) and booted and self.user_id() == 0

    def is_container(self) -> bool:
        """Tell whether podman or Docker runs us: compose starts the district, and has its proxy."""
        marks = ("run/.containerenv", ".dockerenv")
        return any((self.root / mark).exists() for mark in marks)

    def has_unit(self, name: Path) -> bool:
        folders = ("etc/systemd/system", "usr/lib/systemd/system", "lib/systemd/system")
        return any((self.root / folder / name).exists() for folder in folders)

    def is_service_running(self) -> bool:
        return self.run_program(("systemctl", "is-active", "--quiet", SERVICE), "").code == 0

    def find_proxy_group(self) -> str:
        return next((name for name in PROXY_GROUPS if self.has_group(name)), "")

    @property
    def systemd_release(self) -> int:
        return find_systemd_release(self.root) or CURRENT_SYSTEMD


HOST = HostMachine()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFile:
    """One without text must not be there."""

    path: Path
    text: str


TomlValue = str | int | tuple[str, ...] | None
_HEADING = re.compile(r"(# )?\[+([\w.]+)\]++.*")
_SETTING = re.compile(r"(# )?(\w+) = (.+?)( +#.*)?")


def fill_template(values: Mapping[str, TomlValue], tables: Mapping[str, bool]) -> str:
    """Return the example with these values, and with these tables in use or commented out.

    A key with the value None is commented out, too. A key that the example lacks is a KeyError.
    """
    left, table, lines = dict(values), "", []
    example = (find_shipped_files() / "namesake.toml").read_text("utf-8")
    for line in example.splitlines():
        heading, setting = _HEADING.fullmatch(line), _SETTING.fullmatch(line)
        if heading:
            table = heading[2]
        key = f"{table}.{setting[2]}".removeprefix(".") if setting else ""
        used = tables.get(table)
        if heading and used is not None:
            lines.append(_comment(line, out=not used))
        elif setting and used is False:
            lines.append(_comment(line, out=True))
            left.pop(key, None)
        elif setting and key in left:
            lines.append(_fill_line(line, setting, left.pop(key)))
        else:
            lines.append(line)
    if left:
        raise KeyError(*left)
    return "\n".join(lines) + "\n"


def _comment(line: str, *, out: bool) -> str:
    bare = line.removeprefix("# ")
    return f"# {bare}" if out else bare


def _fill_line(line: str, setting: re.Match[str], value: TomlValue) -> str:
    if value is None:
        return _comment(line, out=True)
    filled, remark = f"{setting[2]} = {format_toml(value)}", (setting[4] or "").strip()
    column = setting[0].rindex(remark) if remark else 0
    return f"{filled}  ".ljust(column) + remark if remark else filled


def format_toml(value: str | int | tuple[str, ...]) -> str:
    """Write a TOML value, whose strings are those of JSON but for DEL."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(format_toml, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def list_secret_names(*units: str) -> frozenset[str]:
    """Return the secrets that the units hand over, or all of them."""
    files = (find_shipped_files() / name for name in units or (SERVICE, PORTAL))
    text = "".join(path.read_text("utf-8") for path in files)
    return frozenset(re.findall(r"^ImportCredential=(.+)$", text, re.MULTILINE))


def find_secrets_folder(name: str, config_path: Path, host: HostMachine) -> Path:
    """Return the folder of a secret without units; in containers, the pages have their own."""
    folder = config_path.parent / "secrets"
    own = host.is_container() and name in list_secret_names(PORTAL)
    return folder / PORTAL_SECRETS if own else folder


def plan_files(config: Config, config_path: Path, host: HostMachine) -> Iterator[PlannedFile]:
    """Yield what belongs beside the configuration, whether it is there already or not."""
    if config.portal.address.startswith("https:"):
        folder = config_path.parent / "proxy"
        portal, header = config.portal, ""
        if portal.sign_in is SignInMethod.HEADER:
            header = f"\t\t{REPLACE_HEADER}\n\t\theader_up -{portal.header}\n"
        upstream = f"unix/{portal.socket_path}" if portal.socket_path else portal.listen
        site = urlsplit(portal.address).netloc
        yield PlannedFile(
            path=folder / "Caddyfile",
            text=CADDY_SAMPLE.format(site=site, upstream=upstream, header=header),
        )
        yield PlannedFile(path=folder / "nginx.conf", text=_build_nginx_sample(config))
    if not host.runs_units_of(config_path):
        return
    folder = host.root / "etc/systemd/system"
    stored = list_credentials(host.root)
    for planned in plan_units(folder, host.program, host.systemd_release, stored):
        if planned.text and not host.has_unit(planned.path.relative_to(folder)):
            yield planned
    for name in (SERVICE, PORTAL, BACKUP):
        lines = tuple(_list_unit_changes(name, config, host))
        text = (
            "\n".join(("# Written by `namesake init`.", "[Service]", *lines, "")) if lines else ""
        )
        yield PlannedFile(path=folder / f"{name}.d" / DROP_IN, text=text)


def plan_units(
    folder: Path, program: Path, release: int, stored: Collection[str], units: Sequence[str] = UNITS
) -> Iterator[PlannedFile]:
    """Yield the units that start this program, and the drop-in of each for an older systemd.

    `stored` names the secrets there are.
    """
    for name in units:
        shipped = (find_shipped_files() / name).read_text("utf-8")
        text = shipped.replace(str(SHIPPED_PROGRAM), str(program))
        yield PlannedFile(path=folder / name, text=text)
        lines = tuple(build_credential_lines(shipped, release, stored))
        text = "\n".join(("[Service]", *lines, "")) if lines else ""
        yield PlannedFile(path=folder / f"{name}.d" / OLD_SYSTEMD_DROP_IN, text=text)


def build_credential_lines(unit: str, release: int, stored: Collection[str]) -> Iterator[str]:
    """Yield what an older systemd needs to hand over secrets; newer ones read the unit's lines.

    A newer one must not get these: it would hand over encrypted secrets as they are stored.
    """
    if release >= CURRENT_SYSTEMD:
        return
    named = re.findall(r"^ImportCredential=(.+)$", unit, re.MULTILINE)
    # Only newer ones know patterns.
    spelled = (sorted(fnmatch.filter(stored, name)) if "*" in name else (name,) for name in named)
    for name in chain.from_iterable(spelled):
        if release >= FIRST_WITH_CREDSTORE:
            yield f"LoadCredential={name}"
        elif name in stored:
            # A file that is named and missing would stop the service from starting.
            yield f"LoadCredential={name}:{CREDENTIALS / name}"


def _list_unit_changes(name: str, config: Config, host: HostMachine) -> Iterator[str]:
    """Yield the lines in which this district differs from the shipped unit."""
    copies, keys = config.backup.folder, config.backup.keys
    if name == BACKUP and not _are_usual(host, copies, keys):
        yield from _list_state_folders(copies, keys)
    if name in {SERVICE, PORTAL} and not _are_usual(host, None, keys):
        yield from _list_state_folders(keys)
    if name != PORTAL:
        return
    if config.portal.socket_path:
        group = host.find_proxy_group()
        if group:
            yield f"Group={group}"
    if config.portal.sign_in is SignInMethod.OIDC:
        yield from ("# To ask the provider who someone is.", "IPAddressAllow=any")


def _are_usual(host: HostMachine, copies: Path | None, keys: Path | None) -> bool:
    return copies in {None, host.root / COPIES_FOLDER} and keys in {None, host.root / KEYS_FOLDER}


def _list_state_folders(*folders: Path | None) -> tuple[str, str]:
    names = " ".join(("namesake", *(folder.name for folder in folders if folder)))
    return "StateDirectory=", f"StateDirectory={names}"


def list_known_units() -> tuple[str, ...]:
    """Name the units that a machine may have: those of one district, and those of annexes."""
    return (*UNITS, *(unit for annex in discover_annexes() for unit in annex.units))


def find_changed_units(root: Path, program: Path) -> tuple[str, ...]:
    """Name the units of the administrator's folder that are not as `init` writes them.

    One of the Debian package is in another folder; one that is masked was meant to be.
    """
    release = find_systemd_release(root) or CURRENT_SYSTEMD
    stored = list_credentials(root)
    changed = []
    for name in list_known_units():
        path = root / "etc/systemd/system" / name
        if not path.is_file():
            continue
        shipped = (find_shipped_files() / name).read_text("utf-8")
        written = {shipped, shipped.replace(str(SHIPPED_PROGRAM), str(program))}
        drop_ins = (
            one_path.read_text("utf-8") for one_path in path.with_name(f"{name}.d").glob("*.conf")
        )
        handed = set("\n".join(drop_ins).splitlines())
        needed = set(build_credential_lines(shipped, release, stored))
        if path.read_text("utf-8") not in written or not needed <= handed:
            changed.append(name)
    return tuple(changed)


def list_credentials(root: Path) -> set[str]:
    """Name the secrets that are stored unsealed, which older releases are told of one by one."""
    folder = root / CREDENTIALS.relative_to("/")
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def find_systemd_release(root: Path) -> int | None:
    """Read the release off the name of systemd's own library: no program is started for it.

    Return None where there is no systemd.
    """
    places = ("usr/lib*/systemd", "usr/lib/*/systemd")
    names = (path.name for place in places for path in root.glob(f"{place}/libsystemd-shared-*.so"))
    found = (int(number) for name in names for number in re.findall(r"shared-(\d+)", name))
    return max(found, default=None)


CADDY_SAMPLE = """\
# For Caddy: append this to /etc/caddy/Caddyfile. Caddy gets the certificate by itself.
# It writes no log of requests unless you add `log`: addresses under /answer, /calendar, /feed,
# /join, /sign-in, /stop and /tell open something, and belong in none.
{site} {{
	request_body {{
		max_size 16MB
	}}
	reverse_proxy {upstream} {{
		flush_interval -1
{header}	}}
	# Otherwise Caddy's own log names the address whenever the portal is away.
	handle_errors {{
		respond "{{http.error.status_code}} {{http.error.status_text}}"
	}}
}}
"""
NGINX_SAMPLE = """\
# For nginx: name your certificate, and copy this file into /etc/nginx/conf.d.
# Addresses that open something are in no log, nor are those that nginx cannot read. Errors name
# them, too: also `crit` and `alert`, while the portal is away.
map $uri $namesake_logged {{
    "" 0;
    ~^/(answer|calendar|feed|join|sign-in|stop|tell)/ 0;
    ~^/me/data/address/ 0;
    default 1;
}}
server {{
    listen 80;
    listen [::]:80;
    server_name {host};
    access_log off;
    # Let's Encrypt asks here: certbot certonly --webroot -w /var/www/html -d {host}
    location /.well-known/acme-challenge/ {{
        root /var/www/html;
    }}
    location / {{
        return 301 https://{public}$request_uri;
    }}
}}
server {{
    listen {port} ssl;
    listen [::]:{port} ssl;
    server_name {host};
    ssl_certificate /etc/letsencrypt/live/{host}/fullchain.pem;
    ssl_certificate_key /etc/letsencrypt/live/{host}/privkey.pem;
    client_max_body_size 16m;  # screenshots
    large_client_header_buffers 2 4k;
    access_log /var/log/nginx/access.log combined if=$namesake_logged;
    error_log /var/log/nginx/error.log emerg;
    location / {{
        proxy_pass http://{upstream};
        proxy_set_header Host {named};
        proxy_buffering off;  # progress of checks
{header}    }}
}}
"""
REPLACE_HEADER = "# put your sign-in here: the address of who is signed in, never a browser's"


def _build_nginx_sample(config: Config) -> str:
    portal, header = config.portal, ""
    if portal.sign_in is SignInMethod.HEADER:
        header = f'        {REPLACE_HEADER}\n        proxy_set_header {portal.header} "";\n'
    site = urlsplit(portal.address)
    return NGINX_SAMPLE.format(
        host=site.hostname,
        port=site.port or 443,
        public=site.netloc,
        named=f"$host:{site.port}" if site.port else "$host",
        upstream=f"unix:{portal.socket_path}" if portal.socket_path else portal.listen,
        header=header,
    )


def write_new_file(
    path: Path, text: str, mode: int = READABLE_MODE, folder_mode: int = 0o755
) -> None:
    """Write a file and its folder, all or nothing. Raises CannotWriteError."""
    try:
        path.parent.mkdir(mode=folder_mode, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWriteError(f"{path.parent} cannot be created ({error.strerror}).") from error
    write_file(path, text.encode(), mode)


def store_secret(name: str, secret: str, config_path: Path, host: HostMachine) -> Path:
    """Store a secret where the units find it, encrypted if systemd can; return its file.

    Before version 254, systemd finds by its name only what is not encrypted. For a district
    without units, it is a file in the folder `secrets` beside the configuration.
    """
    if not host.is_service_config(config_path):
        path = find_secrets_folder(name, config_path, host) / name
        write_new_file(path, secret, PRIVATE_MODE, 0o700)
        return path
    plain = host.root / "etc/credstore" / name
    if not plain.exists() and host.systemd_release >= CURRENT_SYSTEMD:
        command = ("systemd-creds", "encrypt", f"--name={name}", "-", "-")
        encrypted = host.run_program(command, secret)
        if encrypted.code == 0:
            path = host.root / "etc/credstore.encrypted" / name
            write_new_file(path, encrypted.output, PRIVATE_MODE, 0o700)
            return path
    write_new_file(plain, secret, PRIVATE_MODE, 0o700)
    return plain


def spell_handed_name(district: str, name: str) -> str:
    """Return by which name the service of many districts is handed a secret of one."""
    return f"{HANDED_PREFIX}{district}.{name}"


def list_handed_secrets(district: str, service_config: Path, host: HostMachine) -> list[Path]:
    """Return the files of what the service of many districts is handed for one of them."""
    pattern = spell_handed_name(district, "*")
    folders = _list_secrets_folders(pattern, service_config, host)
    return sorted(path for folder in folders for path in folder.glob(pattern))


def find_secret(name: str, config_path: Path, host: HostMachine) -> Path | None:
    """Return the file that holds a secret already; None if there is none."""
    paths = (folder / name for folder in _list_secrets_folders(name, config_path, host))
    return next((path for path in paths if os.access(path, os.F_OK)), None)


def _list_secrets_folders(name: str, config_path: Path, host: HostMachine) -> tuple[Path, ...]:
    if host.is_service_config(config_path):
        return host.root / "etc/credstore", host.root / "etc/credstore.encrypted"
    return (find_secrets_folder(name, config_path, host),)


def read_stored_secrets(config_path: Path, host: HostMachine) -> dict[str, str]:
    """Return the secrets that the service gets, as far as this user may read them, by name.

    The key of the roster is not read: it is for the matcher alone.
    """
    secrets = {}
    folders = _list_secrets_folders("", config_path, host)
    handed = {path.name for folder in folders for path in folder.glob(f"{HANDED_PREFIX}*")}
    for name in (list_secret_names() | handed) - {ROSTER_KEY}:
        path = find_secret(name, config_path, host)
        if path is not None and path.parent.name == "credstore.encrypted":
            command = ("systemd-creds", "decrypt", f"--name={name}", str(path), "-")
            secrets[name] = host.run_program(command, "").output.strip()
        elif path is not None:
            with suppress(OSError, UnicodeDecodeError):
                secrets[name] = path.read_text("utf-8").strip()
    return {name: secret for name, secret in secrets.items() if secret}


def spell_as_variables(secrets: Mapping[str, str]) -> dict[str, str]:
    """Return secrets as the variables of the environment that stand for them."""
    return {f"NAMESAKE_{name.upper().replace('-', '_')}": text for name, text in secrets.items()}


def build_secret_command(name: str, config_path: Path, host: HostMachine) -> str:
    """Spell the command that asks for a secret and stores it where we would."""
    if host.is_container():
        path = find_secrets_folder(name, Path("config/namesake.toml"), host) / name
        return f"sudo install -D -o {CONTAINER_USER} -m 600 /dev/stdin {path}"
    if host.is_service_config(config_path):
        knows = host.run_program(("systemd-creds", "--version"), "").code == 0
        seals = knows and host.systemd_release >= CURRENT_SYSTEMD
        folder = host.root / ("etc/credstore.encrypted" if seals else "etc/credstore")
    else:
        seals, folder = False, config_path.parent / "secrets"
    path = folder / name
    store = f"systemd-creds encrypt --name={name} - {path}"
    if not seals:
        store = f"install -m 600 /dev/stdin {path}"
    return f"mkdir -p -m 700 {folder} && systemd-ask-password -n | {store}"


START_COMMANDS = (
    ("systemctl", "daemon-reload"),
    ("systemctl", "enable", "--now", *START_UNITS),
    ("systemctl", "start", BACKUP),
)


def start_units(host: HostMachine, watch: Callable[[int], None]) -> str:
    """Start what runs a district, now and at every boot, and make the first backup.

    Return what went wrong, or nothing. `watch` hears of each command that is done.
    """
    for command in START_COMMANDS:
        done = host.run_program(command, "")
        if done.code:
            return f"`{' '.join(command)}` failed with {done.code}: {done.trouble}"
        watch(1)
    return ""
