CREATE TABLE outbox (
    ref TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    recipient_ref TEXT NOT NULL,
    kind TEXT NOT NULL,
    period TEXT NOT NULL,
    message_id TEXT NOT NULL,
    queued_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    sent_at TEXT, -- null until the mail server accepts it
    body_hash TEXT NOT NULL,
    error BLOB, -- null until something goes wrong
    sealed BLOB, -- the view; null once it was sent or given up
    UNIQUE (person, recipient_ref, kind, period)
) STRICT;

CREATE TABLE due (
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    due_at TEXT NOT NULL,
    lease_until TEXT, -- null while nobody works on it
    PRIMARY KEY (name, subject)
) STRICT;

CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL,
    link BLOB NOT NULL
) STRICT;

CREATE TABLE health (
    source TEXT PRIMARY KEY,
    outcome TEXT NOT NULL,
    since TEXT NOT NULL,
    note TEXT NOT NULL,
    retry_at TEXT, -- null where any time will do
    proven_at TEXT -- null until its canaries pass in the field
) STRICT;

CREATE TABLE hosts (mark BLOB PRIMARY KEY, sealed BLOB NOT NULL) STRICT;

CREATE TABLE run_requests (
    ref TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    person TEXT REFERENCES people ON DELETE CASCADE, -- null for the whole district
    asked_at TEXT NOT NULL,
    done_at TEXT, -- null until it is served
    note TEXT NOT NULL
) STRICT;

CREATE TABLE progress (
    request TEXT NOT NULL REFERENCES run_requests ON DELETE CASCADE,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (request, source)
) STRICT;

CREATE INDEX outbox_by_due ON outbox (state, due_at);

CREATE INDEX due_by_time ON due (due_at);

CREATE INDEX audit_by_subject ON audit (subject);

CREATE INDEX requests_by_person ON run_requests (person);

CREATE TRIGGER audit_is_appended BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows are appended'); END;
