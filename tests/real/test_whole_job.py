"""The whole job on real parts: a real SearXNG, a real Bluesky network, a real mail server."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from monitor.app import App, Environment, open_app
from monitor.config.file import load_config
from monitor.config.sections import Config
from monitor.db.database import Database
from monitor.demo.setup import StoryClock
from monitor.domain.enrollment_draft import EnrollmentAnswers
from monitor.domain.person import PersonName
from monitor.domain.students.name_forms import RosterStudent
from monitor.domain.vocabulary import Scope
from monitor.services.digests import queue_weekly_digest
from monitor.services.enrollment import enroll_with_code, invite_person
from monitor.services.job_kinds import run_full_sweep
from monitor.services.outbox import send_due
from monitor.student_matcher.keys import build_roster, write_tokens
from tests.real.bluesky import COACH, Bluesky, Profile
from tests.real.mail import MailServer
from tests.real.searxng import Searxng
from tests.real.web_index import WebPage

pytestmark = pytest.mark.real

ADDRESS = "rosa.marchetti@cedarvalley.example"
ROSA = Profile(
    handle="rosa-marchetti.test",
    display_name="Rosa Marchetti",
    description="Band director at Cedar Valley High School. Trombone, mostly.",
)
IMPOSTOR = Profile(
    handle="rosa-marchettl.test",
    display_name="Rosa Marchetti",
    description="Band director at Cedar Valley High School. Trombone, mostly.",
)
PUPIL = Profile(
    handle="nora-w.test", display_name="Nora Whitlock", description="CVHS '28, clarinet"
)
# The name by which a search of a network is tested.
SMITH = Profile(handle="nora-smith.test", display_name="Nora Smith", description="Quilts")
STAFF_PAGE = WebPage(
    url="https://cedarvalley.example/staff/rmarchetti",
    title="Rosa Marchetti - Cedar Valley Public Schools",
    text="Rosa Marchetti directs the bands of Cedar Valley High School, Cedar Valley.",
)
FIRST_MONDAY = datetime(2026, 9, 14, 11, tzinfo=UTC)

SETTINGS = """
state = "state"
[district]
id = "cedar-valley"
name = "Cedar Valley Public Schools"
zone = "America/Chicago"
domains = ["cedarvalley.example"]
places = ["Cedar Valley"]
contact = "privacy@cedarvalley.example"
[mail]
sender = "Namesake <{mail.username}>"
host = "{mail.host}"
port = {mail.port}
security = "starttls"
user = "{mail.username}"
ca_file = "{mail.authority}"
[portal]
address = "https://namesake.cedarvalley.example"
[sources.searxng]
url = "{searxng.address}"
canary = "volcano"
allow_private = ["{searxng.address}"]
[sources.bluesky]
url = "{bluesky.appview}"
canary = "{coach.handle}"
allow_private = ["{bluesky.appview}"]
[sources.sites]
own = false
[students]
enabled = true
tokens = "roster.tokens"
key_file = "roster.key"
schools = ["Cedar Valley High School", "CVHS"]
"""


@dataclass
class District:
    app: App
    clock: StoryClock
    mail: MailServer

    def joins(self) -> str:
        invite_person(self.app, ADDRESS, "Rosa", "Marchetti")
        send_due(self.app)
        invitation = _text(self.mail.wait_for(ADDRESS, 1)[0])
        code = re.search(r"^\s*([\w-]{43})\s*$", invitation, re.MULTILINE)
        assert code
        answers = EnrollmentAnswers(
            name=PersonName(given="Rosa", family="Marchetti"),
            scopes=frozenset({Scope.SEARCH, Scope.PROFILES, Scope.STUDENT_LINKS}),
            school="Cedar Valley High School",
            role="band director",
            handles=("rosa-marchetti",),
            accounts=(f"bluesky:@{ROSA.handle}",),
        )
        return enroll_with_code(self.app, code.group(1), answers).id

    def sweeps(self) -> set[tuple[str, str, tuple[str, ...]]]:
        """Sweep, and return what was told: kind, address, fields."""
        sweep = run_full_sweep(self.app)
        runs = self.app.db.sweeps.list_source_runs(sweep.id)
        assert [(run.source, run.note) for run in runs if not run.outcome.is_conclusive] == []
        return {
            (event.event.kind, event.url, event.event.fields)
            for event in self.app.db.events.list_events_of_sweep(sweep.id)
        }

    def writes(self, person: str, *, emails: int) -> str:
        """Write the digest, and return the text of the newest email in the mailbox."""
        queue_weekly_digest(self.app, person)
        send_due(self.app)
        return _text(self.mail.wait_for(ADDRESS, emails)[-1])


@pytest.fixture
def district(
    searxng: Searxng, bluesky: Bluesky, mail: MailServer, tmp_path: Path
) -> Iterator[District]:
    clock = StoryClock(FIRST_MONDAY)
    config = _configured(tmp_path, searxng, bluesky, mail)
    environment = Environment(clock=clock, variables={"NAMESAKE_SMTP_PASSWORD": mail.password})
    Database.create_or_open_folder(config.state).close()
    with open_app(config, environment) as app:
        yield District(app, clock, mail)


def test_a_seeded_person_is_found_and_then_only_what_was_changed_is_told(
    district: District, searxng: Searxng, bluesky: Bluesky
) -> None:
    for profile in (ROSA, IMPOSTOR, PUPIL, SMITH):
        bluesky.join(profile)
    bluesky.follow(ROSA, COACH)
    bluesky.follow(COACH, SMITH)
    searxng.web.publish(STAFF_PAGE)
    rosa = district.joins()

    assert district.sweeps() == set(), "a first sweep is silent"

    findings = {
        finding.portrait.url: finding
        for finding in district.app.db.findings.list_findings_of_person(rosa)
    }
    own = f"https://bsky.app/profile/{ROSA.handle}"
    assert {own, STAFF_PAGE.url, f"https://bsky.app/profile/{IMPOSTOR.handle}"} <= set(findings)
    cases = district.app.db.cases.list_cases_of_person(rosa)
    assert {(case.kind, findings_url(district, case.finding_id)) for case in cases} == {
        ("impersonation", f"https://bsky.app/profile/{IMPOSTOR.handle}")
    }
    overview = district.writes(rosa, emails=4)
    assert "2 of 2 places checked" in overview

    district.clock.at += timedelta(weeks=1)
    bluesky.describe(Profile(handle=ROSA.handle, display_name="Rosa M. on tour"))
    bluesky.follow(ROSA, PUPIL)

    assert district.sweeps() == {("changed", own, ("bio", "name"))}
    kinds = {case.kind for case in district.app.db.cases.list_cases_of_person(rosa)}
    assert {"own-account-changed", "student-link"} <= kinds
    digest = district.writes(rosa, emails=6)
    assert "rosa-marchetti.test" in digest
    assert "Three things need you" in digest
    assert "Nora" not in digest

    district.clock.at += timedelta(weeks=1)
    assert district.sweeps() == set(), "nothing has changed since"


def findings_url(district: District, finding: str) -> str:
    return district.app.db.findings.load_finding(finding).portrait.url


def _configured(folder: Path, searxng: Searxng, bluesky: Bluesky, mail: MailServer) -> Config:
    path = folder / "namesake.toml"
    path.write_text(
        SETTINGS.format(searxng=searxng, bluesky=bluesky, mail=mail, coach=COACH), "utf-8"
    )
    key = bytes(range(32))
    (folder / "roster.key").touch(mode=0o600)
    (folder / "roster.key").write_text(key.hex(), "ascii")
    nora = RosterStudent(names=(("Nora", "Whitlock"),))
    write_tokens(folder / "roster.tokens", build_roster([nora], key, datetime.now(UTC).date()))
    return load_config(path)


def _text(email: EmailMessage) -> str:
    body = email.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text
