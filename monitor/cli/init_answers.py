"""The answers of `namesake init`: a file of them, options, or a conversation.

A conversation keeps each answer at once in a draft beside the configuration, and never a secret, so
that whoever was stopped goes on where they were. A file is judged whole: all its mistakes are told.
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from email.utils import parseaddr
from pathlib import Path

import click
from click.formatting import wrap_text
from msgspec import UNSET, DecodeError, ValidationError, convert, json, structs

from monitor.app import Environment
from monitor.cli.context import Output
from monitor.cli.staff import describe_unusable, print_staff_groups
from monitor.config.fault_messages import describe_toml_fault, format_config_fault, list_mistakes
from monitor.config.file import RESERVED_DOMAIN
from monitor.config.sections import find_shipped_files, read_secret
from monitor.db.atomic_files import PRIVATE_MODE
from monitor.domain.errors import CannotWriteError, InputError, UnavailableError
from monitor.domain.reason import Plain, Reason
from monitor.domain.vocabulary import HealthLevel
from monitor.services.setup import send_setup_test
from monitor.services.setup_files import list_secret_names, write_new_file
from monitor.services.setup_questions import (
    NO,
    NONE,
    PATH_KEYS,
    QUESTIONS,
    SECTIONS,
    YES,
    Answers,
    AnswersFile,
    SetupQuestion,
    list_summary,
    name_mail_preset,
    split_list,
)
from monitor.services.staff_import import read_staff_file
from reports.reason_rendering import render_in_english, render_told

INTRODUCTION = """\
These questions set up a district. Enter accepts the value in [brackets]. Until the last one, only
your answers are saved. Ctrl-C stops, and the next run continues from there."""
WIDTH, INDENT = 100, "  "
# Those that have an option: with all of them, nothing is asked.
OPTIONS = ("name", "domains", "zone", "contact")
# What in the sample of a file of answers is in no domain for examples, and yet no one's own.
SAMPLE_KEYS = frozenset({"name", "client"})
# What is asked again of who wants to change the answers about mail.
ACCOUNT_KEYS = frozenset({"mail_host", "mail_security", "mail_port", "mail_user", "smtp-password"})


@dataclass(kw_only=True)
class GivenAnswers:
    """What is answered already: by options, in a conversation, or by a file: `path` and `text`.

    `faults` are the mistakes in the file, as they are found. `doubtful` are the keys without an
    answer that can be relied on: it is wrong, cannot be read, or its key is most likely misspelled.
    """

    answers: Answers
    secrets: dict[str, str] = field(default_factory=dict)
    path: Path | None = None
    text: str = ""
    secret_files: list[Path] = field(default_factory=list)
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
        if self.faults:
            then = " Nothing was written."
            raise InputError(list_mistakes(self.path or Path(), tuple(self.faults), then))

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


def read_answers_file(path: Path) -> GivenAnswers:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = f"{path} cannot be read ({error}). Make it a readable UTF-8 file."
        raise InputError(reason) from error
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is not valid TOML: {describe_toml_fault(str(error))}") from error
    usable, faults = dict[str, object](), list[str]()
    for key, value in written.items():
        try:
            convert({key: value}, AnswersFile)
        except ValidationError as error:
            faults.append(format_config_fault(path, text, str(error), AnswersFile))
        else:
            usable[key] = value
    values = structs.asdict(convert(usable, AnswersFile))
    files: dict[str, str] = values.pop("secrets")
    given = {key: _spell_answer(value) for key, value in values.items() if value is not UNSET}
    for key in PATH_KEYS:
        if given.get(key, NONE).lower() != NONE:
            given[key] = str(path.parent.absolute() / given[key])
    spoiled = written.keys() - usable.keys()
    doubtful = {
        near for key in spoiled for near in get_close_matches(key, QUESTIONS, n=1, cutoff=0.7)
    }
    beforehand = GivenAnswers(answers=given, path=path, text=text, faults=faults, doubtful=doubtful)
    for name, file in files.items():
        try:
            beforehand.secrets[name] = _read_secret_file(beforehand, name, path.parent / file)
        except InputError as error:
            beforehand.note_fault(error)
    return beforehand


def _spell_answer(value: object) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    return ", ".join(value) if isinstance(value, tuple | list) else str(value)


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
    beforehand.secret_files.append(file)
    return secret


def take_given_answers(given: GivenAnswers, answers: Answers, environment: Environment) -> Answers:
    """Answer every question by a file or options, or by its default. Raises for its mistakes.

    Nothing is said of an answer that depends on a doubtful one.
    """
    for key in given.answers if given.path is None else ():
        given.parse_answer(QUESTIONS[key], {})
    for question in QUESTIONS.values():
        answers[question.key] = ""
        watched = WatchedAnswers(answers)
        try:
            if question.applies(watched):
                answers[question.key] = _take_answer(given, question, watched, environment)
                _note_example_value(question.key, given)
            elif given.answers.get(question.key, NO).lower() not in {NO, NONE}:
                raise given.build_error(question.key, question.when_unused)
        except InputError as error:
            if given.doubtful.isdisjoint({question.key, *watched.read_keys}):
                given.note_fault(error)
            answers[question.key] = question.stand_in
            given.doubtful.add(question.key)
    given.raise_faults()
    if answers["mail_test"] == YES:
        tested = send_setup_test(environment, answers)
        if tested.level is not HealthLevel.OK:
            raise UnavailableError(f"{render_told(tested.message)} Nothing was written.")
        click.echo(render_told(tested.message))
    return answers


def _take_answer(
    given: GivenAnswers, question: SetupQuestion, answers: Answers, environment: Environment
) -> str:
    if question.secret:
        known = given.secrets.get(question.key)
        known = known or read_secret(question.key, environment.variables)
        try:
            return question.parse(known, answers) if known else ""
        except InputError as error:
            key = f"secrets.{question.key}"
            raise given.build_error(key, f"cannot be used. {error}") from error
    if question.key in given.answers:
        return given.parse_answer(question, answers)
    default = question.unattended or question.find_default(answers)
    if default is None:
        missing = f"Object missing required field `{question.key}` - at `$`"
        path = given.path or Path()
        raise InputError(format_config_fault(path, given.text, missing, AnswersFile))
    return question.parse(default, answers)


def _note_example_value(key: str, beforehand: GivenAnswers) -> None:
    """Note what a file has taken over from the sample: it would send emails that lead nowhere."""
    given = beforehand.answers.get(key, "")
    if beforehand.path is None or not given:
        return
    sample = tomllib.loads((find_shipped_files() / "answers.toml").read_text("utf-8"))
    untouched = key in SAMPLE_KEYS and given == _spell_answer(sample[key])
    reserved = RESERVED_DOMAIN.search(given) if re.search(r"[@.]", given) else None
    if untouched or reserved:
        what = "is still that of the example: replace it"
        if reserved and given != _spell_answer(sample.get(key, "")):
            name = f"{'' if '.' in reserved[0] else '.'}{reserved[0]}"
            what = f"is no address of yours: `{name}` is reserved for examples. Replace it"
        beforehand.note_fault(beforehand.build_error(key, what))


def find_draft(config_path: Path) -> Path:
    return config_path.with_name(f"{config_path.name}.answers")


@dataclass(kw_only=True)
class Conversation:
    """Asks what has no answer yet, and shows all answers at the end, where each can be changed.

    `given` grows with each answer; `start` is what no one is asked for; `config_path` is where all
    of it goes in the end.
    """

    environment: Environment
    config_path: Path
    given: GivenAnswers
    start: Answers
    answers: Answers = field(default_factory=dict)
    _tested: tuple[str, ...] = ()

    @property
    def draft(self) -> Path:
        return find_draft(self.config_path)

    def answer_all(self) -> Answers:
        """Return all answers once the person wants them written. Raises click.Abort for a no."""
        click.echo(INTRODUCTION)
        self._take_up_draft()
        key = ""
        while True:
            # What is given stands, except for what is to be changed.
            self.answers = dict(self.start)
            for title, questions in SECTIONS.items():
                self._answer_section(title, questions, {key})
                if title == "Mail":
                    self._test_mail(questions)
            key = self._confirm()
            if not key:
                return self.answers

    def _take_up_draft(self) -> None:
        try:
            kept = json.decode(self.draft.read_bytes(), type=dict[str, str])
        except (OSError, DecodeError):
            return
        if click.confirm("\nContinue with your answers from last time?", default=True):
            known = {key: text for key, text in kept.items() if key in QUESTIONS}
            self.given.answers = {**known, **self.given.answers}

    def _keep(self, key: str, answer: str) -> None:
        self.given.answers[key] = answer
        try:
            write_new_file(self.draft, json.encode(self.given.answers).decode(), PRIVATE_MODE)
        except CannotWriteError as error:
            raise CannotWriteError(f"{error} Choose another path with --config.") from error

    def _answer_section(
        self, title: str, questions: Sequence[SetupQuestion], again: Collection[str]
    ) -> None:
        titles = iter((f"\n{title}",))
        for question in questions:
            self.answers[question.key] = ""
            if question.applies(self.answers):
                self.answers[question.key] = self._answer(question, titles, again)

    def _answer(
        self, question: SetupQuestion, titles: Iterator[str], again: Collection[str]
    ) -> str:
        key, known = question.key, question.find_default(self.answers)
        if question.secret:
            given = self.given.secrets.get(key) or read_secret(key, self.environment.variables)
            has_answer = bool(given) or key in self.given.secrets
        else:
            given = self.given.answers.get(key, known or "")
            has_answer = key in self.given.answers or not question.is_asked(self.answers)
        if has_answer and key not in again:
            try:
                return question.parse(given, self.answers)
            except InputError as error:
                click.echo(f"Error: {error}")
        if key in self.given.answers and not question.secret:
            known = self.given.answers[key] or known
        for title in titles:
            click.echo(title)
        answer = _ask(question, self.answers, known)
        if question.secret:
            self.given.secrets[key] = answer
        else:
            self._keep(key, answer)
        self._show_consequence(key, answer)
        return answer

    def _show_consequence(self, key: str, answer: str) -> None:
        """Say at once what an answer brings that the person may not want."""
        if key == "search" and answer == NONE:
            warn(Reason("health.search.none"))
        if key == "staff_file" and answer:
            file = read_staff_file(Path(answer), split_list(self.answers["domains"]))
            output = Output(self.answers["zone"])
            print_staff_groups(output, file)
            for sentence in describe_unusable(file.unusable):
                output.print_line(sentence)
        if key == "mail_host" and (preset := name_mail_preset(answer)):
            click.echo(f"{INDENT}{render_in_english(Reason(f'question.mail_host.{preset}'))}")

    def _test_mail(self, questions: Sequence[SetupQuestion]) -> None:
        """Send a test email until it has arrived, or the person goes on without."""
        while self.answers["mail_test"] == YES:
            by = (*(self.answers[question.key] for question in questions), self.answers["contact"])
            if by == self._tested:
                return
            sent = send_setup_test(self.environment, self.answers)
            click.echo(f"\n{render_told(sent.message)}")
            reply = _ask_whether_it_came(self.answers, was_sent=sent.level is HealthLevel.OK)
            if reply == "change":
                self._answer_section("Mail", questions, ACCOUNT_KEYS)
            elif reply != "again":
                self._tested = by

    def _confirm(self) -> str:
        """Show all answers, and return the key of one that is to be changed; empty for none."""
        output = Output(self.answers["zone"])
        rows = [row for row in list_summary(self.answers) if row[0].key != "mail_test"]
        click.echo("\nYour answers")
        for number, (question, text) in enumerate(rows, start=1):
            output.print_line(f"{number:4} {re.split(' [(]|:', question.prompt)[0]}: {text}")
        if self.answers["search"] == NONE:
            warn(Reason("health.search.none"))
        click.echo(f"\nThey go into {self.config_path}, which you can edit at any time.")
        prompt = "Write it (yes or no), or the number of an answer to change"
        while True:
            typed = click.prompt(prompt, default=YES).strip().lower()
            if typed.isdecimal() and 0 < int(typed) <= len(rows):
                return rows[int(typed) - 1][0].key
            if typed in {YES, "y"}:
                return ""
            if typed in {NO, "n"}:
                raise click.Abort
            click.echo(f"Error: {typed!r} is not yes, no or a number up to {len(rows)}.")


def warn(reason: Reason) -> None:
    click.secho(render_in_english(reason), fg="red")


def _ask_whether_it_came(answers: Answers, *, was_sent: bool) -> str:
    """Return `yes`, `again`, `change` or `later`; a `no` gets advice first."""
    choices: list[str] = [*((YES, NO) if was_sent else ()), "again", "change", "later"]

    def complete(typed: str) -> str:
        for choice in choices:
            if choice.startswith(typed.strip().lower() or "-"):
                return choice
        raise click.BadParameter(f"{typed!r} is not one of {', '.join(choices)}.")

    while True:
        reply: str = click.prompt(
            f"Did it arrive at {answers['contact']}? yes, no, again, change or later"
            if was_sent
            else "Send it again, change the mail answers, or check later? again, change or later",
            default=YES if was_sent else "change",
            value_proc=complete,
        )
        if reply != NO:
            return reply
        facts = {
            "host": Plain(answers["mail_host"]),
            "sender": Plain(parseaddr(answers["mail_sender"])[1]),
            "contact": Plain(answers["contact"]),
        }
        preset = name_mail_preset(answers["mail_host"])
        for line in (
            render_in_english(Reason("question.mail_test.help", facts)),
            render_in_english(Reason(f"question.mail_host.{preset}")) if preset else "",
        ):
            if line:
                click.echo(wrap_text(line, WIDTH, INDENT, INDENT))


def _ask(question: SetupQuestion, answers: Answers, default: str | None) -> str:
    """Ask until the answer can be used."""

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
