"""What the staff directory calls its secret and its jobs; annex.py loads nothing but this."""

SCIM_TOKEN = "scim-token"  # noqa: S105 - the name of a secret
DIRECTORY_CHANGES = "directory-changes"
DIRECTORY_NEWCOMERS = "directory-newcomers"
