"""`namesake init`: a conversation, or a file of answers, that ends in a running district.

Nothing is written before the last answer. What a district has already is never changed.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path

import click
from click.formatting import wrap_text
from msgspec import UNSET, ValidationError, convert, structs

from monitor.app import create_state_folder
from monitor.cli.context import CliContext, Output, pass_cli_context
from monitor.cli.doctor import run_checks, say_in_english
from monitor.cli.first_check import offer_first_check
from monitor.cli.staff import describe_import
from monitor.config.file import RESERVED_DOMAIN, describe_toml_fault, format_config_fault
from monitor.config.sections import find_shipped_files, read_secret
from monitor.domain.errors import INTERRUPTED_EXIT_CODE, InputError, UnavailableError
from monitor.domain.vocabulary import HealthLevel
from monitor.people_files import SizeCheck
from monitor.services import setup_files
from monitor.services.setup import (
    NextStep,
    SetupPlace,
    keep_secret,
    list_missing_files,
    list_missing_secrets,
    list_next_steps,
    send_setup_test,
    write_district,
    write_missing_files,
)
from monitor.services.setup_files import find_secret, list_secret_names, start_units
from monitor.services.setup_questions import (
    NO,
    QUESTIONS,
    SECTIONS,
    YES,
    Answers,
    AnswersFile,
    SetupQuestion,
    list_secrets,
    list_summary,
)
from monitor.services.staff_import import import_staff, read_staff_file
from reports.wording import render_told

INTRODUCTION = """\
These questions set up a district. Enter accepts the value in [brackets]. Nothing is written before
the last answer; Ctrl-C stops."""
WIDTH, INDENT = 100, "  "
# Those that have an option: with all of them, nothing is asked.
OPTIONS = ("name", "domains", "zone", "contact")
# What in the sample of a file of answers is in no domain for examples, and yet no one's own.
SAMPLE_KEYS = frozenset({"name", "client"})


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswers:
    """What was answered beforehand, by options or by a file: then `path` and `text` are its own.

    `faults` are the mistakes in the file, as they are found. `doubtful` are the keys without an
    answer that can be relied on: it is wrong, cannot be read, or its key is most likely misspelled.
    """

    answers: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None
    text: str = ""
    faults: list[str] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)

    @property
    def is_complete(self) -> bool:
        return self.path is not None or all(key in self.answers for key in OPTIONS)

    def parse_answer(self, question: SetupQuestion, answers: Answers) -> str:
        try:
            return question.parse(self.answers[question.key], answers)
        except InputError as error:
            if self.path is None:
                raise click.BadParameter(str(error)) from error
            raise self.build_error(question.key, f"cannot be used. {error}") from error

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
            lines = (fault.removeprefix(f"{self.path}").lstrip(":, ") for fault in self.faults)
            title = f"{self.path} has {len(self.faults)} mistakes. Nothing was written."
            raise InputError("\n".join((title, *(f"  {line}" for line in lines))))

    def build_error(self, key: str, what: str) -> InputError:
        fault = f"{what.rstrip('.')} - at `$.{key}`"
        return InputError(format_config_fault(self.path or Path(), self.text, fault, AnswersFile))


class WatchedAnswers(Answers):
    """Answers that note which of them a question depends on."""

    def __init__(self, answers: Answers) -> None:
        super().__init__(answers)
        self.read_keys = set[str]()

    def __getitem__(self, key: str) -> str:
        self.read_keys.add(key)
        return super().__getitem__(key)


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
    changes an existing configuration, and adds only the files that are missing. Its last step lets
    you join as the first one, and see your own digest.
    """
    options = {key: text for key, text in given.items() if text is not None}
    if domains:
        options["domains"] = ", ".join(domains)
    if path and options:
        reason = "--answers holds all answers: pass no other option with it."
        raise click.UsageError(reason)
    beforehand = _read_answers_file(path) if path else GivenAnswers(answers=options)
    if context.config_path.exists():
        code = _complete_setup(context, beforehand)
    else:
        try:
            answers, secrets = _answer_questions(context, beforehand)
            if not beforehand.is_complete:
                _confirm_answers(context.config_path, answers)
        except click.Abort:
            click.echo("namesake: Stopped. Nothing was written.", err=True)
            raise click.exceptions.Exit(INTERRUPTED_EXIT_CODE) from None
        code = _set_up(context, answers, secrets)
    if not beforehand.is_complete and setup_files.HOST.is_at_terminal():
        offer_first_check(context)
    return code


def _confirm_answers(path: Path, answers: Answers) -> None:
    """Show all answers once more before anything is written. Raises click.Abort for a no."""
    output = Output(answers["zone"])
    click.echo("\nYour answers")
    for question, answer in list_summary(answers):
        output.print_line(f"  {question.prompt.partition(' (')[0]}: {answer}")
    click.echo(f"\nThey go into {path}, which you can edit at any time.")
    if not click.confirm("Write it?", default=True):
        raise click.Abort


def _set_up(context: CliContext, answers: Answers, secrets: Mapping[str, str]) -> int:
    """Write a new district, start it if that was the answer, and look how it does."""
    place = _find_place(context)
    for sentence in write_district(place, answers, secrets):
        context.output.print_line(sentence)
    staff_file = answers["staff_file"]
    if answers["invite_staff"] == YES:
        for sentence in _invite_staff(context, Path(staff_file)):
            context.output.print_line(sentence)
        staff_file = ""
    trouble = start_units(place.host) if answers["start"] == YES else ""
    started = answers["start"] == YES and not trouble
    checks = [check for check in run_checks(context) if started or check.what != "service"]
    failures = [check for check in checks if check.level is not HealthLevel.OK]
    passed = f"{len(checks) - len(failures)} of {len(checks)} checks passed."
    click.echo(f"\n`namesake doctor`: {passed}{' The others:' if failures else ''}")
    for failure in map(say_in_english, failures):
        context.output.print_line(f"  {failure.what}: {failure.message} {failure.remedy}")
    steps = list_next_steps(place, context.config, staff_file=staff_file, started=started)
    return _end_setup(context, steps, trouble)


def _invite_staff(context: CliContext, path: Path) -> Iterator[str]:
    district, student_unit = context.config.district, context.config.staff.student_unit
    with context.open_app() as app:
        staff = read_staff_file(path, district.domains, student_unit)
        report = import_staff(app, staff, SizeCheck.LIKE_THE_LAST)
    yield from describe_import(report, district.zone, dry_run=False)


def _find_place(context: CliContext) -> SetupPlace:
    return SetupPlace(config_path=context.config_path, host=setup_files.HOST)


def _complete_setup(context: CliContext, beforehand: GivenAnswers) -> int:
    """Leave the configuration as it is, and add the files that are missing."""
    place = _find_place(context)
    context.output.print_line(f"{context.config_path} already exists. It was not changed.")
    answers, secrets = {"start": NO, "staff_file": ""}, beforehand.secrets
    if beforehand.path:
        answers, secrets = _answer_questions(context, beforehand)
    elif place.host.is_at_terminal():
        secrets = _ask_for_secrets(context, place)
    for name, secret in secrets.items():
        if not find_secret(name, context.config_path, place.host):
            context.output.print_line(keep_secret(place, name, secret))
    create_state_folder(context.config)
    _offer_missing_files(context, place, asks=beforehand.path is None)
    trouble = start_units(place.host) if answers["start"] == YES else ""
    started = place.runs_units and place.host.is_service_running()
    steps = list_next_steps(
        place, context.config, staff_file=answers["staff_file"], started=started
    )
    return _end_setup(context, steps, trouble)


def _ask_for_secrets(context: CliContext, place: SetupPlace) -> dict[str, str]:
    given: dict[str, str] = {}
    for name in list_missing_secrets(place, context.config):
        prompt = f"The secret {name} is missing (not shown; leave it empty to set it later)"
        given[name] = click.prompt(prompt, default="", hide_input=True, show_default=False).strip()
    return {name: secret for name, secret in given.items() if secret}


def _offer_missing_files(context: CliContext, place: SetupPlace, *, asks: bool) -> None:
    missing = [file.path for file in list_missing_files(place, context.config)]
    if not missing or not place.runs_units:
        return
    context.output.print_line(f"Missing: {', '.join(map(str, missing))}.")
    if asks and not (place.host.is_at_terminal() and click.confirm("Write them?", default=True)):
        context.output.print_line("They were not written.")
        return
    for sentence in write_missing_files(place, context.config):
        context.output.print_line(sentence)


def _end_setup(context: CliContext, steps: Iterable[NextStep], trouble: str) -> int:
    """Say what is left to do, and why the service was not started, if that is so."""
    click.echo("\nLeft to do, in this order:")
    for number, step in enumerate(steps, start=1):
        context.output.print_line(f"{number}. {render_told(step.text)}")
        for command in step.commands:
            context.output.print_line(f"     {command}")
    click.echo("")
    if trouble:
        context.output.print_line(f"The service was not started: {trouble}")
    context.output.print_line(
        f"Ready: configuration {context.config_path}, state {context.config.state}."
    )
    return UnavailableError.exit_code if trouble else 0


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
    given = {
        key: _spell_answer(value)
        for key, value in structs.asdict(answers).items()
        if value is not UNSET and key != "secrets"
    }
    spoiled = written.keys() - usable.keys()
    doubtful = {
        near for key in spoiled for near in get_close_matches(key, QUESTIONS, n=1, cutoff=0.7)
    }
    beforehand = GivenAnswers(answers=given, path=path, text=text, faults=faults, doubtful=doubtful)
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
    answers = _find_place(context).begin_answers()
    for title, questions in SECTIONS.items():
        if asks and any(question.applies(answers) for question in questions[:1]):
            click.echo(f"\n{title}")
        _answer_section(context, questions, beforehand, answers)
        if asks and title == "Mail":
            _test_mail(context, beforehand, answers)
    beforehand.raise_faults()
    if not asks:
        _test_mail(context, beforehand, answers)
    return answers, {**beforehand.secrets, **list_secrets(answers)}


def _answer_section(
    context: CliContext,
    questions: Sequence[SetupQuestion],
    beforehand: GivenAnswers,
    answers: Answers,
) -> None:
    """Answer each question that applies; in a file, go on after a mistake.

    Nothing is said of an answer that depends on a doubtful one.
    """
    before = dict(answers)
    for question in questions:
        answers[question.key] = ""
        watched = WatchedAnswers(answers)
        is_given = beforehand.answers.get(question.key, NO) != NO
        try:
            if question.applies(watched):
                answers[question.key] = _answer_question(
                    context, question, beforehand, watched, before
                )
                _note_example_value(question.key, beforehand)
            elif is_given:
                raise beforehand.build_error(question.key, question.when_unused)
        except InputError as error:
            if beforehand.doubtful.isdisjoint({question.key, *watched.read_keys}):
                beforehand.note_fault(error)
            answers[question.key] = question.stand_in
            beforehand.doubtful.add(question.key)


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
        if known:
            try:
                return question.parse(known, answers)
            except InputError as error:
                key = f"secrets.{question.key}"
                raise beforehand.build_error(key, f"cannot be used. {error}") from error
        if beforehand.is_complete:
            return ""
    if question.key in beforehand.answers:
        return beforehand.parse_answer(question, answers)
    if not beforehand.is_complete:
        return _ask(question, answers, before)
    default = question.unattended or question.find_default(answers)
    if default is None:
        missing = f"Object missing required field `{question.key}` - at `$`"
        path = beforehand.path or Path()
        raise InputError(format_config_fault(path, beforehand.text, missing, AnswersFile))
    return question.parse(default, answers)


def _ask(question: SetupQuestion, answers: Answers, before: Answers) -> str:
    """Ask until the answer can be used; what was typed `before` is offered again."""
    default = question.find_default(answers)
    if before.get(question.key) and before[question.key] != question.find_default(before):
        default = before[question.key]

    def parse(text: str) -> str:
        try:
            return question.parse(text, answers)
        except InputError as error:
            raise click.BadParameter(str(error)) from error

    click.echo("")
    for line in question.explain(answers).splitlines():
        click.echo(wrap_text(line, WIDTH, INDENT, INDENT))
    if question.copied:
        click.echo(f"{INDENT}{question.copied.format_map(answers)}")
    answer: str = click.prompt(
        question.spell_prompt(),
        default=default,
        value_proc=parse,
        hide_input=question.secret,
        show_default=not question.secret,
    )
    return answer


def _test_mail(context: CliContext, beforehand: GivenAnswers, answers: Answers) -> None:
    """Send a test email if that was the answer; after a failure, ask again about mail."""
    while answers["mail_test"] == YES:
        result = send_setup_test(context.environment, answers)
        if result.level is HealthLevel.OK:
            click.echo(render_told(result.message))
            return
        if beforehand.is_complete:
            reason = f"{render_told(result.message)} Nothing was written."
            raise UnavailableError(reason)
        click.echo(render_told(result.message))
        if not click.confirm("Answer the questions about mail again?", default=True):
            return
        _answer_section(context, SECTIONS["Mail"], beforehand, answers)
