"""Health check: one line for each part, with what to do about it."""

from collections.abc import Iterator

import click

from monitor.cli.context import Desk, Output, as_json, pass_desk
from monitor.config import Config, secret
from monitor.db.backups import KeyCopy
from monitor.db.database import State
from monitor.domain.health import Checked, bad, fine, warned, worst
from monitor.errors import CannotWriteError, DatabaseError, MonitorError, UnavailableError
from monitor.mail.smtp import SmtpPost
from monitor.matcher.keys import read_tokens
from monitor.matcher.process import MatcherProcess, matcher_setup
from monitor.services import health as machine
from monitor.services.backups import trouble_of
from monitor.services.health import TakingVitals, of_vitals
from monitor.sources import all_sources
from scrapers.registry import Registry


@click.command()
@click.option("--send-test", is_flag=True, help="Also send a test email to the district's contact.")
@as_json
@pass_desk
def doctor(desk: Desk, *, send_test: bool, as_json: bool) -> int:
    """Check everything that can fail, and say what to do. Exits with the worst code found.

    Signs in to the mail server, but sends nothing without --send-test. Queries no source, and
    prints no names.
    """
    checked = (*_checked(desk), *(_of_trial(desk) if send_test else ()))
    output = Output("UTC")
    if as_json:
        output.json(checked)
    else:
        columns = ("part", "level", "status", "what to do")
        output.table(columns, ((e.what, e.level, e.told, e.remedy) for e in checked))
    return worst(checked)


def _checked(desk: Desk) -> Iterator[Checked]:
    try:
        config = desk.config
    except MonitorError as error:
        yield _refused(
            "config", error, "Fix the file. `namesake init` writes a starter configuration."
        )
        return
    yield fine("config", f"{desk.path} is valid.")
    if config.state.exists():
        yield from machine.of_files(config, desk.path)
        yield from machine.of_open_files(config)
        yield machine.of_room(config)
    yield machine.of_zones(config)
    yield machine.of_service(config)
    yield machine.of_mail(config, _post(desk, config))
    yield from _of_students(desk, config)
    try:
        sources = all_sources(config)
    except MonitorError as error:
        yield _refused("sources", error, "Fix [sources] in the configuration.")
        sources = Registry({})
    yield from _of_keys(desk, sources)
    yield from _of_district(desk, config, sources)


def _post(desk: Desk, config: Config) -> SmtpPost | None:
    if not config.mail.host:
        return None
    password = secret("smtp-password", desk.outside.environ)
    return SmtpPost(config.mail, password, desk.outside.clock)


def _of_trial(desk: Desk) -> Iterator[Checked]:
    try:
        post = _post(desk, desk.config)
    except MonitorError:
        return  # told already
    if post is not None:
        yield machine.of_trial(desk.config, post, desk.outside.clock.now())


def _of_students(desk: Desk, config: Config) -> Iterator[Checked]:
    """Start the matcher, which alone may see the key, and let it say whether it fits."""
    setup = matcher_setup(config)
    if setup is None:
        yield fine("students", "Student links are off.")
        return
    try:
        with MatcherProcess(setup, desk.outside.clock.now):
            key = read_tokens(setup.tokens).key_id
            yield fine("students", f"The roster key matches the tokens (id {key}).")
    except MonitorError as error:
        yield _refused(
            "students", error, "See docs/students.md. Until this is fixed, nothing is compared."
        )


def _of_keys(desk: Desk, sources: Registry) -> Iterator[Checked]:
    for fault in sources.faults:
        yield warned("sources", fault, "It is skipped until this is fixed.")
    for name, source in sources.items():
        key = source.declaration.key
        if key is not None and key.required:
            wanted = key.name or f"{name}-key"
            if not secret(wanted, desk.outside.environ):
                remedy = f"Put its key into the credential {wanted}, or remove its table."
                yield warned("sources", f"{name} is not queried: it has no key.", remedy)


def _of_district(desk: Desk, config: Config, sources: Registry) -> Iterator[Checked]:
    try:
        with State.open(config.state) as state:
            yield fine(
                "database", "The database is intact, has this version, and matches its keys."
            )
            vitals = TakingVitals(state=state, now=desk.outside.clock.now).take()
            yield from of_vitals(vitals, sources)
            yield from _of_key_copy(config, state)
            yield _of_audit(state)
    except CannotWriteError as error:
        yield _refused("database", error, "See the lines about the disk and the files.")
    except MonitorError as error:
        yield _refused("database", error, "See docs/backup.md about a damaged database.")


def _of_audit(state: State) -> Checked:
    trouble = trouble_of(state.audit)
    if trouble:
        remedy = "Save a copy of the folder, and find the cause."
        return bad("audit", trouble, remedy, DatabaseError.exit_code)
    return fine("audit", "The audit log is intact to its end.")


def _of_key_copy(config: Config, state: State) -> Iterator[Checked]:
    if config.backup.keys is None:
        return
    lacks = KeyCopy(config.backup.keys).lacks(state)
    if lacks:
        told = f"The copy of the keys still has {lacks} keys that were destroyed here."
        remedy = "Start the service, which updates it, or run `namesake backup`."
        yield bad("backup", told, remedy, UnavailableError.exit_code)
    else:
        yield fine("backup", "The copy of the keys has no keys that were destroyed here.")


def _refused(what: str, error: MonitorError, remedy: str) -> Checked:
    return bad(what, str(error), remedy, error.exit_code)
