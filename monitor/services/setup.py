"""Setting up a district from answers: what is written, the test email, and what is left to do.

Nothing here asks questions: a terminal or a file did. What a district has already is never changed.
"""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.annexes import load_annex_parts
from monitor.app import Environment, create_state_folder
from monitor.app.builders import build_smtp_transport
from monitor.app.sources import build_sources, find_missing_keys, parse_engine_origin
from monitor.config.file import load_config
from monitor.config.sections import (
    Config,
    DistrictConfig,
    MailConfig,
    MailSecurity,
    PortalConfig,
    SignInMethod,
    find_config_path,
)
from monitor.db.atomic_files import build_write_error
from monitor.domain.errors import CannotWriteError
from monitor.domain.health import MIN_REVIEWERS, HealthResult
from monitor.domain.reason import Plain, Reason
from monitor.services.annex_services import AnnexServices
from monitor.services.health import OTHERS_ACCESS, send_test_email
from monitor.services.setup_files import (
    PORTAL,
    START_UNITS,
    STATE_FOLDER,
    HostMachine,
    PlannedFile,
    TomlValue,
    build_secret_command,
    fill_template,
    find_secret,
    list_secret_names,
    plan_files,
    spell_as_variables,
    spell_handed_name,
    store_secret,
    write_new_file,
)
from monitor.services.setup_questions import (
    ISSUERS,
    NONE,
    PROVIDERS,
    UNIT_DATA,
    Answers,
    SignInChoice,
    split_list,
)

# An answer that no one is asked for: where the state folder is.
STATE = "state"
# Where the pages listen; empty for the port of the example.
LISTEN = "listen"
# For a sign-in by a proxy: anyone on the machine can reach a port, and forge a header. Between
# containers: who has only a socket needs no network.
SOCKET = "unix:/run/namesake-portal/pages.sock"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupPlace:
    """Where a district is set up: its configuration, and the machine that has it.

    `service_config` is that of the service of many districts, if this is one of them.
    """

    config_path: Path
    host: HostMachine
    service_config: Path | None = None

    @property
    def runs_units(self) -> bool:
        return self.host.runs_units_of(self.config_path)

    def locate_secret(self, name: str) -> tuple[str, Path]:
        """Return by which name a secret is stored, and beside which configuration.

        The pages of many districts read the folder of each, so what they need not know is stored
        with the secrets of the service.
        """
        if self.service_config is None or name in list_secret_names(PORTAL):
            return name, self.config_path
        return spell_handed_name(self.config_path.parent.name, name), self.service_config

    def begin_answers(self) -> Answers:
        """Return what no one is asked for."""
        state = "state"
        if self.host.is_service_config(self.config_path):
            state = str(self.host.root / STATE_FOLDER)
        units = str(self.host.root / STATE_FOLDER.parent) if self.runs_units else ""
        listen = SOCKET if self.host.is_container() else ""
        return {UNIT_DATA: units, STATE: state, LISTEN: listen}

    def spell_command(self) -> str:
        if self.host.is_container():
            return "docker compose exec service namesake"
        if self.config_path == find_config_path({}):
            return "namesake"
        return f"namesake --config {self.config_path}"


def write_district(
    place: SetupPlace, answers: Answers, secrets: Mapping[str, str]
) -> Iterator[str]:
    """Write everything a new district needs, and yield a sentence for each thing written.

    The configuration comes last: whoever is stopped before it begins anew, and finds nothing half.
    """
    path = place.config_path
    begun = path.with_name(f"{path.name}.new")
    try:
        write_new_file(begun, build_config_text(answers))
    except CannotWriteError as error:
        raise CannotWriteError(f"{error} Choose another path with --config.") from error
    try:
        config = load_config(begun)
        yield from (keep_secret(place, name, secret) for name, secret in secrets.items())
        create_state_folder(config)
        # What differs was left by a setup that was stopped.
        for file in plan_files(config, place.config_path, place.host):
            before = file.path.read_bytes() if file.path.exists() else b""
            if before == file.text.encode():
                continue
            if file.text:
                write_new_file(file.path, file.text)
                yield f"{'Replaced' if before else 'Wrote'} {file.path}."
            else:
                file.path.unlink()
                yield f"Removed {file.path}."
        begun.rename(path)
    except OSError as error:
        raise build_write_error(path, error) from error
    finally:
        begun.unlink(missing_ok=True)
    yield f"Wrote {path}."


def keep_secret(place: SetupPlace, name: str, secret: str) -> str:
    """Store a secret, and say so."""
    where = place.locate_secret(name)
    before = find_secret(*where, place.host)
    stored = store_secret(where[0], secret, where[1], place.host)
    verb = "Replaced" if before else "Stored"
    return f"{verb} the secret {name} in {stored}."


def list_missing_files(place: SetupPlace, config: Config) -> list[PlannedFile]:
    planned = plan_files(config, place.config_path, place.host)
    return [file for file in planned if file.text and not file.path.exists()]


def write_missing_files(place: SetupPlace, config: Config) -> Iterator[str]:
    for file in list_missing_files(place, config):
        write_new_file(file.path, file.text)
        yield f"Wrote {file.path}."


def list_missing_secrets(place: SetupPlace, config: Config) -> list[str]:
    """Return the secrets that this configuration needs and that are not stored."""
    needed = ["smtp-password"] if config.mail.user else []
    if config.portal.sign_in is SignInMethod.OIDC:
        needed.append("oidc-secret")
    for part in load_annex_parts(AnnexServices):
        needed.extend(part.list_needed_secrets(config))
    if config.bounces is not None:
        needed.append("bounces-password")
    needed.extend(find_missing_keys(build_sources(config), {}).values())
    names = dict.fromkeys(needed)
    return [name for name in names if not find_secret(*place.locate_secret(name), place.host)]


def send_setup_test(environment: Environment, answers: Answers) -> HealthResult:
    """Send a test email by the answers so far, before anything is written."""
    secret = spell_as_variables({"smtp-password": answers["smtp-password"]})
    ready = replace(environment, variables={**environment.variables, **secret})
    config = Config(
        state=Path(),
        district=DistrictConfig(
            id=build_district_id(answers),
            name=answers["name"],
            zone=answers["zone"],
            domains=split_list(answers["domains"]),
            contact=answers["contact"],
        ),
        mail=MailConfig(
            sender=answers["mail_sender"],
            reply_to=answers["contact"],
            host=answers["mail_host"],
            port=int(answers["mail_port"]),
            security=MailSecurity(answers["mail_security"]),
            user=answers["mail_user"],
        ),
    )
    transport = build_smtp_transport(config, ready)
    if transport is None:
        raise LookupError
    return send_test_email(config, transport, environment.clock.now())


def build_district_id(answers: Answers) -> str:
    words = re.findall(r"[a-z0-9]+", answers["name"].lower())
    return "-".join(words) or split_list(answers["domains"])[0]


def build_config_text(answers: Answers) -> str:
    """Fill in the example with the answers; what was not asked stays as it is there."""
    tables = {
        "sources.brave": answers["search"] == "brave",
        "sources.alerts": answers["search"] == "feeds",
        "sources.searxng": answers["search"] not in {"brave", "feeds", NONE},
        "backup": bool(answers["backup_folder"]),
    }
    values: dict[str, TomlValue] = {
        "state": answers[STATE],
        "district.id": build_district_id(answers),
        **{f"district.{key}": answers[key] for key in ("name", "zone", "language", "contact")},
        **{
            f"district.{key}": split_list(answers[key])
            for key in ("domains", "places", "reviewers", "operators")
        },
        **dict(_list_mail_values(answers)),
        **dict(_list_portal_values(answers)),
        "sources.searxng.url": answers["search"],
        "sources.searxng.allow_private": (parse_engine_origin(answers["search"]) or "",),
        "backup.folder": answers["backup_folder"],
        "backup.keys": answers["backup_keys"] or None,
    }
    return fill_template(values, tables)


def _list_mail_values(answers: Answers) -> Iterator[tuple[str, TomlValue]]:
    host = answers["mail_host"] or None
    yield "mail.sender", answers["mail_sender"]
    yield "mail.reply_to", answers["contact"]
    yield "mail.host", host
    yield "mail.port", int(answers["mail_port"]) if host else None
    yield "mail.security", answers["mail_security"] if host else None
    yield "mail.user", answers["mail_user"] or None


def _list_portal_values(answers: Answers) -> Iterator[tuple[str, TomlValue]]:
    choice = SignInChoice(answers["sign_in"])
    yield "portal.address", answers["portal_address"]
    yield "portal.listen", answers[LISTEN] or (SOCKET if choice is SignInChoice.HEADER else None)
    if choice is SignInChoice.LINK:
        return
    if choice is SignInChoice.HEADER:
        yield "portal.sign_in", SignInMethod.HEADER.value
        yield "portal.header", answers["header"]
        return
    yield "portal.sign_in", SignInMethod.OIDC.value
    yield "portal.provider", PROVIDERS.get(choice, PortalConfig().provider)
    yield "portal.issuer", answers["issuer"] or ISSUERS[choice].format_map(answers)
    yield "portal.client", answers["client"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What is left to do, and the commands that do it; several are alternatives or a sequence."""

    text: Reason
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupState:
    """The state of a setup: a staff file not yet invited, the files of secrets, what works."""

    staff_file: str = ""
    secret_files: Sequence[Path] = ()
    mail_works: bool = True
    started: bool


def list_next_steps(place: SetupPlace, config: Config, state: SetupState) -> Iterator[NextStep]:
    """Yield what is left to do in a district with this configuration, in order."""
    path = {"path": Plain(str(place.config_path))}
    if len(config.district.reviewers) < MIN_REVIEWERS:
        yield NextStep(text=Reason("step.reviewers", path))
    if not config.mail.host:
        yield NextStep(text=Reason("step.mail", path))
    if config.portal.sign_in is SignInMethod.OIDC:
        address = config.portal.redirect_address
        yield NextStep(text=Reason("step.redirect", {"address": Plain(address)}))
    restart = ("systemctl restart namesake namesake-portal",) if state.started else ()
    for name in list_missing_secrets(place, config):
        yield NextStep(
            text=Reason("step.secret", {"secret": Plain(name)}),
            commands=(build_secret_command(*place.locate_secret(name), place.host), *restart),
        )
    if left := [file for file in state.secret_files if not _is_stored_secret(place, file)]:
        is_open = any(file.stat().st_mode & OTHERS_ACCESS for file in left)
        yield NextStep(
            text=Reason(f"step.secret-files{'.open' if is_open else ''}"),
            commands=(f"shred -u {shlex.join(str(file.absolute()) for file in left)}",),
        )
    yield from _list_start_steps(place, config, started=state.started)
    if config.mail.host and not state.mail_works:
        yield NextStep(
            text=Reason("step.mend-mail"), commands=(f"{place.spell_command()} doctor --send-test",)
        )
    yield from _list_people_steps(place, config, state.staff_file)
    if config.backup.keys:
        yield NextStep(
            text=Reason(
                "step.copies",
                {
                    "folder": Plain(str(config.backup.folder)),
                    "keys": Plain(str(config.backup.keys)),
                },
            )
        )


def _is_stored_secret(place: SetupPlace, file: Path) -> bool:
    """Tell whether it is in no need of deletion: it is gone, or lies where secrets are stored."""
    names = list_secret_names()
    stored = (find_secret(*place.locate_secret(name), place.host) for name in names)
    return not file.is_file() or any(path and path.samefile(file) for path in stored)


def _list_start_steps(place: SetupPlace, config: Config, *, started: bool) -> Iterator[NextStep]:
    if place.service_config:
        return
    if place.host.is_container():
        yield NextStep(text=Reason("step.start-all"), commands=("docker compose up -d",))
        return
    if place.runs_units and not started:
        yield NextStep(
            text=Reason("step.start"),
            commands=("systemctl daemon-reload", f"systemctl enable --now {' '.join(START_UNITS)}"),
        )
    elif not place.runs_units:
        secrets, namesake = place.config_path.parent / "secrets", place.spell_command()
        given = f"CREDENTIALS_DIRECTORY={secrets} " if secrets.is_dir() else ""
        yield NextStep(
            text=Reason("step.run"),
            commands=(f"{given}{namesake} run", f"{given}{namesake} portal"),
        )
        if config.backup.folder is None:
            yield NextStep(
                text=Reason("step.backup"), commands=(f"{namesake} backup COPIES --keys KEYS",)
            )
    if place.runs_units and config.portal.socket_path:
        group = place.host.find_proxy_group()
        text = Reason("step.group")
        if group:
            text = Reason("step.group.found", {"group": Plain(group)})
        yield NextStep(text=text, commands=("systemctl edit namesake-portal",))
    proxy = place.config_path.parent / "proxy"
    if proxy.is_dir():
        nginx = "/etc/nginx/conf.d/namesake.conf"
        # What nginx cannot use would keep it from starting, with all its other sites.
        take_over = f"{{ nginx -t && systemctl reload nginx || rm {nginx}; }}"
        yield NextStep(
            text=Reason("step.proxy", {"path": Plain(f"{proxy}/nginx.conf")}),
            commands=(
                f"cat {proxy}/Caddyfile >> /etc/caddy/Caddyfile && systemctl reload caddy",
                f"cp {proxy}/nginx.conf {nginx} && {take_over}",
            ),
        )


def _list_people_steps(place: SetupPlace, config: Config, staff_file: str) -> Iterator[NextStep]:
    namesake = place.spell_command()
    program = namesake if place.host.is_container() else "namesake"
    if config.sources.github is None:
        yield NextStep(text=Reason("step.github", {"path": Plain(str(place.config_path))}))
    yield NextStep(
        text=Reason("step.first-contact"), commands=(f"{namesake} sources first-contact",)
    )
    yield NextStep(
        text=Reason("step.look-yourself-up"),
        commands=(f'{program} me "FIRST LAST" --town TOWN --school SCHOOL',),
    )
    if not config.mail.host:
        return
    yield NextStep(
        text=Reason("step.volunteers"), commands=(f"{namesake} staff invite EMAIL FIRST LAST",)
    )
    if staff_file:
        invite = f"{namesake} staff import {Path(staff_file).absolute()}"
        yield NextStep(text=Reason("step.everyone"), commands=(f"{invite} --dry-run", invite))
