CREATE TABLE robots (mark BLOB PRIMARY KEY, until TEXT NOT NULL, sealed BLOB NOT NULL) STRICT;

CREATE INDEX robots_by_end ON robots (until);
