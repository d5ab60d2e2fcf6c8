ALTER TABLE outbox ADD COLUMN revived_at TEXT; -- null unless a dead letter was given another chance

CREATE INDEX outbox_by_message ON outbox (message_id);

CREATE TABLE paused_addresses (
    person TEXT PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    mark BLOB NOT NULL,
    since TEXT NOT NULL,
    status TEXT NOT NULL
) STRICT;

CREATE TABLE stopped_mail (
    person TEXT PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    at TEXT NOT NULL
) STRICT;
