CREATE TABLE openings (
    flag TEXT PRIMARY KEY REFERENCES flags ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    school BLOB NOT NULL,
    kind TEXT NOT NULL,
    severity INTEGER NOT NULL, -- 0 is the worst
    state TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    since TEXT, -- null while nothing of its own opens it to IT
    counted_from TEXT -- null where a district's days for student links do not count
) STRICT;

CREATE TABLE assignments (
    flag TEXT PRIMARY KEY REFERENCES flags ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    reviewer TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

CREATE TABLE remarks (
    seq INTEGER PRIMARY KEY,
    flag TEXT NOT NULL REFERENCES flags ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    at TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE glass (
    ref TEXT PRIMARY KEY,
    flag TEXT NOT NULL REFERENCES flags ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    at TEXT NOT NULL,
    broken_at TEXT, -- null until a second reviewer confirms it
    until TEXT, -- null until then, too
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE looks (
    reviewer TEXT NOT NULL,
    flag TEXT NOT NULL REFERENCES flags ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    until TEXT NOT NULL,
    PRIMARY KEY (reviewer, flag)
) STRICT;

CREATE INDEX openings_by_urgency ON openings (severity, opened_at, flag);

CREATE INDEX openings_by_person ON openings (person);

CREATE INDEX assignments_by_person ON assignments (person);

CREATE INDEX remarks_by_flag ON remarks (flag, seq);

CREATE INDEX remarks_by_person ON remarks (person);

CREATE INDEX glass_by_flag ON glass (flag);

CREATE INDEX glass_by_person ON glass (person);

CREATE INDEX looks_by_flag ON looks (flag);

CREATE INDEX looks_by_person ON looks (person);
