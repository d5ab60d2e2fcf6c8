CREATE TABLE sweeps (
    ref TEXT PRIMARY KEY,
    week TEXT NOT NULL,
    kind TEXT NOT NULL,
    person TEXT REFERENCES people ON DELETE CASCADE, -- null for the whole district
    nonce TEXT NOT NULL,
    started_at TEXT NOT NULL,
    closed_at TEXT -- null while it runs
) STRICT;

CREATE TABLE source_runs (
    sweep TEXT NOT NULL REFERENCES sweeps ON DELETE CASCADE,
    source TEXT NOT NULL,
    outcome TEXT NOT NULL,
    note TEXT NOT NULL,
    since TEXT, -- null while the source could be checked
    asked INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (sweep, source)
) STRICT;

CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    sweep TEXT NOT NULL REFERENCES sweeps ON DELETE CASCADE,
    person TEXT REFERENCES people ON DELETE CASCADE, -- null for canaries
    source TEXT NOT NULL,
    outcome TEXT NOT NULL,
    question BLOB NOT NULL,
    follows INTEGER NOT NULL,
    key BLOB NOT NULL,
    sealed BLOB NOT NULL,
    UNIQUE (sweep, question)
) STRICT;

CREATE TABLE settlements (
    sweep TEXT NOT NULL REFERENCES sweeps ON DELETE CASCADE,
    source TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    PRIMARY KEY (sweep, source, person)
) STRICT;

CREATE TABLE questions (
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    question BLOB NOT NULL,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    settled_at TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (person, question)
) STRICT;

CREATE UNIQUE INDEX one_open_sweep ON sweeps (week, kind, ifnull(person, ''))
WHERE closed_at IS NULL;

CREATE INDEX sweeps_by_person ON sweeps (person);

CREATE INDEX journal_by_person ON journal (person);

CREATE INDEX journal_by_source ON journal (sweep, source, person);

CREATE INDEX settlements_by_person ON settlements (person);
