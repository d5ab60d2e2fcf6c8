"""The demo: a made-up district, from the first invitation to the third digest.

Its story on one screen, and its pages in a browser, with the emails as mail programs show them.
"""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import click
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.style import Style
from rich.table import Table
from rich.text import Text

from monitor import event_log
from monitor.app import OUTBOX, App
from monitor.cli.context import Output, escape_controls
from monitor.db.atomic_files import DiskReserve
from monitor.db.state_folder_lock import StateFolderLock
from monitor.demo import data as days
from monitor.demo.district import ENROLLED, NAME, NEWCOMER, REVIEWERS, STAFF, ZONE
from monitor.demo.setup import CONFIG_FILE, PORTAL_URL
from monitor.demo.story import (
    OPERATOR,
    Story,
    StoryCase,
    StoryEmail,
    StoryEvent,
    StorySource,
    StoryWeek,
    invite_newcomer,
    open_played_story,
    play_story,
)
from monitor.domain.english_dates import format_date
from monitor.domain.errors import CannotWriteError, InputError
from monitor.domain.vocabulary import CaseKind, EventKind, GapKind, OwnershipLabel, Severity
from monitor.scheduler.daemon import Daemon, SystemdNotifier, WakeSocket
from monitor.scheduler.job_scheduler import Liveness
from monitor.scheduler.timed_jobs import SupervisedRunner
from monitor.services.due_jobs import take_over_jobs
from monitor.services.sessions import find_account_id
from monitor.web.demo import create_demo_app
from monitor.web.server import LOOPBACK, serve_on_port
from reports.labels.cases import CASE_KINDS, SEVERITIES
from reports.labels.findings import EVENT_KINDS, GAPS, format_site_name
from reports.pages.demo import CastMember, DemoEmail
from reports.reason_rendering import render_note
from scrapers.http.clock import SystemClock
from scrapers.models import CONCLUSIVE_OUTCOMES


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoMailbox:
    """The outbox of a played story.

    `story_address` is where its emails say that the pages are, `address` where they are now.
    """

    folder: Path
    story_address: str = ""
    address: str = ""

    def list_emails(self) -> tuple[DemoEmail, ...]:
        """Return all emails, the last one sent first."""
        # Some have the same minute: then the clock of the file system knows.
        paths = sorted(self.folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        emails = sorted(self._read_emails(paths), key=lambda email: email.sent_at)
        return tuple(reversed(emails))

    def _read_emails(self, paths: Iterable[Path]) -> Iterator[DemoEmail]:
        for path in paths:
            message = message_from_bytes(path.read_bytes(), policy=policy.default)
            yield DemoEmail(
                name=path.stem,
                to=str(message["To"]),
                subject=str(message["Subject"]),
                sent_at=parsedate_to_datetime(str(message["Date"])),
                text=self._read_part(message, "plain"),
                html=self._read_part(message, "html"),
            )

    def _read_part(self, message: EmailMessage, kind: str) -> str:
        body = message.get_body((kind,))
        text = str(body.get_content()) if body else ""
        return text.replace(self.story_address, self.address) if self.story_address else text


ACTOR_PARTS: Final = {
    "maria": "fifth grade science teacher; someone pretends to be her",
    "john": "math teacher with a very common name",
    "beth": "librarian who used to have another name",
    "thomas": "coach; one of his accounts was taken over",
    "rosa": "band director; her account follows students",
    "daniel": "art teacher, with nothing to worry about",
    "karen": "left, and all data was deleted",
    "nora": "new here; joined when you did it for her",
}

INVITED: Final = CastMember(
    reader="",
    name=f"{NEWCOMER.name.given} {NEWCOMER.name.family}",
    part="was invited and has not joined; the invitation is in the mailbox",
    group="Staff",
    inbox=f"/demo/mail?to={NEWCOMER.mail}",
)


def serve_demo(folder: Path, port: int, output: Output) -> None:
    """Show the pages until Ctrl-C, with the service working behind them."""
    address = f"http://{LOOPBACK}:{port}"
    with (
        event_log.log_to_stream(),
        open_played_story(folder, address) as app,
        StateFolderLock(app.config.state),
    ):
        take_over_jobs(app)
        invite_newcomer(app)
        mailbox = DemoMailbox(
            folder=app.config.state / OUTBOX, story_address=PORTAL_URL, address=address
        )
        liveness, wake_socket = Liveness(SystemClock()), WakeSocket(app.config.state)
        site = create_demo_app(
            app, wake_socket.wake_daemon, lambda: list_actors(app), mailbox.list_emails
        )
        with serve_on_port(site, LOOPBACK, port):
            output.print_line(f"The demo is at {address}/demo until you press Ctrl-C.")
            output.print_line(f"All emails are at {address}/demo/mail.")
            Daemon(
                jobs=SupervisedRunner(
                    app=app.copy_with(beat=liveness.beat),
                    reserve=DiskReserve(app.config.state),
                    heartbeat=lambda _vitals, _level: None,
                ),
                notifier=SystemdNotifier({}),
                wake_socket=wake_socket,
                stopping=threading.Event(),
                liveness=liveness,
            ).run_until_stopped()


def list_actors(app: App) -> tuple[CastMember, ...]:
    """List who there is: staff who joined, who was invited, reviewers, and the operator."""
    people = (*(member.person for member in STAFF), NEWCOMER)
    staff = tuple(_build_staff_actor(app, person.mail, person.id) for person in people)
    joined = tuple(member for member in staff if member)
    listed = (
        *((mail, "IT review", "sees what was opened to IT and nothing else") for mail in REVIEWERS),
        (OPERATOR, "Operator", "sees how the service is doing, but no one's data"),
    )
    others = (
        CastMember(
            reader=find_account_id(app, mail), name=_format_role_name(mail), part=part, group=group
        )
        for mail, group, part in listed
    )
    return (*joined, *(() if staff[-1] else (INVITED,)), *others)


def _format_role_name(mail: str) -> str:
    """Make a name of the address of a role: `it-security@…` is IT security."""
    words = mail.partition("@")[0].replace("-", " ")
    return words.replace("it ", "IT ") if words.startswith("it ") else words.capitalize()


def _build_staff_actor(app: App, mail: str, staff_id: str) -> CastMember | None:
    reader = app.db.people.find_person_id_by_mail(mail)
    if reader is None:
        return None
    try:
        name = app.db.people.load_person(reader).name
    except InputError:
        return None
    return CastMember(
        reader=reader,
        name=f"{name.given} {name.family}",
        part=ACTOR_PARTS[staff_id.removeprefix("staff-")],
        group="Staff",
    )


MAX_WIDTH = 112
WEEKS = {
    1: "everything is new",
    2: "an impersonator, a namesake, a changed account, students",
    3: "a wave of new accounts about three teachers of one school",
}
BASELINE_NOTE = (
    "This week sets the baseline. Each person gets one overview of it. Nothing is flagged."
)
# The emails speak to the person; these labels are about them.
SAME_NAME_NOTE = "Someone else with the same name. Not flagged."
LOOK_AROUND = """
Look around (in a checkout, type .venv/bin/namesake):
  namesake demo --serve
      the emails, and everyone's pages
  namesake --config {} status
      the district on its own machine; so do cases, sources list, audit, doctor
Nothing has run there since the third week, and doctor says so."""
PEOPLE = {
    **{
        member.person.mail: f"{member.person.name.given} {member.person.name.family}"
        for member in STAFF
    },
    **dict.fromkeys(REVIEWERS, "IT reviewers"),
}
SEVERITY_STYLES = {
    Severity.HIGH: Style.parse("bold white on red"),
    Severity.MEDIUM: Style.parse("bold black on yellow"),
    Severity.LOW: Style.parse("bold black on cyan"),
}
REASONS_SHOWN = 2
EMAIL_COUNT_NAMES = {
    "invitation": ("invitation", "invitations"),
    "enrolled": ("confirmation", "confirmations"),
    "name": ("name notice", "name notices"),
    "withdrawn": ("goodbye", "goodbyes"),
    "digest": ("other digest", "other digests"),
    "review": ("other review", "other reviews"),
}


def print_story(folder: Path, console: Console) -> None:
    """Play the story into a folder, and tell each week as it ends."""
    width = min(console.width, MAX_WIDTH)

    def print_part(what: RenderableType) -> None:
        console.print(what, width=width)

    print_part(_build_opening())
    story = play_story(folder, lambda number, week: print_part(_build_week_panel(number, week)))
    notable = tuple(_select_notable_emails(story))
    table = _build_grid()
    for email in notable:
        subject = escape_controls(email.subject).removeprefix("Namesake").lstrip(",: ")
        about = Text.assemble(f"{subject}\n", (Path(email.path).name, "cyan"))
        table.add_row(Text(_describe_person(email.to), style="bold"), about)
    others = Counter(
        Path(one_email.path).name.split("-")[3]
        for one_email in story.emails
        if one_email not in notable
    )
    counted = ", ".join(
        _format_count(others[kind], *names) for kind, names in EMAIL_COUNT_NAMES.items()
    )
    title = Text(f"{len(story.emails)} emails", style="bold")
    rest = Text(f"and {counted}.", style="dim")
    print_part(Panel(Group(table, rest), title=title, title_align="left", border_style="green"))
    console.print(Text(f"They are in {folder / 'state' / 'outbox'}."), soft_wrap=True)
    console.print(Text(LOOK_AROUND.format(folder / CONFIG_FILE)), soft_wrap=True)


def _build_opening() -> Text:
    joined, left = len(ENROLLED), len(STAFF) - len(ENROLLED)
    return Text.assemble(
        (NAME, "bold"),
        ", a made-up district on a made-up internet.\n",
        f"{len(STAFF)} people were invited and enrolled. {left} has left, ",
        f"so {joined} are enrolled now.",
    )


def _build_week_panel(number: int, week: StoryWeek) -> Panel:
    day = days.compute_sweep_time(number)
    parts = [_build_coverage(week, day)]
    if week.events or week.cases:
        # Lay out the cases, worst first, and then the events that were not flagged.
        table = _build_grid()
        for case in sorted(
            week.cases, key=lambda one_case: (Severity(one_case.severity).rank, one_case.person)
        ):
            severity = Severity(case.severity)
            table.add_row(
                Text(f" {SEVERITIES[severity]} ", style=SEVERITY_STYLES[severity]),
                _build_case_group(case),
            )
        flagged = {(one_case.person, one_case.url) for one_case in week.cases}
        for event in week.events:
            if (event.person, event.url) not in flagged:
                table.add_row(Text(" No case ", style="black on green"), _build_event_group(event))
        parts.insert(0, table)
    else:
        parts.insert(0, Text(BASELINE_NOTE, style="green"))
    title = Text.assemble((f"Week {number}, {format_date(day, day.year)}: ", "bold"), WEEKS[number])
    return Panel(Group(*parts), title=title, title_align="left", border_style="blue")


def _build_case_group(case: StoryCase) -> Group:
    """Quote the first reasons as the person reads them."""
    reasons = _build_grid()
    for reason in case.reasons[:REASONS_SHOWN]:
        reasons.add_row("-", Text(f"“{escape_controls(reason)}”"))
    more = len(case.reasons) - REASONS_SHOWN
    if more > 0:
        reasons.add_row(
            "", Text(f"and {_format_count(more, 'more reason', 'more reasons')}", "dim")
        )
    return Group(_build_heading(CASE_KINDS[CaseKind(case.kind)], case), reasons)


def _build_event_group(event: StoryEvent) -> Group:
    aside = SAME_NAME_NOTE if event.whose == OwnershipLabel.NAMESAKE else "No case."
    return Group(_build_heading(EVENT_KINDS[EventKind(event.kind)], event), Text(aside))


def _build_heading(words: str, entry: StoryCase | StoryEvent) -> Text:
    return Text.assemble(
        (f"{words}, {_describe_person(entry.person)}\n", "bold"),
        (escape_controls(entry.url.partition("://")[2].replace(".", "[.]")), "cyan"),
    )


def _build_coverage(week: StoryWeek, day: datetime) -> RenderableType:
    outcomes = {str(outcome) for outcome in CONCLUSIVE_OUTCOMES}
    gaps = [line for line in week.coverage if line.outcome not in outcomes]
    checked = Text(f"{len(week.coverage) - len(gaps)} of {len(week.coverage)} sources checked.")
    if not gaps:
        return checked
    checked.append(' "Not checked" does not mean "nothing found":')
    table = _build_grid()
    for gap in gaps:
        table.add_row(
            Text(format_site_name(gap.source), style="magenta"), Text(_describe_gap(gap, day))
        )
    return Group(checked, Padding(table, (0, 0, 0, 2)))


def _describe_gap(gap: StorySource, day: datetime) -> str:
    if gap.since and gap.since < day:
        return f"not checked since {format_date(gap.since, day.year)}"
    words = GAPS[GapKind(gap.outcome)]
    return escape_controls(f"{words} ({render_note(gap.note)})" if gap.note else words)


def _select_notable_emails(story: Story) -> Iterator[StoryEmail]:
    """Yield the emails to people with a case that week, and those to reviewers at the end."""
    flagged = [{case.person for case in week.cases} for week in story.weeks]
    for email in story.emails:
        for number, people in enumerate(flagged, start=1):
            if email.to in people and _is_sent_in_week(email, number):
                yield email
        if email.to in REVIEWERS and _is_sent_in_week(email, days.LAST_WEEK):
            yield email


def _is_sent_in_week(email: StoryEmail, week: int) -> bool:
    return Path(email.path).name.startswith(f"{days.compute_sweep_time(week):%Y-%m-%d}")


def _build_grid() -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    return table


def _format_count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _describe_person(mail: str) -> str:
    return PEOPLE.get(mail, escape_controls(mail))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("namesake-demo"),
    show_default=True,
    help="Folder for the demo's data and emails. Emptied at each start.",
)
@click.option("--serve", "pages", is_flag=True, help="Then serve its pages, on this machine only.")
@click.option(
    "--port",
    type=click.IntRange(1024, 65535),
    default=8765,
    show_default=True,
    help="Port for the pages.",
)
def demo(out: Path, port: int, *, as_json: bool, pages: bool) -> None:
    """Play three weeks in a made-up district on a made-up internet."""
    output = Output(ZONE)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = f"Cannot create {out} ({error.strerror}). Choose another folder with --out."
        raise CannotWriteError(reason) from error
    if as_json:
        output.print_json(play_story(out))
    else:
        print_story(out, output.console)
    if pages:
        serve_demo(out, port, output)
