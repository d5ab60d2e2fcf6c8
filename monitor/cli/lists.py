"""Lists of sites that others keep: bringing one in, seeing which are there, taking one out."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from monitor.cli.desk import Desk, as_json, pass_desk
from monitor.errors import InputError
from monitor.sources import known_sites
from monitor.store.lists import KeptList, Lists
from monitor.store.state import State
from scrapers.catalogue.imported import UNRUNNABLE, Form, Imported
from scrapers.catalogue.reader import LeftOut

FEW = 3
RESTART = "A running service asks it once it is restarted."
SHARE_ALIKE = "WhatsMyName's data is share-alike: pass it on only under its own terms."


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help="What to call it here; else its form: sherlock, maigret, whatsmyname.")
@click.option("--dry-run", is_flag=True, help="Read it and tell what is in it; keep nothing.")
@click.option("--each", is_flag=True, help="Name each entry that is left out, with the reason.")
@as_json
@pass_desk
def import_(  # noqa: PLR0913 - a command line has as many words as it has
    desk: Desk, file: Path, *, name: str | None, dry_run: bool, each: bool, as_json: bool
) -> None:
    """Bring in a list of sites: the data file of WhatsMyName, Sherlock or Maigret.

    It takes the place of one that has its name. Sites for adults or for minors are left out.
    """
    content = _content(file)
    with State.open(desk.config.state):
        lists = Lists(desk.config.state)
        found = lists.compared(str(file), content, known_sites(desk.config), name or "")
        called = name or found.form.lower()
        if not dry_run:
            lists.keep(called, content)
    if as_json:
        desk.output.json({"list": called, **_figures(found), "left_out": _all(found)})
        return
    desk.output.say(f"{called}: {_told(found)}.")
    desk.output.table(*(_each(found) if each else _reasons(found)))
    desk.output.say("Nothing was kept." if dry_run else RESTART)
    if found.form is Form.WHATSMYNAME:
        desk.output.say(SHARE_ALIKE)


@click.command()
@as_json
@pass_desk
def imported(desk: Desk, *, as_json: bool) -> None:
    """List the lists that were brought in, and what is used of each."""
    with State.open(desk.config.state):
        kept = Lists(desk.config.state).kept(known_sites(desk.config))
    if as_json:
        desk.output.json([_row(each) for each in kept])
    elif kept:
        desk.output.table(
            ("list", "form", "entries"),
            [
                (
                    each.name,
                    each.found.form if each.found else "",
                    _told(each.found) if each.found else each.fault,
                )
                for each in kept
            ],
        )
    else:
        desk.output.say("No list was brought in; `namesake sources import FILE` does that.")


@click.command()
@click.argument("name")
@pass_desk
def remove(desk: Desk, name: str) -> None:
    """Take out a list that was brought in; what was found by it stays."""
    with State.open(desk.config.state):
        Lists(desk.config.state).remove(name)
    desk.output.say(f"{name} is taken out. A running service asks it until it is restarted.")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        reason = f"{file} cannot be read ({error.strerror}): name the list's data file."
        raise InputError(reason) from error


def _figures(found: Imported) -> dict[str, object]:
    return {
        "form": found.form,
        "usable": len(found.entries),
        "doubles": len(found.doubles),
        "refused": len(found.left_out),
    }


def _told(found: Imported) -> str:
    every = len(found.entries) + len(found.doubles) + len(found.left_out)
    return (
        f"{every} entries, of which {len(found.entries)} can be used, {len(found.doubles)} are"
        f" doubles and {len(found.left_out)} are refused"
    )


def _all(found: Imported) -> tuple[LeftOut, ...]:
    return (*found.left_out, *found.doubles)


def _each(found: Imported) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    columns = ("left out", "because", "in detail")
    return columns, [(each.name, each.reason, each.detail) for each in _all(found)]


def _reasons(found: Imported) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Count the reasons, and name a few of each; patterns are named one and all."""
    counts = Counter(each.reason for each in found.left_out)
    rows: list[tuple[object, ...]] = [
        (count, reason, ", ".join(_named(found, reason))) for reason, count in counts.most_common()
    ]
    if found.doubles:
        names = ", ".join(each.name for each in found.doubles[:FEW])
        rows.append((len(found.doubles), "another entry is there already", names))
    return ("left out", "because", "such as"), rows


def _named(found: Imported, reason: str) -> Iterator[str]:
    those = [each for each in found.left_out if each.reason == reason]
    for each in those if reason == UNRUNNABLE else those[:FEW]:
        yield f"{each.name} ({each.detail})" if each.detail else each.name


def _row(kept: KeptList) -> dict[str, object]:
    figures = _figures(kept.found) if kept.found else {}
    return {"list": kept.name, "fault": kept.fault, **figures}
