CREATE TABLE new_accounts (
    item_id TEXT PRIMARY KEY REFERENCES items ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    school_and_network BLOB NOT NULL,
    appeared_at TEXT NOT NULL
) STRICT;

CREATE INDEX new_accounts_by_place ON new_accounts (school_and_network, appeared_at);

CREATE INDEX new_accounts_by_person ON new_accounts (person_id);
