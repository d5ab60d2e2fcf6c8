CREATE TABLE email_cadences (
    person_id TEXT PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    cadence TEXT NOT NULL,
    chosen_at TEXT NOT NULL
) STRICT;
