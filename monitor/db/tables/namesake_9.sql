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
