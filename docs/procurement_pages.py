"""Write three pages of docs/procurement from the program itself: `make procurement`.

data.md comes from what the tables of the databases declare, consent.md from the text
that people read before they agree, law.md from the facts about laws.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from sqlite3 import connect

from monitor.annexes import load_annex_parts
from monitor.db.database import AnnexTables, list_declarations
from monitor.db.encryption import KeyStore
from monitor.db.schema_versions import DISTRICT_SCHEMA, KEYS_SCHEMA, Schema
from monitor.db.tables import TableDeclaration
from monitor.domain.consent_text import (
    CONSENT_ITEM,
    TEXT_VERSION,
    ConsentTerms,
    build_consent_sections,
)
from monitor.domain.reason import Reason
from monitor.domain.retention import ERASED_WITHIN, RETENTION_PERIODS
from reports.pages.public_records import describe_span
from reports.reason_rendering import render_in_english
from scrapers.facts.fact import DatedFact, load_facts

FOLDER = Path(__file__).parent / "procurement"
DATA_FILE = FOLDER / "data.md"
CONSENT_FILE = FOLDER / "consent.md"
LAW_FILE = FOLDER / "law.md"
DATA_FOREWORD = """\
# Data inventory

Every table of the two databases, and what it declares: the nightly purge deletes by the same
declarations, with the periods of `monitor/domain/retention.py`. `make procurement`
writes this page, and a test fails if it is out of date. All of it is on the machine that runs
Namesake: the district's own, or that of an agency that hosts it. [Several machines](../fleet.md)
also share a PostgreSQL, which holds [this](../fleet.md#what-postgresql-holds).

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
LAW_FOREWORD = """\
# Law

Facts for a school attorney in the United States. We are not lawyers, and laws change: have each
line checked. Written in November 2026, as [facts that go out of date](../facts.md); `make
procurement` writes this page. *Official* is a copy of the law's own text, *secondary* what others
say about it, and *recalled* what no one has looked up.
"""
# Our own words, not a fact that goes out of date.
LAW_AFTERWORD = """\
## Harmful pages

A [harmful page](../detection.md#harmful-pages) contains words from a fixed, published list; \
nothing else about it is judged. It
is shown to the person, and to IT only once they share it.

| a district may not | why |
|---|---|
| add its own words to the lists, or ask whom a list matched | most speech about public \
employees on matters of public concern is protected, above all accusations and petitions (First \
Amendment); the lists come with the release, and no setting changes them |
| discipline a person because a page was written about them, or make sharing it a duty | it is \
somebody else's speech, and state laws on personal accounts and on collective bargaining apply |
| discipline students only because such a page was found | off-campus speech: Mahanoy Area \
School District v. B.L., 594 U.S. 180 (2021); true threats: Counterman v. Colorado, 600 U.S. 66 \
(2023) |
| open, copy or forward a sexual page, above all if it may show a minor | 18 U.S.C. 2252A; \
report it to the CyberTipline (report.cybertip.org) and the police |
| ask for removal in the person's name | under the TAKE IT DOWN Act of 2025, the person must \
send the request; a platform has 48 hours from it |
"""


class Law(DatedFact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of the facts about laws; `level` is whose law it is."""

    level: str
    law: str
    fact: str
    built: str
    decide: str = "-"


def list_all_declarations() -> Iterator[TableDeclaration]:
    """Yield the tables of a district's two databases."""
    yield from (*list_declarations(), KeyStore.declaration, *KeyStore.attached)


def list_district_schemas() -> tuple[Schema, ...]:
    """Return what creates a district's tables: the core's, and those of annexes."""
    return (DISTRICT_SCHEMA, *(part.schema for part in load_annex_parts(AnnexTables)))


def read_cascades() -> Mapping[str, frozenset[str]]:
    """Return of each table the tables whose rows take its own rows along."""
    cascades: dict[str, frozenset[str]] = {}
    for schema in (KEYS_SCHEMA, *list_district_schemas()):
        with closing(connect(":memory:")) as database:
            database.executescript(schema.text)
            for (name,) in database.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'"
            ).fetchall():
                rules = database.execute(
                    """SELECT "table" FROM pragma_foreign_key_list(?)
                    WHERE on_delete = 'CASCADE'""",
                    (name,),
                )
                cascades[name] = frozenset(parent for (parent,) in rules.fetchall())
    return cascades


def is_erased_with_person(table: TableDeclaration, cascades: Mapping[str, frozenset[str]]) -> bool:
    """Tell whether erasing a person deletes their rows, maybe by way of another table."""
    return bool(table.erased_where and not table.erased) or _hangs_on_person(table.name, cascades)


def _hangs_on_person(name: str, cascades: Mapping[str, frozenset[str]]) -> bool:
    return name in {"people", "keys"} or any(
        _hangs_on_person(parent, cascades) for parent in cascades[name]
    )


def build_consent_page(terms: ConsentTerms) -> str:
    sections = (
        f"## {render_in_english(section.heading)}\n\n"
        f"{_build_paragraphs((*section.lines, *section.more))}"
        for section in build_consent_sections(terms)
    )
    return "\n".join((CONSENT_FOREWORD.format(version=TEXT_VERSION), *sections))


def _build_paragraphs(lines: tuple[Reason, ...]) -> str:
    groups = groupby(lines, key=lambda line: line.rule == CONSENT_ITEM)
    return "\n".join(
        "\n".join(f"- {render_in_english(item)}" for item in group) + "\n"
        if items
        else " ".join(map(render_in_english, group)) + "\n"
        for items, group in groups
    )


def build_law_page() -> str:
    lines = [LAW_FOREWORD]
    for level, laws in groupby(load_facts("laws", Law).values(), lambda law: law.level):
        lines += [
            f"## {level.capitalize()}\n",
            "| law | fact | how Namesake is built | to decide | source |",
            "|---|---|---|---|---|",
            *(
                f"| {law.law} | {law.fact} | {law.built} | {law.decide} | {_describe_origin(law)} |"
                for law in laws
            ),
            "",
        ]
    return "\n".join([*lines, LAW_AFTERWORD])


def _describe_origin(law: Law) -> str:
    """Say where we have it from, of which date, and how sure we are."""
    day = f", {law.as_of:%B} {law.as_of.day}, {law.as_of.year}" if law.as_of else ""
    return f"{law.source}{day} ({law.known})"


def build_data_page() -> str:
    foreword = DATA_FOREWORD.format(hours=ERASED_WITHIN // timedelta(hours=1))
    cascades = read_cascades()
    declared = sorted(list_all_declarations(), key=lambda table: table.name)
    return foreword + "".join(f"{_build_row(table, cascades)}\n" for table in declared)


def _build_row(table: TableDeclaration, cascades: Mapping[str, frozenset[str]]) -> str:
    period = RETENTION_PERIODS[table.kept_as]
    cells = (
        f"`{table.name}`",
        table.holds,
        table.owner,
        "yes" if table.sealed else "",
        "yes" if is_erased_with_person(table, cascades) else table.erased,
        describe_span(period.open, endless="no limit"),
        describe_span(period.closed, endless="stays"),
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    DATA_FILE.write_text(build_data_page(), "utf-8")
    CONSENT_FILE.write_text(build_consent_page(ConsentTerms()), "utf-8")
    LAW_FILE.write_text(build_law_page(), "utf-8")
