"""What a week left behind, in words that do not depend on which refs were drawn."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlencode, urlsplit

from monitor.app import OUTBOX
from monitor.app.sources import build_sources
from monitor.db.database import Database
from monitor.db.outbox import OutboxEmail
from monitor.db.sweeps import SourceRun
from monitor.demo import data as days
from monitor.demo import setup as stage
from monitor.demo.response import FakeRequest
from monitor.domain.vocabulary import EmailState, SweepKind
from reports.emails.registry import EmailKind
from reports.reason_rendering import render_note
from scrapers.models import Outcome, Query, QueryKind

Address = tuple[str, str, str]
REF = re.compile(r"(?<=/answer/)\S+|\b[0-9a-f]{8}(?:[0-9a-f]{24})?\b")
FURTHER_PAGE = ("pageno=", "cursor=")


@dataclass(frozen=True, slots=True, kw_only=True)
class EndState:
    """Multisets, so that what is there twice shows as well as what is missing."""

    findings: Counter[object]
    sightings: Counter[object]
    versions: Counter[object]
    events: Counter[object]
    cases: Counter[object]
    outbox: Counter[tuple[object, ...]]
    emails: Counter[object]
    coverage: Counter[object]
    due: Counter[object]
    audit: Counter[object]

    @classmethod
    def of(cls, folder: Path) -> "EndState":
        with Database.open_folder(stage.build_config(folder).state) as state:
            assert state.audit.verify_chain() is None
            sweep = state.sweeps.find_latest_sweep(SweepKind.SWEEP)
            assert sweep
            assert sweep.started_at >= days.compute_sweep_time(2)
            assert not state.sweeps.list_open_sweeps()
            findings = [
                finding
                for ref in state.people.list_person_ids()
                for finding in state.findings.list_findings_of_person(ref)
            ]
            url = {finding.id: finding.portrait.url for finding in findings}
            labels = {
                finding.id: state.findings.find_finding_label(finding.id) for finding in findings
            }
            runs = state.sweeps.list_source_runs(sweep.id)
            return cls(
                findings=Counter(
                    (finding.person_id, finding.portrait, finding.presence, labels[finding.id])
                    for finding in findings
                ),
                sightings=Counter(_sightings(state, url)),
                versions=Counter(_versions(state, url)),
                events=Counter(
                    (event.event.person_id, event.event.kind, event.url, event.event.fields)
                    for event in state.events.list_events_of_sweep(sweep.id)
                ),
                cases=Counter(_cases(state, url)),
                outbox=Counter(map(_told, state.outbox.list_emails())),
                emails=Counter(_read(folder, frozenset(filter(_parked, runs))).values()),
                coverage=Counter(replace(run, note="") if _parked(run) else run for run in runs),
                due=Counter(
                    (
                        *(job.name, url.get(job.subject, job.subject), job.due_at.date()),
                        job.lease_until,
                    )
                    for job in state.jobs.list_jobs()
                ),
                audit=Counter((entry.actor, entry.action) for entry in state.audit.list_entries()),
            )

    def against(self, other: "EndState") -> dict[str, tuple[object, object]]:
        """Return what only this one has, and what only the other, where they differ."""
        pairs = {
            field.name: (getattr(self, field.name), getattr(other, field.name))
            for field in fields(self)
        }
        return {
            name: (ours - theirs, theirs - ours)
            for name, (ours, theirs) in pairs.items()
            if ours != theirs
        }


def _parked(run: SourceRun) -> bool:
    """Tell whether a host asked us to stay away, which it may have said in two ways.

    That is remembered before its answer is: killed in between, the next life goes by it, and
    gives it as the reason instead of the answer's own words.
    """
    return run.outcome in {Outcome.LIMITED, Outcome.BLOCKED}


def _cases(state: Database, url: dict[str, str]) -> Iterator[object]:
    for ref in state.people.list_person_ids():
        for case in state.cases.list_cases_of_person(ref):
            told = (case.person_id, case.kind, case.severity, case.state, url[case.finding_id])
            yield *told, case.reasons, case.lowered_by, case.relation


def _sightings(state: Database, url: dict[str, str]) -> Iterator[object]:
    for ref in url:
        for sighting in state.sightings.list_sightings_of_finding(ref):
            yield sighting.query, url[sighting.finding_id], sighting.trace, sighting.misses


def _versions(state: Database, url: dict[str, str]) -> Iterator[object]:
    for ref in url:
        for version in state.versions.list_versions(ref):
            yield version.query, url[version.finding_id], version.trace, version.at


def _told(email: OutboxEmail) -> tuple[object, ...]:
    # An alert is named after its case, whose ref is drawn.
    drawn = email.kind == EmailKind.ALERT
    name = () if drawn else (email.dedupe_key, email.message_id)
    return email.recipient_id, email.kind, email.state, name


def sound(folder: Path) -> bool:
    """Ask SQLite itself whether both databases are whole."""
    state = stage.build_config(folder).state
    return all(_whole(state / name) for name in ("namesake.db", "keys.db"))


def _whole(path: Path) -> bool:
    connection = sqlite3.connect(path)
    try:
        answer = connection.execute("PRAGMA integrity_check").fetchone()
        strays = connection.execute("PRAGMA foreign_key_check").fetchone()
    finally:
        connection.close()
    return answer == ("ok",) and strays is None


def staged(folder: Path) -> Counter[Address] | None:
    """Return where the answers came from that the open sweep keeps; None where none is open."""
    config = stage.build_config(folder)
    with Database.open_folder(config.state) as state:
        sweep = next(iter(state.sweeps.list_open_sweeps()), None)
        if sweep is None:
            latest = state.sweeps.find_latest_sweep(SweepKind.SWEEP)
            begun = latest is not None and latest.started_at == days.compute_sweep_time(2)
            return None if begun else Counter()
        queries = [
            answer.visit.query
            for name in build_sources(config)
            for answers in state.staged_answers.load_answers_by_subject(sweep.id, name).values()
            for answer in answers
        ]
        # One answer about the district is kept for each person that it names.
        shared = {_address(query) for query in queries if query.kind is QueryKind.DISTRICT}
        own = (_address(query) for query in queries if query.kind is not QueryKind.DISTRICT)
        return Counter((*own, *shared))


def asked(knocks: list[FakeRequest]) -> Counter[Address]:
    """Count the queries among the requests: their first pages, and no robots.txt."""
    first = (knock for knock in knocks if not any(word in knock.query for word in FURTHER_PAGE))
    return Counter(
        (knock.host, knock.path, knock.query) for knock in first if knock.path != "/robots.txt"
    )


def _address(query: Query) -> Address:
    request = query.request
    url = urlsplit(request.url)
    query_string = "&".join(filter(None, (url.query, urlencode(request.params))))
    return url.hostname or "", unquote(url.path), query_string


def delivered(folder: Path) -> Counter[str]:
    """Count the emails by Message-ID."""
    return Counter(str(message["Message-ID"]) for message in _mailbox(folder))


def _mailbox(folder: Path) -> Iterator[EmailMessage]:
    for path in (stage.build_config(folder).state / OUTBOX).glob("*.eml"):
        yield message_from_bytes(path.read_bytes(), policy=policy.default)


def _read(folder: Path, parked: frozenset[SourceRun]) -> dict[str, object]:
    """Return each email by Message-ID, without refs that are drawn and without parked notes."""
    return {
        str(message["Message-ID"]): (message["To"], message["Subject"], _words(message, parked))
        for message in _mailbox(folder)
    }


def _words(message: EmailMessage, parked: frozenset[SourceRun]) -> str:
    body = message.get_body(("plain",))
    assert body
    words = " ".join(body.get_content().split())
    for note in filter(None, (render_note(run.note) for run in parked)):
        words = words.replace(note, "NOTE")
    return REF.sub("REF", words)


def sent(folder: Path) -> set[str]:
    """Return the Message-IDs of week 2's emails that count as sent."""
    with Database.open_folder(stage.build_config(folder).state) as state:
        return {
            email.message_id
            for email in state.outbox.list_emails()
            if email.state is EmailState.SENT and email.queued_at >= days.compute_sweep_time(2)
        }
