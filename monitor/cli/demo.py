"""The made-up district, from the first invitation to the third digest."""

from pathlib import Path

import click
from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from monitor.cli.output import Output
from monitor.demo.district import NAME, ZONE
from monitor.demo.story import Story, ToldWeek, play
from scrapers.outcome import CONCLUSIVE

SEVERITIES = {"high": "bold red", "medium": "yellow", "low": "cyan"}
WEEKS = {
    1: "everything is seen for the first time",
    2: "an impostor, a namesake, a changed account, two followed students",
    3: "nothing has changed",
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("namesake-demo"),
    show_default=True,
    help="Where the demo keeps its district and its letters; emptied at each start.",
)
def demo(out: Path, *, as_json: bool) -> None:
    """Play three weeks in a made-up district on a made-up internet."""
    output = Output(ZONE)
    if as_json:
        output.json(play(out))
        return
    output.console.rule(f"[bold]{NAME}[/], three weeks on a made-up internet")
    story = play(out, lambda number, week: output.console.print(_week(number, week)))
    _letters(output, story, out)


def _week(number: int, week: ToldWeek) -> Panel:
    rows: list[Table | Text] = []
    if week.events:
        rows.append(_events(week))
    else:
        rows.append(Text("No event: there was nothing new to tell.", style="green"))
    if week.flags:
        rows.append(_flags(week))
    rows.append(_coverage(week))
    title = f"[bold]Week {number}[/] · {WEEKS[number]}"
    return Panel(Group(*rows), title=title, title_align="left", border_style="blue")


def _events(week: ToldWeek) -> Table:
    table = _table("what happened", "to", "where", "what differs")
    for event in week.events:
        table.add_row(event.kind, _who(event.person), _where(event.url), ", ".join(event.fields))
    return table


def _flags(week: ToldWeek) -> Table:
    table = _table("flag", "severity", "of", "why, first of all")
    for flag in week.flags:
        severity = Text(flag.severity, style=SEVERITIES[flag.severity])
        table.add_row(flag.kind, severity, _who(flag.person), next(iter(flag.reasons), ""))
    return table


def _coverage(week: ToldWeek) -> Text:
    outcomes = {str(each) for each in CONCLUSIVE}
    gaps = [each for each in week.coverage if each.outcome not in outcomes]
    checked = f"{len(week.coverage) - len(gaps)} of {len(week.coverage)} sources checked"
    if not gaps:
        return Text(f"{checked}.", style="dim")
    told = ", ".join(f"{each.source} ({each.outcome})" for each in gaps)
    return Text.assemble((f"{checked}; not ", "dim"), (told, "magenta"))


def _letters(output: Output, story: Story, out: Path) -> None:
    table = _table("letter to", "subject", "file")
    for letter in story.letters:
        table.add_row(_who(letter.to), letter.subject, Path(letter.path).name)
    output.console.print(table)
    output.say(f"{len(story.letters)} letters lie in {out / 'state' / 'outbox'}.")


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, header_style="bold dim", padding=(0, 2, 0, 0))


def _who(mail: str) -> str:
    return mail.partition("@")[0]


def _where(url: str) -> str:
    """Defang: a terminal makes links of what looks like one."""
    return url.partition("://")[2].replace(".", "[.]").replace("[", r"\[")
