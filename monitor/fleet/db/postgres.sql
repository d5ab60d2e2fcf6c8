-- What the machines of a fleet share, beside the tables of its queue. Nothing here can be read
-- without the fleet key that is about a person: queries and answers are sealed, and whatever
-- could carry a handle is a keyed hash. Times are this database's own: no machine's clock counts.

CREATE SCHEMA namesake;

CREATE TABLE namesake.hosts (
    host text PRIMARY KEY,  -- a name that a source declares, or a keyed hash
    next_at timestamptz,  -- null: may be asked at once
    parked_until timestamptz,  -- null: is not left alone
    reason text NOT NULL,
    failures integer NOT NULL
);

CREATE TABLE namesake.request_quota (
    budget text PRIMARY KEY,
    day date NOT NULL,
    today integer NOT NULL,
    this_week integer NOT NULL
);

-- Which machine a district lives on. It alone works on it, also once its lease has run out: a copy
-- of the folder elsewhere may be old. Only an operator lets another machine have it.
CREATE TABLE namesake.leases (
    district text PRIMARY KEY,
    machine text NOT NULL,
    session text NOT NULL,  -- of the process that works on it; empty: it is on its way there
    until timestamptz NOT NULL,
    token text NOT NULL DEFAULT ''  -- of the last move: only the folder that has it may be opened
);

-- A word that only the fleet key makes: who has another one is told at once.
CREATE TABLE namesake.fleet_key (
    one integer PRIMARY KEY CHECK (one = 1),
    word text NOT NULL
);

CREATE TABLE namesake.schema_version (
    version integer NOT NULL
);

-- Forgotten after an hour, asked or not.
CREATE TABLE namesake.batches (
    id bigint PRIMARY KEY,  -- drawn by who sends it: its seal binds it
    district text NOT NULL,  -- a keyed hash
    lock text NOT NULL,  -- likewise, of the host
    day_key text NOT NULL,  -- with which key it is sealed
    body bytea NOT NULL,  -- sealed
    permission bytea NOT NULL,  -- sealed: what may be asked of it, for minutes; renewed
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX batches_by_age ON namesake.batches (at);
CREATE INDEX batches_by_district ON namesake.batches (district);

CREATE TABLE namesake.answers (
    batch bigint NOT NULL REFERENCES namesake.batches ON DELETE CASCADE,
    n integer NOT NULL,
    worker text NOT NULL,  -- the name of who asked, which signed it
    signature bytea NOT NULL,
    body bytea,  -- sealed; null: taken, and kept so that it is not asked again
    PRIMARY KEY (batch, n)
);

-- To which key pairs the keys of a day are sealed: one a process that asks, told again each minute.
CREATE TABLE namesake.worker_pairs (
    public bytea PRIMARY KEY,
    worker text NOT NULL,
    signature bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE namesake.day_keys (
    id text NOT NULL,
    public bytea NOT NULL REFERENCES namesake.worker_pairs ON DELETE CASCADE,
    wrapped bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (id, public)
);

CREATE TABLE namesake.consent_changes (
    tag text PRIMARY KEY,  -- a keyed hash of a person
    body bytea NOT NULL,  -- sealed by a machine with districts
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
