"""The next number in a table of rows that are appended.

A sealed value is bound to its row's number, so the number must be known before the row is.
"""

from monitor.store.database import Database

_LAST = {
    "events": "SELECT ifnull(max(seq), 0) FROM events",
    "holds": "SELECT ifnull(max(seq), 0) FROM holds",
    "judgements": "SELECT ifnull(max(seq), 0) FROM judgements",
    "remarks": "SELECT ifnull(max(seq), 0) FROM remarks",
    "versions": "SELECT ifnull(max(seq), 0) FROM versions",
}


def next_in(database: Database, table: str) -> int:
    """Ask inside `write()`, where nobody else can take the same number."""
    found = database.row(_LAST[table])
    return 1 if found is None else int(found[0]) + 1
