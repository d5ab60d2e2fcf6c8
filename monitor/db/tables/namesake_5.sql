CREATE TABLE thumbnails (
    item_id TEXT PRIMARY KEY REFERENCES items ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    sweep_id TEXT NOT NULL, -- while it is open, another source may still raise a flag
    at TEXT NOT NULL,
    encrypted BLOB NOT NULL
) STRICT;

CREATE INDEX thumbnails_by_person ON thumbnails (person_id);

CREATE TABLE screenshots (
    id TEXT PRIMARY KEY,
    flag_id TEXT NOT NULL REFERENCES flags ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    at TEXT NOT NULL,
    encrypted BLOB NOT NULL
) STRICT;

CREATE INDEX screenshots_by_flag ON screenshots (flag_id, at);

CREATE INDEX screenshots_by_person ON screenshots (person_id);
