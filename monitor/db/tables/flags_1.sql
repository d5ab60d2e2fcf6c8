CREATE TABLE flags (
    ref TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
    kind TEXT NOT NULL,
    relation TEXT NOT NULL,
    state TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    sealed BLOB NOT NULL,
    UNIQUE (item, kind, relation)
) STRICT;

CREATE TABLE judgements (
    seq INTEGER PRIMARY KEY,
    flag TEXT NOT NULL REFERENCES flags ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    ruling TEXT NOT NULL,
    at TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

CREATE INDEX flags_by_person ON flags (person, opened_at);

CREATE INDEX judgements_by_flag ON judgements (flag, seq);

CREATE INDEX judgements_by_person ON judgements (person);
