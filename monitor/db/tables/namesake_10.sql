CREATE TABLE access_tokens (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL, -- a person, a reviewer or an operator
    person_id TEXT REFERENCES people ON DELETE CASCADE, -- null for reviewers and operators
    keyed_hash BLOB NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_on TEXT, -- the day of the last use; null before the first
    encrypted BLOB NOT NULL -- its name
) STRICT;

CREATE INDEX access_tokens_by_account ON access_tokens (account_id);

CREATE INDEX access_tokens_by_person ON access_tokens (person_id);
