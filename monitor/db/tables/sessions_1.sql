CREATE TABLE sessions (
    hash TEXT PRIMARY KEY, -- of what the browser's cookie holds
    reader TEXT NOT NULL, -- a person, an invitation, or who is listed in the configuration
    way TEXT NOT NULL,
    started_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;

CREATE INDEX sessions_by_reader ON sessions (reader);
