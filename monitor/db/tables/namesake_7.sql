CREATE TABLE district_findings (
    id TEXT PRIMARY KEY,
    keyed_hash BLOB NOT NULL UNIQUE,
    state TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    encrypted BLOB NOT NULL
) STRICT;
CREATE TABLE district_checks (
    source TEXT PRIMARY KEY,
    outcome TEXT NOT NULL,
    asked INTEGER NOT NULL,
    at TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT;
