CREATE TABLE address_changes (
    ref TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    browser TEXT NOT NULL, -- a hash of what the asking browser's cookie holds
    code_hash TEXT UNIQUE, -- null until the letter is sent
    asked_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    changed_at TEXT, -- null until it is confirmed
    sealed BLOB NOT NULL
) STRICT;

CREATE INDEX address_changes_by_person ON address_changes (person, asked_at);
