CREATE TABLE spending (
    source TEXT PRIMARY KEY,
    day TEXT NOT NULL,
    today INTEGER NOT NULL,
    this_week INTEGER NOT NULL
) STRICT;
