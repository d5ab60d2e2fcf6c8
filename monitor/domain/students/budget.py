"""How much the matcher answers on one day: without a bound it would tell name after name."""

from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """`lists` are accounts' lists of contacts; 500 members of staff with two each fit in."""

    lists: int = 2_000
    contacts: int = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was asked on one UTC day; `refused` lists came when the budget was used up."""

    day: date
    lists: int = 0
    contacts: int = 0
    refused: int = 0


def on(day: date, spent: Spent) -> Spent:
    """Return what was asked on a day, as far as it was told: another day begins with nothing."""
    return spent if spent.day == day else Spent(day=day)


def affords(budget: Budget, spent: Spent, contacts: int) -> bool:
    """Tell whether one more list of so many contacts may be answered today."""
    return spent.lists < budget.lists and spent.contacts + contacts <= budget.contacts


def answered(spent: Spent, contacts: int) -> Spent:
    return replace(spent, lists=spent.lists + 1, contacts=spent.contacts + contacts)


def refused(spent: Spent) -> Spent:
    """Count a list that the budget did not afford; the next one may be shorter."""
    return replace(spent, refused=spent.refused + 1)
