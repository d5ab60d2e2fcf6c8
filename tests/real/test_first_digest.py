"""One command and one file of answers: 400 staff are invited, some join, and a digest arrives."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.app import App, Environment, IdSource, open_app
from monitor.cli.main import namesake
from monitor.config.file import load_config
from monitor.demo import data as days
from monitor.demo import setup as stage
from monitor.demo.internet import Internet
from monitor.demo.server import WebServer
from monitor.demo.setup import StoryClock
from monitor.demo.story import EMAILS_AFTER
from monitor.services.due_jobs import run_due_sweeps, run_mail_and_cleanup, run_upkeep
from monitor.services.outbox import MAX_INVITATIONS_PER_RUN
from monitor.web.app import create_portal_app
from monitor.web.server import LOOPBACK, serve_on_port
from reports.emails.registry import EmailKind
from scrapers.crawl.throttle import WITHOUT_WAITS
from scrapers.http.fetch_limits import PATIENT_LIMITS
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from tests.real.first_digest import ANSWERS, STAFF, follow_invitation, mail_of, write_staff_lines
from tests.real.journeys import Browser
from tests.real.mail_sink import MailSink, mail_sink
from tests.real.process import free_ports

pytestmark = pytest.mark.real
JOINING = (0, 199, 399)
# The service looks for due emails as often; an invitation is due every three seconds.
ROUND = timedelta(seconds=30)


@dataclass
class District:
    """What one command left, with a clock that a test moves."""

    app: App
    clock: StoryClock
    mail: MailSink
    address: str

    def send_invitations(self) -> list[int]:
        """Let the service's rounds pass; return how many emails each one sent."""
        sent = []
        while self.app.db.outbox.list_emails() and (not sent or sent[-1]):
            before = len(self.mail.taken)
            run_mail_and_cleanup(self.app)
            sent.append(len(self.mail.taken) - before)
            self.clock.at += ROUND
        return sent

    def join(self, number: int) -> None:
        """Join over HTTP, as whoever got the email does."""
        (email,) = self.mail.sent_to(mail_of(number))
        follow_invitation(Browser(self.address), email.text)


def run_init(folder: Path, environment: Environment, **ports: int) -> Path:
    staff, answers, config = folder / "staff.csv", folder / "answers.toml", folder / "namesake.toml"
    staff.write_text(write_staff_lines(), "utf-8")
    places = {"mail_host": LOOPBACK, "search": "http://searx.test"}
    portal = f"http://{LOOPBACK}:{ports['portal']}"
    text = ANSWERS.format(staff=staff, mail_port=ports["mail"], portal=portal, **places)
    answers.write_text(text, "utf-8")
    command = ("--config", str(config), "init", "--answers", str(answers))
    done = CliRunner().invoke(namesake, command, obj=environment)
    assert done.exit_code == 0, done.output
    assert f"Invited: anyone new among {STAFF} staff." in done.output
    text = config.read_text("utf-8")
    for asked, made_up in (
        # A mail server of one's own takes emails as fast as they come.
        ("[mail]\n", "[mail]\nper_second = 1000\n"),
        # Answers may not name a host of an example, and the made-up web has no other.
        ("http://searx.test", "http://searx.example"),
    ):
        text = text.replace(asked, made_up)
    config.write_text(text, "utf-8")
    return config


def test_four_hundred_staff_come_to_a_first_digest_by_one_command(tmp_path: Path) -> None:
    clock = StoryClock(days.compute_sweep_time(1) - timedelta(days=3))
    mail_port, portal_port = free_ports(2)
    with mail_sink(mail_port) as mail, WebServer(Internet(), now=clock.now) as web:
        environment = Environment(
            clock=clock,
            ids=IdSource(new_id=stage.build_id_source("staff")),
            dialer=Dialer(address_map=web.build_address_map(), resolve=resolve_nothing),
            throttle=WITHOUT_WAITS,
            limits=PATIENT_LIMITS,
        )
        config = load_config(run_init(tmp_path, environment, mail=mail_port, portal=portal_port))
        with open_app(config, environment) as app:
            district = District(app, clock, mail, config.portal.address)
            rounds = district.send_invitations()
            with serve_on_port(create_portal_app(app, lambda: None), LOOPBACK, portal_port):
                for number in JOINING:
                    district.join(number)
            run_mail_and_cleanup(app)
            clock.at = days.compute_sweep_time(1)
            run_due_sweeps(app)
            clock.at += EMAILS_AFTER
            run_mail_and_cleanup(app)
            run_upkeep(app)
            people = app.db.people.list_person_ids()
            digests = [
                app.db.outbox.find_last_sent_time(person, EmailKind.DIGEST) for person in people
            ]

    assert max(rounds) <= MAX_INVITATIONS_PER_RUN
    invited = Counter(entry.recipient for entry in mail.taken[:STAFF])
    assert invited == Counter(map(mail_of, range(STAFF)))
    joined = set(map(mail_of, JOINING))
    later = mail.taken[STAFF:]
    assert {entry.recipient for entry in later} & set(invited) == joined
    assert len(digests) == len(JOINING)
    assert None not in digests
