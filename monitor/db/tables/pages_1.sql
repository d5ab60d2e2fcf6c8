CREATE TABLE pages (
    mark BLOB PRIMARY KEY,
    person TEXT REFERENCES people ON DELETE CASCADE, -- null for canaries
    sweep TEXT, -- null once it is evidence
    source TEXT NOT NULL,
    question BLOB NOT NULL,
    at TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE evidence (
    item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
    page BLOB NOT NULL REFERENCES pages ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    PRIMARY KEY (item, page)
) STRICT;

CREATE INDEX pages_by_person ON pages (person);

CREATE INDEX pages_by_sweep ON pages (sweep, source);

CREATE INDEX evidence_by_page ON evidence (page);

CREATE INDEX evidence_by_person ON evidence (person);
