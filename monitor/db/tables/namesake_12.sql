CREATE TABLE languages (
    person_id TEXT PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    language TEXT NOT NULL,
    chosen_at TEXT NOT NULL
) STRICT;
