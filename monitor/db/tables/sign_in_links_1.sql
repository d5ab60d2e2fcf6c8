CREATE TABLE sign_in_links (
    ref TEXT PRIMARY KEY,
    reader TEXT NOT NULL, -- empty where nobody may sign in under the address that was given
    browser TEXT NOT NULL, -- a hash of what the asking browser's cookie holds
    code_hash TEXT UNIQUE, -- null until the letter is sent
    asked_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    spent_at TEXT -- null until it is used
) STRICT;

CREATE INDEX sign_in_links_by_reader ON sign_in_links (reader, asked_at);
