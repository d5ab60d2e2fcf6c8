"""Health check: one line for each part, with what to do about it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial

from msgspec import structs

from monitor.app.builders import build_smtp_transport
from monitor.app.parser_sandbox import check_parser_sandbox
from monitor.app.sources import build_sources, find_missing_keys, list_key_faults
from monitor.app.steady_clock import build_clock, measure_jump
from monitor.cli import endpoints
from monitor.cli.context import CliContext, Output
from monitor.config.sections import Config
from monitor.db.backup_files import list_backups, work_in_folder
from monitor.db.database import Database
from monitor.db.fact_updates import FactUpdateStore
from monitor.domain.errors import CannotWriteError, DatabaseError, MonitorError, UnavailableError
from monitor.domain.health import (
    HealthResult,
    compute_exit_code,
    report_failure,
    report_ok,
    report_warning,
)
from monitor.domain.reason import Day, Facts, Plain, Reason
from monitor.services import health as machine
from monitor.services import setup_files
from monitor.services.audit_end import describe_audit_damage
from monitor.services.backups import check_key_backup
from monitor.services.chat_notices import check_notices, send_test_notices
from monitor.services.fact_ages import check_facts
from monitor.services.health import check_annexes, check_reviewers, check_vitals, collect_vitals
from monitor.services.setup_files import (
    HostMachine,
    find_changed_units,
    list_known_units,
    read_stored_secrets,
    spell_as_variables,
    spell_handed_name,
)
from monitor.student_matcher.keys import read_tokens
from monitor.student_matcher.process import MatcherProcess, build_matcher_setup
from reports.reason_rendering import render_told
from scrapers.source_discovery import SourceRegistry


def print_checks(context: CliContext, *, send_test: bool, as_json: bool) -> int:
    """Print how everything is, and return the worst code found."""
    checked = tuple(check_district(context, send_test=send_test))
    output = Output("UTC")
    said = tuple(map(say_in_english, checked))
    if as_json:
        output.print_json(said)
    else:
        columns = ("part", "level", "status", "what to do")
        output.print_table(columns, ((e.what, e.level, e.message, e.remedy) for e in said))
    return compute_exit_code(checked)


def say_in_english(checked: HealthResult) -> HealthResult:
    """Put a result into words, as a terminal and a program read it."""
    return replace(
        checked, message=render_told(checked.message), remedy=render_told(checked.remedy)
    )


def check_district(
    context: CliContext, listen: str = "", *, send_test: bool
) -> Iterator[HealthResult]:
    """Check all that one district needs; `listen` is where many answer together."""
    yield from run_checks(context)
    if not listen:
        # Look at the parser of a service of one district; many districts share another.
        with suppress(MonitorError):  # reported already
            yield from check_parser_sandbox(context.config.state)
    yield from _check_endpoints(context, listen)
    if send_test:
        yield from _check_test_email(context)


def add_stored_secrets(context: CliContext) -> CliContext:
    """Look with the secrets of the service, which no unit hands over at a shell."""
    stored = read_stored_secrets(context.config_path, setup_files.HOST)
    if context.service_config:
        handed = read_stored_secrets(context.service_config, setup_files.HOST)
        prefix = spell_handed_name(context.config_path.parent.name, "")
        stored |= {
            name.removeprefix(prefix): secret
            for name, secret in handed.items()
            if name.startswith(prefix)
        }
    variables = {**spell_as_variables(stored), **context.environment.variables}
    return replace(context, environment=replace(context.environment, variables=variables))


def run_checks(asked: CliContext) -> Iterator[HealthResult]:
    context = add_stored_secrets(asked)
    try:
        config = context.config
    except MonitorError as error:
        yield _build_failed_check(
            "config", error, "Fix the file. `namesake init` writes a starter configuration."
        )
        return
    yield report_ok("config", f"{context.config_path} is valid.")
    yield machine.check_example_values(config, context.config_path)
    if work_in_folder(config.state, config.state.exists):
        yield from machine.check_file_permissions(config, context.config_path)
        yield from machine.check_database_locks(config)
        yield machine.check_disk_space(config)
    yield machine.check_time_zone(config)
    yield machine.check_service_running(config.state)
    smtp = build_smtp_transport(config, context.environment)
    yield machine.check_mail_server(config, smtp.check_connection if smtp else None)
    yield from _check_students(context, config)
    try:
        sources = build_sources(config)
    except MonitorError as error:
        yield _build_failed_check("sources", error, "Fix [sources] in the configuration.")
        sources = SourceRegistry({})
    missing_keys = find_missing_keys(sources, context.environment.variables)
    yield machine.check_search(sources, missing_keys)
    yield machine.check_official_accounts(config)
    installed = FactUpdateStore(config.state, config.facts.key).load_update()
    yield check_facts(installed, context.environment.clock.now())
    key_faults = list_key_faults(sources.values(), context.environment.variables)
    for fault in sources.faults:
        yield report_warning("sources", fault, "It is skipped until this is fixed.")
    if missing_keys:
        sentence = f"Not queried, for lack of a key: {', '.join(missing_keys)}."
        wanted = ", ".join(dict.fromkeys(missing_keys.values()))
        remedy = f"Store the key as a credential ({wanted}), or remove the table under [sources]."
        yield report_warning("sources", sentence, remedy)
    for fault in key_faults:
        yield report_warning("sources", fault, "Namesake does not start until this is fixed.")
    yield from _check_database(context, config, sources)


def _check_endpoints(asked: CliContext, listen: str = "") -> Iterator[HealthResult]:
    """Look at what answers over the network, and at the units that systemd has.

    `listen` is where the portal of many districts answers for all of them.
    """
    environment = add_stored_secrets(asked).environment
    try:
        config = asked.config
        sources = build_sources(config)
    except MonitorError:
        return  # reported already
    missing_keys = find_missing_keys(sources, environment.variables)
    keyed = {name: source for name, source in sources.items() if name not in missing_keys}
    in_container = setup_files.HOST.is_container()
    portal = structs.replace(config.portal, listen=listen or config.portal.listen)
    yield from endpoints.check_portal(portal, environment, in_container=in_container)
    yield from endpoints.check_provider(config.portal, environment)
    yield from endpoints.check_engines(keyed, environment, config.state, config.fetch.pace)
    yield from check_notices(environment.variables)
    if setup_files.HOST.runs_units_of(asked.config_path):
        yield from check_units(setup_files.HOST)


def check_units(host: HostMachine) -> Iterator[HealthResult]:
    changed = find_changed_units(host.root, host.program)
    if changed:
        sentence = f"Units differ from those of this version: {', '.join(changed)}."
        remedy = (
            "Move your changes to drop-ins (`systemctl edit`), then run `namesake init --units`."
        )
        yield report_warning("units", sentence, remedy)
    shown = ("systemctl", "show", "--property=NeedDaemonReload", "--value", *list_known_units())
    if "yes" in host.run_program(shown, "").output.split():
        sentence = "Units were changed since systemd loaded them."
        remedy = "systemctl daemon-reload, then restart the units that you use"
        yield report_warning("units", sentence, remedy)
    elif not changed:
        yield report_ok("units", "The units match this version, and systemd has loaded them.")


def _check_test_email(context: CliContext) -> Iterator[HealthResult]:
    try:
        environment = add_stored_secrets(context).environment
        transport = build_smtp_transport(context.config, environment)
    except MonitorError:
        return  # reported already
    if transport is not None:
        yield machine.send_test_email(context.config, transport, context.environment.clock.now())
    yield from send_test_notices(context.config, environment.variables)


def _check_students(context: CliContext, config: Config) -> Iterator[HealthResult]:
    """Start the matcher, which alone may see the key, and let it say whether it fits."""
    setup = build_matcher_setup(config)
    if setup is None:
        yield report_ok("students", "Student links are off.")
        return
    try:
        with MatcherProcess(setup, context.environment.clock.now):
            key = read_tokens(setup.tokens).key_id
            yield report_ok("students", f"The roster key matches the tokens (id {key}).")
    except MonitorError as error:
        yield _build_failed_check(
            "students", error, "See docs/students.md. Until this is fixed, nothing is compared."
        )


def _check_database(
    context: CliContext, config: Config, sources: SourceRegistry
) -> Iterator[HealthResult]:
    try:
        with Database.open_folder(config.state) as db:
            yield report_ok(
                "database", "The database is intact, has this version, and matches its keys."
            )
            clock = build_clock(context.environment.clock, db)
            now = clock.now()
            vitals = collect_vitals(db, now, sources, measure_jump(clock))
            yield from check_vitals(vitals)
            yield check_reviewers(config)
            yield from check_annexes(config, db, now, context.environment.variables)
            yield from _check_copies(config, db, vitals.backed_up)
            yield _check_audit_log(db)
    except CannotWriteError as error:
        yield _build_failed_check("database", error, "See the lines about the disk and the files.")
    except MonitorError as error:
        yield _build_failed_check("database", error, "See docs/trouble.md about exit code 78.")


def _check_audit_log(db: Database) -> HealthResult:
    trouble = describe_audit_damage(db.audit)
    if trouble:
        remedy = "Save a copy of the folder, and find the cause."
        return report_failure("audit", trouble, remedy, DatabaseError.exit_code)
    return report_ok("audit", "The audit log is intact to its end.")


def _check_copies(config: Config, db: Database, made_at: datetime | None) -> Iterator[HealthResult]:
    """Look whether they are where the database says that they were made."""
    folder = config.backup.folder
    try:
        found = folder and work_in_folder(folder, partial(list_backups, folder))
    except CannotWriteError as error:
        yield report_failure("backup", str(error), Reason("remedy.hangs"), error.exit_code)
        return
    if folder and made_at and not found:
        facts: Facts = {"folder": Plain(str(folder)), "at": Day(made_at.date())}
        message, remedy = Reason("health.backup.away", facts), Reason("remedy.backup-away")
        yield report_failure("backup", message, remedy, UnavailableError.exit_code)
    if made_at:
        yield from check_key_backup(db, config)


def _build_failed_check(what: str, error: MonitorError, remedy: str) -> HealthResult:
    return report_failure(what, str(error), remedy, error.exit_code)
