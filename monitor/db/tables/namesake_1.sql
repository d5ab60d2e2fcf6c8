CREATE TABLE district (one INTEGER PRIMARY KEY CHECK (one = 1), proof BLOB NOT NULL) STRICT;

CREATE TABLE people (ref TEXT PRIMARY KEY, mark BLOB NOT NULL UNIQUE, sealed BLOB NOT NULL) STRICT;

CREATE TRIGGER held_people_stay BEFORE DELETE ON people
WHEN EXISTS (SELECT 1 FROM holds WHERE holds.person = OLD.ref AND holds.lifted_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'under a legal hold'); END;

CREATE TABLE erased (ref TEXT PRIMARY KEY) STRICT;

CREATE TABLE consents (
    seq INTEGER PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    text_version TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    given_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    withdrawn_at TEXT, -- null while it stands
    act TEXT NOT NULL,
    channel TEXT NOT NULL,
    at TEXT, -- null where that is when it was given
    paused_from TEXT, -- null before the first pause
    paused_until TEXT -- null before the first pause
) STRICT;

CREATE INDEX consents_by_person ON consents (person, seq);

CREATE TRIGGER consents_are_appended BEFORE UPDATE ON consents
BEGIN SELECT RAISE(ABORT, 'consents are appended'); END;

CREATE TRIGGER consents_are_kept BEFORE DELETE ON consents
WHEN EXISTS (SELECT 1 FROM people WHERE people.ref = OLD.person)
BEGIN SELECT RAISE(ABORT, 'consents are appended'); END;

CREATE TABLE invitations (
    ref TEXT PRIMARY KEY,
    mark BLOB NOT NULL,
    code_hash TEXT UNIQUE, -- null until the letter is sent
    expires_at TEXT NOT NULL,
    spent_at TEXT, -- null until the person answers
    sealed BLOB NOT NULL,
    reminded_at TEXT -- null until its one reminder is queued
) STRICT;

CREATE TABLE sweeps (
    ref TEXT PRIMARY KEY,
    week TEXT NOT NULL,
    kind TEXT NOT NULL,
    person TEXT REFERENCES people ON DELETE CASCADE, -- null for the whole district
    nonce TEXT NOT NULL,
    started_at TEXT NOT NULL,
    closed_at TEXT -- null while it runs
) STRICT;

CREATE UNIQUE INDEX one_open_sweep ON sweeps (week, kind, ifnull(person, ''))
WHERE closed_at IS NULL;

CREATE INDEX sweeps_by_person ON sweeps (person);

CREATE TABLE source_runs (
    sweep TEXT NOT NULL REFERENCES sweeps ON DELETE CASCADE,
    source TEXT NOT NULL,
    outcome TEXT NOT NULL,
    note TEXT NOT NULL,
    since TEXT, -- null while the source could be checked
    asked INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (sweep, source)
) STRICT;

CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    sweep TEXT NOT NULL REFERENCES sweeps ON DELETE CASCADE,
    person TEXT REFERENCES people ON DELETE CASCADE, -- null for canaries
    source TEXT NOT NULL,
    outcome TEXT NOT NULL,
    question BLOB NOT NULL,
    follows INTEGER NOT NULL,
    key BLOB NOT NULL,
    sealed BLOB NOT NULL,
    UNIQUE (sweep, question)
) STRICT;

CREATE INDEX journal_by_person ON journal (person);

CREATE INDEX journal_by_source ON journal (sweep, source, person);

CREATE TABLE settlements (
    sweep TEXT NOT NULL REFERENCES sweeps ON DELETE CASCADE,
    source TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    PRIMARY KEY (sweep, source, person)
) STRICT;

CREATE INDEX settlements_by_person ON settlements (person);

CREATE TABLE questions (
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    question BLOB NOT NULL,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    settled_at TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (person, question)
) STRICT;

CREATE TABLE items (
    ref TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    first_seen TEXT NOT NULL,
    verdict TEXT, -- null until the person says whose it is
    label TEXT, -- null until it is assessed
    assessment BLOB, -- null until it is assessed
    sealed BLOB NOT NULL
) STRICT;

CREATE INDEX items_by_person ON items (person, first_seen);

CREATE TABLE aliases (
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    alias BLOB NOT NULL,
    item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
    PRIMARY KEY (person, alias)
) STRICT;

CREATE INDEX aliases_by_item ON aliases (item);

CREATE TABLE sightings (
    item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    question BLOB NOT NULL,
    source TEXT NOT NULL,
    last TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (item, question)
) STRICT;

CREATE INDEX sightings_by_question ON sightings (person, question);

CREATE TABLE versions (
    seq INTEGER PRIMARY KEY,
    item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    at TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

CREATE INDEX versions_by_item ON versions (item, seq);

CREATE INDEX versions_by_person ON versions (person);

CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    sweep TEXT REFERENCES sweeps ON DELETE SET NULL, -- null outside a sweep
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    fields TEXT NOT NULL,
    url BLOB NOT NULL
) STRICT;

CREATE INDEX events_by_sweep ON events (sweep);

CREATE INDEX events_by_item ON events (item);

CREATE INDEX events_by_person ON events (person, at);

CREATE TABLE flags (
    ref TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
    kind TEXT NOT NULL,
    relation TEXT NOT NULL,
    state TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    sealed BLOB NOT NULL,
    UNIQUE (item, kind, relation)
) STRICT;

CREATE INDEX flags_by_person ON flags (person, opened_at);

CREATE TABLE judgements (
    seq INTEGER PRIMARY KEY,
    flag TEXT NOT NULL REFERENCES flags ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    ruling TEXT NOT NULL,
    at TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

CREATE INDEX judgements_by_flag ON judgements (flag, seq);

CREATE INDEX judgements_by_person ON judgements (person);

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
    revived_at TEXT, -- null unless a dead letter was given another chance
    tried_at TEXT, -- null until it is tried, and again once it is revived
    UNIQUE (person, recipient_ref, kind, period)
) STRICT;

CREATE INDEX outbox_by_due ON outbox (state, due_at);

CREATE INDEX outbox_by_message ON outbox (message_id);

CREATE TABLE due (
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    due_at TEXT NOT NULL,
    lease_until TEXT, -- null while nobody works on it
    attempts INTEGER NOT NULL DEFAULT 0, -- how often in a row it failed
    fault TEXT, -- the kind of the last fault, null where it did not fail
    PRIMARY KEY (name, subject)
) STRICT;

CREATE INDEX due_by_time ON due (due_at);

CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL,
    link BLOB NOT NULL
) STRICT;

CREATE INDEX audit_by_subject ON audit (subject);

CREATE TRIGGER audit_is_appended BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows are appended'); END;

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
    note TEXT NOT NULL,
    source TEXT, -- null but where one source is to be tried
    attempts INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX requests_by_person ON run_requests (person);

CREATE TABLE progress (
    request TEXT NOT NULL REFERENCES run_requests ON DELETE CASCADE,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (request, source)
) STRICT;

CREATE TABLE spending (
    source TEXT PRIMARY KEY,
    day TEXT NOT NULL,
    today INTEGER NOT NULL,
    this_week INTEGER NOT NULL
) STRICT;

CREATE TABLE robots (mark BLOB PRIMARY KEY, until TEXT NOT NULL, sealed BLOB NOT NULL) STRICT;

CREATE INDEX robots_by_end ON robots (until);

CREATE TABLE canary_checks (
    source TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    standing TEXT NOT NULL,
    outcome TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT;

CREATE TABLE pictures (
    item TEXT PRIMARY KEY REFERENCES items ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    picture BLOB NOT NULL,
    account BLOB NOT NULL
) STRICT;

CREATE INDEX pictures_by_picture ON pictures (picture);

CREATE INDEX pictures_by_person ON pictures (person);

CREATE TABLE outlays (
    seq INTEGER PRIMARY KEY,
    week TEXT NOT NULL,
    person TEXT REFERENCES people ON DELETE SET NULL, -- null for canaries, and for who left
    source TEXT NOT NULL,
    requests INTEGER NOT NULL
) STRICT;

CREATE INDEX outlays_by_week ON outlays (week, person, source);

CREATE INDEX outlays_by_person ON outlays (person);

CREATE TABLE holds (
    seq INTEGER PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    placed_at TEXT NOT NULL,
    lifted_at TEXT, -- null while it stands
    sealed BLOB NOT NULL
) STRICT;

CREATE INDEX holds_by_person ON holds (person);

CREATE TABLE pages (
    mark BLOB PRIMARY KEY,
    person TEXT REFERENCES people ON DELETE CASCADE, -- null for canaries
    sweep TEXT, -- null once it is evidence
    source TEXT NOT NULL,
    question BLOB NOT NULL,
    at TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

CREATE INDEX pages_by_person ON pages (person);

CREATE INDEX pages_by_sweep ON pages (sweep, source);

CREATE TABLE evidence (
    item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
    page BLOB NOT NULL REFERENCES pages ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    PRIMARY KEY (item, page)
) STRICT;

CREATE INDEX evidence_by_page ON evidence (page);

CREATE INDEX evidence_by_person ON evidence (person);

CREATE TABLE sessions (
    hash TEXT PRIMARY KEY, -- of what the browser's cookie holds
    reader TEXT NOT NULL, -- a person, an invitation, or who is listed in the configuration
    way TEXT NOT NULL,
    started_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;

CREATE INDEX sessions_by_reader ON sessions (reader);

CREATE TABLE openings (
    flag TEXT PRIMARY KEY REFERENCES flags ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    school BLOB NOT NULL,
    kind TEXT NOT NULL,
    severity INTEGER NOT NULL, -- 0 is the worst
    state TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    since TEXT, -- null while nothing of its own opens it to IT
    counted_from TEXT -- null where a district's days for student links do not count
) STRICT;

CREATE INDEX openings_by_urgency ON openings (severity, opened_at, flag);

CREATE INDEX openings_by_person ON openings (person);

CREATE TABLE assignments (
    flag TEXT PRIMARY KEY REFERENCES flags ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    reviewer TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

CREATE INDEX assignments_by_person ON assignments (person);

CREATE TABLE remarks (
    seq INTEGER PRIMARY KEY,
    flag TEXT NOT NULL REFERENCES flags ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    at TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

CREATE INDEX remarks_by_flag ON remarks (flag, seq);

CREATE INDEX remarks_by_person ON remarks (person);

CREATE TABLE glass (
    ref TEXT PRIMARY KEY,
    flag TEXT NOT NULL REFERENCES flags ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    at TEXT NOT NULL,
    broken_at TEXT, -- null until a second reviewer confirms it
    until TEXT, -- null until then, too
    sealed BLOB NOT NULL
) STRICT;

CREATE INDEX glass_by_flag ON glass (flag);

CREATE INDEX glass_by_person ON glass (person);

CREATE TABLE looks (
    reviewer TEXT NOT NULL,
    flag TEXT NOT NULL REFERENCES flags ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    until TEXT NOT NULL,
    PRIMARY KEY (reviewer, flag)
) STRICT;

CREATE INDEX looks_by_flag ON looks (flag);

CREATE INDEX looks_by_person ON looks (person);

CREATE TABLE verdicts (
    seq INTEGER PRIMARY KEY,
    item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    ruling TEXT, -- null where the item became another one, and nothing said before counts
    at TEXT NOT NULL,
    flag TEXT -- null where it was said of the item itself
) STRICT;

CREATE INDEX verdicts_by_item ON verdicts (item, seq);

CREATE INDEX verdicts_by_person ON verdicts (person);

CREATE TABLE unfinished (
    invitation TEXT PRIMARY KEY REFERENCES invitations ON DELETE CASCADE,
    changed_at TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE clock (one INTEGER PRIMARY KEY CHECK (one = 1), at TEXT NOT NULL) STRICT;

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

CREATE TABLE audit_end (one INTEGER PRIMARY KEY CHECK (one = 1), seal BLOB NOT NULL) STRICT;

CREATE TABLE address_changes (
    ref TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    browser TEXT NOT NULL, -- a hash of what the asking browser's cookie holds
    code_hash TEXT UNIQUE, -- null until the letter is sent
    asked_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    changed_at TEXT, -- null until it is confirmed
    sealed BLOB NOT NULL
) STRICT;

CREATE INDEX address_changes_by_person ON address_changes (person, asked_at);

CREATE TABLE hold_proposals (
    ref TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    at TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

CREATE INDEX hold_proposals_by_person ON hold_proposals (person);

CREATE TABLE name_changes (
    person TEXT PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    ref TEXT NOT NULL UNIQUE,
    asked_at TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE account_proofs (
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    mark BLOB NOT NULL, -- a keyed hash of the account
    state TEXT NOT NULL,
    at TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (person, mark)
) STRICT;
