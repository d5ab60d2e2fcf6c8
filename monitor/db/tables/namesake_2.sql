-- From 0.1.0 to the next version. A label means something else by now: all is assessed anew.
UPDATE items SET label = NULL, assessment = NULL;

ALTER TABLE sign_in_links ADD COLUMN tries INTEGER NOT NULL DEFAULT 0; -- wrong six-digit codes

CREATE TABLE email_cadences (
    person_id TEXT PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    cadence TEXT NOT NULL,
    chosen_at TEXT NOT NULL
) STRICT;

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

CREATE TABLE breaches (
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    keyed_hash BLOB NOT NULL, -- of the name that its source has for it
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL, -- when its source last listed it
    gone_at TEXT, -- null while its source lists it
    encrypted BLOB NOT NULL,
    PRIMARY KEY (person_id, keyed_hash)
) STRICT;

CREATE TABLE district_findings (
    id TEXT PRIMARY KEY,
    keyed_hash BLOB NOT NULL UNIQUE,
    state TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    encrypted BLOB NOT NULL
) STRICT;

CREATE TABLE district_checks (
    source TEXT PRIMARY KEY,
    outcome TEXT NOT NULL,
    asked INTEGER NOT NULL,
    at TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT;

CREATE TABLE new_accounts (
    item_id TEXT PRIMARY KEY REFERENCES items ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    school_and_network BLOB NOT NULL,
    appeared_at TEXT NOT NULL
) STRICT;

CREATE INDEX new_accounts_by_place ON new_accounts (school_and_network, appeared_at);

CREATE INDEX new_accounts_by_person ON new_accounts (person_id);

CREATE TABLE staff_listings (
    keyed_hash BLOB PRIMARY KEY, -- of an address that a staff file listed
    missing_since TEXT -- null while the last file lists it
) STRICT;

CREATE TABLE staff_imports (
    one INTEGER PRIMARY KEY CHECK (one = 1), -- the last one
    at TEXT NOT NULL,
    imported_at TEXT, -- null before the first import
    file_mark BLOB NOT NULL, -- a keyed hash of the file
    unusable INTEGER NOT NULL, -- lines that could not be used
    problem TEXT NOT NULL -- why nothing was imported; empty where it was
) STRICT;

CREATE INDEX invitations_by_mail ON invitations (keyed_hash);

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

CREATE TABLE directory_users (
    id TEXT PRIMARY KEY,
    keyed_hash BLOB NOT NULL UNIQUE, -- of the address, as in staff_listings
    external_hash BLOB, -- null where the directory sent no externalId
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    changed_at TEXT NOT NULL,
    encrypted BLOB NOT NULL -- as the directory sent it
) STRICT;

CREATE INDEX directory_users_by_external_id ON directory_users (external_hash);

CREATE TABLE directory_changes (
    keyed_hash BLOB PRIMARY KEY -- of an address that was written and not yet looked at
) STRICT;

CREATE TABLE directory_state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    written_at TEXT NOT NULL -- when the directory last wrote
) STRICT;

CREATE TABLE languages (
    person_id TEXT PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    language TEXT NOT NULL,
    chosen_at TEXT NOT NULL
) STRICT;
