"""Write two pages of docs/procurement from the program itself: `make procurement`.

data.md comes from the tables of the databases and the retention table, consent.md from the text
that people read before they agree.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from sqlite3 import connect
from tempfile import TemporaryDirectory

from monitor.db.database import DATABASE_FILE, Database
from monitor.db.encryption import KEYS_DATABASE
from monitor.db.pages import RETENTION_BY_TABLE
from monitor.domain.consent_text import TEXT_VERSION, ConsentTerms, build_consent_sections
from monitor.domain.retention import ERASED_WITHIN, RETENTION_PERIODS, RetainedKind

FOLDER = Path(__file__).parent / "procurement"
DATA_FILE = FOLDER / "data.md"
CONSENT_FILE = FOLDER / "consent.md"
# Every table has a line here; a test fails on one that has none.
CONTENTS: Mapping[str, str] = {
    "access_log": "which reviewer opened which flag, until when",
    "access_tokens": "tokens of programs, calendars and feed readers: hash, scopes, end, name",
    "account_proofs": "codes that prove that an account is one's own",
    "address_changes": "new and old work email address",
    "aliases": "hashes by which a finding is recognized",
    "api_costs": "paid requests a week and source",
    "assignments": "which reviewer works on which flag",
    "audit": "who did what and when: IDs and hashes, no names",
    "audit_end": "seal on the end of the audit log",
    "breaches": "data breaches of the work email address",
    "break_glass": "early access to a flag by two reviewers",
    "canary_checks": "self-tests of sources",
    "clock": "the last time that was seen",
    "consents": "ledger of consent: text version, hash, scopes, dates",
    "decisions": "answers to flags, with note",
    "destroyed_keys": "IDs of destroyed keys",
    "directory_changes": "keyed hashes of addresses that the directory wrote, for minutes",
    "directory_state": "when the staff directory last wrote",
    "directory_users": "as the staff directory sent it: address, name, title, its ID, if active",
    "district": "proof that the keys fit the database",
    "district_checks": "when the district's own names were checked",
    "district_findings": "look-alike domains and accounts of the district",
    "email_cadences": "how often the person wants the digest",
    "enrollment_drafts": "answers of someone who is joining",
    "erased_people": "IDs of erased people, so that a restore erases them again",
    "events": "what changed on a finding, and when",
    "evidence": "which stored page belongs to which finding",
    "feedback": 'answers to "whose is this?"',
    "flags": "flags: kind, state, address, reasons, severity",
    "hold_proposals": "a legal hold that one reviewer proposed",
    "hosts": "web servers that asked for a pause",
    "invitations": "invited address, name, school and title",
    "items": "findings: title, names, text and address, as published",
    "jobs": "scheduled jobs",
    "journal": "answers of sources that are being settled",
    "keys": "one key per person",
    "languages": "in which language the person reads pages and emails",
    "legal_holds": "legal holds, with reason",
    "name_changes": "a name that waits for an operator",
    "new_accounts": "that an account is new in a school: hash and date",
    "outbox": "emails until they are sent; then that they were",
    "pages": "public pages behind an open flag",
    "people": "names, work email, accounts, places, schools",
    "pictures": "keyed hashes of pictures that many accounts show",
    "questions": "what was asked, and when it was settled",
    "request_quota": "requests a day and source",
    "review_index": "what the review queue sorts by",
    "review_notes": "notes of reviewers, and questions to the person",
    "robots_files": "robots.txt of a web server",
    "run_progress": "progress of a self-check",
    "run_requests": "self-checks that were asked for",
    "screenshots": "the person's own screenshots of a flag",
    "sessions": "sign-in sessions: hash, method, end",
    "settlements": "which answers of a sweep are settled",
    "sightings": "where a finding was last seen",
    "sign_in_links": "sign-in links: hash, end, wrong codes",
    "source_health": "whether a source answers",
    "source_runs": "how each source of a sweep went",
    "staff_imports": "how the last staff file fared: a hash of it, counts",
    "staff_listings": "that the staff file lists an address: a keyed hash",
    "suppression_list": "that an address rejects email",
    "sweeps": "when checks ran",
    "thumbnails": "small pictures to compare, of a check or an open flag",
    "unsubscribes": "that the person stopped the digest",
    "versions": "earlier texts of a finding",
}
ABOUT: Mapping[str, str] = {
    **dict.fromkeys(("enrollment_drafts", "invitations"), "invited person"),
    **dict.fromkeys(("sessions", "sign_in_links"), "reader of the portal"),
    **dict.fromkeys(
        (
            "audit",
            "directory_state",
            "district",
            "district_checks",
            "district_findings",
            "staff_imports",
        ),
        "the district",
    ),
    **dict.fromkeys(
        (
            "audit_end",
            "canary_checks",
            "clock",
            "destroyed_keys",
            "erased_people",
            "hosts",
            "jobs",
            "request_quota",
            "robots_files",
            "source_health",
            "source_runs",
        ),
        "no one",
    ),
}
PARTLY_ERASED: Mapping[str, str] = {
    "api_costs": "the count stays, without the person",
    "directory_changes": "after some minutes, by the service",
    "directory_users": "once the staff directory deletes the entry",
    "hosts": "where the name holds their handle",
    "outbox": "unsent emails and all text; the record stays",
    "robots_files": "where the name holds their handle",
    "staff_listings": "once the staff file no longer lists the address",
}
# The retention table of the database says nothing of the keys.
KEPT_KEYS: Mapping[str, RetainedKind] = {
    "destroyed_keys": RetainedKind.AUDIT,
    "keys": RetainedKind.PERSON,
}
DATA_FOREWORD = """\
# Data inventory

Every table of the two databases, as the program creates them, with the [retention
table](../../monitor/domain/retention.py) that the nightly purge applies. `make procurement`
writes this page, and a test fails if it is out of date. All of it is on the district's own machine.

*Encrypted* is AES-256-GCM: with the person's own key where a table is about one person, else with
the district's. What is not encrypted are IDs, dates, states, counts and keyed hashes. The keys are
in a database of their own, `keys.db`, which is never in the same backup as the data.

*Erased* is what happens when a person leaves, at the latest {hours} hours later. *In use* also
means undecided or unanswered; *no limit* means for as long as the person stays.

| table | holds | about | encrypted | erased | in use | afterwards |
|---|---|---|---|---|---|---|
"""
CONSENT_FOREWORD = """\
# Consent text

What people read before they agree, version {version}. `make procurement` writes this page, and a
test fails if it is out of date. A district's own text names its search engines, leaves out what it
does not offer, and says the days after which links to students open to IT, if it set any. A person
agrees to each scope separately; the ledger keeps version and hash of the text that they read.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of the schema. `rules` is what deleting a row of another table does to its rows."""

    name: str
    columns: frozenset[str]
    rules: Mapping[str, str]


def read_tables() -> Mapping[str, Table]:
    """Create a new state folder, and read the schema of its databases."""
    with TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        Database.create_or_open_folder(state).close()
        return {
            table.name: table
            for file in (DATABASE_FILE, KEYS_DATABASE)
            for table in _read_tables(state / file)
        }


def is_erased_with_person(name: str, tables: Mapping[str, Table]) -> bool:
    """Tell whether erasing a person deletes their rows, maybe by way of another table."""
    return name in {"people", "keys"} or any(
        rule == "CASCADE" and is_erased_with_person(parent, tables)
        for parent, rule in tables[name].rules.items()
    )


def build_consent_page() -> str:
    sections = (
        f"## {each.heading}\n\n{_build_paragraphs((*each.lines, *each.more))}"
        for each in build_consent_sections(ConsentTerms())
    )
    return "\n".join((CONSENT_FOREWORD.format(version=TEXT_VERSION), *sections))


def _build_paragraphs(lines: tuple[str, ...]) -> str:
    groups = groupby(lines, key=lambda line: line.startswith("- "))
    return "\n".join(("\n" if items else " ").join(each) + "\n" for items, each in groups)


def build_data_page() -> str:
    """Build the page. Raises KeyError for a table that CONTENTS does not have."""
    foreword = DATA_FOREWORD.format(hours=ERASED_WITHIN // timedelta(hours=1))
    tables = read_tables()
    return foreword + "".join(f"{_build_row(name, tables)}\n" for name in sorted(tables))


def _read_tables(path: Path) -> Iterator[Table]:
    with closing(connect(path)) as database:
        names = database.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '*sqlite_*'"
        )
        for (name,) in names.fetchall():
            columns = database.execute("SELECT name FROM pragma_table_info(?)", (name,))
            rules = database.execute(
                'SELECT "table", on_delete FROM pragma_foreign_key_list(?)', (name,)
            )
            yield Table(
                name=name,
                columns=frozenset(column for (column,) in columns.fetchall()),
                rules=dict(rules.fetchall()),
            )


def _build_row(name: str, tables: Mapping[str, Table]) -> str:
    kept_as = KEPT_KEYS.get(name) or RETENTION_BY_TABLE[name]
    period = RETENTION_PERIODS[kept_as]
    cells = (
        f"`{name}`",
        CONTENTS[name],
        ABOUT.get(name, "staff member"),
        # The only text in `events` is an address.
        "yes" if "encrypted" in tables[name].columns or name == "events" else "",
        "yes" if is_erased_with_person(name, tables) else PARTLY_ERASED.get(name, ""),
        _describe_span(period.open, endless="no limit"),
        _describe_span(period.closed, endless="stays"),
    )
    return f"| {' | '.join(cells)} |"


def _describe_span(span: timedelta | None, endless: str) -> str:
    if span is None:
        return endless
    if not span:
        return "deleted at once"
    return "1 day" if span.days == 1 else f"{span.days} days"


if __name__ == "__main__":
    DATA_FILE.write_text(build_data_page(), "utf-8")
    CONSENT_FILE.write_text(build_consent_page(), "utf-8")
