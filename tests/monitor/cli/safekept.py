"""A district that was copied, and what one does with it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.db.database import Database
from monitor.domain.person import PersonName
from tests.monitor.cli.conftest import SETTINGS, Said, Terminal

THEO = PersonName(given="Theo", family="Lindqvist")


def place(terminal: Terminal, name: str) -> Path:
    return terminal.path.parent / name


def back_up(terminal: Terminal, *more: str) -> Said:
    copies, keys = place(terminal, "copies"), place(terminal, "keys")
    return terminal.run("backup", str(copies), "--keys", str(keys), *more)


def restore(terminal: Terminal) -> Said:
    copies, keys = place(terminal, "copies"), place(terminal, "keys")
    return terminal.run("restore", str(copies), "--keys", str(keys), "--json")


def lose(terminal: Terminal) -> None:
    """Lose the machine."""
    shutil.rmtree(terminal.config.state)


@contextmanager
def hanging(file: Path) -> Iterator[None]:
    """Have whoever opens a file wait, as for a share that has gone away."""
    away = file.with_name("away")
    file.rename(away)
    os.mkfifo(file)
    try:
        yield
    finally:
        pipe = os.open(file, os.O_RDWR | os.O_NONBLOCK)  # who waits goes on, and finds nothing
        away.replace(file)
        os.close(pipe)


def refs(terminal: Terminal) -> set[str]:
    with Database.open_folder(terminal.config.state) as state:
        return set(state.people.list_person_ids())


def made_in(folder: Path) -> None:
    """Make a district with two people, and a copy of it."""
    (folder / "namesake.toml").write_text(SETTINGS, "utf-8")
    Database.create_or_open_folder(folder / "state").close()
    terminal = Terminal(folder / "namesake.toml")
    terminal.enrols()
    terminal.enrols(THEO)
    assert back_up(terminal).code == 0
