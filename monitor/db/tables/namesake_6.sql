CREATE TABLE breaches (
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    keyed_hash BLOB NOT NULL, -- of the name that its source has for it
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL, -- when its source last listed it
    gone_at TEXT, -- null while its source lists it
    encrypted BLOB NOT NULL,
    PRIMARY KEY (person_id, keyed_hash)
) STRICT;
