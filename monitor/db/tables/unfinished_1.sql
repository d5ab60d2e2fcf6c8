CREATE TABLE unfinished (
    invitation TEXT PRIMARY KEY REFERENCES invitations ON DELETE CASCADE,
    changed_at TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
