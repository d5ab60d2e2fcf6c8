CREATE TABLE verdicts (
    seq INTEGER PRIMARY KEY,
    item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    ruling TEXT, -- null where the item became another one, and nothing said before counts
    at TEXT NOT NULL,
    flag TEXT -- null where it was said of the item itself
) STRICT;

CREATE INDEX verdicts_by_item ON verdicts (item, seq);

CREATE INDEX verdicts_by_person ON verdicts (person);

INSERT INTO verdicts (item, person, ruling, at)
SELECT ref, person, verdict, first_seen FROM items WHERE verdict IS NOT NULL ORDER BY rowid;
