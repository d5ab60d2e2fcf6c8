CREATE TABLE hold_proposals (
    ref TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    at TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

CREATE INDEX hold_proposals_by_person ON hold_proposals (person);
