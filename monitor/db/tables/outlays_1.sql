CREATE TABLE outlays (
    seq INTEGER PRIMARY KEY,
    week TEXT NOT NULL,
    person TEXT REFERENCES people ON DELETE SET NULL, -- null for canaries, and for who left
    source TEXT NOT NULL,
    requests INTEGER NOT NULL
) STRICT;

CREATE INDEX outlays_by_week ON outlays (week, person, source);

CREATE INDEX outlays_by_person ON outlays (person);
