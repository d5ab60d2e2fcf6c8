CREATE TABLE items (
    ref TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    first_seen TEXT NOT NULL,
    verdict TEXT, -- null until the person says whose it is
    label TEXT, -- null until it is assessed
    assessment BLOB, -- null until it is assessed
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE aliases (
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    alias BLOB NOT NULL,
    item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
    PRIMARY KEY (person, alias)
) STRICT;

CREATE TABLE sightings (
    item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    question BLOB NOT NULL,
    source TEXT NOT NULL,
    last TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (item, question)
) STRICT;

CREATE TABLE versions (
    seq INTEGER PRIMARY KEY,
    item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    at TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    sweep TEXT REFERENCES sweeps ON DELETE SET NULL, -- null outside a sweep
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    fields TEXT NOT NULL,
    url BLOB NOT NULL
) STRICT;

CREATE INDEX items_by_person ON items (person, first_seen);

CREATE INDEX aliases_by_item ON aliases (item);

CREATE INDEX sightings_by_question ON sightings (person, question);

CREATE INDEX versions_by_item ON versions (item, seq);

CREATE INDEX versions_by_person ON versions (person);

CREATE INDEX events_by_sweep ON events (sweep);

CREATE INDEX events_by_item ON events (item);

CREATE INDEX events_by_person ON events (person, at);
