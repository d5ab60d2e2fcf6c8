CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    encryption_key BLOB NOT NULL,
    hash_key BLOB NOT NULL
) STRICT;

CREATE TABLE destroyed_keys (id TEXT PRIMARY KEY) STRICT;

CREATE TABLE audit_end (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL,
    link BLOB NOT NULL
) STRICT;
