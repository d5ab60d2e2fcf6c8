"""The demo: a made-up district, from the first invitation to the third digest.

Its story on one screen, and its pages in a browser.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import click
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from monitor.cli import service as logbook
from monitor.cli.context import Output, inert
from monitor.db.files import StateLock
from monitor.demo import data as days
from monitor.demo.district import ENROLLED, NAME, STAFF, ZONE
from monitor.demo.district import REVIEWERS as RETELLING_REVIEWERS
from monitor.demo.story import (
    OPERATOR,
    REVIEWERS,
    Story,
    ToldEvent,
    ToldFlag,
    ToldLetter,
    ToldSource,
    ToldWeek,
    afterwards,
    play,
)
from monitor.errors import CannotWriteError, InputError
from monitor.scheduler.daemon import Daemon, Doorbell, Supervisor
from monitor.scheduler.workers import Pulse
from monitor.service import Service
from monitor.web.demo import demo_app
from monitor.web.server import LOOPBACK, listening
from reports.labels import EventKind, FlagKind, GapKind, Severity, Whose, site_name
from reports.pages.demo import Actor
from scrapers.http.clock import SystemClock
from scrapers.models import CONCLUSIVE

PARTS: Final = {
    "maria": "fifth grade science teacher; someone pretends to be her",
    "john": "math teacher with a very common name",
    "beth": "librarian who used to have another name",
    "thomas": "coach; students follow one of his accounts",
    "rosa": "band director",
    "daniel": "art teacher, with nothing to worry about",
    "karen": "left, and all data was deleted",
}


def serve(folder: Path, port: int, output: Output) -> None:
    """Show the pages until Ctrl-C, with the service working behind them."""
    address = f"http://{LOOPBACK}:{port}"
    with logbook.kept(), afterwards(folder, address) as service, StateLock(service.config.state):
        service.rounds.begin()
        doorbell = Doorbell(service.config.state)
        app = demo_app(service, doorbell.ring, lambda: actors(service))
        with listening(app, LOOPBACK, port):
            output.say(f"The demo is at {address}/demo until you press Ctrl-C.")
            Daemon(
                rounds=service.rounds,
                supervisor=Supervisor({}),
                doorbell=doorbell,
                stopping=threading.Event(),
                pulse=Pulse(SystemClock()),
            ).run()


def actors(service: Service) -> tuple[Actor, ...]:
    """List who there is: staff who joined, reviewers, and the operator."""
    staff = (_member(service, each.person.mail, each.person.ref) for each in STAFF)
    listed = (
        *((mail, "IT review", "sees what was opened to IT and nothing else") for mail in REVIEWERS),
        (OPERATOR, "Operator", "sees how the service is doing, but no one's data"),
    )
    others = (
        Actor(reader=service.admitting.known(mail), name=_called(mail), part=part, group=group)
        for mail, group, part in listed
    )
    return (*(each for each in staff if each), *others)


def _called(mail: str) -> str:
    """Make a name of the address of a role: `it-security@…` is IT security."""
    words = mail.partition("@")[0].replace("-", " ")
    return words.replace("it ", "IT ") if words.startswith("it ") else words.capitalize()


def _member(service: Service, mail: str, ref: str) -> Actor | None:
    reader = service.state.people.find_by_mail(mail)
    if reader is None:
        return None
    try:
        name = service.state.people.get(reader).name
    except InputError:
        return None
    return Actor(
        reader=reader,
        name=f"{name.given} {name.family}",
        part=PARTS[ref.removeprefix("staff-")],
        group="Staff",
    )


WIDEST = 112
WEEKS = {
    1: "everything is new",
    2: "an impersonator, a namesake, a changed account, two students",
    3: "nothing has changed",
}
QUIET = {
    1: "This week sets the baseline. Each person gets one overview of it. Nothing is flagged.",
    3: "Nothing is new: no events and no flags. Earlier flags wait for an answer.",
}
# The emails speak to the person; these labels are about them.
ASIDE = {Whose.NAMESAKE: "Someone else with the same name. Not flagged."}
PEOPLE = {
    **{each.person.mail: f"{each.person.name.given} {each.person.name.family}" for each in STAFF},
    **dict.fromkeys(RETELLING_REVIEWERS, "IT reviewers"),
}
STYLES = {
    Severity.HIGH: "bold white on red",
    Severity.MEDIUM: "bold black on yellow",
    Severity.LOW: "bold black on cyan",
}
REASONS_SHOWN = 2
LETTERS = {
    "invitation": ("invitation", "invitations"),
    "enrolled": ("confirmation", "confirmations"),
    "name": ("name notice", "name notices"),
    "withdrawn": ("goodbye", "goodbyes"),
    "digest": ("other digest", "other digests"),
    "review": ("other review", "other reviews"),
}


def retell(folder: Path, console: Console) -> None:
    """Play the story into a folder, and tell each week as it ends."""
    width = min(console.width, WIDEST)

    def tell(what: RenderableType) -> None:
        console.print(what, width=width)

    tell(_opening())
    story = play(folder, lambda number, week: tell(_week(number, week)))
    tell(_letters(story))
    console.print(Text(f"They are in {folder / 'state' / 'outbox'}."), soft_wrap=True)


def _opening() -> Text:
    joined, left = len(ENROLLED), len(STAFF) - len(ENROLLED)
    return Text.assemble(
        (NAME, "bold"),
        ", a made-up district on a made-up internet.\n",
        f"{len(STAFF)} people were invited and enrolled. {left} has left, ",
        f"so {joined} are enrolled now.",
    )


def _week(number: int, week: ToldWeek) -> Panel:
    day = days.sweep_at(number)
    parts = [_coverage(week, day)]
    if week.events or week.flags:
        parts.insert(0, _news(week))
    elif number in QUIET:
        parts.insert(0, Text(QUIET[number], style="green"))
    title = Text.assemble((f"Week {number}, {day:%b %-d}: ", "bold"), WEEKS[number])
    return Panel(Group(*parts), title=title, title_align="left", border_style="blue")


def _news(week: ToldWeek) -> RenderableType:
    """Lay out what is flagged, worst first, and then what was seen and needs nobody."""
    table = _grid()
    for flag in sorted(week.flags, key=lambda each: (Severity(each.severity).rank, each.person)):
        severity = Severity(flag.severity)
        table.add_row(Text(f" {severity.words} ", style=STYLES[severity]), _flag(flag))
    flagged = {(each.person, each.url) for each in week.flags}
    for event in week.events:
        if (event.person, event.url) not in flagged:
            table.add_row(Text(" No flag ", style="black on green"), _event(event))
    return table


def _flag(flag: ToldFlag) -> Group:
    """Quote the first reasons as the person reads them."""
    reasons = _grid()
    for reason in flag.reasons[:REASONS_SHOWN]:
        reasons.add_row("-", Text(f"“{inert(reason)}”"))
    more = len(flag.reasons) - REASONS_SHOWN
    if more > 0:
        reasons.add_row("", Text(f"and {_counted(more, 'more reason', 'more reasons')}", "dim"))
    return Group(_heading(FlagKind(flag.kind).words, flag), reasons)


def _event(event: ToldEvent) -> Group:
    aside = ASIDE.get(Whose(event.whose), "No flag.")
    return Group(_heading(EventKind(event.kind).words, event), Text(aside))


def _heading(words: str, told: ToldFlag | ToldEvent) -> Text:
    return Text.assemble((f"{words}, {_who(told.person)}\n", "bold"), (_where(told.url), "cyan"))


def _coverage(week: ToldWeek, day: datetime) -> RenderableType:
    outcomes = {str(each) for each in CONCLUSIVE}
    gaps = [each for each in week.coverage if each.outcome not in outcomes]
    checked = Text(f"{len(week.coverage) - len(gaps)} of {len(week.coverage)} sources checked.")
    if not gaps:
        return checked
    checked.append(' "Not checked" does not mean "nothing found":')
    table = _grid()
    for gap in gaps:
        table.add_row(Text(site_name(gap.source), style="magenta"), Text(_why(gap, day)))
    return Group(checked, Padding(table, (0, 0, 0, 2)))


def _why(gap: ToldSource, day: datetime) -> str:
    if gap.since and gap.since < day:
        return f"not checked since {gap.since:%b %-d}"
    words = GapKind(gap.outcome).words
    return inert(f"{words}: {gap.note}" if gap.note else words)


def _letters(story: Story) -> Panel:
    """Name the letters that tell of something, and count the others."""
    telling = tuple(_telling(story))
    table = _grid()
    table.add_column()
    table.add_column(no_wrap=True)
    for letter in telling:
        subject = inert(letter.subject).removeprefix("Namesake").lstrip(",: ")
        name = Text(Path(letter.path).name, style="cyan")
        table.add_row(Text(_who(letter.to), style="bold"), Text(subject), name)
    others = Counter(_kind(each) for each in story.letters if each not in telling)
    counted = ", ".join(_counted(others[kind], *names) for kind, names in LETTERS.items())
    title = Text(f"{len(story.letters)} emails", style="bold")
    rest = Text(f"and {counted}.", style="dim")
    return Panel(Group(table, rest), title=title, title_align="left", border_style="green")


def _telling(story: Story) -> Iterator[ToldLetter]:
    """Yield what those who have a flag were told that week, and the reviewers at the end."""
    flagged = [{each.person for each in week.flags} for week in story.weeks]
    for letter in story.letters:
        for number, people in enumerate(flagged, start=1):
            if letter.to in people and _sent_in(letter, number):
                yield letter
        if letter.to in RETELLING_REVIEWERS and _sent_in(letter, days.LAST_WEEK):
            yield letter


def _sent_in(letter: ToldLetter, week: int) -> bool:
    return Path(letter.path).name.startswith(f"{days.sweep_at(week):%Y-%m-%d}")


def _kind(letter: ToldLetter) -> str:
    """Read it from a name such as `2026-09-21-digest-maria.delgado-5c3e.eml`."""
    return Path(letter.path).name.split("-")[3]


def _grid() -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    return table


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _who(mail: str) -> str:
    return PEOPLE.get(mail, inert(mail))


def _where(url: str) -> str:
    """Defang: a terminal makes links of what looks like one."""
    return inert(url.partition("://")[2].replace(".", "[.]"))


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
    _make(out)
    if as_json:
        output.json(play(out))
    else:
        retell(out, output.console)
    if pages:
        serve(out, port, output)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = f"Cannot create {folder} ({error.strerror}). Choose another folder with --out."
        raise CannotWriteError(reason) from error
