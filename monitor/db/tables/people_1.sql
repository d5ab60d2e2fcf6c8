CREATE TABLE district (one INTEGER PRIMARY KEY CHECK (one = 1), proof BLOB NOT NULL) STRICT;

CREATE TABLE people (ref TEXT PRIMARY KEY, mark BLOB NOT NULL UNIQUE, sealed BLOB NOT NULL) STRICT;

CREATE TABLE erased (ref TEXT PRIMARY KEY) STRICT;

CREATE TABLE consents (
    seq INTEGER PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    text_version TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    given_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    withdrawn_at TEXT -- null while it stands
) STRICT;

CREATE TABLE invitations (
    ref TEXT PRIMARY KEY,
    mark BLOB NOT NULL,
    code_hash TEXT UNIQUE, -- null until the letter is sent
    expires_at TEXT NOT NULL,
    spent_at TEXT, -- null until the person answers
    sealed BLOB NOT NULL
) STRICT;

CREATE INDEX consents_by_person ON consents (person, seq);

CREATE TRIGGER consents_are_appended BEFORE UPDATE ON consents
BEGIN SELECT RAISE(ABORT, 'consents are appended'); END;
