"""A move to another address is there whole or not at all, whatever comes in between."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from monitor.db.connection import DatabaseConnection
from monitor.db.database import Database
from monitor.domain.errors import CannotWriteError
from monitor.services.own_details import edit_profile
from tests.monitor.services.mover import NEW, Mover


@dataclass(frozen=True)
class Overtaken:
    """A state in which something else is kept just before each write."""

    state: Database
    deed: Callable[[], None]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.state, name)

    def begin_transaction(self) -> AbstractContextManager[None]:
        self.deed()
        return self.state.begin_transaction()


def test_names_that_are_saved_in_another_tab_meanwhile_bring_no_old_address_back(maria: Mover):
    person = maria.world.state.people.load_person(maria.staff.id)
    overtaken: Any = Overtaken(maria.world.state, maria.moves)

    edit_profile(maria.world.app.copy_with(db=overtaken), replace(person, role="Librarian"))

    saved = maria.world.state.people.load_person(maria.staff.id)
    assert (saved.role, saved.mail) == ("Librarian", NEW)


def test_whichever_write_fails_a_move_is_whole_or_not_there(
    maria: Mover, monkeypatch: pytest.MonkeyPatch
):
    maria.asks()
    code, number = maria.code(), 0
    whole = frozenset(maria.world.state.count_rows().items())
    run = DatabaseConnection.execute

    while True:
        number += 1
        with monkeypatch.context() as patch:
            patch.setattr(DatabaseConnection, "execute", failing(run, number))
            try:
                maria.confirms(code)
            except CannotWriteError:
                assert maria.mail == maria.staff.mail
                assert frozenset(maria.world.state.count_rows().items()) == whole
            else:
                break

    assert number > 8
    maria.sends()
    assert maria.mail == NEW
    assert len(maria.staff.emails_of("address-changed")) == 1


def failing(run: Callable[..., int], at: int) -> Callable[..., int]:
    """Fail at the write of that number, counted from 1."""
    left = iter(range(1, 1000))

    def run_or_fail(self: DatabaseConnection, sql: str, *values: object) -> int:
        if next(left) == at:
            message = "The disk is full: make room and try again."
            raise CannotWriteError(message)
        return run(self, sql, *values)

    return run_or_fail
