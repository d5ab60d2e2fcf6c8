-- What the districts of one process share. Nothing here is about a person: hosts are those that
-- sources declare, and whatever else is asked is in the district's own database.

CREATE TABLE hosts (
    host TEXT PRIMARY KEY,
    next_at TEXT,  -- null: may be asked at once
    parked_until TEXT,  -- null: is not left alone
    reason TEXT NOT NULL,
    failures INTEGER NOT NULL
) STRICT;

CREATE TABLE robots_files (
    origin TEXT PRIMARY KEY,
    until TEXT NOT NULL,
    file TEXT NOT NULL,
    refusal TEXT NOT NULL  -- as JSON, null: the file decides; else for the whole host
) STRICT;

CREATE TABLE request_quota (
    source TEXT PRIMARY KEY,
    day TEXT NOT NULL,
    today INTEGER NOT NULL,
    this_week INTEGER NOT NULL
) STRICT;

CREATE TABLE canary_proofs (
    key TEXT PRIMARY KEY,
    outcome TEXT NOT NULL,
    at TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT;

CREATE TABLE host_shares (
    district TEXT NOT NULL,
    host TEXT NOT NULL,
    week TEXT NOT NULL,
    asked INTEGER NOT NULL,
    carried INTEGER NOT NULL,
    PRIMARY KEY (district, host)
) STRICT;

CREATE TABLE districts (
    name TEXT PRIMARY KEY,
    seen_at TEXT NOT NULL,
    reason TEXT NOT NULL  -- empty: it is at work; else why it was set aside
) STRICT;
