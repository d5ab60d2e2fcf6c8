"""`namesake init`: a conversation, or a file of answers, that ends in a running district.

Nothing is written before the last answer but the answers. What a district has already is never
changed. The last step is the administrator's own first check; then come volunteers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import click

from monitor.app import create_state_folder
from monitor.cli import endpoints
from monitor.cli.context import CliContext, show_bar
from monitor.cli.doctor import check_district, say_in_english
from monitor.cli.init_answers import (
    Conversation,
    GivenAnswers,
    find_draft,
    read_answers_file,
    take_given_answers,
)
from monitor.cli.init_first_check import offer_first_check, offer_volunteers
from monitor.cli.staff import describe_import
from monitor.domain.errors import INTERRUPTED_EXIT_CODE, UnavailableError
from monitor.domain.health import UNTRUSTED
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import HealthLevel
from monitor.people_csv import SizeCheck
from monitor.services import setup_files
from monitor.services.setup import (
    NextStep,
    SetupPlace,
    SetupState,
    keep_secret,
    list_missing_files,
    list_missing_secrets,
    list_next_steps,
    write_district,
    write_missing_files,
)
from monitor.services.setup_files import find_secret, start_units
from monitor.services.setup_questions import NO, YES, Answers, list_secrets
from monitor.services.staff_import import import_staff, read_staff_file
from reports.reason_rendering import render_told

# How long the portal's name is waited for, and how long between two looks.
PORTAL_LOOKS, PORTAL_LOOK_SECONDS = 180, 5.0
# About so many does a doctor make of a new district: a bar wants to know.
CHECKS_EXPECTED = 30
# What answers only once the units run.
STARTED_PARTS = frozenset({"service", "portal"})
START_IT = "Start the service, the portal and nightly backups"


def set_up_district(
    context: CliContext, path: Path | None, domains: tuple[str, ...], **given: str | None
) -> int:
    """Return the exit code of a setup, which may be one of what is left to do."""
    options = {key: text for key, text in given.items() if text is not None}
    if domains:
        options["domains"] = ", ".join(domains)
    if path and options:
        raise click.UsageError("--answers holds all answers: pass no other option with it.")
    beforehand = read_answers_file(path) if path else GivenAnswers(answers=options)
    place = SetupPlace(
        config_path=context.config_path,
        host=setup_files.HOST,
        service_config=context.service_config,
    )
    is_attended = not beforehand.is_complete and place.host.is_at_terminal()
    if context.config_path.exists():
        code = _complete_setup(context, place, beforehand)
    elif beforehand.is_complete:
        answers = take_given_answers(beforehand, place.begin_answers(), context.environment)
        secrets = {**beforehand.secrets, **list_secrets(answers)}
        code = _set_up(context, place, answers, secrets, files=beforehand.secret_files)
    else:
        code = _hold_conversation(context, place, beforehand)
    if is_attended:
        offer_first_check(context)
        offer_volunteers(context)
    return code


def _hold_conversation(context: CliContext, place: SetupPlace, given: GivenAnswers) -> int:
    talk = Conversation(
        environment=context.environment,
        config_path=context.config_path,
        given=given,
        start=place.begin_answers(),
    )
    try:
        answers = talk.answer_all()
    except click.Abort:
        kept = f" Your answers so far are in {talk.draft}." if talk.draft.exists() else ""
        click.echo(f"namesake: Stopped. Nothing was written.{kept}", err=True)
        raise click.exceptions.Exit(INTERRUPTED_EXIT_CODE) from None
    return _set_up(context, place, answers, list_secrets(answers))


def wait_for_portal(context: CliContext) -> None:
    """Look for the portal under its name until it answers there, or the person goes on without."""
    portal = context.config.portal
    click.echo(f"\nWaiting up to 15 minutes until {portal.address} answers. Its name must point to")
    click.echo("this machine, and your web server must forward requests: a sample for it is in")
    click.echo(f"{context.config_path.parent}/proxy. Press Ctrl-C to continue without it.")
    told = ""
    try:
        for _ in range(PORTAL_LOOKS):
            # Why people cannot reach the portal yet; None where they can.
            checks = endpoints.check_portal(
                context.config.portal,
                context.environment,
                in_container=setup_files.HOST.is_container(),
            )
            failure = next((check for check in checks if check.level is not HealthLevel.OK), None)
            if failure is None:
                click.echo(f"{portal.address} answers.")
                return
            trouble = str(render_told(failure.message))
            if trouble != told:
                context.output.print_line(f"  {trouble}")
            told = trouble
            if isinstance(failure.message, Reason) and failure.message.rule == UNTRUSTED:
                context.output.print_line(f"  {render_told(failure.remedy)}")
                return
            context.environment.clock.sleep(PORTAL_LOOK_SECONDS)
    except KeyboardInterrupt:
        click.echo("")
    click.echo("Continuing without it. `namesake doctor` says whether it answers.")


def _set_up(
    context: CliContext,
    place: SetupPlace,
    answers: Answers,
    secrets: Mapping[str, str],
    *,
    files: Sequence[Path] | None = None,
) -> int:
    """Write a new district, start it if that was the answer, and look how it does.

    The secrets were in these `files`, or were typed.
    """
    for sentence in tuple(write_district(place, answers, secrets)):
        context.output.print_line(sentence)
    find_draft(context.config_path).unlink(missing_ok=True)
    staff_file = answers["staff_file"]
    if answers["invite_staff"] == YES:
        for sentence in _invite_staff(context, Path(staff_file)):
            context.output.print_line(sentence)
        staff_file = ""
    trouble = _start(context, place, asks=files is None) if answers["start"] == YES else ""
    started = answers["start"] == YES and not trouble
    checks = []
    with show_bar("Checking", CHECKS_EXPECTED) as watch:
        for check in check_district(context, send_test=False):
            watch(1)
            if started or check.what not in STARTED_PARTS:
                checks.append(check)
    failures = [check for check in checks if check.level is not HealthLevel.OK]
    passed = f"{len(checks) - len(failures)} of {len(checks)} checks passed."
    click.echo(f"\n`namesake doctor`: {passed}{' The others:' if failures else ''}")
    for failure in map(say_in_english, failures):
        context.output.print_line(f"  {failure.what}: {failure.message} {failure.remedy}")
    state = SetupState(
        staff_file=staff_file,
        secret_files=files or (),
        mail_works=all(failure.what != "mail" for failure in failures),
        started=started,
    )
    steps = list_next_steps(place, context.config, state)
    return _end_setup(context, steps, trouble)


def _start(context: CliContext, place: SetupPlace, *, asks: bool) -> str:
    """Start the units, and wait for the portal where someone is there to lead people to it."""
    with show_bar("Starting", len(setup_files.START_COMMANDS)) as watch:
        trouble = start_units(place.host, watch)
    if asks and not trouble and context.config.portal.address.startswith("https:"):
        wait_for_portal(context)
    return trouble


def _invite_staff(context: CliContext, path: Path) -> Iterator[str]:
    district, student_unit = context.config.district, context.config.staff.student_unit
    staff = read_staff_file(path, district.domains, student_unit)
    with context.open_app() as app, show_bar("Inviting", len(staff.invitees)) as watch:
        report = import_staff(app, staff, SizeCheck.LIKE_THE_LAST, watch=watch)
    yield from describe_import(report, dry_run=False)


def _complete_setup(context: CliContext, place: SetupPlace, given: GivenAnswers) -> int:
    """Leave the configuration as it is, and add the files that are missing."""
    find_draft(context.config_path).unlink(missing_ok=True)
    context.output.print_line(f"{context.config_path} already exists. It was not changed.")
    answers, secrets = {"start": NO, "staff_file": ""}, given.secrets
    asks = given.path is None and place.host.is_at_terminal()
    if given.path:
        answers = take_given_answers(given, place.begin_answers(), context.environment)
        secrets = {**secrets, **list_secrets(answers)}
    elif asks:
        secrets = _ask_for_secrets(context, place)
    for name, secret in secrets.items():
        if not find_secret(*place.locate_secret(name), place.host):
            context.output.print_line(keep_secret(place, name, secret))
    create_state_folder(context.config)
    _offer_missing_files(context, place, asks=given.path is None)
    started = place.runs_units and place.host.is_service_running()
    if asks and place.runs_units and not started and click.confirm(START_IT, default=True):
        answers["start"] = YES
    trouble = _start(context, place, asks=asks) if answers["start"] == YES else ""
    state = SetupState(
        staff_file=answers["staff_file"],
        secret_files=given.secret_files,
        started=place.runs_units and place.host.is_service_running(),
    )
    steps = list_next_steps(place, context.config, state)
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
