-- The tables of a district, `namesake.db`.
--
-- Plain columns hold ids, kinds, states, times, counts and names of sources. `encrypted` holds the
-- whole value, under the key of the person it is about (the district's where `person_id` is null).
-- `keyed_hash`, `query` and `alias` are keyed hashes of what must be unique or found again.
-- Times are text in UTC that sorts in their order. Whatever hangs on a person goes with them.


-- The district and its people

-- Tells whether `keys.db` is the one that this database was written with.
CREATE TABLE district (one INTEGER PRIMARY KEY CHECK (one = 1), proof BLOB NOT NULL) STRICT;

CREATE TABLE people (
    id TEXT PRIMARY KEY,
    keyed_hash BLOB NOT NULL UNIQUE, -- of the mail address
    encrypted BLOB NOT NULL
) STRICT;

CREATE TRIGGER held_people_stay BEFORE DELETE ON people
WHEN EXISTS (
    SELECT 1 FROM legal_holds
    WHERE legal_holds.person_id = OLD.id AND legal_holds.lifted_at IS NULL
)
BEGIN SELECT RAISE(ABORT, 'under a legal hold'); END;

-- Who was erased: if a crash or a restored copy left their key, the next start destroys it.
CREATE TABLE erased_people (id TEXT PRIMARY KEY) STRICT;

CREATE TABLE consents (
    seq INTEGER PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    act TEXT NOT NULL,
    channel TEXT NOT NULL,
    at TEXT, -- null where that is when it was given
    text_version TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    given_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    paused_from TEXT, -- null before the first pause
    paused_until TEXT, -- null before the first pause
    withdrawn_at TEXT -- null while it stands
) STRICT;

CREATE INDEX consents_by_person ON consents (person_id, seq);

CREATE TRIGGER consents_are_appended BEFORE UPDATE ON consents
BEGIN SELECT RAISE(ABORT, 'consents are appended'); END;

CREATE TRIGGER consents_are_kept BEFORE DELETE ON consents
WHEN EXISTS (SELECT 1 FROM people WHERE people.id = OLD.person_id)
BEGIN SELECT RAISE(ABORT, 'consents are appended'); END;

CREATE TABLE legal_holds (
    seq INTEGER PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    placed_at TEXT NOT NULL,
    lifted_at TEXT, -- null while it stands
    encrypted BLOB NOT NULL
) STRICT;

CREATE INDEX legal_holds_by_person ON legal_holds (person_id);

CREATE TABLE hold_proposals (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    at TEXT NOT NULL,
    encrypted BLOB NOT NULL
) STRICT;

CREATE INDEX hold_proposals_by_person ON hold_proposals (person_id);

CREATE TABLE name_changes (
    person_id TEXT PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    id TEXT NOT NULL UNIQUE,
    asked_at TEXT NOT NULL,
    encrypted BLOB NOT NULL
) STRICT;

CREATE TABLE address_changes (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    browser TEXT NOT NULL, -- a hash of what the asking browser's cookie holds
    code_hash TEXT UNIQUE, -- null until the email is sent
    asked_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    changed_at TEXT, -- null until it is confirmed
    encrypted BLOB NOT NULL
) STRICT;

CREATE INDEX address_changes_by_person ON address_changes (person_id, asked_at);

CREATE TABLE account_proofs (
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    keyed_hash BLOB NOT NULL, -- of the account
    state TEXT NOT NULL,
    at TEXT NOT NULL,
    encrypted BLOB NOT NULL,
    PRIMARY KEY (person_id, keyed_hash)
) STRICT;

-- What a person chose; who chose nothing has no row.
CREATE TABLE preferences (
    person_id TEXT PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    encrypted BLOB NOT NULL
) STRICT;


-- Enrollment

CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    keyed_hash BLOB NOT NULL, -- of the mail address
    code_hash TEXT UNIQUE, -- null until the email is sent
    expires_at TEXT NOT NULL,
    reminded_at TEXT, -- null until its one reminder is queued
    spent_at TEXT, -- null until the person answers
    encrypted BLOB NOT NULL
) STRICT;

CREATE INDEX invitations_by_mail ON invitations (keyed_hash);

-- How an invitation fared at the mail server: it hangs on nobody, and tells nothing of an answer.
CREATE TABLE invitation_mails (
    message_key TEXT PRIMARY KEY,
    keyed_hash BLOB NOT NULL, -- of the mail address
    queued_at TEXT NOT NULL,
    encrypted BLOB NOT NULL
) STRICT;

CREATE INDEX invitation_mails_by_mail ON invitation_mails (keyed_hash, queued_at);

CREATE TABLE enrollment_drafts (
    invitation_id TEXT PRIMARY KEY REFERENCES invitations ON DELETE CASCADE,
    changed_at TEXT NOT NULL,
    encrypted BLOB NOT NULL
) STRICT;

CREATE TABLE staff_listings (
    keyed_hash BLOB PRIMARY KEY, -- of an address that a staff file listed
    missing_since TEXT -- null while the last file lists it
) STRICT;

-- The last import.
CREATE TABLE staff_imports (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    at TEXT NOT NULL,
    imported_at TEXT, -- null before the first import
    file_mark BLOB NOT NULL, -- a keyed hash of the file
    unusable INTEGER NOT NULL, -- lines that could not be used
    problem TEXT NOT NULL -- why nothing was imported; empty where it was
) STRICT;


-- Sign-in

CREATE TABLE sign_in_links (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL, -- empty where nobody may sign in under the address that was given
    browser TEXT NOT NULL, -- a hash of what the asking browser's cookie holds
    code_hash TEXT UNIQUE, -- null until the email is sent
    tries INTEGER NOT NULL DEFAULT 0, -- wrong six-digit codes
    asked_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    spent_at TEXT -- null until it is used
) STRICT;

CREATE INDEX sign_in_links_by_account ON sign_in_links (account_id, asked_at);

CREATE TABLE sessions (
    hash TEXT PRIMARY KEY, -- of what the browser's cookie holds
    account_id TEXT NOT NULL, -- a person, an invitation, or who is listed in the configuration
    auth_method TEXT NOT NULL,
    started_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;

CREATE INDEX sessions_by_account ON sessions (account_id);

CREATE TABLE access_tokens (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL, -- a person, a reviewer or an operator
    person_id TEXT REFERENCES people ON DELETE CASCADE, -- null for reviewers and operators
    keyed_hash BLOB NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_on TEXT, -- the day of the last use; null before the first
    encrypted BLOB NOT NULL
) STRICT;

CREATE INDEX access_tokens_by_account ON access_tokens (account_id);

CREATE INDEX access_tokens_by_person ON access_tokens (person_id);


-- Sweeps: what was asked, and what was answered

CREATE TABLE sweeps (
    id TEXT PRIMARY KEY,
    week TEXT NOT NULL,
    kind TEXT NOT NULL,
    person_id TEXT REFERENCES people ON DELETE CASCADE, -- null for the whole district
    nonce TEXT NOT NULL,
    started_at TEXT NOT NULL,
    closed_at TEXT -- null while it runs
) STRICT;

CREATE UNIQUE INDEX one_open_sweep ON sweeps (week, kind, ifnull(person_id, ''))
WHERE closed_at IS NULL;

CREATE INDEX sweeps_by_person ON sweeps (person_id);

CREATE TABLE source_runs (
    sweep_id TEXT NOT NULL REFERENCES sweeps ON DELETE CASCADE,
    source TEXT NOT NULL,
    at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    note TEXT NOT NULL,
    since TEXT, -- null while the source could be checked
    asked INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    PRIMARY KEY (sweep_id, source)
) STRICT;

CREATE TABLE staged_answers (
    seq INTEGER PRIMARY KEY,
    sweep_id TEXT NOT NULL REFERENCES sweeps ON DELETE CASCADE,
    person_id TEXT REFERENCES people ON DELETE CASCADE, -- null for canaries
    source TEXT NOT NULL,
    query BLOB NOT NULL,
    follows INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    key BLOB NOT NULL,
    encrypted BLOB NOT NULL,
    UNIQUE (sweep_id, query)
) STRICT;

CREATE INDEX staged_answers_by_person ON staged_answers (person_id);

CREATE INDEX staged_answers_by_source ON staged_answers (sweep_id, source, person_id);

CREATE TABLE settlements (
    sweep_id TEXT NOT NULL REFERENCES sweeps ON DELETE CASCADE,
    source TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    PRIMARY KEY (sweep_id, source, person_id)
) STRICT;

CREATE INDEX settlements_by_person ON settlements (person_id);

CREATE TABLE queries (
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    query BLOB NOT NULL,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    settled_at TEXT NOT NULL,
    encrypted BLOB NOT NULL,
    PRIMARY KEY (person_id, query)
) STRICT;

CREATE TABLE pages (
    keyed_hash BLOB PRIMARY KEY,
    person_id TEXT REFERENCES people ON DELETE CASCADE, -- null for canaries
    sweep_id TEXT, -- null once it is evidence
    source TEXT NOT NULL,
    query BLOB NOT NULL,
    at TEXT NOT NULL,
    encrypted BLOB NOT NULL
) STRICT;

CREATE INDEX pages_by_person ON pages (person_id);

CREATE INDEX pages_by_sweep ON pages (sweep_id, source);


-- What was found

CREATE TABLE findings (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    first_seen TEXT NOT NULL,
    feedback TEXT, -- null until the person says whose it is
    label TEXT, -- null until it is assessed
    assessment BLOB, -- null until it is assessed
    encrypted BLOB NOT NULL
) STRICT;

CREATE INDEX findings_by_person ON findings (person_id, first_seen);

CREATE TABLE aliases (
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    alias BLOB NOT NULL,
    finding_id TEXT NOT NULL REFERENCES findings ON DELETE CASCADE,
    PRIMARY KEY (person_id, alias)
) STRICT;

CREATE INDEX aliases_by_finding ON aliases (finding_id);

CREATE TABLE sightings (
    finding_id TEXT NOT NULL REFERENCES findings ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    query BLOB NOT NULL,
    source TEXT NOT NULL,
    last TEXT NOT NULL,
    encrypted BLOB NOT NULL,
    PRIMARY KEY (finding_id, query)
) STRICT;

CREATE INDEX sightings_by_query ON sightings (person_id, query);

CREATE TABLE versions (
    seq INTEGER PRIMARY KEY,
    finding_id TEXT NOT NULL REFERENCES findings ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    at TEXT NOT NULL,
    encrypted BLOB NOT NULL
) STRICT;

CREATE INDEX versions_by_finding ON versions (finding_id, seq);

CREATE INDEX versions_by_person ON versions (person_id);

CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    sweep_id TEXT REFERENCES sweeps ON DELETE SET NULL, -- null outside a sweep
    finding_id TEXT NOT NULL REFERENCES findings ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    fields TEXT NOT NULL,
    url BLOB NOT NULL
) STRICT;

CREATE INDEX events_by_sweep ON events (sweep_id);

CREATE INDEX events_by_finding ON events (finding_id);

CREATE INDEX events_by_person ON events (person_id, at);

CREATE TABLE evidence (
    finding_id TEXT NOT NULL REFERENCES findings ON DELETE CASCADE,
    page_hash BLOB NOT NULL REFERENCES pages ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    PRIMARY KEY (finding_id, page_hash)
) STRICT;

CREATE INDEX evidence_by_page ON evidence (page_hash);

CREATE INDEX evidence_by_person ON evidence (person_id);

CREATE TABLE pictures (
    finding_id TEXT PRIMARY KEY REFERENCES findings ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    picture BLOB NOT NULL,
    account BLOB NOT NULL
) STRICT;

CREATE INDEX pictures_by_picture ON pictures (picture);

CREATE INDEX pictures_by_person ON pictures (person_id);

CREATE TABLE thumbnails (
    finding_id TEXT PRIMARY KEY REFERENCES findings ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    sweep_id TEXT NOT NULL, -- while it is open, another source may still raise a case
    at TEXT NOT NULL,
    encrypted BLOB NOT NULL
) STRICT;

CREATE INDEX thumbnails_by_person ON thumbnails (person_id);

CREATE TABLE new_accounts (
    finding_id TEXT NOT NULL REFERENCES findings ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    mark TEXT NOT NULL,
    shared BLOB NOT NULL, -- school and network, or words, a link or a picture
    appeared_at TEXT NOT NULL,
    PRIMARY KEY (finding_id, shared)
) STRICT;

CREATE INDEX new_accounts_by_shared ON new_accounts (shared, appeared_at);

CREATE INDEX new_accounts_by_person ON new_accounts (person_id);

CREATE TABLE feedback (
    seq INTEGER PRIMARY KEY,
    finding_id TEXT NOT NULL REFERENCES findings ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    case_id TEXT, -- null where it was said of the finding itself
    decision TEXT, -- null where the finding became another one, and nothing said before counts
    at TEXT NOT NULL
) STRICT;

CREATE INDEX feedback_by_finding ON feedback (finding_id, seq);

CREATE INDEX feedback_by_person ON feedback (person_id);

CREATE TABLE breaches (
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    keyed_hash BLOB NOT NULL, -- of the name that its source has for it
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL, -- when its source last listed it
    gone_at TEXT, -- null while its source lists it
    encrypted BLOB NOT NULL,
    PRIMARY KEY (person_id, keyed_hash)
) STRICT;

-- Accounts and domains that look like the district.
CREATE TABLE district_findings (
    id TEXT PRIMARY KEY,
    keyed_hash BLOB NOT NULL UNIQUE,
    state TEXT NOT NULL,
    encrypted BLOB NOT NULL
) STRICT;

CREATE TABLE district_checks (
    source TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    note TEXT NOT NULL,
    asked INTEGER NOT NULL
) STRICT;


-- Flags, and their review

CREATE TABLE cases (
    id TEXT PRIMARY KEY,
    finding_id TEXT NOT NULL REFERENCES findings ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    kind TEXT NOT NULL,
    relation TEXT NOT NULL,
    state TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    encrypted BLOB NOT NULL,
    UNIQUE (finding_id, kind, relation)
) STRICT;

CREATE INDEX cases_by_person ON cases (person_id, opened_at);

CREATE TABLE decisions (
    seq INTEGER PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    decision TEXT NOT NULL,
    at TEXT NOT NULL,
    encrypted BLOB NOT NULL
) STRICT;

CREATE INDEX decisions_by_case ON decisions (case_id, seq);

CREATE INDEX decisions_by_person ON decisions (person_id);

CREATE TABLE screenshots (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    at TEXT NOT NULL,
    encrypted BLOB NOT NULL
) STRICT;

CREATE INDEX screenshots_by_case ON screenshots (case_id, at);

CREATE INDEX screenshots_by_person ON screenshots (person_id);

CREATE TABLE review_index (
    case_id TEXT PRIMARY KEY REFERENCES cases ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    school BLOB NOT NULL,
    kind TEXT NOT NULL,
    severity INTEGER NOT NULL, -- 0 is the worst
    state TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    since TEXT, -- null while its person has not opened it to IT
    unanswered_from TEXT, -- and when it stopped and went on; null where no silence opens it
    unanswered_for INTEGER, -- seconds; null then, too
    counsel_from TEXT, -- null where a district's days for student links do not count
    ended_at TEXT, -- null unless a word, proof or claim ends it
    lapse_from TEXT, -- null where no silence ends it
    lapse_for INTEGER, -- seconds; null then, too
    turn_from TEXT, -- null where it is never IT's turn
    is_ruled INTEGER NOT NULL, -- 1 once IT has said what it is
    takes_back INTEGER NOT NULL -- 1 while IT has a report to take back
) STRICT;

CREATE INDEX review_index_by_urgency ON review_index (severity, opened_at, case_id);

CREATE INDEX review_index_by_person ON review_index (person_id);

CREATE TABLE review_holds (
    case_id TEXT NOT NULL REFERENCES cases ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    reviewer_id TEXT NOT NULL,
    since TEXT NOT NULL,
    last_at TEXT NOT NULL,
    PRIMARY KEY (case_id, reviewer_id)
) STRICT;

CREATE INDEX review_holds_by_person ON review_holds (person_id);

CREATE TABLE assignments (
    case_id TEXT PRIMARY KEY REFERENCES cases ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    reviewer_id TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

CREATE INDEX assignments_by_person ON assignments (person_id);

CREATE TABLE barred_reviewers (
    person_id TEXT PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    reviewer_id TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

CREATE INDEX barred_reviewers_by_reviewer ON barred_reviewers (reviewer_id);

CREATE TABLE review_notes (
    seq INTEGER PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    at TEXT NOT NULL,
    encrypted BLOB NOT NULL
) STRICT;

CREATE INDEX review_notes_by_case ON review_notes (case_id, seq);

CREATE INDEX review_notes_by_person ON review_notes (person_id);

CREATE TABLE early_access (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    at TEXT NOT NULL,
    broken_at TEXT, -- null until a second reviewer confirms it
    until TEXT, -- null until then, too
    encrypted BLOB NOT NULL
) STRICT;

CREATE INDEX early_access_by_case ON early_access (case_id);

CREATE INDEX early_access_by_person ON early_access (person_id);

CREATE TABLE access_log (
    reviewer_id TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
    until TEXT NOT NULL,
    PRIMARY KEY (reviewer_id, case_id)
) STRICT;

CREATE INDEX access_log_by_case ON access_log (case_id);

CREATE INDEX access_log_by_person ON access_log (person_id);


-- Sources and their hosts

CREATE TABLE source_health (
    source TEXT PRIMARY KEY,
    outcome TEXT NOT NULL,
    since TEXT NOT NULL,
    note TEXT NOT NULL,
    retry_at TEXT, -- null where any time will do
    proven_at TEXT -- null until its canaries pass in the field
) STRICT;

CREATE TABLE canary_checks (
    source TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    trust TEXT NOT NULL,
    outcome TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT;

CREATE TABLE first_contacts (
    source TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    reader INTEGER NOT NULL,
    at TEXT NOT NULL,
    verdict TEXT NOT NULL,
    proven_at TEXT, -- null until all was understood, and something known was found
    reports TEXT NOT NULL,
    understood TEXT NOT NULL
) STRICT;

CREATE TABLE hosts (keyed_hash BLOB PRIMARY KEY, encrypted BLOB NOT NULL) STRICT;

CREATE TABLE robots_files (
    keyed_hash BLOB PRIMARY KEY,
    until TEXT NOT NULL,
    encrypted BLOB NOT NULL
) STRICT;

CREATE INDEX robots_files_by_end ON robots_files (until);

CREATE TABLE request_quota (
    source TEXT PRIMARY KEY,
    day TEXT NOT NULL,
    today INTEGER NOT NULL,
    this_week INTEGER NOT NULL
) STRICT;

CREATE TABLE api_costs (
    seq INTEGER PRIMARY KEY,
    week TEXT NOT NULL,
    person_id TEXT REFERENCES people ON DELETE SET NULL, -- null for canaries, and for who left
    source TEXT NOT NULL,
    requests INTEGER NOT NULL
) STRICT;

CREATE INDEX api_costs_by_week ON api_costs (week, person_id, source);

CREATE INDEX api_costs_by_person ON api_costs (person_id);


-- Email

CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,
    recipient_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    dedupe_key TEXT NOT NULL,
    message_id TEXT NOT NULL,
    state TEXT NOT NULL,
    queued_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    tried_at TEXT, -- null until it is tried, and again once it is revived
    last_tried_at TEXT, -- null until it is tried
    revived_at TEXT, -- null unless a dead email was given another chance
    sent_at TEXT, -- null until the mail server accepts it
    body_hash TEXT NOT NULL,
    error BLOB, -- null until something goes wrong
    encrypted BLOB, -- the view; null once it was sent or given up
    UNIQUE (person_id, recipient_id, kind, dedupe_key)
) STRICT;

CREATE INDEX outbox_by_reader ON outbox (recipient_id, kind, queued_at);

CREATE INDEX outbox_by_due ON outbox (state, due_at);

CREATE INDEX outbox_by_message ON outbox (message_id);

CREATE TABLE suppression_list (
    person_id TEXT PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    keyed_hash BLOB NOT NULL,
    since TEXT NOT NULL,
    status TEXT NOT NULL
) STRICT;


-- The service

CREATE TABLE jobs (
    name TEXT NOT NULL,
    subject TEXT NOT NULL, -- whom or what it is for; of a job that somebody asked for, its own ID
    due_at TEXT NOT NULL,
    lease_until TEXT, -- null while nobody works on it
    attempts INTEGER NOT NULL DEFAULT 0, -- how often in a row it failed
    fault TEXT, -- the kind of the last fault, null where it did not fail
    person_id TEXT REFERENCES people ON DELETE CASCADE, -- null unless it was asked for about one
    source TEXT, -- null unless it was asked for about one
    asked_at TEXT, -- null unless somebody asked for it, and waits
    done_at TEXT, -- null until it is done; only what was asked for stays for a while
    note TEXT, -- why it was given up; null where it was not
    PRIMARY KEY (name, subject)
) STRICT;

CREATE INDEX jobs_by_time ON jobs (due_at);

CREATE INDEX jobs_asked_for ON jobs (asked_at) WHERE asked_at IS NOT NULL AND done_at IS NULL;

CREATE INDEX jobs_by_person ON jobs (person_id);

CREATE TABLE job_progress (
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (name, subject, source),
    FOREIGN KEY (name, subject) REFERENCES jobs ON DELETE CASCADE
) STRICT;

-- When the service last looked, and how long the machine ran by then: a clock that was set is noticed.
CREATE TABLE clock (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    at TEXT NOT NULL,
    boot TEXT, -- which start of the machine; null where it cannot be told
    seconds REAL -- since then; null with it
) STRICT;

CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    means TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL,
    link BLOB NOT NULL
) STRICT;

CREATE INDEX audit_by_subject ON audit (subject);

CREATE INDEX audit_by_action ON audit (action);

CREATE TRIGGER audit_is_appended BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows are appended'); END;

CREATE TABLE audit_end (one INTEGER PRIMARY KEY CHECK (one = 1), seal BLOB NOT NULL) STRICT;
