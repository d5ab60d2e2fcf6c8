"""The tables of each release, by the marks of their texts, in `released_schemas.toml`.

Before a release is tagged, `python -m tests.house.released_schemas` writes those of its version.
"""

import subprocess
import sys
import tomllib
from collections.abc import Mapping

from monitor.db.schema_versions import DISTRICT_SCHEMA, KEYS_SCHEMA, Schema
from monitor.directory.tables import DIRECTORY_TABLES
from monitor.fleet.db.consent_changes import CHANGES_SCHEMA
from monitor.fleet.db.shared_database import SHARED_SCHEMA
from tests.house.tree import ROOT

SCHEMAS: Mapping[str, Schema] = {
    "monitor/db/schema.sql": DISTRICT_SCHEMA,
    "monitor/db/keys.sql": KEYS_SCHEMA,
    "monitor/directory/tables.sql": DIRECTORY_TABLES.schema,
    "monitor/fleet/db/consent_changes.py": CHANGES_SCHEMA,
    "monitor/fleet/db/shared_database.py": SHARED_SCHEMA,
    **{
        path: Schema.read_file(ROOT / path)
        for path in ("monitor/fleet/db/postgres.sql", "monitor/fleet/db/roles.sql")
    },
}
FILE = ROOT / "tests/house/released_schemas.toml"
VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
NOTE = """\
# The marks of the tables of each release. What a release stored is upgraded, never dropped.
# Before a tag, `python -m tests.house.released_schemas` writes those of the project's version.
"""

Releases = dict[str, dict[str, int]]


def load_releases() -> Releases:
    return tomllib.loads(FILE.read_text("utf-8"))


def list_lost_tables(schemas: Mapping[str, Schema], releases: Releases) -> list[str]:
    """Say of which tables of a release nothing says how they become those of today."""
    known = {
        place: {schema.mark, *(change.since for change in schema.changes)}
        for place, schema in schemas.items()
    }
    return [
        f"{place} is not as in {version}, whose data would be lost: add a "
        f"SchemaChange(since={mark}, ...) to its schema, and a test with data of {version}. If "
        f"{version} is not tagged yet: python -m tests.house.released_schemas"
        for version, marks in releases.items()
        for place, mark in marks.items()
        if mark not in known.get(place, ())
    ]


def format_releases(releases: Releases) -> str:
    parts = [
        "\n".join((f'["{version}"]', *(f'"{place}" = {mark}' for place, mark in marks.items())))
        for version, marks in releases.items()
    ]
    return NOTE + "\n" + "\n\n".join(parts) + "\n"


def main() -> None:
    tag = ["git", "-C", ROOT, "rev-parse", "--quiet", "--verify", f"refs/tags/v{VERSION}"]
    if subprocess.run(tag, capture_output=True, check=False).returncode == 0:
        sys.exit(f"{VERSION} is tagged: its tables stay. Set the next version in pyproject.toml.")
    releases = load_releases()
    releases[VERSION] = {place: schema.mark for place, schema in SCHEMAS.items()}
    FILE.write_text(format_releases(releases), "utf-8")


if __name__ == "__main__":
    main()
