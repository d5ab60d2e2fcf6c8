"""`namesake init`: a conversation, or a file of answers, that ends in a running district.

Nothing is written before the last answer. What a district has already is never changed.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path

import click
from msgspec import UNSET, ValidationError, convert, structs

from monitor.app import build_smtp_transport
from monitor.cli import setup_files
from monitor.cli.context import CliContext, Output, pass_cli_context
from monitor.cli.doctor import run_checks
from monitor.cli.main import INTERRUPTED
from monitor.cli.setup_files import (
    START_UNITS,
    STATE_FOLDER,
    PlannedFile,
    TomlValue,
    build_secret_command,
    fill_template,
    find_secret,
    list_secret_names,
    plan_files,
    spell_as_variables,
    start_units,
    store_secret,
    write_new_file,
)
from monitor.cli.setup_questions import (
    ISSUERS,
    NO,
    NONE,
    PROVIDERS,
    QUESTIONS,
    SECTIONS,
    UNIT_DATA,
    YES,
    Answers,
    AnswersFile,
    SetupQuestion,
    SignInChoice,
    split_list,
)
from monitor.config import (
    RESERVED_DOMAIN,
    Config,
    DistrictConfig,
    MailConfig,
    MailSecurity,
    PortalConfig,
    SignInMethod,
    find_config_path,
    find_shipped_files,
    read_secret,
)
from monitor.config_errors import describe_toml_fault, format_config_fault
from monitor.db.database import Database
from monitor.domain.errors import CannotWriteError, InputError, UnavailableError
from monitor.domain.health import HealthResult
from monitor.domain.vocabulary import HealthLevel
from monitor.services.health import send_test_email
from scrapers.http.ssrf_guard import normalize_origin

INTRODUCTION = """\
These questions set up a district. Enter accepts the value in [brackets]. Nothing is written before
the last answer; Ctrl-C stops."""
# Those that have an option: with all of them, nothing is asked.
OPTIONS = ("name", "domains", "zone", "contact")
# An answer that no one is asked for: where the state folder is.
STATE = "state"
# What in the sample of a file of answers is in no domain for examples, and yet no one's own.
SAMPLE_KEYS = frozenset({"name", "client"})
# For a sign-in by a proxy: anyone on the machine can reach a port, and forge a header.
SOCKET = "unix:/run/namesake-portal/pages.sock"
MIN_REVIEWERS = 2
# What was for this conversation only.
UNWRITTEN = frozenset({"mail_test"})


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswers:
    """What was answered beforehand, by options or by a file: then `path` and `text` are its own.

    `faults` are the mistakes in the file, as they are found; `spoiled` are the keys whose values
    cannot be read, and one that is misspelled.
    """

    answers: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None
    text: str = ""
    faults: list[str] = field(default_factory=list)
    spoiled: frozenset[str] = frozenset()

    @property
    def is_complete(self) -> bool:
        return self.path is not None or all(key in self.answers for key in OPTIONS)

    def parse_answer(self, question: SetupQuestion, answers: Answers) -> str:
        try:
            return question.parse(self.answers[question.key], answers)
        except click.BadParameter as error:
            if self.path is None:
                raise
            raise self.build_error(question.key, f"cannot be used. {error.message}") from error

    def note_fault(self, error: InputError) -> None:
        """Go on after a mistake in a file, to report it with all others; an option has but one."""
        if self.path is None:
            raise error
        self.faults.append(str(error))

    def raise_faults(self) -> None:
        """Raise one error for all mistakes in the file, if there are any."""
        if len(self.faults) == 1:
            raise InputError(self.faults[0])
        if self.faults:
            lines = (each.removeprefix(f"{self.path}").lstrip(":, ") for each in self.faults)
            title = f"{self.path} has {len(self.faults)} mistakes. Nothing was written."
            raise InputError("\n".join((title, *(f"  {line}" for line in lines))))

    def build_error(self, key: str, what: str) -> InputError:
        fault = f"{what.rstrip('.')} - at `$.{key}`"
        return InputError(format_config_fault(self.path or Path(), self.text, fault, AnswersFile))


@click.command()
@click.option(
    "--answers",
    "path",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Ask nothing, and take all answers from this copy of systemd/answers.toml.",
)
@click.option("--name", help="Name of the district.")
@click.option("--domain", "domains", multiple=True, help="Domain of staff email addresses.")
@click.option("--zone", help="Its time zone, such as America/Chicago.")
@click.option("--contact", help="Email address of the contact person.")
@click.option(
    "--search",
    help="Search engine: brave, the address of your own SearXNG, feeds, or none (default).",
)
@pass_cli_context
def init(
    context: CliContext, /, path: Path | None, domains: tuple[str, ...], **given: str | None
) -> int:
    """Set up a district: ask, write its files, start it, and say what is left to do.

    Writes the configuration, secrets, systemd units and samples for a reverse proxy. With a name,
    domain, zone and contact as options, asks nothing and sets up without a mail server. Never
    changes an existing configuration, and writes beside it only what is missing.
    """
    options = {key: text for key, text in given.items() if text is not None}
    if domains:
        options["domains"] = ", ".join(domains)
    if path and options:
        reason = "--answers holds all answers: pass no other option with it."
        raise click.UsageError(reason)
    beforehand = _read_answers_file(path) if path else GivenAnswers(answers=options)
    if context.config_path.exists():
        return _complete_setup(context, beforehand)
    try:
        answers, secrets = _answer_questions(context, beforehand)
        if not beforehand.is_complete:
            _confirm_answers(context.config_path, answers)
    except click.Abort:
        click.echo("namesake: Stopped. Nothing was written.", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    return _set_up(context, answers, secrets)


def _confirm_answers(path: Path, answers: Answers) -> None:
    """Show all answers once more before anything is written. Raises click.Abort for a no."""
    output = Output(answers["zone"])
    click.echo("\nYour answers")
    for key, question in QUESTIONS.items():
        if question.applies(answers) and key not in UNWRITTEN:
            shown = answers[key] or NONE
            if question.secret:
                shown = "typed, and not shown" if answers[key] else "to be stored later"
            output.print_line(f"  {question.prompt.partition(' (')[0]}: {shown}")
    click.echo(f"\nThey go into {path}, which you can edit at any time.")
    if not click.confirm("Write it?", default=True):
        raise click.Abort


def _set_up(context: CliContext, answers: Answers, secrets: Mapping[str, str]) -> int:
    path = context.config_path
    try:
        write_new_file(path, build_config_text(answers))
    except CannotWriteError as error:
        reason = f"{error} Choose another path with --config."
        raise CannotWriteError(reason) from error
    click.echo("")
    context.output.print_line(f"Wrote {path}.")
    for name, secret in secrets.items():
        _store_secret(context, name, secret)
    Database.create_or_open_folder(context.config.state).close()
    _write_missing_files(context)
    trouble = start_units(setup_files.HOST) if answers["start"] == YES else ""
    started = answers["start"] == YES and not trouble
    _print_health(context, started=started)
    _print_next_steps(context, list_next_steps(context, answers, started=started))
    return _end(context, trouble)


def _complete_setup(context: CliContext, beforehand: GivenAnswers) -> int:
    """Leave the configuration as it is, and write what is missing beside it."""
    context.output.print_line(f"{context.config_path} already exists. It was not changed.")
    answers, secrets = {"start": NO}, beforehand.secrets
    if beforehand.path:
        answers, secrets = _answer_questions(context, beforehand)
    for name, secret in secrets.items():
        if not find_secret(name, context.config_path, setup_files.HOST):
            _store_secret(context, name, secret)
    Database.create_or_open_folder(context.config.state).close()
    missing = [each.path for each in _list_missing_files(context)]
    if missing and setup_files.HOST.runs_units_of(context.config_path):
        context.output.print_line(f"Missing: {', '.join(map(str, missing))}.")
        if beforehand.path or (
            setup_files.HOST.is_at_terminal() and click.confirm("Write them?", default=True)
        ):
            _write_missing_files(context)
        else:
            context.output.print_line("They were not written.")
    return _end(context, start_units(setup_files.HOST) if answers["start"] == YES else "")


def _store_secret(context: CliContext, name: str, secret: str) -> None:
    before = find_secret(name, context.config_path, setup_files.HOST)
    stored = store_secret(name, secret, context.config_path, setup_files.HOST)
    verb = "Replaced" if before else "Stored"
    context.output.print_line(f"{verb} the secret {name} in {stored}.")


def _end(context: CliContext, trouble: str) -> int:
    if trouble:
        context.output.print_line(f"The service was not started: {trouble}")
    context.output.print_line(
        f"Ready: configuration {context.config_path}, state {context.config.state}."
    )
    return UnavailableError.exit_code if trouble else 0


def _list_missing_files(context: CliContext) -> list[PlannedFile]:
    planned = plan_files(context.config, context.config_path, setup_files.HOST)
    return [each for each in planned if not each.path.exists()]


def _write_missing_files(context: CliContext) -> None:
    for each in _list_missing_files(context):
        write_new_file(each.path, each.text)
        context.output.print_line(f"Wrote {each.path}.")


def _read_answers_file(path: Path) -> GivenAnswers:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = f"{path} cannot be read ({error}). Make it a readable UTF-8 file."
        raise InputError(reason) from error
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = f"{path} is not valid TOML: {describe_toml_fault(str(error))}"
        raise InputError(reason) from error
    usable, faults = dict[str, object](), list[str]()
    for key, value in written.items():
        try:
            convert({key: value}, AnswersFile)
        except ValidationError as error:
            faults.append(format_config_fault(path, text, str(error), AnswersFile))
        else:
            usable[key] = value
    answers = convert(usable, AnswersFile)
    told = {
        key: _spell_answer(value)
        for key, value in structs.asdict(answers).items()
        if value is not UNSET and key != "secrets"
    }
    spoiled = frozenset(written.keys() - usable.keys())
    beforehand = GivenAnswers(answers=told, path=path, text=text, faults=faults, spoiled=spoiled)
    return replace(beforehand, secrets=_read_secret_files(beforehand, answers.secrets))


def _read_secret_files(beforehand: GivenAnswers, files: Mapping[str, str]) -> dict[str, str]:
    secrets, folder = dict[str, str](), (beforehand.path or Path()).parent
    for name, file in files.items():
        try:
            secrets[name] = _read_secret_file(beforehand, name, folder / file)
        except InputError as error:
            beforehand.note_fault(error)
    return secrets


def _spell_answer(value: object) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _read_secret_file(beforehand: GivenAnswers, name: str, file: Path) -> str:
    known, key = list_secret_names(), f"secrets.{name}"
    if name not in known:
        close = get_close_matches(name, known, n=1)
        hint = f"the nearest is {close[0]}" if close else f"known are {', '.join(sorted(known))}"
        raise beforehand.build_error(key, f"is no secret of Namesake: {hint}")
    try:
        secret = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        secret = ""
    if not secret:
        what = f"must name a readable file that holds the secret, unlike {file}"
        raise beforehand.build_error(key, what)
    return secret


def _answer_questions(
    context: CliContext, beforehand: GivenAnswers
) -> tuple[Answers, dict[str, str]]:
    """Return all answers, and the secrets among them by name. Asks only what is not given."""
    for key in beforehand.answers if beforehand.path is None else ():
        beforehand.parse_answer(QUESTIONS[key], {})
    asks = not beforehand.is_complete
    if asks:
        click.echo(INTRODUCTION)
    runs_units = setup_files.HOST.runs_units_of(context.config_path)
    answers = {UNIT_DATA: str(setup_files.HOST.root / STATE_FOLDER.parent) if runs_units else ""}
    answers[STATE] = _choose_state(context.config_path)
    for title, questions in SECTIONS.items():
        if asks and any(question.applies(answers) for question in questions[:1]):
            click.echo(f"\n{title}")
        _answer_section(context, questions, beforehand, answers)
        if asks and title == "Mail":
            _test_mail(context, beforehand, answers)
    beforehand.raise_faults()
    if not asks and not context.config_path.exists():
        _test_mail(context, beforehand, answers)
    secrets = {
        key: answers[key] for key, question in QUESTIONS.items() if question.secret and answers[key]
    }
    return answers, {**secrets, **beforehand.secrets}


def _choose_state(path: Path) -> str:
    return (
        str(setup_files.HOST.root / STATE_FOLDER)
        if setup_files.HOST.is_service_config(path)
        else "state"
    )


def _answer_section(
    context: CliContext,
    questions: Sequence[SetupQuestion],
    beforehand: GivenAnswers,
    answers: Answers,
) -> None:
    """Answer each question that applies; in a file, go on after a mistake.

    After one, whether the others of its section are missing or of no use cannot be said.
    """
    before = dict(answers)
    keys = {question.key for question in questions}
    is_doubtful = any(key in keys or key not in QUESTIONS for key in beforehand.spoiled)
    for question in questions:
        answers[question.key] = ""
        is_given = beforehand.answers.get(question.key, NO) != NO
        try:
            if question.applies(answers):
                answers[question.key] = _answer_question(
                    context, question, beforehand, answers, before
                )
                _note_example_value(question.key, beforehand)
            elif is_given:
                raise beforehand.build_error(question.key, question.when_unused)
        except InputError as error:
            if not is_doubtful or (is_given and question.applies(answers)):
                beforehand.note_fault(error)
            answers[question.key], is_doubtful = question.stand_in, True


def _note_example_value(key: str, beforehand: GivenAnswers) -> None:
    """Note what a file has taken over from the sample: it would send emails that lead nowhere."""
    given = beforehand.answers.get(key, "")
    if beforehand.path is None or not given:
        return
    sample = tomllib.loads((find_shipped_files() / "answers.toml").read_text("utf-8"))
    untouched = key in SAMPLE_KEYS and given == _spell_answer(sample[key])
    if untouched or (RESERVED_DOMAIN.search(given) and re.search(r"[@.]", given)):
        what = "is still that of the example: replace it"
        beforehand.note_fault(beforehand.build_error(key, what))


def _answer_question(
    context: CliContext,
    question: SetupQuestion,
    beforehand: GivenAnswers,
    answers: Answers,
    before: Answers,
) -> str:
    if question.secret:
        known = beforehand.secrets.get(question.key)
        known = known or read_secret(question.key, context.environment.variables)
        if known or beforehand.is_complete:
            return known
    if question.key in beforehand.answers:
        return beforehand.parse_answer(question, answers)
    if not beforehand.is_complete:
        return question.ask(answers, before)
    default = question.unattended or question.find_default(answers)
    if default is None:
        missing = f"Object missing required field `{question.key}` - at `$`"
        path = beforehand.path or Path()
        raise InputError(format_config_fault(path, beforehand.text, missing, AnswersFile))
    return question.parse(default, answers)


def _test_mail(context: CliContext, beforehand: GivenAnswers, answers: Answers) -> None:
    """Send a test email if that was the answer; after a failure, ask again about mail."""
    while answers["mail_test"] == YES:
        result = _send_test(context, answers)
        if result.level is HealthLevel.OK:
            click.echo(result.message)
            return
        if beforehand.is_complete:
            reason = f"{result.message} Nothing was written."
            raise UnavailableError(reason)
        click.echo(result.message)
        if not click.confirm("Answer the questions about mail again?", default=True):
            return
        _answer_section(context, SECTIONS["Mail"], beforehand, answers)


def _send_test(context: CliContext, answers: Answers) -> HealthResult:
    secret = spell_as_variables({"smtp-password": answers["smtp-password"]})
    variables = {**context.environment.variables, **secret}
    environment = replace(context.environment, variables=variables)
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
    transport = build_smtp_transport(config, environment)
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
        **{f"district.{key}": answers[key] for key in ("name", "zone", "contact")},
        **{
            f"district.{key}": split_list(answers[key])
            for key in ("domains", "places", "reviewers", "operators")
        },
        **dict(_list_mail_values(answers)),
        **dict(_list_portal_values(answers)),
        "sources.searxng.url": answers["search"],
        "sources.searxng.allow_private": (normalize_origin(answers["search"]) or "",),
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
    if choice is SignInChoice.LINK:
        return
    if choice is SignInChoice.HEADER:
        yield "portal.sign_in", SignInMethod.HEADER.value
        yield "portal.listen", SOCKET
        yield "portal.header", answers["header"]
        return
    yield "portal.sign_in", SignInMethod.OIDC.value
    yield "portal.provider", PROVIDERS.get(choice, PortalConfig().provider)
    yield "portal.issuer", answers["issuer"] or ISSUERS[choice].format_map(answers)
    yield "portal.client", answers["client"]


def _print_health(context: CliContext, *, started: bool) -> None:
    checked = [each for each in run_checks(context) if started or each.what != "service"]
    troubles = [each for each in checked if each.level is not HealthLevel.OK]
    good = f"{len(checked) - len(troubles)} of {len(checked)} checks passed"
    click.echo(f"\n`namesake doctor`: {good}.{' The others:' if troubles else ''}")
    for each in troubles:
        context.output.print_line(f"  {each.what}: {each.message} {each.remedy}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What is left to do, and the commands that do it; several are alternatives or a sequence."""

    text: str
    commands: tuple[str, ...] = ()


def list_next_steps(context: CliContext, answers: Answers, *, started: bool) -> Iterator[NextStep]:
    yield from _list_config_steps(context, answers)
    yield from _list_secret_steps(context, answers, started=started)
    yield from _list_start_steps(context, answers, started=started)
    yield from _list_people_steps(context, answers)
    if answers["backup_keys"]:
        yield NextStep(
            text=(
                f"Let one machine fetch {answers['backup_folder']}, and another one "
                f"{answers['backup_keys']}, every night: see docs/backup.md."
            )
        )


def _list_config_steps(context: CliContext, answers: Answers) -> Iterator[NextStep]:
    if len(split_list(answers["reviewers"])) < MIN_REVIEWERS:
        text = f"Name two reviewers in {context.config_path}, once you know who they are."
        yield NextStep(text=text)
    if not answers["mail_host"]:
        text = (
            f"Set a mail server under [mail] in {context.config_path}. No one can be invited yet."
        )
        yield NextStep(text=text)
    if answers["client"]:
        address = context.config.portal.redirect_address
        yield NextStep(text=f"At your sign-in provider, the redirect address must be: {address}")


def _list_secret_steps(
    context: CliContext, answers: Answers, *, started: bool
) -> Iterator[NextStep]:
    path = context.config_path
    restart = ("systemctl restart namesake namesake-portal",) if started else ()
    for key, question in QUESTIONS.items():
        if (
            question.secret
            and question.applies(answers)
            and not find_secret(key, path, setup_files.HOST)
        ):
            yield NextStep(
                text=f"Store the secret {key}.",
                commands=(build_secret_command(key, path, setup_files.HOST), *restart),
            )


def _list_start_steps(
    context: CliContext, answers: Answers, *, started: bool
) -> Iterator[NextStep]:
    namesake = _spell_command(context)
    if answers[UNIT_DATA] and not started:
        yield NextStep(
            text="Start the service, the portal and nightly backups.",
            commands=(
                "systemctl daemon-reload",
                f"systemctl enable --now {' '.join(START_UNITS)}",
            ),
        )
    elif not answers[UNIT_DATA]:
        secrets = context.config_path.parent / "secrets"
        given = f"CREDENTIALS_DIRECTORY={secrets} " if secrets.is_dir() else ""
        yield NextStep(
            text="Run the service and the portal, each in a terminal of its own.",
            commands=(f"{given}{namesake} run", f"{given}{namesake} portal"),
        )
    if answers[UNIT_DATA] and context.config.portal.socket_path:
        yield _build_group_step()
    proxy = context.config_path.parent / "proxy"
    if proxy.is_dir():
        nginx = "/etc/nginx/conf.d/namesake.conf"
        yield NextStep(
            text="Let your web server pass requests on to the portal: Caddy, or nginx.",
            commands=(
                f"cat {proxy}/Caddyfile >> /etc/caddy/Caddyfile && systemctl reload caddy",
                f"ln -s {proxy}/nginx.conf {nginx} && systemctl reload nginx",
            ),
        )


def _build_group_step() -> NextStep:
    group = setup_files.HOST.find_proxy_group()
    text = "Give the portal the group of your proxy: add [Service] and Group=NAME."
    if group:
        text = (
            f"The portal's socket is open to the group {group}. If your proxy has another, set it."
        )
    return NextStep(text=text, commands=("systemctl edit namesake-portal",))


def _list_people_steps(context: CliContext, answers: Answers) -> Iterator[NextStep]:
    namesake = _spell_command(context)
    yield NextStep(text="Test the sources.", commands=(f"{namesake} sources check",))
    yield NextStep(
        text="Look yourself up first, to see what staff will get.",
        commands=('namesake me "FIRST LAST" --town TOWN --school SCHOOL',),
    )
    if not answers["mail_host"]:
        return
    yield NextStep(
        text="Invite two or three volunteers.",
        commands=(f"{namesake} staff invite EMAIL FIRST LAST",),
    )
    if answers["staff_file"]:
        invite = f"{namesake} staff import {Path(answers['staff_file']).absolute()}"
        text = "Then everyone else: look first, then invite."
        yield NextStep(text=text, commands=(f"{invite} --dry-run", invite))


def _spell_command(context: CliContext) -> str:
    if context.config_path == find_config_path({}):
        return "namesake"
    return f"namesake --config {context.config_path}"


def _print_next_steps(context: CliContext, steps: Iterator[NextStep]) -> None:
    click.echo("\nLeft to do, in this order:")
    for number, step in enumerate(steps, start=1):
        context.output.print_line(f"{number}. {step.text}")
        for command in step.commands:
            context.output.print_line(f"     {command}")
    click.echo("")
