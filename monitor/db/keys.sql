-- The keys of a district, `keys.db`: in no copy of its database, and never printed. There is one
-- copy of it, the newest, so it also holds what an older copy of the database has to follow. Whose
-- key is destroyed has left, and never gets another one. `last_lines` are the last ones that each
-- person has in a ledger: of consents, or of legal holds. `audit_end` is how far the audit log goes,
-- so that a database which was put back or cut short is noticed.

CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    encryption_key BLOB NOT NULL,
    hash_key BLOB NOT NULL
) STRICT;

CREATE TABLE destroyed_keys (id TEXT PRIMARY KEY) STRICT;

CREATE TABLE last_lines (
    id TEXT NOT NULL REFERENCES keys ON DELETE CASCADE,
    ledger TEXT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (id, ledger)
) STRICT;

CREATE TABLE audit_end (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL,
    link BLOB NOT NULL
) STRICT;
