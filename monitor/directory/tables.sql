-- What the staff directory wrote by SCIM; in the district's own database, beside its tables.

CREATE TABLE directory_users (
    id TEXT PRIMARY KEY,
    keyed_hash BLOB NOT NULL UNIQUE, -- of the address, as in staff_listings
    external_hash BLOB, -- null where the directory sent no externalId
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    changed_at TEXT NOT NULL,
    encrypted BLOB NOT NULL -- as the directory sent it
) STRICT;

CREATE INDEX directory_users_by_external_id ON directory_users (external_hash);

CREATE TABLE directory_changes (
    keyed_hash BLOB PRIMARY KEY -- of an address that was written and not yet looked at
) STRICT;

CREATE TABLE directory_state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    written_at TEXT NOT NULL -- when the directory last wrote
) STRICT;
