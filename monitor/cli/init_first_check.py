"""The last step of `namesake init`: the administrator may join first, the way anyone joins.

They are checked at once, and their digest is a preview that only they can read.

Consent comes before everything else, and a no stores nothing. The code comes from the person's own
mailbox, so that no one can join for somebody else here either.
"""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import click

from monitor.app import App
from monitor.app.sources import find_missing_keys
from monitor.cli.check import print_sweep, request_sweep
from monitor.cli.context import CliContext, escape_controls
from monitor.cli.doctor import add_stored_secrets
from monitor.db.atomic_files import DiskReserve, write_private_file
from monitor.db.invitations import Invitation
from monitor.db.sweeps import Sweep
from monitor.domain.enrollment_draft import EnrollmentAnswers, Invitee
from monitor.domain.errors import BusyError, InputError, MonitorError
from monitor.domain.person import Person, PersonName
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import Scope
from monitor.scheduler.daemon import WakeSocket, work_in_background
from monitor.scheduler.job_scheduler import Liveness
from monitor.scheduler.timed_jobs import SupervisedRunner
from monitor.services import setup_files
from monitor.services.consent_terms import list_offered_scopes, render_district_terms
from monitor.services.digests import build_digest_view
from monitor.services.enrollment import (
    enroll_with_code,
    invite_person,
    load_open_invitation,
    parse_district_address,
    parse_own_name,
    send_invitation,
)
from reports.emails.registry import EmailKind, render_email
from reports.reason_rendering import render_in_english

TITLE = "\nLast step: your own digest"
OFFER = "Do you want to join as the first person, and see it now? This is optional"
NOTHING_STORED = "Nothing was stored about you."
VOLUNTEERS = 3
VOLUNTEER_INVITED = (
    "Done: they get an invitation, or an email that says that they have already joined."
)
JOIN_LATER = "Your invitation stays open: its link lets you join on the portal for 14 days."


@dataclass(frozen=True, slots=True, kw_only=True)
class SentInvitation:
    """`words` says what was done; `problem` why it was not sent yet, empty if it was."""

    invitation: Invitation
    words: str
    problem: str = ""


def offer_first_check(asked: CliContext) -> None:
    """Let whoever sets up join, check them now, and write their digest for their eyes only.

    Nothing is offered where no one can be invited, or where someone has joined.
    """
    if not asked.config.mail.host:
        return
    context = add_stored_secrets(asked)
    try:
        with context.open_app() as app:
            if app.db.people.list_person_ids():
                return
        _print(TITLE)
        if not click.confirm(OFFER, default=False):
            return
        with serve_folder(context), context.open_app() as app:
            missing = find_missing_keys(app.sources, context.environment.variables)
            if len(missing) < len(app.sources):
                _join_and_check(context, app)
            else:
                _print("No source can be asked yet: add one under [sources], or its key.")
                _print("Then run `namesake init` again: it ends with this step.")
                _print(NOTHING_STORED)
    except MonitorError as error:
        _print(f"Your first check ended here: {error}")


def offer_volunteers(asked: CliContext) -> None:
    """Invite up to three, as anyone is invited: what is said does not tell who joined before."""
    if not asked.config.mail.host:
        return
    context = add_stored_secrets(asked)
    _print("\nThen three volunteers: EMAIL FIRST LAST, or the address alone if it has the name.")
    for number in range(1, VOLUNTEERS + 1):
        while True:
            typed: str = click.prompt(
                f"Volunteer {number} (leave it empty for later)", default="", show_default=False
            )
            mail, given, family = (*typed.split(maxsplit=2), "", "", "")[:3]
            if not mail:
                return
            try:
                with context.open_app() as app:
                    send_invitation(app, Invitee(mail=mail, given=given, family=family))
            except MonitorError as error:
                _print(str(error))
            else:
                _print(VOLUNTEER_INVITED)
                break


def _join_and_check(context: CliContext, app: App) -> None:
    scopes = _ask_for_consent(app)
    if not scopes:
        _print(NOTHING_STORED)
        return
    answers = EnrollmentAnswers(
        name=click.prompt("Your first and last name", value_proc=_parse_name),
        school=click.prompt(
            "Your school or office (may stay empty)", default="", show_default=False
        ).strip(),
        scopes=scopes,
    )
    mail: str = click.prompt(
        "Your work email address", value_proc=lambda typed: _parse_work_address(app, typed)
    )
    sent = send_own_invitation(app, mail, answers.name)
    _print(sent.problem or sent.words)
    person = None if sent.problem else _join_with_code(app, sent.invitation, answers)
    if person is None:
        _print(JOIN_LATER)
        return
    _print("You have joined. Your first check runs now; it can take some minutes.")
    done = request_sweep(context, app, person.id)
    print_sweep(context, app, done, as_json=False)
    if not count_checked_sources(app, done):
        _print("No source could be checked, so nothing is known yet. That is not an all-clear.")
    # The temporary folder of a container ends with this command.
    place = context.config_path.parent if setup_files.HOST.is_container() else None
    email = render_email(build_digest_view(app, person.id))
    folder = Path(tempfile.mkdtemp(prefix="namesake-digest-", dir=place))
    write_private_file(folder / "digest.html", email.html.encode())
    write_private_file(folder / "digest.txt", email.text.encode())
    _print("Your digest, as it stands now, is for you alone. Delete these files later:")
    _print(f"  {folder}/digest.txt, to read here")
    _print(f"  {folder}/digest.html, as mail programs show it")


def _ask_for_consent(app: App) -> frozenset[Scope]:
    """Show the text that everyone reads; return what the person agrees to, nothing for a no."""
    _print(f"\n{render_district_terms(app)}")
    scopes = frozenset(
        scope
        for scope in list_offered_scopes(app)
        if click.confirm(
            f"{render_in_english(Reason(f'scope.{scope}'))} Do you agree to this part",
            default=False,
        )
    )
    if scopes and click.confirm("Do you agree to the text above, and join", default=False):
        return scopes
    return frozenset()


# What a service does while someone sets up; the rest waits for the one that stays.
FIRST_JOBS = frozenset({"checks", "mail"})
SENT_WITHIN_SECONDS = 60.0
LOOK_SECONDS = 0.1


@contextmanager
def serve_folder(context: CliContext) -> Iterator[None]:
    """See to it that a service works on the folder until the block ends: our own if none does."""
    with ExitStack() as own:
        try:
            app = own.enter_context(context.open_app_locked())
        except BusyError:
            pass  # one runs already
        else:
            runner = SupervisedRunner(
                app=app,
                reserve=DiskReserve(app.config.state),
                heartbeat=lambda _vitals, _level: None,
            )
            liveness, wake_socket = Liveness(app.clock), WakeSocket(app.config.state)
            own.enter_context(work_in_background(runner, FIRST_JOBS, wake_socket, liveness))
        yield


def send_own_invitation(app: App, mail: str, name: PersonName) -> SentInvitation:
    """Invite as everyone is invited; the service sends the email now."""
    invitation = invite_person(app, mail, name.given, name.family)
    WakeSocket(app.config.state).wake_daemon()
    pause, until = threading.Event(), monotonic() + SENT_WITHIN_SECONDS
    while monotonic() < until:
        if app.db.outbox.find_last_sent_time(invitation.id, EmailKind.INVITATION) is not None:
            words = f"An invitation was sent to {invitation.mail}."
            return SentInvitation(invitation=invitation, words=words)
        emails = app.db.outbox.list_emails()
        error = next((email.error for email in emails if email.recipient_id == invitation.id), "")
        if error:
            problem = f"The invitation could not be sent, and is tried again later. {error}"
            return SentInvitation(invitation=invitation, words="", problem=problem)
        pause.wait(LOOK_SECONDS)
    words = f"The service sends an invitation to {invitation.mail} now."
    return SentInvitation(invitation=invitation, words=words)


def _join_with_code(app: App, invitation: Invitation, answers: EnrollmentAnswers) -> Person | None:
    """Ask for the code until it is that of this invitation; None for no code."""
    while True:
        typed: str = click.prompt(
            "The link in it (leave it empty to join later)", default="", show_default=False
        )
        if not typed.strip():
            return None
        try:
            return join_with_link(app, invitation, typed, answers)
        except InputError as error:
            _print(str(error))


def join_with_link(
    app: App, invitation: Invitation, typed: str, answers: EnrollmentAnswers
) -> Person:
    """Join by the link, or by its code. Raises InputError for that of another invitation."""
    code = "".join(typed.split()).rstrip("/").rpartition("/")[2]
    if load_open_invitation(app, code).id != invitation.id:
        raise InputError("This is the link of another invitation.")
    return enroll_with_code(app, code, answers)


def count_checked_sources(app: App, done: Sweep) -> int:
    return sum(run.outcome.is_conclusive for run in app.db.sweeps.list_source_runs(done.id))


def _parse_name(typed: str) -> PersonName:
    try:
        return parse_own_name(typed)
    except InputError as error:
        raise click.BadParameter(str(error)) from error


def _parse_work_address(app: App, typed: str) -> str:
    try:
        return parse_district_address(app, typed)
    except InputError as error:
        raise click.BadParameter(str(error)) from error


def _print(sentence: str) -> None:
    click.echo(escape_controls(sentence))
