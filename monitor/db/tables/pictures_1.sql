CREATE TABLE pictures (
    item TEXT PRIMARY KEY REFERENCES items ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    picture BLOB NOT NULL,
    account BLOB NOT NULL
) STRICT;

CREATE INDEX pictures_by_picture ON pictures (picture);

CREATE INDEX pictures_by_person ON pictures (person);
