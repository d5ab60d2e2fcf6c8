ALTER TABLE due ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0; -- how often in a row it failed

ALTER TABLE due ADD COLUMN fault TEXT; -- the kind of the last fault, null where it did not fail

ALTER TABLE run_requests ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;

CREATE TABLE clock (one INTEGER PRIMARY KEY CHECK (one = 1), at TEXT NOT NULL) STRICT;
