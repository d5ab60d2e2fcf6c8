"""How the core finds the staff directory that writes its staff by SCIM."""

from importlib import import_module

from monitor.annexes import Annex

SCIM_TOKEN = "scim-token"  # noqa: S105 - the name of a secret
DIRECTORY_CHANGES = "directory-changes"
DIRECTORY_NEWCOMERS = "directory-newcomers"

ANNEX = Annex(
    name="directory",
    secrets=(SCIM_TOKEN,),
    jobs={
        DIRECTORY_CHANGES: "read what the staff directory wrote",
        DIRECTORY_NEWCOMERS: "look for new people in the staff directory",
    },
    load_jobs=lambda: import_module("monitor.directory.jobs"),
    parts={
        "AnnexKeys": lambda: import_module("monitor.directory.config").DIRECTORY_KEYS,
        "AnnexTables": lambda: import_module("monitor.directory.tables").DIRECTORY_TABLES,
        "AnnexServices": lambda: import_module("monitor.directory.services").DIRECTORY_SERVICES,
        "AnnexPages": lambda: import_module("monitor.directory.pages").DIRECTORY_PAGES,
    },
)
