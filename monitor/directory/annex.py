"""How the core finds the staff directory that writes its staff by SCIM."""

from importlib import import_module

from monitor.annexes import Annex
from monitor.directory.names import DIRECTORY_CHANGES, DIRECTORY_NEWCOMERS, SCIM_TOKEN

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
