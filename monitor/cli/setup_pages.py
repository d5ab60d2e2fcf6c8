"""`namesake setup`: the questions of `namesake init`, on pages of this machine alone."""

import platform
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import click

from monitor.cli import logs
from monitor.cli.check import run_sweep_now
from monitor.cli.context import CliContext, pass_cli_context
from monitor.cli.doctor import add_stored_secrets
from monitor.cli.first_check import (
    count_checked_sources,
    is_any_source_askable,
    join_with_link,
    send_invitation,
)
from monitor.cli.setup import (
    end_setup,
    find_place,
    print_next_steps,
    write_and_check,
)
from monitor.db.accounts import Invitation
from monitor.domain.enrollment import EnrollmentAnswers
from monitor.domain.errors import InputError, UnavailableError
from monitor.domain.health import HealthResult
from monitor.domain.person import PersonName
from monitor.domain.vocabulary import SweepKind
from monitor.scheduler.daemon import stop_on_signals
from monitor.services.consent import list_offered_scopes, list_terms_sections
from monitor.services.digests import build_digest_view
from monitor.services.enrollment import SentInvitation
from monitor.services.setup import SetupResult, send_setup_test
from monitor.services.setup_questions import Answers
from monitor.services.sweeps import ProgressListener
from monitor.web.first_check import FirstCheckActions, FirstCheckResult, FirstCheckTerms
from monitor.web.server import LOOPBACK, serve_on_port
from monitor.web.setup import SetupActions, SetupVisit, create_setup_app
from reports.emails.registry import render_email

PORT = 8081
IDLE_LASTS = timedelta(minutes=30)
LOOK_SECONDS = 1.0


@click.command()
@click.option(
    "--port",
    type=click.IntRange(1, (1 << 16) - 1),
    default=PORT,
    show_default=True,
    help="The port of this machine to use.",
)
@pass_cli_context
def setup(context: CliContext, port: int) -> int:
    """Set up a district in a browser: the questions of `namesake init`, on pages.

    Prints an address that works once, in one browser, on this machine only. Ends when you finish,
    or after half an hour without use. Nothing is written before the last button.
    """
    if context.config_path.exists():
        reason = f"{context.config_path} already exists. `namesake init` writes what is missing."
        raise InputError(reason)
    ids, clock = context.environment.ids, context.environment.clock
    visit = SetupVisit(
        place=str(context.config_path),
        token=ids.new_code(),
        answers=find_place(context).begin_answers(),
        new_code=ids.new_code,
        monotonic=clock.monotonic,
        used_at=clock.monotonic(),
    )
    address = f"http://{LOOPBACK}:{port}"
    site = create_setup_app(address, visit, build_actions(context, visit))
    stopping = threading.Event()
    with logs.log_to_stream(), stop_on_signals(stopping), serve_on_port(site, LOOPBACK, port):
        for line in list_entry_lines(context.environment.variables, address, port, visit.token):
            click.echo(line)
        wait_for_end(visit, stopping.wait)
    return _report_end(context, visit)


def build_actions(context: CliContext, visit: SetupVisit) -> SetupActions:
    def send_test(answers: Answers) -> HealthResult:
        return send_setup_test(context.environment, answers)

    def write(
        answers: Answers, secrets: Mapping[str, str], tell: Callable[[str], object]
    ) -> SetupResult:
        if context.config_path.exists() and not visit.written:
            reason = f"{context.config_path} exists by now. It was not changed."
            raise InputError(reason)
        return write_and_check(context, answers, secrets, tell)

    return SetupActions(
        send_test=send_test,
        write=write,
        first_check=OwnFirstCheck(context).build_actions(lambda: visit.result is not None),
    )


@dataclass(frozen=True, slots=True)
class OwnFirstCheck:
    """The first check that `namesake init` offers, step by step, for the pages."""

    asked: CliContext

    def build_actions(self, is_set_up: Callable[[], bool]) -> FirstCheckActions:
        return FirstCheckActions(
            is_offered=lambda: is_set_up() and bool(self.asked.config.mail.host),
            read_terms=self.read_terms,
            invite=self.invite,
            join=self.join,
            run=self.run_check,
        )

    def read_terms(self) -> FirstCheckTerms:
        context = add_stored_secrets(self.asked)
        with context.open_app() as app:
            return FirstCheckTerms(
                sections=list_terms_sections(app),
                offered=list_offered_scopes(app),
                is_askable=is_any_source_askable(context, app),
            )

    def invite(self, mail: str, name: PersonName) -> SentInvitation:
        with add_stored_secrets(self.asked).open_app() as app:
            return send_invitation(app, mail, name)

    def join(self, invitation: Invitation, link: str, answers: EnrollmentAnswers) -> str:
        with self.asked.open_app() as app:
            return join_with_link(app, invitation, link, answers).id

    def run_check(self, person_id: str, listener: ProgressListener) -> FirstCheckResult:
        context = add_stored_secrets(self.asked)
        with context.open_app() as app:
            done = run_sweep_now(context, app, SweepKind.SELFCHECK, person_id, listener)
            email = render_email(build_digest_view(app, person_id))
            return FirstCheckResult(
                checked=count_checked_sources(app, done),
                total=len(app.db.sweeps.list_source_runs(done.id)),
                html=email.html,
                text=email.text,
            )


def list_entry_lines(
    variables: Mapping[str, str], address: str, port: int, token: str
) -> Iterator[str]:
    """Say where to go, from this machine and from another one."""
    user = variables.get("SUDO_USER") or variables.get("USER") or "USER"
    match variables.get("SSH_CONNECTION", "").split():
        case [_client, _client_port, host, _port]:
            pass
        case _:
            host = platform.node()
    yield "Open this address in a browser on this machine. It works once:"
    yield f"  {address}/start/{token}"
    yield "If this machine has no browser, run this on the one that has, and open it there:"
    yield f"  ssh -L {port}:{LOOPBACK}:{port} {user}@{host}"
    yield "It ends when you finish, or after half an hour without use. Ctrl-C stops it."


def wait_for_end(visit: SetupVisit, wait: Callable[[float], bool]) -> None:
    """Wait until it is over, stopped, or idle; `wait` tells whether it was stopped."""
    while not wait(LOOK_SECONDS) and not visit.is_over:
        if visit.monotonic() - visit.used_at >= IDLE_LASTS.total_seconds():
            return
    # The last page is still on its way.
    wait(LOOK_SECONDS)


def _report_end(context: CliContext, visit: SetupVisit) -> int:
    if visit.result is None and visit.written:
        for sentence in visit.written:
            context.output.print_line(sentence)
        click.echo(
            "namesake: Setup stopped halfway. Run `namesake init`, which writes what is missing.",
            err=True,
        )
        return UnavailableError.exit_code
    if visit.result is None:
        click.echo("namesake: Setup ended without the last button. Nothing was written.", err=True)
        return InputError.exit_code
    for sentence in visit.written:
        context.output.print_line(sentence)
    print_next_steps(context, visit.result.steps)
    return end_setup(context, visit.result.trouble)
