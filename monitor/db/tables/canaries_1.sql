CREATE TABLE canary_checks (
    source TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    standing TEXT NOT NULL,
    outcome TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT;

ALTER TABLE run_requests ADD COLUMN source TEXT; -- null but where one source is to be tried
