CREATE TABLE name_changes (
    person TEXT PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    ref TEXT NOT NULL UNIQUE,
    asked_at TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE account_proofs (
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    mark BLOB NOT NULL, -- a keyed hash of the account
    state TEXT NOT NULL,
    at TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (person, mark)
) STRICT;
